"""The job's tests on what Glue 6.0 ships: Spark 4.1 with ANSI mode, in an environment of its own."""

from __future__ import annotations

import os
import re
import subprocess
from collections import Counter
from pathlib import Path

import pyspark
import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PYTHON = ROOT / ".venv-spark4" / "bin" / "python"
# The laws, not every way to break them: those differ in no version of Spark.
LAWS = {
    "test_a_broken_error_rule_publishes_nothing_for_its_date_and_fails_the_run": 1,
    "test_a_ticker_that_vanished_leaves_neither_file_nor_partition": 1,
    "test_an_object_whose_pages_are_damaged_is_named_with_its_column": 1,
    "test_any_history_of_runs_equals_one_full_run": 3,
    "test_daily_table_equals_the_naive_twin": 1,
    "test_each_defect_is_found_and_mended": 1,
    "test_each_rule_is_tripped_by_the_row_that_breaks_it_and_by_no_good_row": 1,
    "test_every_reader_sees_the_same_rows_and_types": 1,
    "test_period_tables_equal_the_naive_twin": 2,
}


def defines_a_law(source: str) -> bool:
    return any(f"def {law}(" in source for law in LAWS)


@pytest.mark.spark
@pytest.mark.skipif(pyspark.__version__ >= "4", reason="this is that environment")
@pytest.mark.skipif(not PYTHON.exists(), reason="no .venv-spark4; `make test-python` makes it")
def test_the_laws_hold_on_spark_4_with_ansi_mode() -> None:
    # Other files need what this environment lacks, such as moto.
    files = [str(path) for path in sorted(HERE.glob("test_*.py")) if defines_a_law(path.read_text(encoding="utf-8"))]
    arguments = ["-m", "pytest", *files, "-v", "-k", " or ".join(LAWS), "-p", "no:cacheprovider"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYSPARK", "SPARK"))}
    done = subprocess.run(
        [str(PYTHON), *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4_000:]
    passed = Counter(re.findall(r"::(\w+)\S* PASSED", done.stdout))
    assert passed == LAWS, done.stdout[-4_000:]
