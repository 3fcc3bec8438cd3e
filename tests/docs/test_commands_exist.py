"""Every command, option and file that a page names exists."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from binaries import built, succeeded
from pages import PAGES, ROOT, commands, name

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = {target for line in re.findall(r"^([a-z0-9 -]+):(?!=)", MAKEFILE, re.MULTILINE) for target in line.split()}
VARIABLES = set(re.findall(r"^(?:export )?([A-Z0-9_]+) \?=", MAKEFILE, re.MULTILINE))
every_page = pytest.mark.parametrize("page", PAGES, ids=name)


def called(page: Path, program: str) -> list[list[str]]:
    """The words of each call of `program` on the page, from its name on."""
    calls = []
    for command in commands(page):
        for part in re.split(r"\s*(?:&&|\|\||;|\|)\s*", command):
            words = part.split()
            position = next((at for at, word in enumerate(words) if Path(word).name == program), None)
            if position is not None:
                calls.append(words[position:])
    return calls


@every_page
def test_every_make_target_and_variable_of_a_page_is_in_the_makefile(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    in_prose = re.findall(r"`make ([a-z0-9-]+)", text)
    words = [word for call in called(page, "make") for word in call[1:]]
    targets = {word for word in words if re.fullmatch(r"[a-z][a-z0-9-]*", word)} | set(in_prose)
    assert targets <= TARGETS, sorted(targets - TARGETS)
    variables = {word.partition("=")[0] for word in words if re.match(r"[A-Z0-9_]+=", word)}
    assert variables <= VARIABLES, sorted(variables - VARIABLES)


@every_page
def test_every_b3_ingest_command_of_a_page_has_options_that_exist(page: Path) -> None:
    for call in called(page, "b3-ingest"):
        options = {word.partition("=")[0] for word in call if word.startswith("--")}
        known = set(re.findall(r"--[a-z-]+", succeeded(built("b3-ingest"), call[1], "--help")))
        assert options <= known, (call, sorted(options - known))


@every_page
def test_every_refine_quotes_command_of_a_page_has_options_that_exist(page: Path) -> None:
    from b3_jobs.contract.options import job_parser

    known = {option for action in job_parser()._actions for option in action.option_strings}
    for call in called(page, "refine_quotes.py"):
        options = {word for word in call if word.startswith("--")}
        assert options <= known, (call, sorted(options - known))


@every_page
def test_every_module_that_a_page_runs_answers_help(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for module in sorted(set(re.findall(r"python -m (b3_jobs\.\w+)", text))):
        answer = succeeded(sys.executable, "-m", module, "--help", cwd=ROOT / "glue_scripts")
        asked = set(re.findall(rf"python -m {re.escape(module)}[^`\n]*", text))
        options = {option for command in asked for option in re.findall(r"--\w+", command)}
        assert all(option in answer for option in options), options


@every_page
def test_every_file_of_the_project_that_a_page_names_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    named = re.findall(
        r"[`\"(]((?:docs|queries|notebooks|scripts|tests|infra|benches|glue_scripts|rust|lambda)/[\w./-]*)[`\")]", text
    )
    missing = [path for path in named if not (ROOT / path).exists()]
    assert not missing, missing
