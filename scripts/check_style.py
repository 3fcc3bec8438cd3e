"""Check files and functions for size, Rust's comments for width, all text for unclear words.

Formatters and linters check none of these. ruff checks the width of Python's prose.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

FILE_LINES = 300
FUNCTION_LINES = 60
COMMENT_COLUMNS = 100
# Files that may be longer than FILE_LINES, each with the reason.
LONG_FILES = {
    "tests/e2e/test_chain.py": "one chain from the event to the table, in its order",
    "tests/infra/test_template.py": "a test for each rule of the template, on one parsed template",
    "tests/job/test_job_audit.py": "a test for each finding of the audit, on one damaged lake",
    "tests/queries/test_query_answers.py": "a test for each query, on rows of its own",
}
# Words that readers did not understand, each with the words to write instead.
UNCLEAR = {
    "whoever": "the reader, the caller or the process",
    "nobody": "no other run, no reader, or that something is not known",
    "no one": "no other run, or no person",
    "somebody": "a person, or the process",
    "room": "a buffer, space or time",
    "in peace": "without an error",
    "parted by": "separated by",
    "comes out of here": "is returned",
    "for it": "because it",
    "for they": "because they",
    "half there": "partial",
    "held against": "compared with, or checked against",
    "is no more": "was removed",
    "whole truth": "complete",
    "told of": "reported, or named",
    "at hand": "available",
    "in vain": "without success",
    "whatever came": "without an event",
    "over and over": "repeatedly",
    "no news": "nothing to report",
}
# The two files that quote the words; they are not checked at all.
QUOTING = {"scripts/check_style.py", "tests/scripts/test_check_style.py"}
SUFFIXES = {".css", ".html", ".ipynb", ".js", ".md", ".py", ".pyi", ".rs", ".sh", ".sql", ".toml", ".yaml"}
# "for it" means "because it" after a comma only.
PATTERN = re.compile(
    r"(?<=, )for (?:it|they)\b|\b(?:" + "|".join(UNCLEAR.keys() - {"for it", "for they"}) + r")\b", re.I
)
# The first line of a function of several lines: it does not end with ; or }.
RUST_FUNCTION = re.compile(
    r"^(?P<indent> *)(?:pub(?:\([a-z: ]+\))? )?(?:const |async |unsafe )*fn (?P<name>\w+).*[^;}]$"
)
FENCE = re.compile(r"^ *//[/!] ```")
PROSE_LINE = re.compile(r"^ *//[/!]? (?!\|)(?!.*://)")


def unclear_words(text: str) -> list[str]:
    """A fault for each unclear word in the text: its line, the word and what to write instead."""
    lines = enumerate(text.splitlines(), start=1)
    found = ((number, match) for number, line in lines for match in PATTERN.finditer(line))
    return [f"line {number}: '{match[0]}', write {UNCLEAR[match[0].lower()]}" for number, match in found]


def source_lines(text: str) -> int:
    """The lines of a file; of a Rust file those before its unit tests."""
    return len(text.partition("#[cfg(test)]\nmod tests {")[0].splitlines())


def rust_functions(text: str) -> list[tuple[str, int, int]]:
    """Name, first line and length of each Rust function; it ends at the brace in its own column."""
    lines = text.splitlines()
    functions = []
    for start, line in enumerate(lines):
        if found := RUST_FUNCTION.match(line):
            closing = (number for number in range(start, len(lines)) if lines[number] == found["indent"] + "}")
            functions.append((found["name"], start + 1, next(closing, start) - start + 1))
    return functions


def python_functions(text: str) -> list[tuple[str, int, int]]:
    """Name, first line and length of each Python function, without its docstring."""
    functions = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            docstring = node.body[0] if ast.get_docstring(node) else None
            prose = (docstring.end_lineno or docstring.lineno) - docstring.lineno + 1 if docstring else 0
            functions.append((node.name, node.lineno, (node.end_lineno or node.lineno) - node.lineno + 1 - prose))
    return functions


FUNCTIONS = {".py": python_functions, ".rs": rust_functions}


def comment_faults(text: str) -> list[str]:
    """A fault for each long line of Rust prose, tables and links apart; ruff checks Python's."""
    faults, in_code = [], False
    for number, line in enumerate(text.splitlines(), start=1):
        in_code ^= bool(FENCE.match(line))
        if len(line) > COMMENT_COLUMNS and not in_code and PROSE_LINE.match(line):
            faults.append(f"line {number}: a comment of {len(line)} columns, at most {COMMENT_COLUMNS}")
    return faults


def file_faults(path: str, text: str) -> list[str]:
    """What is wrong with one file, a line each."""
    suffix = Path(path).suffix
    faults = unclear_words(text)
    if suffix not in FUNCTIONS:
        return faults
    if source_lines(text) > FILE_LINES and path not in LONG_FILES:
        faults.append(f"{source_lines(text)} lines, at most {FILE_LINES}: split it")
    faults += [
        f"line {line}: {name} has {length} lines, at most {FUNCTION_LINES}: split it"
        for name, line, length in FUNCTIONS[suffix](text)
        if length > FUNCTION_LINES
    ]
    return faults + (comment_faults(text) if suffix == ".rs" else [])


def main() -> int:
    """Print the faults of all files that Git knows; 1 if there is one."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    named = [path for path in listed.splitlines() if Path(path).suffix in SUFFIXES and path not in QUOTING]
    texts = {path: (ROOT / path).read_text("utf-8") for path in named if (ROOT / path).exists()}
    faults = [f"{path}: {fault}" for path, text in texts.items() for fault in file_faults(path, text)]
    long = {path for path, text in texts.items() if source_lines(text) > FILE_LINES}
    faults += [f"{path}: in LONG_FILES without need" for path in sorted(LONG_FILES.keys() - long)]
    for fault in faults:
        print(f"style: {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
