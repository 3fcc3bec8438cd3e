"""Tests of scripts/check_dependencies.py: the project passes, a forbidden import is a fault."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

import check_dependencies


@pytest.fixture(scope="module")
def metadata() -> dict[str, Any]:
    return check_dependencies.cargo_metadata()


def test_direction_of_dependence_holds(capsys: pytest.CaptureFixture[str]) -> None:
    assert check_dependencies.main() == 0, capsys.readouterr().err


@pytest.mark.parametrize(
    ("crate", "dependency"),
    [
        ("b3-market", "tokio"),
        ("b3-market", "arrow-array"),
        ("b3-cotahist", "tokio"),
        ("b3-kernels", "polars-core"),
        ("b3-kernels", "b3-cotahist"),
        ("b3-kernels", "pyo3"),
        ("start-glue-job", "arrow-schema"),
        ("b3-ingest", "b3-kernels"),
    ],
)
def test_direction_of_dependence_fails_on_a_forbidden_crate(
    metadata: dict[str, Any], crate: str, dependency: str
) -> None:
    broken = copy.deepcopy(metadata)
    ids = {package["name"]: package["id"] for package in broken["packages"]}
    node = next(node for node in broken["resolve"]["nodes"] if node["id"] == ids[crate])
    node["deps"].append({"pkg": ids[dependency], "dep_kinds": [{"kind": None}]})  # None: not for tests or build
    faults = check_dependencies.crate_faults(broken)
    assert any(fault.startswith(f"{crate} must not depend on {dependency}") for fault in faults)


@pytest.mark.parametrize(
    ("above", "beside"), [("b3_jobs.run", "b3_jobs.tables"), ("..run", ".")], ids=["absolute", "relative"]
)
def test_a_module_of_the_job_that_imports_a_higher_package_or_itself_is_a_fault(
    tmp_path: Path, above: str, beside: str
) -> None:
    sources = {
        "run/job_run.py": "",
        "tables/catalog.py": f"from {above}.job_run import main\nfrom {beside} import publish\n",
        "tables/publish.py": f"from {beside} import catalog\n",
    }
    for name, text in sources.items():
        (tmp_path / "b3_jobs" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "b3_jobs" / name).write_text(text)
    assert check_dependencies.layer_faults(check_dependencies.imports_inside(tmp_path / "b3_jobs")) == [
        "b3_jobs.tables.catalog must not import b3_jobs.run.job_run: its package is above",
        "b3_jobs: tables.catalog uses itself through others",
        "b3_jobs: tables.publish uses itself through others",
    ]


def test_a_package_of_the_job_without_a_layer_is_a_fault() -> None:
    assert check_dependencies.layer_faults({"new.module": {"errors"}, "errors": set()}) == [
        "b3_jobs.new: not in LAYERS of check_dependencies.py"
    ]


def test_rust_modules_that_use_each_other_are_a_fault_but_a_module_may_use_its_submodules() -> None:
    uses = {"": {"cli"}, "cli": {"args"}, "args": {"cli"}, "sink": {"sink::s3"}, "sink::s3": {"sink"}}
    assert check_dependencies.circle_faults("b3-ingest", uses) == [
        "b3-ingest: args uses itself through others",
        "b3-ingest: cli uses itself through others",
    ]


def test_a_module_on_slices_of_numbers_that_uses_a_higher_one_or_arrow_is_a_fault() -> None:
    # From the lowest: simd, exact, rolling; above all of them `table` and `error`, not in SLICES.
    uses = {"simd": set[str](), "exact::big": {"simd", "rolling::sma"}, "rolling::sma": {"error"}, "table": {"simd"}}
    assert check_dependencies.slice_faults(uses, naming_arrow={"exact::big", "table"}) == [
        "b3-kernels: exact::big must not use rolling::sma",
        "b3-kernels: rolling::sma must not use error",
        "b3-kernels: exact::big must not use arrow",
    ]
