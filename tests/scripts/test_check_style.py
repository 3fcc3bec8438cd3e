"""Tests of scripts/check_style.py: the project passes, and a broken rule is a fault."""

from __future__ import annotations

import pytest

import check_style

LONG_PYTHON = 'def work():\n    """Words\n    that do not count."""\n' + "    work()\n" * 60
LONG_RUST = "impl Work {\n    pub(crate) const fn work() {\n" + "        work();\n" * 59 + "    }\n}\n"


def test_no_file_breaks_a_rule(capsys: pytest.CaptureFixture[str]) -> None:
    assert check_style.main() == 0, capsys.readouterr().err


@pytest.mark.parametrize(
    ("path", "text", "fault"),
    [
        ("a.md", "One line.\nNobody reads this.", "line 2: 'Nobody', write " + check_style.UNCLEAR["nobody"]),
        ("a.yaml", "# Twice, for it may fail.", "line 1: 'for it', write because it"),
        ("a.py", "x = 1\n" * 301, "301 lines, at most 300: split it"),
        ("a.py", LONG_PYTHON, "line 1: work has 61 lines, at most 60: split it"),
        ("a.rs", LONG_RUST, "line 2: work has 61 lines, at most 60: split it"),
        ("a.rs", "    /// " + "x" * 93 + "\n", "line 1: a comment of 101 columns, at most 100"),
    ],
)
def test_a_broken_rule_is_a_fault_that_says_what_to_do(path: str, text: str, fault: str) -> None:
    assert check_style.file_faults(path, text) == [fault]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.md", "x\n" * 301 + "A test for it."),  # Markdown has no limit; no comma before `for it`
        ("a.rs", "fn one() -> u8 { 1 }\n" + "// words\n" * 60 + "fn main() {\n}\n"),  # `one` ends in its line
        ("a.rs", "x\n" * 300 + "#[cfg(test)]\nmod tests {\n}\n"),  # unit tests do not count
        ("a.rs", "//! ```\n//! " + "x" * 100 + "\n//! ```\n//! | " + "x" * 100 + "\n"),  # code and a table
        (next(iter(check_style.LONG_FILES)), "x = 1\n" * 301),
    ],
)
def test_text_that_the_rules_allow_is_no_fault(path: str, text: str) -> None:
    assert check_style.file_faults(path, text) == []
