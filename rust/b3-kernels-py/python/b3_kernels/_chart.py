"""The plotly figure of one ticker's bars: traces, axes and colours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import cycle
from typing import TYPE_CHECKING, Any

from ._chart_bars import BOLLINGER_WINDOW, RSI_WINDOW, floats, is_known, labels
from ._chart_events import DIVIDENDS, RIGHTS, SPLITS

if TYPE_CHECKING:
    import plotly.graph_objects as go
    import pyarrow as pa

# Colours.
UP, DOWN, VOLUME = "#0f9d76", "#d64550", "#8a94a6"
AVERAGES = ("#e08a00", "#2f6fde", "#8e44ad", "#c2185b", "#00838f", "#6d4c41")
# The letter and the colour of each class of corporate actions.
MARKS = {SPLITS: ("S", "#c2185b"), DIVIDENDS: ("D", "#2f6fde"), RIGHTS: ("R", "#8e44ad")}
BAND, LINE, SIGNAL, TEXT = "#7c8aa5", "#2f6fde", "#e08a00", "#8a94a6"
# The heights of a figure's parts, and of the margins above and below them, in pixels.
PRICES_HEIGHT, VOLUME_HEIGHT, PANEL_HEIGHT, MARGINS = 330, 102, 110, 88


def figure(
    table: pa.Table, windows: Sequence[int], panels: Sequence[str], *, title: str | None, log: bool
) -> go.Figure:
    """Draw bars that are sorted and have every column to draw."""
    from plotly.subplots import make_subplots

    below = [panel for panel in ("rsi", "macd") if panel in panels]
    heights = [PRICES_HEIGHT, VOLUME_HEIGHT, *(PANEL_HEIGHT for _ in below)]
    chart = make_subplots(rows=len(heights), cols=1, shared_xaxes=True, row_heights=heights, vertical_spacing=0.03)
    dates, ticker = labels(table), str(table["ticker"][0].as_py())
    _candles(chart, table, dates, ticker)
    if "bollinger" in panels:
        _bollinger(chart, table, dates)
    for window, colour in zip(windows, cycle(AVERAGES), strict=False):
        _line(chart, dates, floats(table, f"sma_{window}"), f"SMA {window}", colour)
    _marks(chart, table, dates, log=log)
    _bar_chart(chart, dates, floats(table, "volume"), "volume", row=2)
    for row, panel in enumerate(below, 3):
        {"rsi": _rsi, "macd": _macd}[panel](chart, table, dates, row)
    _lay_out(chart, title or ticker, sum(heights) + MARGINS)
    chart.update_yaxes(title_text=_money(table), row=1, col=1, type="log" if log else "linear")
    chart.update_yaxes(title_text="shares", row=2, col=1)
    return chart


def _money(table: pa.Table) -> str:
    """The labels of the prices' money, in order of time; `BRL` if no bar has one."""
    named = table["currency"].to_pylist() if "currency" in table.column_names else []
    return ", ".join(dict.fromkeys(label for label in named if isinstance(label, str))) or "BRL"


def _candles(chart: go.Figure, table: pa.Table, dates: list[str], ticker: str) -> None:
    import plotly.graph_objects as go

    columns = {name: floats(table, name) for name in ("open", "high", "low", "close")}
    colours = {"increasing_line_color": UP, "decreasing_line_color": DOWN}
    chart.add_trace(go.Candlestick(x=dates, **columns, name=ticker, showlegend=False, **colours), row=1, col=1)


def _marks(chart: go.Figure, table: pa.Table, dates: list[str], *, log: bool) -> None:
    """A letter for each class of events at a bar, below the lowest price; several are stacked."""
    import plotly.graph_objects as go

    prices = [price for name in ("low", "high") for price in floats(table, name) if is_known(price) and price > 0.0]
    low, high = min(prices, default=1.0), max(prices, default=1.0)
    high = max(high, 1.1 * low)  # apart, so that letters below equal prices do not overlap
    letters: Counter[str] = Counter()  # those drawn so far, by the date of their bar
    for name, (letter, colour) in MARKS.items():
        column = table[name].to_pylist() if name in table.column_names else [None] * len(dates)
        texts = {date: text for date, text in zip(dates, column, strict=True) if text is not None}
        if not texts:
            continue
        letters.update(texts.keys())
        lanes = [letters[date] for date in texts]
        heights = [low * (low / high) ** (0.07 * lane) if log else low - (high - low) * 0.07 * lane for lane in lanes]
        marker = {"symbol": "circle-open", "size": 15, "color": colour, "line": {"width": 1.4}}
        scatter = go.Scatter(
            x=list(texts), y=heights, name=name, mode="markers+text", text=[letter] * len(texts),
            textfont={"size": 10}, marker=marker, hovertext=list(texts.values()), hoverinfo="text", showlegend=False,
        )  # fmt: skip
        chart.add_trace(scatter, row=1, col=1)


def _line(
    chart: go.Figure,
    dates: list[str],
    values: list[float | None],
    name: str,
    colour: str,
    *,
    row: int = 1,
    legend: bool = True,
    width: float = 1.6,
) -> None:
    """A line, or nothing if it has no point: the legend then does not name it either."""
    import plotly.graph_objects as go

    if any(map(is_known, values)):
        line = {"color": colour, "width": width}
        scatter = go.Scatter(x=dates, y=values, name=name, mode="lines", line=line, showlegend=legend)
        chart.add_trace(scatter, row=row, col=1)


def _bar_chart(chart: go.Figure, dates: list[str], values: list[float | None], name: str, *, row: int) -> None:
    import plotly.graph_objects as go

    chart.add_trace(go.Bar(x=dates, y=values, name=name, marker_color=VOLUME, showlegend=False), row=row, col=1)


def _bollinger(chart: go.Figure, table: pa.Table, dates: list[str]) -> None:
    for band in ("upper", "lower"):
        values = floats(table, f"bollinger_{band}_{BOLLINGER_WINDOW}")
        _line(chart, dates, values, f"Bollinger {BOLLINGER_WINDOW}", BAND, legend=band == "upper", width=1.0)


def _rsi(chart: go.Figure, table: pa.Table, dates: list[str], row: int) -> None:
    _line(chart, dates, floats(table, f"rsi_{RSI_WINDOW}"), f"RSI {RSI_WINDOW}", LINE, row=row, legend=False)
    chart.update_yaxes(title_text=f"RSI {RSI_WINDOW}", range=[0, 100], tickvals=[30, 70], row=row, col=1)


def _macd(chart: go.Figure, table: pa.Table, dates: list[str], row: int) -> None:
    _bar_chart(chart, dates, floats(table, "macd_histogram"), "MACD - signal", row=row)
    _line(chart, dates, floats(table, "macd"), "MACD", LINE, row=row, legend=False)
    _line(chart, dates, floats(table, "macd_signal"), "signal", SIGNAL, row=row, legend=False)
    chart.update_yaxes(title_text="MACD", row=row, col=1)


def _lay_out(chart: go.Figure, title: str, height: int) -> None:
    """Axes, legend and colours that are legible on light and dark pages."""
    grid: dict[str, Any] = {"gridcolor": "rgba(138,148,166,0.25)", "zeroline": False}
    chart.update_layout(
        title={"text": title, "x": 0.01, "y": 1.0, "yanchor": "top", "pad": {"t": 8}},
        template="none",
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"color": TEXT, "family": "system-ui, sans-serif"},
        legend={"orientation": "h", "x": 1, "xanchor": "right", "y": 1.02, "yanchor": "bottom"},
        margin={"l": 64, "r": 24, "t": 56, "b": 32},
        hovermode="x unified",
        height=height,
        bargap=0.25,
    )
    # Sessions as categories: a date axis would leave gaps for weekends and holidays. At most four
    # small labels, so that they do not overlap on a phone.
    few = {"nticks": 4, "tickangle": 0, "tickfont": {"size": 10}}
    chart.update_xaxes(type="category", rangeslider_visible=False, automargin=True, **few, **grid)
    chart.update_yaxes(**grid)
