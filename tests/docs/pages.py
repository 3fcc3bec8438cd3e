"""The project's Markdown pages, their code blocks and the shell commands in them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])


class Block(NamedTuple):
    """The code of a fenced block, and the page's line on which it begins."""

    code: str
    line: int


def blocks(page: Path, language: str) -> list[Block]:
    """The page's blocks in this language, in order."""
    text = page.read_text(encoding="utf-8")
    found = re.finditer(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [Block(match[1], text.count("\n", 0, match.start(1)) + 1) for match in found]


def commands(page: Path) -> list[str]:
    """The page's shell commands in code blocks and in prose, without comments."""
    shell = [block.code for language in ("sh", "bash") for block in blocks(page, language)]
    text = page.read_text(encoding="utf-8")
    inline = re.findall(r"`((?:make|b3-ingest|python) [^`\n]+)`", text)
    indented = re.findall(r"^ {4}((?:make|b3-ingest|python) .*)", text, re.MULTILINE)
    joined = "\n".join([*shell, *indented, *inline]).replace("\\\n", " ")
    lines = (re.sub(r"(^|\s)#.*", "", line).strip() for line in joined.splitlines())
    return [line for line in lines if line]


def prose(page: str) -> str:
    """A page's text without its line breaks."""
    return " ".join((ROOT / page).read_text(encoding="utf-8").split())


def name(page: Path) -> str:
    """The page's path, as the ID of a test."""
    return str(page.relative_to(ROOT))
