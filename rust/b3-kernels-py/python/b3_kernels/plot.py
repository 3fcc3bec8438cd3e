"""Charts of bars: candles with averages, volume and indicators, as plotly figures, SVG and HTML.

Needs the extra `b3-kernels[plot]` (plotly, pyarrow, and matplotlib for SVG).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

from . import _chart, _chart_bars, _chart_events, _interop, _options
from ._chart import AVERAGES, DOWN, UP, VOLUME  # colours
from ._page import write_page
from ._still import still
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
    """Draw one ticker's bars as candles, with simple moving averages over them and volume below.

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
            in the shares of its day. Below the prices a letter marks the bar of each event (with
            `every` the bar of its own week or month): S a split or bonus, D a dividend or other
            cash, R an event of unknown size, such as a subscription. The pointer shows the event's
            kind and its size, if known.
        adjust: whether to draw prices, averages and volume in the shares of the last day of the
            last of `bars`, drawn or not, so without the steps of splits; by default as they traded.
            Needs `actions`.

    Returns:
        A plotly figure, sessions evenly spaced (no gaps for weekends and holidays), prices in BRL
        or the money that a column `currency` or `moeda` names, volume in shares. Bars are labelled
        by their date, bars within a day by date and time.

    Raises:
        ValueError: no bars, or none from `start` to `end`; bars of more than one ticker, two bars
            of one time, a null `trade_date`; an invalid option, `adjust` without `actions`.
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
    actions = _interop.read_once(actions)
    windows = _options.windows(averages, option="averages")
    panel_names = [_options.choice("panels", panel, Panel) for panel in _options.several(panels)]
    _options.choice("every", every, Every)
    _options.yes_or_no("log", log)
    heading = None if title is None else _options.text("title", title)
    table = _chart_bars.one_ticker(_interop.eager(bars))
    table = _chart_bars.with_indicators(table, windows, panel_names, every=every, actions=actions)
    if actions is not None:
        table = _chart_events.with_marks(table, actions, every)
    if adjust:
        table = _chart_events.adjusted(table, actions, every)
    table = _chart_bars.between(table, start, end)
    return _chart.figure(table, windows, panel_names, title=heading, log=log)
