"""Pictures of bars: candles with moving averages above, volume below.

Needs the extra `b3-kernels[plot]` (plotly and pyarrow).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import b3_kernels as b3

from ._still import Svg, draw

if TYPE_CHECKING:
    import plotly.graph_objects as go
    import pyarrow as pa

UP, DOWN, VOLUME = "#0f9d76", "#d64550", "#8a94a6"
AVERAGES = ("#e08a00", "#2f6fde", "#8e44ad", "#c2185b", "#00838f", "#6d4c41")


def candles(
    bars: Any,
    averages: Iterable[int] = (20, 50),
    *,
    title: str | None = None,
    every: str = "1d",
    actions: Any = None,
) -> go.Figure:
    """Draw one ticker's bars as candles with simple moving averages above and volume below.

    Args:
        bars: columns `ticker`, `trade_date`, `open`, `high`, `low`, `close`, `volume` of one ticker, in any Arrow kind
            (pyarrow, Polars, pandas, DuckDB) and in any order. A column `sma_20` that is already there is drawn as it
            is; an average that is not there is computed by `b3_kernels.moving_average`.
        averages: windows, in bars. An average is not drawn where it is null (before its window is full).
        title: heading; the ticker where None.
        every: the bars' period, as for `b3_kernels.moving_average`: `1w` for the bars of weeks.
        actions: the table of corporate actions, as for `b3_kernels.moving_average`: an average is in the shares of its
            day. Bars are drawn as they are.

    Returns:
        A plotly figure, sessions evenly spaced (no gaps for weekends and holidays), prices in BRL, volume in shares.

    Raises:
        ValueError: no bars, or bars of more than one ticker.
        b3_kernels.SchemaError: a column is missing or not of its type.

    Examples:
        >>> import datetime as dt, pyarrow as pa
        >>> from b3_kernels import plot
        >>> days = [dt.date(2024, 11, 7), dt.date(2024, 11, 8)]
        >>> prices = pa.array([37.41, 36.48])
        >>> bars = pa.table({"ticker": ["PETR4", "PETR4"], "trade_date": days, "open": prices, "high": prices,
        ...                  "low": prices, "close": prices, "volume": [100, 200]})
        >>> [trace.name for trace in plot.candles(bars, averages=(2,)).data]
        ['PETR4', 'SMA 2', 'volume']
    """
    import plotly.graph_objects as go
    from plotly.subplots import make_subplots

    windows = tuple(averages)
    table = _one_ticker(bars, windows, every, actions)
    ticker = table["ticker"][0].as_py()
    column = {name: _floats(table, name) for name in ("open", "high", "low", "close")}
    dates = [day.isoformat() for day in table["trade_date"].to_pylist()]

    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, row_heights=[0.76, 0.24], vertical_spacing=0.03)
    figure.add_trace(
        go.Candlestick(
            x=dates,
            **column,
            name=ticker,
            increasing_line_color=UP,
            decreasing_line_color=DOWN,
            showlegend=False,
        ),
        row=1,
        col=1,
    )
    for position, window in enumerate(windows):
        line = {"color": AVERAGES[position % len(AVERAGES)], "width": 1.6}
        values = _floats(table, f"sma_{window}")
        figure.add_trace(go.Scatter(x=dates, y=values, name=f"SMA {window}", mode="lines", line=line), row=1, col=1)
    volume = go.Bar(x=dates, y=table["volume"].to_pylist(), name="volume", marker_color=VOLUME, showlegend=False)
    figure.add_trace(volume, row=2, col=1)
    _lay_out(figure, title or ticker)
    return figure


def still(figure: go.Figure) -> Svg:
    """Draw a figure of `candles` as a still: SVG text, made without a browser.

    Args:
        figure: what `candles` returned.

    Returns:
        A string with the SVG, which a notebook shows as a picture; the same figure gives the same text.

    Examples:
        >>> import datetime as dt, pyarrow as pa
        >>> from b3_kernels import plot
        >>> prices = pa.array([37.41])
        >>> bars = pa.table({"ticker": ["PETR4"], "trade_date": [dt.date(2024, 11, 7)], "open": prices,
        ...                  "high": prices, "low": prices, "close": prices, "volume": [100]})
        >>> plot.still(plot.candles(bars, averages=()))[:4]
        '<svg'
    """
    return draw(figure)


def _one_ticker(bars: Any, windows: tuple[int, ...], every: str, actions: Any) -> pa.Table:
    """The bars as one pyarrow table in order of date, with every average in it."""
    import pyarrow as pa

    table = pa.table(bars)
    if table.num_rows == 0:
        raise ValueError("candles: bars hold no row; expected the bars of one ticker")
    tickers = sorted(set(table["ticker"].to_pylist()))
    if len(tickers) > 1:
        raise ValueError(f"candles: bars hold {len(tickers)} tickers ({', '.join(tickers[:5])}); expected one")
    absent = tuple(window for window in windows if f"sma_{window}" not in table.column_names)
    if absent:
        table = b3.moving_average(table, windows=absent, every=every, actions=actions)
    return table.sort_by("trade_date")


def _floats(table: pa.Table, name: str) -> list[float | None]:
    """A column of prices as floats: a picture needs no more."""
    return [None if value is None else float(value) for value in table[name].to_pylist()]


def _lay_out(figure: go.Figure, title: str) -> None:
    """Axes, legend and colours that do on a light page and on a dark one."""
    grid = {"gridcolor": "rgba(138,148,166,0.25)", "zeroline": False}
    figure.update_layout(
        title={"text": title, "x": 0.01},
        template="none",
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"color": VOLUME, "family": "system-ui, sans-serif"},
        legend={"orientation": "h", "x": 1, "xanchor": "right", "y": 1.02, "yanchor": "bottom"},
        margin={"l": 64, "r": 16, "t": 56, "b": 32},
        hovermode="x unified",
        height=520,
        bargap=0.25,
    )
    # Sessions as categories: a date axis would leave a hole for each weekend and holiday.
    figure.update_xaxes(type="category", nticks=5, tickangle=0, rangeslider_visible=False, **grid)
    figure.update_yaxes(title_text="BRL", row=1, col=1, **grid)
    figure.update_yaxes(title_text="shares", row=2, col=1, **grid)
