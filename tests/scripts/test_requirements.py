"""Tests of the pins of requirements/run.txt, and that it holds what `make run` imports."""

from __future__ import annotations

import ast
import re
import sys
from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
RUN, DEV = (
    set((ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8").splitlines()) for name in ("run", "dev")
)
# What `make run` runs, except the wheel: every package that the wheel imports is optional.
MODULES = ("make_run", "local_spark", "sample_cotahist", "java_home")
FOLDERS = ("glue_scripts", "scripts/report")
# Packages that Glue installs, or that only a lake on S3 needs.
ELSEWHERE = {"awsglue", "boto3", "botocore"}


def imported(path: Path) -> Iterator[str]:
    """The packages that a file imports, without those imported for type checkers only."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typed = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if node in typed:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.partition(".")[0]


def test_requirements_of_make_run_have_the_pins_of_the_tests() -> None:
    assert RUN < DEV


def test_requirements_of_make_run_hold_the_distutils_that_pyspark_imports() -> None:
    spec = find_spec("pyspark.sql.pandas")
    assert spec is not None
    assert spec.origin is not None
    assert "distutils" in imported(Path(spec.origin).with_name("utils.py"))
    # Without it `make run` fails on Python 3.12 and later.
    assert any(line.startswith("setuptools==") for line in RUN)


def test_requirements_of_make_run_hold_every_package_it_imports() -> None:
    files = [ROOT / "scripts" / f"{name}.py" for name in MODULES]
    files += [file for folder in FOLDERS for file in (ROOT / folder).rglob("*.py")]
    ours = {path.stem for path in files} | {"b3_jobs", "b3_kernels", "report"}
    names = {name for file in files for name in imported(file)} - sys.stdlib_module_names - ours - ELSEWHERE
    assert {"pyspark", "pyarrow", "duckdb"} <= names
    installed = {re.sub(r"[-_.]+", "-", line.partition("==")[0]).lower() for line in RUN}
    known = packages_distributions()
    for name in sorted(names):
        distributions = {re.sub(r"[-_.]+", "-", found).lower() for found in known.get(name, [name])}
        assert distributions & installed, f"{name} is imported by `make run`, but not in requirements/run.txt"
