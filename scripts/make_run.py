"""The command `make run`: ingest, refine, publish, query and draw a lake on this machine."""

from __future__ import annotations

import argparse
import fcntl
import glob
import json
import os
import shlex
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

import local_spark
import report
import sample_cotahist
from b3_jobs.contract.options import Options
from b3_jobs.contract.schemas import BY_YEAR, TABLES
from b3_jobs.errors import JobError
from b3_jobs.files.storage import Storage
from report.tickers import connect_duckdb

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
SAMPLE = BUILD / "COTAHIST_A2024_INVENTED.TXT"
SAMPLE_ACTIONS = BUILD / "ACTIONS_2024_INVENTED.csv"
# Of the tables of daily rows DAILY has a file for each row, BY_YEAR a file for each year. QUERY and
# EVENTS read BY_YEAR: the catalog's table in Spark, a view of the same name in DuckDB.
DAILY = TABLES["1d"]
PATH_MARKS = '":;\\'  # in a lake's path they mean something else to Spark, its metastore or DuckDB
QUERY = f"""
SELECT ativo, count(*) AS pregoes, min(data_pregao) AS primeiro, max(data_pregao) AS ultimo,
       max(maxima) AS maior_alta, sum(quantidade) AS quantidade, sum(volume_financeiro) AS volume_financeiro
FROM {BY_YEAR} GROUP BY ativo ORDER BY volume_financeiro DESC, ativo LIMIT 10
"""  # noqa: S608 - our own name
EVENTS = f"""
SELECT count_if(acoes_novas <> acoes_antigas) AS splits, count_if(proventos > 0) AS distributions,
       count_if(ajuste = 'sem_fator') AS unknown
FROM {BY_YEAR}
"""  # noqa: S608 - our own name
ACTIONS = """
SELECT ex_date, ticker, kind, amount, numerator AS new_shares, denominator AS old_shares,
       parse_filename(filename, true) AS source
FROM actions ORDER BY ex_date DESC, ticker, kind LIMIT 10
"""


class StepError(Exception):
    """A step failed and has printed the reason; `status` is its exit status."""

    def __init__(self, status: int) -> None:
        super().__init__(f"exit status {status}")
        self.status = status


def step(text: str) -> None:
    """Prints the title of the next step."""
    print(f"\n== {text}", flush=True)


def arguments() -> argparse.Namespace:
    """The options from the Makefile; an empty string is a variable that was not given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ingest", type=Path, required=True, help="the b3-ingest binary")
    parser.add_argument("--lake", type=folder, required=True, help="root of the lake")
    parser.add_argument("--page", type=report.page_file, required=True, help="the HTML file of the report")
    parser.add_argument(
        "--source", choices=("cotahist", "yahoo"), default="cotahist", help="where the quotes come from"
    )
    parser.add_argument("--cotahist", default="", help="a COTAHIST file, TXT or ZIP; empty: a sample is generated")
    parser.add_argument("--tickers", default="", help="comma separated B3 codes; empty: all of the file")
    parser.add_argument("--from", dest="first", default="", help="first trade date, Yahoo only")
    parser.add_argument("--to", dest="last", default="", help="last trade date, included, Yahoo only")
    parser.add_argument("--ingest-flags", type=words, default="", help="more arguments for b3-ingest")
    parser.add_argument("--job-flags", type=words, required=True, help="arguments for the job besides its paths")
    return parser.parse_args()


def folder(text: str) -> Path:
    """The value of `--lake`, checked."""
    if not text or "://" in text:
        raise argparse.ArgumentTypeError(f"{text!r}: expected a folder of this machine, such as build/lake")
    if marks := [mark for mark in PATH_MARKS if mark in str(Path(text).absolute())]:
        raise argparse.ArgumentTypeError(f"{text!r}: found {marks[0]}, expected a path without {' '.join(PATH_MARKS)}")
    try:
        Storage.at(text)
    except JobError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return Path(text)


def words(text: str) -> list[str]:
    """The value of `--ingest-flags` or `--job-flags`, split as a shell would."""
    try:
        return shlex.split(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r}: {str(error).lower()}") from error


def keep_others_out(lake: Path) -> None:
    """Makes the lake's folder and locks it until this process ends: two cannot use its metastore.

    Raises:
        StepError: another `make run` has locked it.
    """
    lake.mkdir(parents=True, exist_ok=True)
    try:
        fcntl.flock(os.open(lake, os.O_RDONLY), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print(f"make_run: another make run is at work on {lake}; wait until it has ended", file=sys.stderr)
        raise StepError(1) from None


def is_sample(options: argparse.Namespace) -> bool:
    """Whether the quotes are the generated sample, because no others are named."""
    return options.source == "cotahist" and not options.cotahist


def mark_invented(lake: Path) -> None:
    """Notes in the lake that it holds invented quotes, which the page then says too.

    Raises:
        StepError: the lake has quotes and no such note, so they are real.
    """
    marker = lake / report.INVENTED
    if not marker.exists() and any((lake / "raw").rglob("*.parquet")):
        reason = f"{lake} holds quotes and no file {report.INVENTED}, so the invented ones are not added"
        print(f"make_run: {reason}: name a file (COTAHIST=) or another LAKE=, or delete this one", file=sys.stderr)
        raise StepError(1)
    marker.write_text("This lake holds invented quotes.\n", encoding="utf-8")


def ingest_command(options: argparse.Namespace) -> list[str]:
    """The b3-ingest command line; writes the sample file if the quotes are the sample."""
    command, file = [str(options.ingest), options.source], options.cotahist
    if is_sample(options):
        print(f"no COTAHIST= given: {SAMPLE.relative_to(ROOT)}, a year of INVENTED tickers and prices, is generated")
        SAMPLE.parent.mkdir(parents=True, exist_ok=True)
        SAMPLE.write_bytes(sample_cotahist.sample(2024, events=True))
        file = str(SAMPLE)
    # b3-ingest refuses a flag that the source does not take, such as --file for Yahoo.
    given = {"--file": file, "--tickers": options.tickers, "--from": options.first, "--to": options.last}
    for flag, value in given.items():
        if value:
            command += [flag, value]
    return [*command, "--dest", str(options.lake), *options.ingest_flags]


def ingest(options: argparse.Namespace) -> list[str]:
    """Run b3-ingest and return the trade dates of its report that are in the lake now."""
    report_file = options.lake / "ingest-report.json"
    if is_sample(options):
        mark_invented(options.lake)
    if status := subprocess.run([*ingest_command(options), "--report", str(report_file)], check=False).returncode:
        raise StepError(status)
    outcomes: list[dict[str, Any]] = json.loads(report_file.read_text(encoding="utf-8"))["outcomes"]
    return sorted({entry["trade_date"] for entry in outcomes if entry["outcome"] in {"written", "unchanged"}})


def ingest_sample_actions(options: argparse.Namespace) -> None:
    """Ingests the sample's splits and dividends from a CSV file, if the quotes are the sample's."""
    if not is_sample(options):
        return
    lines = sample_cotahist.actions(2024, options.tickers.split(",") if options.tickers else None)
    if len(lines) == 1:  # the header alone
        return
    step(f"ingest the sample's splits and dividends from {SAMPLE_ACTIONS.relative_to(ROOT)}")
    SAMPLE_ACTIONS.write_text("\n".join(lines) + "\n", encoding="utf-8")
    command = [str(options.ingest), "actions", "--file", str(SAMPLE_ACTIONS), "--dest", str(options.lake)]
    if status := subprocess.run(command, check=False).returncode:
        raise StepError(status)


def show_actions(lake: Path) -> None:
    """Prints the latest corporate actions of the lake."""
    if not list(lake.glob("actions/*/*.parquet")):
        return
    files = duckdb.read_parquet(f"{glob.escape(str(lake))}/actions/*/*.parquet", hive_partitioning=True, filename=True)
    step("the latest corporate actions of the lake")
    print(files.query("actions", ACTIONS))


def refine(lake: Path, flags: list[str]) -> str:
    """Runs the Glue job's script over all pending dates; returns the name of its database."""
    import refine_quotes

    step(f"refine: refine_quotes.py {shlex.join(flags)}")
    given = ["--raw_path", str(lake / "raw"), "--refined_path", str(lake / "refined"), *flags]
    if status := refine_quotes.main(given):
        raise StepError(status)
    return Options.from_arguments(given).database


def show_catalog(spark: SparkSession) -> None:
    """Prints the published tables and the number and range of their partitions in the catalog."""
    step("the catalog: SHOW TABLES, SHOW PARTITIONS")
    for table in spark.sql("SHOW TABLES").collect():
        partitions = spark.sql(f"SHOW PARTITIONS {table.tableName}")
        summary = partitions.selectExpr("count(*)", "min(partition)", "max(partition)")
        ((count, first, last),) = summary.collect()
        print(f"{table.namespace}.{table.tableName}: {partition_summary(count, first, last)}")


def partition_summary(count: int, first: str | None, last: str | None) -> str:
    """The number of a table's partitions, with the first and the last by name."""
    if count > 1:
        return f"{count:,} partitions, {first} .. {last}"
    return f"1 partition, {first}" if count else "no partition"


def query_both(spark: SparkSession, files: duckdb.DuckDBPyConnection) -> None:
    """Compares a query's rows by Spark on the catalog and by DuckDB on the Parquet files.

    Raises:
        StepError: they differ.
    """
    step("the same SQL by Spark from the catalog and by DuckDB from the Parquet files")
    print(QUERY.strip())
    if spark.catalog.tableExists(DAILY):
        print(f"({DAILY} holds the same rows, a file each: it is for one ticker on one date)")
    by_spark = [tuple(row) for row in spark.sql(QUERY).collect()]
    by_duckdb = files.sql(QUERY).fetchall()
    print(files.sql(QUERY))
    if by_spark != by_duckdb:
        print(f"make_run: Spark and DuckDB disagree:\n{by_spark}\n{by_duckdb}", file=sys.stderr)
        raise StepError(1)
    print("Spark and DuckDB agree to the last digit")


def event_summary(files: duckdb.DuckDBPyConnection) -> str:
    """The numbers of rows with a split, with a dividend, and with an event of unknown size."""
    ((splits, distributions, unknown),) = files.sql(EVENTS).fetchall()
    return f"{splits} splits and bonuses, {distributions} distributions, {unknown} steps without a known factor"


def main() -> int:
    """Runs all steps; returns the exit status of the first step that fails, or 0."""
    options = arguments()
    options.lake, options.page = options.lake.resolve(), options.page.resolve()
    began = time.monotonic()
    try:
        keep_others_out(options.lake)
        step(f"ingest {options.source} into {options.lake}")
        dates = ingest(options)
        if not dates:
            print("make_run: no session came in, so there is nothing to refine", file=sys.stderr)
            return 1
        ingest_sample_actions(options)
        local_spark.point_spark_at(options.lake)
        database = refine(options.lake, options.job_flags)
        from pyspark.sql import SparkSession

        spark = SparkSession.builder.enableHiveSupport().getOrCreate()
        spark.sql(f"USE {database}")
        show_catalog(spark)
        files = connect_duckdb(options.lake, view=BY_YEAR)
        query_both(spark, files)
        show_actions(options.lake)
        report.write_report(options.page, options.lake)
    except StepError as failure:
        return failure.status
    except (report.LakeError, OSError) as error:  # nothing to show, a damaged file, a page that cannot be written
        print(f"make_run: {error}", file=sys.stderr)
        return 1
    step(f"done in {time.monotonic() - began:.0f} s")
    print(f"events: {event_summary(files)}\npage:   {options.page}\nlake:   {options.lake}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
