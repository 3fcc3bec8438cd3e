"""The tables of a Markdown page."""

from __future__ import annotations


def table(page: str, heading: str) -> list[list[str]]:
    """The cells of the table whose first column has this heading, row by row; it must have some."""
    rows = page.partition(f"\n| {heading} |")[2].partition("\n\n")[0].splitlines()[2:]
    assert rows, f"the page has no table of this heading: {heading}"
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
