"""The job's tests on what Glue 6.0 ships: Spark 4.1 with ANSI mode, in an environment of its own."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pyspark
import pytest

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv-spark4" / "bin" / "python"
# The laws, not every way to break them: those differ in no version of Spark.
TESTS = "daily_table or period_tables or any_history or vanished or damaged or every_reader or each_rule or each_defect"


@pytest.mark.spark
@pytest.mark.skipif(pyspark.__version__ >= "4", reason="this is that environment")
@pytest.mark.skipif(not PYTHON.exists(), reason="no .venv-spark4; `make test-python` makes it")
def test_the_laws_hold_on_spark_4_with_ansi_mode() -> None:
    arguments = ["-m", "pytest", str(ROOT / "tests" / "job"), "-q", "-k", TESTS, "-p", "no:cacheprovider"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYSPARK", "SPARK"))}
    done = subprocess.run(
        [str(PYTHON), *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4_000:]
    assert " passed" in done.stdout
