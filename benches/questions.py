"""Benchmark of the three daily tables: the time of each question in each table.

The lake is made by b3-ingest and the job, as `make run` makes it, or is an existing one (`--lake`).
The tables' answers are compared before they are timed. `--quick` measures two tickers only.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))
os.environ.setdefault("PYSPARK_PYTHON", sys.executable)

import history  # noqa: E402
import pyarrow.compute as pc  # noqa: E402
from figures import medians, parser, publish, rows_with_rates  # noqa: E402
from job_table import Table  # noqa: E402
from pyspark.sql import SparkSession  # noqa: E402

import local_spark  # noqa: E402
from b3_kernels.lake import open_catalog  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    # The sum of shares, the highest close, and the number of rows.
    Answer = tuple[int, Decimal, int]

YEAR = 2024


def make_lake(lake: Path, tickers: int) -> None:
    """Publish a year of `tickers` tickers in the three daily tables."""
    history.ingest_years(lake, range(YEAR, YEAR + 1), tickers)
    history.refine(lake, "diarias,por_ano,cotacoes")


def ask_spark(spark: SparkSession, table: str, where: str) -> Callable[[], Answer]:
    """A query by Spark of a table of the catalog."""

    def answer() -> Answer:
        columns = "sum(quantidade), max(fechamento), count(*)"
        (row,) = spark.sql(f"SELECT {columns} FROM b3.{table} WHERE {where}").collect()  # noqa: S608
        return tuple(row)

    return answer


def ask_iceberg(lake: Path, where: str) -> Callable[[], Answer]:
    """A query by PyIceberg of the Iceberg table, as `read_quotes` makes it."""

    def answer() -> Answer:
        with open_catalog(lake / "refined") as tables:
            scan = tables.load_table("b3.cotacoes").scan(where, selected_fields=("quantidade", "fechamento"))
            found = scan.to_arrow()
        return pc.sum(found["quantidade"]).as_py(), pc.max(found["fechamento"]).as_py(), len(found)

    return answer


def bench(spark: SparkSession, lake: Path, table: Table) -> str:
    """Times every question in each table; returns a description of the data."""
    quotes = spark.sql(f"SELECT ativo, data_pregao FROM b3.cotacoes_por_ano WHERE ano = {YEAR}")  # noqa: S608
    rows, tickers = quotes.count(), sorted(name for (name,) in quotes.select("ativo").distinct().collect())
    ticker, day = tickers[len(tickers) // 2], date(YEAR, 6, 28)
    # {0} takes the word DATE, which Spark needs before a date and PyIceberg refuses.
    of_ticker, of_day = f"ativo = '{ticker}'", f"data_pregao = {{0}}'{day}'"
    of_year = f"data_pregao >= {{0}}'{YEAR}-01-01' AND data_pregao <= {{0}}'{YEAR}-12-31'"
    for question, where in {
        "a year, all tickers": of_year,
        "one ticker's year": f"{of_year} AND {of_ticker}",
        "one ticker, one date": f"{of_day} AND {of_ticker}",
    }.items():
        spark_where = where.format("DATE ")
        asked = {
            "cotacoes_por_ano": ask_spark(spark, "cotacoes_por_ano", f"ano = {YEAR} AND {spark_where}"),
            "cotacoes_diarias": ask_spark(spark, "cotacoes_diarias", spark_where),
            "cotacoes": ask_iceberg(lake, where.format("")),
        }
        answers = {answer() for answer in asked.values()}
        assert len(answers) == 1, answers
        _shares, _highest, count = answers.pop()
        assert count
        taken = medians(asked, 3, time.perf_counter)
        named = {f"{question}: {name}": seconds for name, seconds in taken.items()}
        table.rows += rows_with_rates(named, count, "rows/s")
        value = taken["cotacoes_diarias"] / taken["cotacoes_por_ano"]
        aim = 20 if where == of_year else None
        table.ratio(f"{question}: cotacoes_diarias / cotacoes_por_ano", value, aim, at_most=False)
    return (
        f"A year of {len(tickers):,} tickers, {rows:,} rows, asked of the three daily tables: Spark reads the one-row "
        "files and the year file, PyIceberg the Iceberg table. The median of 3."
    )


def main() -> None:
    """Measures and writes the table."""
    options = parser(__doc__)
    options.add_argument("--lake", type=Path, help="a lake of `make run` with the quotes of 2024")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        lake, table = given.lake or Path(name), Table()
        if not given.lake:
            make_lake(lake, 2 if given.quick else 40)
        local_spark.point_spark_at(lake)
        spark = SparkSession.builder.enableHiveSupport().getOrCreate()
        about = bench(spark, lake, table)
        spark.stop()
    publish({"title": "Questions", "about": about, "rows": table.rows, "ratios": table.ratios}, given.json)


if __name__ == "__main__":
    main()
