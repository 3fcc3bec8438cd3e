"""Every link of a page or notebook leads to a file of the project, and to a heading that it has.

The site's build checks the links from one of its pages to another, and no others.
"""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from markdown.extensions.toc import slugify
from pages import PAGES, ROOT

LINKED = [
    *PAGES,
    *(ROOT / name for name in ("infra/README.md", "rust/b3-kernels-py/README.md", "tests/faults/README.md")),
    *sorted((ROOT / "notebooks").glob("*.ipynb")),
]


def markdown(page: Path) -> str:
    """The page's text without its blocks of code, or a notebook's cells of text."""
    text = page.read_text(encoding="utf-8")
    if page.suffix == ".ipynb":
        cells = nbformat.reads(text, as_version=4).cells
        return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def anchors(page: Path) -> set[str]:
    """The anchors of the page's headings."""
    headings = re.findall(r"^#+ (.+)$", markdown(page), re.MULTILINE)
    return {slugify(heading.replace("`", ""), "-") for heading in headings}


@pytest.mark.parametrize("page", LINKED, ids=[str(page.relative_to(ROOT)) for page in LINKED])
def test_every_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", markdown(page)) if "://" not in link]
    for link in links:
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), link
        # An anchor with a dot is made by the site, from a docstring.
        assert not anchor or "." in anchor or anchor in anchors(target), link
