"""A renderer of figures of `candles` as SVG text, for pages without scripts and for print.

plotly itself draws only in a browser. This draws the few kinds of traces that `candles` makes, so
that a README or a notebook has a picture without one, the same for the same figure.
"""

from __future__ import annotations

import html
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import plotly.graph_objects as go

WIDTH, HEIGHT, PANEL = 960, 480, 110
LEFT, RIGHT = 68, 948
INK, GRID = "#7a8494", "#8a94a6"
TICKS = 6


class Svg(str):
    """SVG text that a notebook shows as a picture."""

    __slots__ = ()

    def _repr_svg_(self) -> str:
        return str(self)

    def __repr__(self) -> str:
        return f"<Svg of {len(self)} characters>"


@dataclass(frozen=True)
class Panel:
    """A part of the picture with its own scale: `low` at `bottom`, `high` at `top`, in pixels."""

    top: float
    bottom: float
    low: float
    high: float
    log: bool = False

    def y(self, value: float) -> float:
        """The position of `value` in pixels from above."""
        low, high, at = (math.log10(number) if self.log else number for number in (self.low, self.high, value))
        return self.bottom - (at - low) / (high - low or 1.0) * (self.bottom - self.top)

    def ticks(self) -> list[float]:
        """Round values over the scale: multiples of 1, 2 or 5 times a power of ten."""
        if self.log and self.high > 10 * self.low:
            powers = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
            values = [factor * 10.0**power for power in powers for factor in (1, 2, 5)]
            return [value for value in values if self.low <= value <= self.high]
        rough = (self.high - self.low or 1.0) / TICKS
        power: float = 10.0 ** math.floor(math.log10(rough))
        step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
        return [number * step for number in range(math.ceil(self.low / step), math.floor(self.high / step) + 1)]


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
    by_axis: dict[str, list[Any]] = {}
    for trace in figure.data:
        by_axis.setdefault(trace.yaxis or "y", []).append(trace)
    candles, *others = by_axis.pop("y")
    averages = [trace for trace in others if trace.mode == "lines"]
    marks = [trace for trace in others if trace.mode != "lines"]
    (volume,) = by_axis.pop("y2")
    log = figure.layout.yaxis.type == "log"
    prices = Panel(48, 350, *_range([candles.low, candles.high, *(trace.y for trace in others)], log=log), log=log)
    shares = Panel(376, 446, 0.0, max(_numbers(volume.y), default=1.0))
    step = (RIGHT - LEFT) / len(candles.x)
    centres = [LEFT + (position + 0.5) * step for position in range(len(candles.x))]
    height = HEIGHT + PANEL * len(by_axis)
    parts = [
        *_scale(prices),
        *_scale(shares, most=2),
        *_candles(candles, prices, centres, step),
        *_bars(volume, shares, centres, step),
        *(_line(trace, prices, centres) for trace in averages),
        *(mark for trace in marks for mark in _marks(trace, prices, dict(zip(candles.x, centres, strict=True)))),
    ]
    for place, traces in enumerate(by_axis.values()):
        parts += _panel(figure, traces, 472 + PANEL * place, centres, step)
    parts += [*_dates(candles.x, centres, height), *_heading(figure.layout.title.text, averages)]
    body = "\n".join(parts)
    return Svg(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'font-family="system-ui, sans-serif" font-size="12" fill="{INK}">\n{body}\n</svg>'
    )


def _panel(figure: go.Figure, traces: Sequence[Any], top: float, centres: Sequence[float], step: float) -> list[str]:
    """An indicator below the volume: its lines, its bars from zero, and its name."""
    axis = figure.layout[traces[0].yaxis.replace("y", "yaxis", 1)]
    low, high = axis.range or _range([trace.y for trace in traces])
    panel = Panel(top, top + PANEL - 36, low, high)
    parts = list(_scale(panel, most=3, ticks=axis.tickvals))
    for trace in traces:
        if trace.type == "bar":
            parts += _bars(trace, panel, centres, step)
        else:
            parts.append(_line(trace, panel, centres))
    parts.append(f'<text x="{LEFT + 4}" y="{top + 12}">{html.escape(axis.title.text)}</text>')
    return parts


def _numbers(values: Sequence[Any]) -> list[float]:
    return [value for value in values if value is not None and math.isfinite(value)]


def _range(columns: Sequence[Sequence[Any]], *, log: bool = False) -> tuple[float, float]:
    numbers = [number for column in columns for number in _numbers(column) if number > 0 or not log]
    low, high = min(numbers, default=1.0 if log else 0.0), max(numbers, default=1.0)
    # A single price has no scale: add some space above and below.
    margin = abs(low) / 20 or 1.0 if low == high else 0.0
    return low - margin, high + margin


def _scale(panel: Panel, most: int = TICKS + 1, ticks: Sequence[float] | None = None) -> Iterator[str]:
    ticks = ticks or panel.ticks()
    for value in ticks[:: max(1, -(-len(ticks) // most))]:
        y = panel.y(value)
        yield f'<path d="M{LEFT} {y:.1f}H{RIGHT}" stroke="{GRID}" stroke-opacity="0.25"/>'
        yield f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{_label(value)}</text>'


def _label(value: float) -> str:
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:g} {letter}"
    return f"{value:.10g}"


def _candles(trace: Any, panel: Panel, centres: Sequence[float], step: float) -> Iterator[str]:
    wide = max(1.0, step * 0.7)
    up, down = trace.increasing.line.color, trace.decreasing.line.color
    for x, opening, high, low, close in zip(centres, trace.open, trace.high, trace.low, trace.close, strict=True):
        if len(_numbers((opening, high, low, close))) < 4:
            continue
        colour = up if close >= opening else down
        top, bottom = panel.y(max(opening, close)), panel.y(min(opening, close))
        yield f'<path d="M{x:.1f} {panel.y(high):.1f}V{panel.y(low):.1f}" stroke="{colour}"/>'
        yield _box(x, wide, top, max(1.0, bottom - top), colour)


def _bars(trace: Any, panel: Panel, centres: Sequence[float], step: float) -> Iterator[str]:
    for x, value in zip(centres, trace.y, strict=True):
        if value is not None and math.isfinite(value):
            top, bottom = sorted((panel.y(value), panel.y(0.0) if panel.low < 0.0 else panel.bottom))
            yield _box(x, max(1.0, step * 0.7), top, bottom - top, trace.marker.color)


def _box(x: float, wide: float, top: float, height: float, colour: str) -> str:
    return f'<rect x="{x - wide / 2:.1f}" y="{top:.1f}" width="{wide:.1f}" height="{height:.1f}" fill="{colour}"/>'


def _line(trace: Any, panel: Panel, centres: Sequence[float]) -> str:
    path, pen = [], "M"
    for x, value in zip(centres, trace.y, strict=True):
        if value is None or not math.isfinite(value):
            pen = "M"
            continue
        path.append(f"{pen}{x:.1f} {panel.y(value):.1f}")
        pen = "L"
    return f'<path d="{"".join(path)}" fill="none" stroke="{trace.line.color}" stroke-width="{trace.line.width}"/>'


def _marks(trace: Any, panel: Panel, centres: Mapping[str, float]) -> Iterator[str]:
    """A letter in a circle for each event of one class, with its text as the title."""
    for day, value, letter, text in zip(trace.x, trace.y, trace.text, trace.hovertext, strict=True):
        x, y = centres[day], panel.y(value)
        yield f"<g><title>{html.escape(f'{day}: {text}')}</title>"
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="7" fill="none" stroke="{trace.marker.color}"/>'
        yield f'<text x="{x:.1f}" y="{y + 3.5:.1f}" font-size="10" text-anchor="middle">{letter}</text></g>'


def _dates(dates: Sequence[str], centres: Sequence[float], height: float) -> Iterator[str]:
    every = -(-len(dates) // 7)
    for date, x in zip(dates[every // 2 :: every], centres[every // 2 :: every], strict=True):
        anchor, shown = "middle" if x < RIGHT - 32 else "end", html.escape(date.replace("<br>", " "))
        yield f'<text x="{min(x, RIGHT):.1f}" y="{height - 12}" text-anchor="{anchor}">{shown}</text>'


def _heading(title: str, averages: Sequence[Any]) -> Iterator[str]:
    yield f'<text x="{LEFT}" y="28" font-size="16" font-weight="600">{html.escape(title)}</text>'
    named = [trace for trace in averages if trace.showlegend is not False]
    for position, trace in enumerate(reversed(named)):
        x = RIGHT - position * 84
        yield f'<text x="{x}" y="28" text-anchor="end" fill="{trace.line.color}">{html.escape(trace.name)}</text>'
