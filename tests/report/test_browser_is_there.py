"""Without a browser the page's tests are skipped, or fail with CI=true."""

from __future__ import annotations

import browser
import pytest


@pytest.mark.parametrize(("ci", "outcome"), [("", pytest.skip.Exception), ("true", pytest.fail.Exception)])
def test_a_machine_without_a_browser_skips_and_ci_fails(
    monkeypatch: pytest.MonkeyPatch, ci: str, outcome: type[BaseException]
) -> None:
    monkeypatch.setattr(browser, "NAMES", ())
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match="install it with: sudo apt-get install chromium"), browser.chromium():
        pass
