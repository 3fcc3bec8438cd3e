"""Readers of a page for tests: its data, and the tables that its script makes from them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

# Opens a page: open_page(path, width=1200, scheme="light", fragment="#INVA3").
Open = Callable[..., Page]
UNKNOWN = "\N{EN DASH}"  # what the page shows for a number that is not known


def data_of(page: Path) -> dict[str, Any]:
    """The data inside a page, as its script reads them."""
    (text,) = re.findall(r'<script type="application/json" id="lake">(.*?)</script>', page.read_text(encoding="utf-8"))
    data: dict[str, Any] = json.loads(text)
    return data


def open_bars(page: Page) -> None:
    page.locator("#bars summary").click()
    wait_for_bars(page)


def wait_for_bars(page: Page) -> None:
    """Waits until the opened table of bars has rows, which come a moment later."""
    page.locator("#bars tbody tr").first.wait_for()


def rows_of(page: Page, table: str) -> dict[str, list[str]]:
    """The rows of a table by their first cell."""
    rows = page.locator(f"{table} tbody tr").evaluate_all(
        "rows => rows.map(row => [...row.cells].map(cell => cell.innerText))"
    )
    return {row[0]: row[1:] for row in rows}
