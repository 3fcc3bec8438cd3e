"""Take docs/images/report.png of the page of `make run`: `python tests/report/take_picture.py`."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests" / "harness"))

from browser import chromium  # noqa: E402 - the tests' folder has to be on the path


def main() -> None:
    """Save the page's first screen, wide and light, with a ticker that has events."""
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1000, "height": 1010}, color_scheme="light")
        page.goto((ROOT / "build" / "report.html").as_uri() + "#INVA3")
        page.screenshot(path=ROOT / "docs" / "images" / "report.png")


if __name__ == "__main__":
    main()
