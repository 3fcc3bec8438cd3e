"""README.md agrees with the project, and its translation agrees with it."""

from __future__ import annotations

import re
from pathlib import Path

import pyarrow as pa
import pytest
from binaries import succeeded

import b3_kernels as b3

ROOT = Path(__file__).resolve().parents[2]
ENGLISH = (ROOT / "README.md").read_text(encoding="utf-8")
PORTUGUESE = (ROOT / "README.pt-BR.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def commands(text: str) -> list[str]:
    """The shell and Python lines of a README without their comments."""
    blocks = re.findall(r"```(?:sh|python)\n(.*?)```", text, re.DOTALL)
    lines = (line.split("#")[0].strip() for block in blocks for line in block.splitlines())
    return [line for line in lines if line]


def shape(text: str) -> list[str]:
    """Heading levels, backquoted text of table rows, and links except to READMEs, in order."""
    found = []
    for line in text.splitlines():
        if heading := re.match(r"#+ ", line):
            found.append(heading.group())
        elif line.startswith("|"):
            found.append("| " + " ".join(re.findall(r"`[^`]+`", line)))
        found += re.findall(r"\]\((?!README)([^)]+)\)", line)
    return found


def test_readme_translation_has_the_same_headings_tables_links_and_commands() -> None:
    assert commands(PORTUGUESE) == commands(ENGLISH)
    assert shape(PORTUGUESE) == shape(ENGLISH)


@pytest.mark.parametrize("text", [ENGLISH, PORTUGUESE], ids=["en", "pt"])
def test_readme_lists_the_published_columns_with_their_types(text: str) -> None:
    rows = re.findall(r"^\| (`[a-z].*?`) \| ((?:date|string|double|int|bigint|decimal)\b.*?) \|", text, re.MULTILINE)
    listed = {}
    for cell, kinds in rows:
        names = [name if not name.startswith("_") else f"media_movel{name}" for name in re.findall(r"`(\w+)`", cell)]
        types = re.findall(r"decimal\(\d+,\d+\)|\w+", kinds)
        # A row has one type for all its columns (`media_movel_5`, `_20`: double), or one for each.
        listed |= dict(zip(names, types * (len(names) // len(types)), strict=True))
    in_sql = {"date32[day]": "date", "int32": "int", "int64": "bigint"}
    published = {}
    for field in pa.schema(b3.Refiner().output_schema):
        kind = str(field.type)
        published[field.name] = in_sql.get(kind, kind.replace("decimal128", "decimal").replace(", ", ","))
    assert listed == published


def test_make_help_lists_the_commands_that_readme_and_contributing_name() -> None:
    rest = re.search(r"`make help` lists the rest: ([^.]+)\.", ENGLISH)
    assert rest is not None
    named = re.findall(r"make ([a-z0-9-]+)", "\n".join(commands(ENGLISH + CONTRIBUTING)))
    listed = re.findall(r"make (\S+) ", succeeded("make", "help", cwd=ROOT))
    assert {*named, *re.findall(r"`(\w+)`", rest[1])} <= set(listed)
