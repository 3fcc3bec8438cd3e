"""Words that readers of this project stumbled over are in none of its files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("benches", "docs", "glue_scripts", "infra", "lambda", "notebooks", "queries", "rust", "scripts", "tests")
KINDS = {".ipynb", ".md", ".py", ".pyi", ".rs", ".sql", ".toml", ".yaml"}
# Each word with the words to write instead of it.
UNPLAIN = {
    "whoever": "the reader, the caller or the process",
    "nobody": "no other run, no reader, or that something is not known",
    "in peace": "without an error",
    "parted by": "separated by",
    "comes out of here": "is returned",
}
PATTERN = re.compile(r"\b(" + "|".join(UNPLAIN) + r")\b", re.IGNORECASE)


def unplain(text: str) -> list[str]:
    """A message for each such word in the text: its line, the word and what to write instead."""
    lines = enumerate(text.splitlines(), start=1)
    found = ((number, match) for number, line in lines for match in PATTERN.finditer(line))
    return [f"line {number}: '{match[0]}', write {UNPLAIN[match[0].lower()]}" for number, match in found]


def test_an_unplain_word_is_found_with_its_line_and_what_to_write() -> None:
    assert unplain("One line.\nNobody reads this line.") == [f"line 2: 'Nobody', write {UNPLAIN['nobody']}"]


@pytest.mark.parametrize("folder", [*FOLDERS, "."])
def test_files_hold_no_unplain_word(folder: str) -> None:
    paths = (ROOT / folder).glob("*" if folder == "." else "**/*")
    files = [path for path in paths if path.suffix in KINDS and path != Path(__file__) and "target" not in path.parts]
    assert files
    found = {str(path.relative_to(ROOT)): unplain(path.read_text(encoding="utf-8")) for path in files}
    assert {path: lines for path, lines in found.items() if lines} == {}
