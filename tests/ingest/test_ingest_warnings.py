"""`b3-ingest` prints each warning once."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from cotahist_files import flat, text

if TYPE_CHECKING:
    from pathlib import Path


def test_a_date_that_is_no_session_gives_one_warning(binary: Path, tmp_path: Path) -> None:
    source = tmp_path / "day.TXT"
    source.write_text(text([flat("2024-12-25", "PETR4", 3_700)]), encoding="latin-1")
    command = [str(binary), "cotahist", "--file", str(source), "--dest", str(tmp_path / "lake")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    warning = "2024-12-25 is no session by the calendar"
    assert (done.stdout + done.stderr).count(warning) == 1
    assert f"warning: {warning}" in done.stdout
