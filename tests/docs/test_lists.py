"""Lists in the pages have all that the code has, and nothing else."""

from __future__ import annotations

import inspect
import json
import re

from page_tables import table
from pages import ROOT

import b3_kernels as b3
import check_dependencies
from b3_jobs.contract.options import job_parser
from b3_jobs.run.report import Report, TableReport


def text(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def names(cell: str) -> list[str]:
    return re.findall(r"`(-*\w+)`", cell)


def test_the_jobs_page_describes_every_argument() -> None:
    described = [name for cell, *_ in table(text("docs/job.md"), "argument") for name in names(cell)]
    options = [option for action in job_parser()._actions for option in action.option_strings]
    assert sorted(described) == sorted(option for option in options if option not in ("-h", "--help"))


def test_the_jobs_page_describes_every_key_of_the_closing_line() -> None:
    described = [name for cell, *_ in table(text("docs/job.md"), "key") for name in names(cell)]
    line = Report([TableReport("b3.cotacoes_diarias", "1d")]).line(seconds=1.0)
    assert sorted(described) == sorted(json.loads(line))


def test_the_wheels_page_lists_every_function_once() -> None:
    listed = [name for _, cell in table(text("docs/wheel.md"), "group") for name in names(cell)]
    public = [name for name in b3.__all__ if inspect.isfunction(getattr(b3, name)) or name == "Refiner"]
    of_modules = ["candles", "still", "write_page", "open_catalog", "PartitionFiles", "encode_parquet"]
    assert sorted(listed) == sorted([*public, *of_modules])


def test_contributing_has_the_layers_that_the_lint_checks() -> None:
    lines = text("CONTRIBUTING.md").splitlines()
    assert " <- ".join(check_dependencies.LAYERS) in lines
    assert " <- ".join([*check_dependencies.SLICES, "all other modules"]) in lines
