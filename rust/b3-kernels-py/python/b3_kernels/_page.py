"""The writer of HTML pages, whose figures share one copy of plotly's script."""

from __future__ import annotations

import html
from collections.abc import Iterable
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from . import _options

if TYPE_CHECKING:
    import plotly.graph_objects as go

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; --page: #fbfbfd; --ink: #1c2330; --faint: #5d687a; }}
@media (prefers-color-scheme: dark) {{ :root {{ --page: #12161d; --ink: #e8ecf3; --faint: #9aa6b8; }} }}
body {{ margin: 0 auto; max-width: 1180px; padding: 16px 8px 48px; background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; }}
h1 {{ font-size: 1.5rem; margin: 0 0 8px 8px; }}
.js-plotly-plot text {{ fill: var(--faint) !important; }}
.js-plotly-plot .gtitle {{ fill: var(--ink) !important; font-weight: 600; }}
</style>
<h1>{title}</h1>
{charts}
</html>
"""
LIBRARY = "plotly.min.js"
Place = Literal["inside", "beside", "cdn"]


def write_page(
    path: str | PathLike[str],
    figures: Iterable[go.Figure] | go.Figure,
    *,
    title: str = "Charts",
    library: Place = "inside",
) -> Path:
    """Write figures as one HTML page, with at most one copy of plotly's script, 4.8 MB.

    Args:
        path: the HTML file to write.
        figures: results of `candles`, one or several, drawn one below the other.
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
    import plotly.io
    import plotly.offline
    from plotly.basedatatypes import BaseFigure

    _options.choice("library", library, Place)
    path, heading = Path(_options.path("path", path)), _options.text("title", title)
    several = [figures] if isinstance(figures, BaseFigure) else _options.several(figures)
    scripts: dict[str, bool | str] = {"inside": True, "beside": LIBRARY, "cdn": "cdn"}
    charts = [
        plotly.io.to_html(
            _options.figure("figures", figure),
            include_plotlyjs=scripts[library] if index == 0 else False,
            full_html=False,
            config={"displayModeBar": False, "responsive": True},
        )
        for index, figure in enumerate(several)
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(PAGE.format(title=html.escape(heading), charts="\n".join(charts)), encoding="utf-8")
    if library == "beside":
        (path.parent / LIBRARY).write_text(plotly.offline.get_plotlyjs(), encoding="utf-8")
    return path
