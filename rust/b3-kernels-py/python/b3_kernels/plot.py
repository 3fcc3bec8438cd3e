"""Charts of bars: candles with averages, volume and indicators, as plotly figures, SVG and HTML.

Needs the extra `b3-kernels[plot]` (plotly and pyarrow).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from . import _chart, _chart_bars, _chart_events, _interop, _options, _page
from ._chart import AVERAGES, DOWN, UP, VOLUME
from ._still import Svg, draw
from .typing import AnyBars, Every

if TYPE_CHECKING:
    import plotly.graph_objects as go

__all__ = ["AVERAGES", "DOWN", "UP", "VOLUME", "candles", "still", "write_page"]

Panel = Literal["bollinger", "rsi", "macd"]


def candles(
    bars: AnyBars,
    averages: Iterable[int] | int = (20, 50),
    *,
    panels: Iterable[Panel] = (),
    start: dt.date | str | None = None,
    end: dt.date | str | None = None,
    log: bool = False,
    title: str | None = None,
    every: Every = "1d",
    actions: AnyBars | None = None,
    adjust: bool = False,
) -> go.Figure:
    """Draw one ticker's bars as candles, with simple moving averages above and volume below.

    Args:
        bars: the bars of one ticker, any Arrow data (pyarrow, Polars, pandas, DuckDB), in any
            order. Columns `ticker`, `trade_date`, `open`, `high`, `low`, `close`, `volume`, or
            their published names (`ativo`, `data_pregao`, `abertura` and so on). An existing column
            `sma_20` or `media_movel_20` is drawn as it is; `b3_kernels.moving_average` computes the
            averages that are missing.
        averages: windows, in bars. An average is not drawn where it is null (before its window is
            full), and has no name in the legend if it is null throughout.
        panels: further indicators: `bollinger` draws bands over the prices, `rsi` and `macd` a
            panel each below.
        start: the first date to draw; averages and indicators still use the bars before it.
        end: the last date to draw.
        log: whether the axis of prices is logarithmic.
        title: heading; the ticker where None.
        every: the bars' period, as for `b3_kernels.moving_average`: `1w` for the bars of weeks.
        actions: the table of corporate actions, as for `b3_kernels.moving_average`: an average is
            in the shares of its day. Below the prices a letter marks the bar of each event: S a
            split or bonus, D a dividend or other cash, R a right of unknown size. The pointer shows
            its size.
        adjust: whether to draw prices, averages and volume in the shares of the last bar's date, so
            without the steps of splits; by default as they traded. Needs `actions`.

    Returns:
        A plotly figure, sessions evenly spaced (no gaps for weekends and holidays), prices in BRL,
        volume in shares. Bars are labelled by their date, bars within a day by date and time.

    Raises:
        ValueError: no bars, bars of more than one ticker, two bars of one time, an invalid option,
            `adjust` without `actions`.
        OverflowError: an adjusted number that its column cannot hold.
        b3_kernels.SchemaError: a column is missing or not of its type.

    Examples:
        >>> import datetime as dt, pyarrow as pa
        >>> from b3_kernels import plot
        >>> days = [dt.date(2024, 11, 7), dt.date(2024, 11, 8)]
        >>> prices = pa.array([37.41, 36.48])
        >>> bars = pa.table({"ticker": ["PETR4", "PETR4"], "trade_date": days, "open": prices,
        ...                  "high": prices, "low": prices, "close": prices, "volume": [100, 200]})
        >>> [trace.name for trace in plot.candles(bars, averages=(2,)).data]
        ['PETR4', 'SMA 2', 'volume']
        >>> split = pa.table({"ticker": ["PETR4"], "ex_date": days[1:], "kind": ["split"],
        ...                   "amount": [None], "numerator": [2], "denominator": [1]})
        >>> figure = plot.candles(bars, averages=(), actions=split, adjust=True)
        >>> figure.data[0].close, figure.data[1].hovertext
        ((18.705, 36.48), ('split 2 for 1',))
    """
    if _options.yes_or_no("adjust", adjust) and actions is None:
        raise ValueError("adjust: found True without actions, expected the table of corporate actions")
    actions = None if actions is None else _interop.eager(actions)
    windows = _options.windows(averages, option="averages")
    wanted = [_options.choice("panels", panel, ("bollinger", "rsi", "macd")) for panel in _options.several(panels)]
    table = _chart_bars.one_ticker(bars)
    table = _chart_bars.with_indicators(table, windows, wanted, every=every, actions=actions)
    if actions is not None:
        table = _chart_events.with_marks(table, actions)
    if adjust:
        table = _chart_events.adjusted(table, actions)
    table = _chart_bars.between(table, start, end)
    return _chart.figure(table, windows, wanted, title=title, log=log)


def still(figure: go.Figure) -> Svg:
    """Draw a figure of `candles` as SVG text, without a browser.

    Args:
        figure: the result of `candles`.

    Returns:
        A string with the SVG, which a notebook shows as a picture. The same figure gives the same
        text.

    Examples:
        >>> import datetime as dt, pyarrow as pa
        >>> from b3_kernels import plot
        >>> prices, days = pa.array([37.41]), [dt.date(2024, 11, 7)]
        >>> bars = pa.table({"ticker": ["PETR4"], "trade_date": days, "open": prices,
        ...                  "high": prices, "low": prices, "close": prices, "volume": [100]})
        >>> plot.still(plot.candles(bars, averages=()))[:4]
        '<svg'
    """
    return draw(figure)


def write_page(
    path: str | PathLike[str],
    figures: Iterable[go.Figure],
    *,
    title: str = "Charts",
    library: Literal["inside", "beside", "cdn"] = "inside",
) -> Path:
    """Write figures as one HTML page, with at most one copy of plotly's script, 4.9 MB.

    Args:
        path: the HTML file to write.
        figures: results of `candles`, drawn one below the other.
        title: heading of the page.
        library: the place of the script: `inside` the page, which then needs no network; `beside`
            it, as `plotly.min.js` in the same folder, which all pages of the folder share; or on
            plotly's `cdn`.

    Returns:
        The path.

    Raises:
        ValueError: an unknown place of the script.

    Examples:
        >>> import datetime as dt, pathlib, tempfile, pyarrow as pa
        >>> from b3_kernels import plot
        >>> prices, days = pa.array([37.41]), [dt.date(2024, 11, 7)]
        >>> bars = pa.table({"ticker": ["PETR4"], "trade_date": days, "open": prices,
        ...                  "high": prices, "low": prices, "close": prices, "volume": [100]})
        >>> folder = pathlib.Path(tempfile.mkdtemp())
        >>> page = plot.write_page(folder / "petr4.html", [plot.candles(bars)], library="beside")
        >>> sorted(file.name for file in folder.iterdir()), page.stat().st_size < 20_000
        (['petr4.html', 'plotly.min.js'], True)
    """
    _options.choice("library", library, ("inside", "beside", "cdn"))
    return _page.write(Path(path), list(figures), title, library)
