"""Which table for which question: a year of all tickers, and one ticker on one date, asked of each table.

The answers of the tables are compared before they are timed. `--quick` measures two tickers only.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "glue_scripts"), str(ROOT / "benches")]
os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")

import job_lakes  # noqa: E402
import pyarrow.compute as pc  # noqa: E402
from job_partitions import refined_rows, target  # noqa: E402
from job_table import Table, medians  # noqa: E402
from pyspark.sql import functions as sf  # noqa: E402

from b3_jobs.contract.options import Options  # noqa: E402
from b3_jobs.contract.published_table import PublishedTable  # noqa: E402
from b3_jobs.log.stages import Stages  # noqa: E402
from b3_jobs.run.session import open_session  # noqa: E402
from b3_jobs.tables import catalog, iceberg_catalog, iceberg_table, year_table  # noqa: E402
from b3_jobs.tables.publish import publish  # noqa: E402
from b3_kernels.lake import open_catalog  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from pyspark.sql import Column, SparkSession

    # Shares, the highest close, and the number of rows.
    Answer = tuple[int, Decimal, int]


def bench(spark: SparkSession, folder: Path, table: Table, tickers: int) -> None:
    """Publishes a year in the three daily tables and asks each what the others are for, too.

    Spark asks the files of a row and the year files, PyIceberg the Iceberg table, as `read_quotes` does.
    """
    days = [day for day in job_lakes.sessions(300) if day.year == job_lakes.LAST.year]
    refined = refined_rows(spark, folder / "year", tickers, len(days))
    quotes = target(spark, folder, "questions")
    years = PublishedTable.of_years(Options("", str(folder / "questions"), "questions"))
    catalog.ensure_table(spark, years)
    publish(spark, refined, quotes, dict.fromkeys(days, tickers), {}, Stages())
    year_table.publish(spark, refined, days, years)
    months = PublishedTable.of_iceberg(Options("", str(folder / "questions"), "questions"))
    iceberg_catalog.ensure_table(months)
    iceberg_table.publish(spark, refined, days, months, {})
    day, rows = days[len(days) // 2], tickers * len(days)
    year = (sf.col("data_pregao") >= days[0]) & (sf.col("data_pregao") <= days[-1])
    one = (sf.col("data_pregao") == day) & (sf.col("ativo") == "T0001")
    history = year & (sf.col("ativo") == "T0001")
    of_year = sf.col("ano") == day.year
    of_days = f"data_pregao >= '{days[0]}' and data_pregao <= '{days[-1]}'"
    questions: dict[str, tuple[Column, str, int]] = {
        "a year, all tickers": (year, of_days, rows),
        "one ticker's year": (history, f"{of_days} and ativo = 'T0001'", len(days)),
        "one ticker, one date": (one, f"data_pregao = '{day}' and ativo = 'T0001'", 1),
    }

    def ask(name: str, where: Column, expected: int) -> Callable[[], Answer]:
        def answer() -> Answer:
            found = spark.table(name).where(where)
            row = found.agg(sf.sum("quantidade"), sf.max("fechamento"), sf.count("*")).collect()[0]
            assert row[2] == expected
            return tuple(row)

        return answer

    def ask_iceberg(where: str) -> Callable[[], Answer]:
        def answer() -> Answer:
            with open_catalog(folder / "questions") as tables:
                scan = tables.load_table(months.table).scan(where, selected_fields=("quantidade", "fechamento"))
                found = scan.to_arrow()
            return pc.sum(found["quantidade"]).as_py(), pc.max(found["fechamento"]).as_py(), len(found)

        return answer

    for question, (where, words, expected) in questions.items():
        asked = {
            "cotacoes_por_ano": ask(years.table, where & of_year, expected),
            "cotacoes_diarias": ask(quotes.table, where, expected),
            "cotacoes": ask_iceberg(words),
        }
        assert len({answer() for answer in asked.values()}) == 1
        taken = medians(asked, 3)
        for name, seconds in taken.items():
            table.row(f"{question}: {name}", seconds, expected, "rows/s", ours=True)
        aim = 20 if expected == rows else None
        value = taken["cotacoes_diarias"] / taken["cotacoes_por_ano"]
        table.ratio(f"{question}: cotacoes_diarias / cotacoes_por_ano", value, aim, at_most=False)
    refined.unpersist()


def main() -> None:
    """Asks and writes the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two tickers")
    parser.add_argument("--json", type=Path, help="where to write the table")
    given = parser.parse_args()
    tickers, table = 2 if given.quick else 40, Table()
    with tempfile.TemporaryDirectory() as name:
        spark = job_lakes.session(Path(name))
        spark.sparkContext.environment["PYTHONPATH"] = str(ROOT / "benches")
        with open_session():
            bench(spark, Path(name), table, tickers)
        spark.stop()
    if given.json:
        about = (
            f"A year of {tickers} tickers, asked of the three daily tables: Spark local[2] asks the files of a row and "
            "the year file, PyIceberg the Iceberg table. The median of 3."
        )
        content = {"title": "Questions", "about": about, "rows": table.rows, "ratios": table.ratios}
        given.json.write_text(json.dumps(content, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
