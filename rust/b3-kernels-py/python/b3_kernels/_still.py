"""A picture of a figure of `candles` as SVG text, for pages without scripts and for print.

plotly draws only in a browser, so matplotlib draws the traces of its figure.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from . import _options
from ._chart_bars import is_known

if TYPE_CHECKING:
    import plotly.graph_objects as go
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, HEIGHT, PANEL = 10.0, 5.0, 1.2  # inches; a panel for each indicator adds to the height
INK, GRID = "#7a8494", "#8a94a6"
STYLE: dict[Any, Any] = {
    "axes.axisbelow": True,
    "axes.edgecolor": "none",
    "axes.facecolor": "none",
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.xmargin": 0.01,
    "font.sans-serif": ("DejaVu Sans", "Verdana"),  # a browser without DejaVu takes Verdana, which is as wide
    "font.size": 9,
    "grid.alpha": 0.25,
    "grid.color": GRID,
    "svg.fonttype": "none",  # text stays text
    "svg.hashsalt": "b3_kernels",  # the same ids each time
    "text.parse_math": False,  # `$` is a sign of money
    "text.color": INK,
    "xtick.color": INK,
    "xtick.major.size": 0,
    "ytick.color": INK,
    "ytick.major.size": 0,
}
# Begins the SVG id of an event's letter; `_svg` makes the rest of the id the letter's <title>.
TITLE = "title: "
# The left and the right edge, then the low and the high one in either order.
Box = tuple[float, float, float, float]


class Svg(str):
    """SVG text that a notebook shows as a picture."""

    __slots__ = ()

    def _repr_svg_(self) -> str:
        return str(self)

    def __repr__(self) -> str:
        return f"<Svg of {len(self)} characters>"


def still(figure: go.Figure) -> Svg:
    """Draw a figure of `candles` as SVG text, without a browser.

    Args:
        figure: the result of `candles`.

    Returns:
        A string with the SVG, which a notebook shows as a picture. The same figure and versions of
        matplotlib and numpy give the same text.

    Examples:
        >>> import datetime as dt, pyarrow as pa
        >>> from b3_kernels import plot
        >>> prices, days = pa.array([37.41]), [dt.date(2024, 11, 7)]
        >>> bars = pa.table({"ticker": ["PETR4"], "trade_date": days, "open": prices,
        ...                  "high": prices, "low": prices, "close": prices, "volume": [100]})
        >>> plot.still(plot.candles(bars, averages=()))[:4]
        '<svg'
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    _options.figure("figure", figure)
    by_axis: dict[str, list[Any]] = {}
    for trace in figure.data:
        by_axis.setdefault(trace.yaxis or "y", []).append(trace)
    dates = list(figure.data[0].x)
    positions = {date: position for position, date in enumerate(dates)}
    below = len(by_axis) - 2  # panels below those of prices and volume
    with mpl.rc_context(STYLE):
        picture = Figure(figsize=(WIDTH, HEIGHT + PANEL * below), layout="constrained")
        axes = picture.subplots(2 + below, sharex=True, height_ratios=[3.6, *[1] * (1 + below)])
        for ax, (name, traces) in zip(axes, by_axis.items(), strict=True):
            for trace in traces:
                DRAW[trace.type](ax, trace, [positions[date] for date in trace.x])
            _scale(ax, figure.layout[name.replace("y", "yaxis", 1)])
        _label(axes, figure.layout.title.text, [_one_line(date) for date in dates])
        return Svg(_svg(picture))


def _one_line(date: str) -> str:
    """A bar's date, and of bars within a day also its time, which plotly shows below the date."""
    return date.replace("<br>", " ")


def _scale(ax: Axes, layout: Any) -> None:
    from matplotlib.ticker import AutoLocator, EngFormatter, LogLocator, NullLocator, ScalarFormatter

    ax.set_yscale(layout.type or "linear")
    ax.set_ylabel(layout.title.text)
    ax.autoscale_view()
    if layout.type == "log":
        low, high = ax.get_ylim()
        ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)) if high > 10 * low else AutoLocator())
        ax.yaxis.set_minor_locator(NullLocator())
    ax.yaxis.set_major_formatter(EngFormatter() if layout.title.text == "shares" else ScalarFormatter(useOffset=False))
    if layout.range:
        ax.set(ylim=layout.range, yticks=layout.tickvals)


def _candles(ax: Axes, trace: Any, xs: Sequence[int]) -> None:
    rising: list[Box] = []
    falling: list[Box] = []
    for x, start, high, low, end in zip(xs, trace.open, trace.high, trace.low, trace.close, strict=True):
        if all(map(is_known, (start, high, low, end))):
            boxes = rising if end >= start else falling
            boxes += [(x, x, low, high), (x - 0.35, x + 0.35, start, end)]
    _boxes(ax, rising, trace.increasing.line.color)
    _boxes(ax, falling, trace.decreasing.line.color)


def _bars(ax: Axes, trace: Any, xs: Sequence[int]) -> None:
    boxes = [(x - 0.35, x + 0.35, 0.0, y) for x, y in zip(xs, trace.y, strict=True) if is_known(y)]
    _boxes(ax, boxes, trace.marker.color)


def _boxes(ax: Axes, boxes: Iterable[Box], colour: str) -> None:
    """Boxes of one colour as one path: its SVG text is a third as long as that of `Axes.bar`."""
    import numpy as np
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    corners = [[(left, low), (left, high), (right, high), (right, low)] for left, right, low, high in boxes]
    if corners:
        path = Path.make_compound_path_from_polys(np.array(corners))
        ax.add_patch(PathPatch(path, facecolor=colour, edgecolor=colour, linewidth=0.8))


def _line_or_marks(ax: Axes, trace: Any, xs: Sequence[int]) -> None:
    """A line, or a letter in a circle for each event of one class."""
    if trace.mode == "lines":
        label = None if trace.showlegend is False else trace.name
        ax.plot(xs, trace.y, color=trace.line.color, linewidth=trace.line.width, label=label)
        return
    circle = {"boxstyle": "circle", "facecolor": "none", "edgecolor": trace.marker.color}
    for x, y, date, letter, text in zip(xs, trace.y, trace.x, trace.text, trace.hovertext, strict=True):
        title = f"{TITLE}{_one_line(date)}: {text}"
        ax.text(x, y, letter, ha="center", va="center", fontsize=8, bbox=circle, gid=title)
    ax.update_datalim(list(zip(xs, trace.y, strict=True)))


DRAW = {"bar": _bars, "candlestick": _candles, "scatter": _line_or_marks}


def _label(axes: Sequence[Axes], title: str, dates: Sequence[str]) -> None:
    every = math.ceil(len(dates) / 7)
    axes[-1].set_xticks(range(len(dates))[every // 2 :: every], dates[every // 2 :: every])
    axes[0].set_title(title, loc="left", fontsize=12, fontweight="bold")
    _, names = axes[0].get_legend_handles_labels()
    if names:
        axes[0].legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=8, frameon=False)


def _svg(picture: Figure) -> str:
    """The picture as SVG; a browser shows the <title> of a letter beside the pointer."""
    file = io.StringIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    picture.savefig(file, format="svg", transparent=True, metadata=nothing)
    text = file.getvalue()
    text = re.sub(f'<g id="{TITLE}([^"]*)">', r"<g><title>\1</title>", text[text.index("<svg") :])
    return re.sub(r'(?<= d=")[^"]+', _short, text)


def _short(path: re.Match[str]) -> str:
    """A path on one line, in tenths of a point, which halves the picture's text."""
    tenths = re.sub(r"(\.\d)\d+", r"\1", path[0])
    return re.sub(r"\s*\n", "", tenths)
