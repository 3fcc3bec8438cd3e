"""The project's pages and the code blocks in them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
_BLOCK = re.compile(r"^```(?P<language>\w+)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    """One fenced block: its language, its code and the page's line on which the code begins."""

    language: str
    code: str
    line: int


def blocks(page: Path, language: str) -> list[Block]:
    """The page's blocks in this language, in order."""
    text = page.read_text(encoding="utf-8")
    found = (
        Block(match["language"], match["code"], text.count("\n", 0, match.start("code")) + 1)
        for match in _BLOCK.finditer(text)
    )
    return [block for block in found if block.language == language]


def commands(page: Path) -> list[str]:
    """The page's shell commands: lines joined at a backslash, comments gone."""
    joined = "\n".join(block.code for block in blocks(page, "sh")).replace("\\\n", " ")
    lines = (re.sub(r"(^|\s)#.*", "", line).strip() for line in joined.splitlines())
    return [line for line in lines if line]


def name(page: Path) -> str:
    """How a test calls the page."""
    return str(page.relative_to(ROOT))
