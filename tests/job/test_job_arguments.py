"""Arguments of the job and the audit, without Spark: defaults, Glue's own, errors of one line."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

import refine_quotes
from b3_jobs.audit import command
from b3_jobs.contract.options import Options
from b3_jobs.errors import JobError
from b3_jobs.run.report import Report, TableReport

PATHS = ("--raw_path", "raw", "--refined_path", "refined")


def test_options_have_the_contracts_defaults() -> None:
    assert Options.from_arguments(PATHS) == Options(
        "raw", "refined", database="b3", trade_dates="pending", affected=False, every=("1d",), windows=(5, 20, 50, 200),
        actions_path="", tables=("diarias", "por_ano", "cotacoes"), allow_drops=0,
    )  # fmt: skip


def test_tables_of_daily_rows_need_daily_rows() -> None:
    tables = ("--tables", "por_ano")
    assert Options.from_arguments((*PATHS, "--every", "1d,1w", *tables)).tables == ("por_ano",)
    with pytest.raises(JobError, match=r"^--tables names tables of daily rows, which --every 1w,1mo does not have$"):
        Options.from_arguments((*PATHS, "--every", "1w,1mo", *tables))


@pytest.mark.parametrize(
    ("raw_path", "actions"),
    [("raw/", "actions"), ("/raw", "/actions"), ("a/raw", "a/actions"), ("s3://b/l/raw", "s3://b/l/actions")],
)
def test_actions_lie_beside_raw_unless_their_path_is_given(raw_path: str, actions: str) -> None:
    assert Options(raw_path, "refined").actions_folder == actions
    assert Options(raw_path, "refined", actions_path="other").actions_folder == "other"


def test_the_actions_of_a_whole_bucket_need_a_path() -> None:
    with pytest.raises(JobError, match="--raw_path: s3://b/ is a whole bucket, so actions are not beside it: give"):
        assert Options("s3://b/", "refined").actions_folder
    assert Options("s3://b", "refined", actions_path="s3://b/actions").actions_folder == "s3://b/actions"


# What AWS documents for jobs of Spark, what Glue adds to a run, and one that is not known yet.
GLUE = (
    "JOB_NAME JOB_ID JOB_RUN_ID WORKFLOW_NAME WORKFLOW_RUN_ID SECURITY_CONFIGURATION TempDir RedshiftTempDir "
    "additional-python-modules auto-scale-within-microbatch class conf continuous-log-conversionPattern "
    "continuous-log-logGroup continuous-log-logStreamPrefix custom-logGroup-prefix custom-logStream-prefix "
    "customer-driver-env-vars customer-executor-env-vars datalake-formats debug disable-proxy-v2 enable-auto-scaling "
    "enable-continuous-cloudwatch-log enable-continuous-log-filter enable-data-lineage enable-glue-datacatalog "
    "enable-job-insights enable-lakeformation-fine-grained-access enable-metrics enable-observability-metrics "
    "enable-rename-algorithm-v2 enable-s3-parquet-optimized-committer enable-spark-ui encryption-type "
    "executor-cores extra-files extra-jars extra-py-files job-bookmark-from job-bookmark-option job-bookmark-to "
    "job-language library-set mode python-modules-installer-option scriptLocation spark-event-logs-path "
    "use-postgres-driver user-jars-first write-shuffle-files-to-s3 write-shuffle-spills-to-s3 enable-what-comes-next"
)


@pytest.mark.parametrize("value", ["true", "--no-index", "spark.a=1 --conf spark.b=2", "windows"])
def test_arguments_of_glue_are_ignored(value: str) -> None:
    glue = [word for name in GLUE.split() for word in (f"--{name}", value)]
    options = Options.from_arguments([*glue, *PATHS, "--trade_dates", "2024-01-02", "--affected", "true", *glue])
    assert options == Options("raw", "refined", trade_dates="2024-01-02", affected=True)
    given = ["--refined_path", "refined", *glue, "--every", "1w", *glue]
    # An argument that is not given is there only if `audit_parser` has a default for it.
    assert command.audit_parser().parse(given) == {
        "refined_path": "refined", "every": "1w", "trade_dates": "all", "raw_path": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given", "expected"),
    [((), False), (("--affected",), True), (("--affected", "TRUE"), True), (("--affected", "false"), False)],
)
def test_affected_is_a_flag_or_a_pair(given: tuple[str, ...], expected: bool) -> None:
    assert Options.from_arguments([*given, *PATHS, "--trade_dates", "2024-01-02"]).affected is expected


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (("--windows", "5,x"), "argument --windows: 'x' is no window: a whole number from 1 to 2000 (see --help)"),
        (("--window", "5"), "unknown argument --window, expected --windows (see --help)"),
        (("--trade-dates=2024-01-02",), "unknown argument --trade-dates, expected --trade_dates (see --help)"),
        (("--windows", "0"), "argument --windows: '0' is no window: a whole number from 1 to 2000 (see --help)"),
        (("--windows", "5,5"), "argument --windows: '5,5' names a window twice (see --help)"),
        (("--affected", "maybe"), "argument --affected: 'maybe' is neither true nor false (see --help)"),
        (
            ("--database", "b3; drop"),
            "argument --database: 'b3; drop' is no database name: lower-case letters, digits and _",
        ),
        (("--every", "1d,2d"), "argument --every: '2d' is none of 1d, 1w, 1mo (see --help)"),
        (("--affected",), "--affected goes with dates in --trade_dates; pending refines the affected dates anyway"),
        (
            ("--affected", "true", "--trade_dates", "all"),
            "--affected goes with dates in --trade_dates; all refines the affected dates anyway",
        ),
        (("--tables", "diaria"), "argument --tables: 'diaria' is none of diarias, por_ano, cotacoes (see --help)"),
        (("--allow_drops", "-1"), "argument --allow_drops: '-1' is no whole number (see --help)"),
        (("--trade_dates", "2024-01-02,"), "--trade_dates: '' is neither a date (2024-01-02) nor a range"),
    ],
)
def test_a_wrong_argument_is_an_error_with_what_was_expected(given: tuple[str, ...], message: str) -> None:
    with pytest.raises(JobError) as caught:
        Options.from_arguments([*PATHS, *given])
    assert message in str(caught.value)


def test_a_missing_argument_is_an_error_with_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert refine_quotes.main(["--raw_path", "raw"]) == 1
    assert command.main(["--raw_path", "raw"]) == 1
    missing = "error: the following arguments are required: --refined_path (see --help)\n"
    assert capsys.readouterr().err == 2 * missing


def test_a_misspelt_argument_of_the_audit_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--refined_path", "refined", "--repairs"]) == 1
    assert capsys.readouterr().err == "error: unknown argument --repairs, expected --repair (see --help)\n"


def test_a_raw_path_without_dates_or_of_an_unknown_scheme_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refine_quotes.main(["--raw_path", str(tmp_path), "--refined_path", "x"]) == 1
    assert capsys.readouterr().err == (
        f"error: --raw_path: file://{tmp_path} holds no trade_date=YYYY-MM-DD folder with a raw object in it\n"
    )
    assert refine_quotes.main(["--raw_path", "ftp://host/raw", "--refined_path", "x"]) == 1
    assert capsys.readouterr().err == "error: ftp://host/raw: neither a local path nor s3://bucket/prefix\n"


@pytest.mark.parametrize("path", ["file:///disk/lake#2/refined", "/disk/la?ke/refined", "s3://bucket/50%25/refined"])
def test_a_path_that_is_cut_or_decoded_as_part_of_a_url_is_an_error(
    options: Options, capsys: pytest.CaptureFixture[str], path: str
) -> None:
    """The Iceberg table's files would be elsewhere, such as in /disk/lake."""
    Path(options.raw_path, "trade_date=2024-01-02").mkdir(parents=True)
    Path(options.raw_path, "trade_date=2024-01-02", "cotahist.parquet").touch()
    assert refine_quotes.main(["--raw_path", options.raw_path, "--refined_path", path]) == 1
    expected = r"error: (file|s3)://\S*([#?%])\S*: found \2, expected a path without # \? %\n"
    assert re.fullmatch(expected, capsys.readouterr().err)


def test_on_glue_the_error_message_of_a_run_is_the_reason(tmp_path: Path) -> None:
    # With a package awsglue on its path the run is Glue's: the script exits with the reason.
    glue = tmp_path / "awsglue"
    glue.mkdir()
    (glue / "__init__.py").touch()
    script = Path(refine_quotes.__file__)
    call = [sys.executable, str(script), *PATHS, "--trade_dates", "no-date"]

    def error_lines(path: Path) -> list[str]:
        environment = os.environ | {"PYTHONPATH": str(path)}
        done = subprocess.run(call, env=environment, capture_output=True, text=True, timeout=600, check=False)
        assert done.returncode == 1
        return done.stderr.splitlines()

    reason = "--trade_dates: 'no-date' is neither a date (2024-01-02) nor a range (2024-01-02..2024-01-31)"
    assert error_lines(tmp_path) == [f"error: {reason}", reason]
    assert error_lines(tmp_path / "elsewhere") == [f"error: {reason}"]


def test_message_of_a_failed_run_has_its_dates_and_the_first_reason() -> None:
    assert Report([TableReport("b3.cotacoes_diarias", "1d")]).failure() is None
    days = [date(2024, 1, day) for day in range(1, 13)]
    daily = TableReport("b3.cotacoes_diarias", "1d", failed={str(day): f"broken {day.day}" for day in days[1:]})
    weekly = TableReport("b3.cotacoes_semanais", "1w", failed={str(days[0]): "broken week"})
    message = Report([daily, weekly]).failure()
    named = ", ".join(map(str, days[:10]))
    assert message == f"not published: {named} and 2 more; 2024-01-01: broken week"


def test_closing_line_has_the_sums_of_the_tables_and_names_fifty_steps() -> None:
    steps = [f"INVA{n} 2024-01-02: distribution 101 to 102" for n in range(60)]
    daily = TableReport("b3.cotacoes_diarias", "1d", rows_read=70, sem_fator=60, unexplained=steps)
    weekly = TableReport("b3.cotacoes_semanais", "1w", rows_read=70, sem_fator=1, unexplained=steps[:1])
    line = json.loads(Report([daily, weekly]).line(seconds=1.0))
    assert (line["rows_read"], line["sem_fator"], line["unexplained"]) == (140, 61, steps[:50])
    assert [(table["table"], table["sem_fator"]) for table in line["tables"]] == [(daily.table, 60), (weekly.table, 1)]
