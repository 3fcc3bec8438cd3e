"""Fixtures of the report's tests: the browser, a lake, and pages that must have no errors."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import TIMEOUT_MS, chromium
from playwright.sync_api import Browser, Page
from report_lakes import sample_lake
from report_page import Open

import report


@pytest.fixture(scope="session")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake with the invented year of `make run`."""
    folder = sample_lake(tmp_path_factory.mktemp("sample") / "lake")
    (folder / report.INVENTED).write_text("The quotes are invented.\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def sample_page(lake: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "report.html"
    report.write_report(path, lake)
    return path


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    """Opens pages; asserts at the end that none used the network or wrote to the console."""
    requests: list[str] = []
    messages: list[str] = []
    contexts = []

    def open_it(path: Path, width: int = 1200, scheme: Any = "light", fragment: str = "") -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(TIMEOUT_MS)
        page.on("request", lambda request: requests.append(request.url))
        page.on("console", lambda message: messages.append(message.text))
        page.on("pageerror", lambda error: messages.append(str(error)))
        page.goto(path.as_uri() + fragment)
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert not [url for url in requests if not url.startswith("file://")]
    assert len(requests) == len(contexts), requests
    assert not messages
