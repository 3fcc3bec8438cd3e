"""The job's main tests on Spark 4.1 with ANSI mode, as in Glue 6.0, in its own environment."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pyspark
import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PYTHON = ROOT / ".venv-spark4" / "bin" / "python"
MAIN_TESTS = {
    "test_a_broken_error_rule_publishes_nothing_for_its_date_and_fails_the_run",
    "test_a_raw_object_with_damaged_pages_is_reported_with_its_column",
    "test_any_order_of_days_corrections_and_runs_equals_one_full_run",
    "test_copied_partitions_have_the_rows_that_hive_writes",
    "test_each_defect_is_found_and_repaired",
    "test_each_rule_finds_the_row_that_breaks_it_and_no_good_row",
    "test_every_reader_gets_the_same_rows_and_types",
    "test_every_table_equals_the_python_twin",
    "test_spark_sql_lists_reads_alters_and_drops_copied_partitions",
    "test_what_is_removed_from_raw_is_removed_from_files_and_catalog",
}


@pytest.mark.spark
@pytest.mark.skipif(pyspark.__version__ >= "4", reason="already on Spark 4")
@pytest.mark.skipif(not PYTHON.exists(), reason="no .venv-spark4; `make test-python` makes it")
def test_the_main_tests_of_the_job_pass_on_spark_4_with_ansi_mode() -> None:
    # Other files import packages that .venv-spark4 lacks, such as moto.
    main_test = re.compile(rf"def ({'|'.join(MAIN_TESTS)})\(")
    files = [str(path) for path in sorted(HERE.glob("test_*.py")) if main_test.search(path.read_text("utf-8"))]
    arguments = ["-m", "pytest", *files, "-v", "-k", " or ".join(MAIN_TESTS), "-p", "no:cacheprovider"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYSPARK", "SPARK"))}
    done = subprocess.run(
        [str(PYTHON), *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4_000:]
    passed = set(re.findall(r"::(\w+)\S* PASSED", done.stdout))
    assert passed == MAIN_TESTS, done.stdout[-4_000:]
