"""One page with a chart for each ticker, readable with no network: what `make run` leaves in build/report.html."""

from __future__ import annotations

import html
from pathlib import Path
from typing import TYPE_CHECKING

import plotly.io
import plotly.offline

from b3_kernels import plot

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import plotly.graph_objects as go
    import pyarrow as pa

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark;
  --page: #fbfbfd; --card: #ffffff; --ink: #1c2330; --faint: #5d687a; --edge: #e3e7ee; }}
@media (prefers-color-scheme: dark) {{
  :root {{ --page: #12161d; --card: #1a202a; --ink: #e8ecf3; --faint: #9aa6b8; --edge: #2a3240; }}
}}
body {{ margin: 0 auto; max-width: 1180px; padding: 24px 16px 48px; background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; }}
h1 {{ font-size: 1.5rem; margin: 0 0 4px; }}
p {{ color: var(--faint); margin: 0 0 20px; }}
section {{ background: var(--card); border: 1px solid var(--edge); border-radius: 10px; padding: 8px;
  margin-bottom: 20px; }}
.js-plotly-plot text {{ fill: var(--faint) !important; }}
.js-plotly-plot .gtitle {{ fill: var(--ink) !important; font-weight: 600; }}
</style>
<script>{plotly}</script>
<h1>{title}</h1>
<p>{subtitle}</p>
{charts}
</html>
"""


def write_report(
    path: Path, bars: Mapping[str, pa.Table], actions: pa.Table, windows: tuple[int, ...], title: str, subtitle: str
) -> None:
    """Write the page: each ticker as it traded, and after a split once more in the shares of its last date.

    Args:
        path: the HTML file to write.
        bars: ticker to its bars, in order of date, with the averages `sma_<window>` as published.
        actions: the lake's corporate actions, which the charts mark.
        windows: the averages to draw.
        title: heading of the page.
        subtitle: one line below it.
    """
    figures = [figure for ticker, table in bars.items() for figure in _figures(ticker, table, actions, windows)]
    charts = "\n".join(f"<section>{_piece(figure)}</section>" for figure in figures)
    page = PAGE.format(
        title=html.escape(title), subtitle=html.escape(subtitle), charts=charts, plotly=plotly.offline.get_plotlyjs()
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")


def _figures(ticker: str, bars: pa.Table, actions: pa.Table, windows: tuple[int, ...]) -> Iterator[go.Figure]:
    """One ticker's chart, and the adjusted one if its shares changed within the bars."""
    yield plot.candles(bars, averages=windows, actions=actions)
    first, last = bars["trade_date"][0].as_py(), bars["trade_date"][-1].as_py()
    own = (event for event in actions.to_pylist() if event["ticker"] == ticker and event["numerator"] is not None)
    if any(first < event["ex_date"] <= last for event in own):
        yield plot.candles(bars, averages=windows, actions=actions, adjust=True, title=f"{ticker}, adjusted")


def _piece(figure: go.Figure) -> str:
    """A figure as a piece of a page; the page holds plotly's script once."""
    piece: str = plotly.io.to_html(
        figure, include_plotlyjs=False, full_html=False, config={"displayModeBar": False, "responsive": True}
    )
    return piece
