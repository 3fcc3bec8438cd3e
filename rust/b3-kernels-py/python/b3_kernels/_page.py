"""Pages of figures that share one copy of plotly's script."""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

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


def write(path: Path, figures: Sequence[go.Figure], title: str, library: str) -> Path:
    """Write the page, and the script beside it if requested."""
    import plotly.io
    import plotly.offline

    scripts: dict[str, bool | str] = {"inside": True, "beside": LIBRARY, "cdn": "cdn"}
    charts = []
    for place, figure in enumerate(figures):
        charts.append(
            plotly.io.to_html(
                figure,
                include_plotlyjs=scripts[library] if place == 0 else False,
                full_html=False,
                config={"displayModeBar": False, "responsive": True},
            )
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(PAGE.format(title=html.escape(title), charts="\n".join(charts)), encoding="utf-8")
    if library == "beside":
        (path.parent / LIBRARY).write_text(plotly.offline.get_plotlyjs(), encoding="utf-8")
    return path
