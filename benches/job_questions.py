"""Which table for which question: a year of all tickers, and one ticker on one date, asked of either."""

from __future__ import annotations

from typing import TYPE_CHECKING

import job_lakes
from job_partitions import refined_rows, target
from job_table import medians
from pyspark.sql import functions as sf

from b3_jobs.contract.options import Options
from b3_jobs.contract.published_table import PublishedTable
from b3_jobs.log.stages import Stages
from b3_jobs.tables import catalog, year_table
from b3_jobs.tables.publish import publish

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from job_table import Table
    from pyspark.sql import Column, SparkSession


def bench(spark: SparkSession, folder: Path, table: Table, tickers: int) -> None:
    """Publishes a year in both tables and asks each what the other is for, too."""
    days = [day for day in job_lakes.sessions(300) if day.year == job_lakes.LAST.year]
    refined = refined_rows(spark, folder / "year", tickers, len(days))
    quotes = target(spark, folder, "questions")
    years = PublishedTable.of_years(Options("", str(folder / "questions"), "questions"))
    catalog.ensure_table(spark, years)
    publish(spark, refined, quotes, dict.fromkeys(days, tickers), {}, Stages())
    year_table.publish(spark, refined, days, years)
    day, rows = days[len(days) // 2], tickers * len(days)
    year = (sf.col("data_pregao") >= days[0]) & (sf.col("data_pregao") <= days[-1])
    one = (sf.col("data_pregao") == day) & (sf.col("ativo") == "T0001")
    history = year & (sf.col("ativo") == "T0001")
    of_year = sf.col("ano") == day.year
    questions: dict[str, tuple[Column, int]] = {
        "a year, all tickers": (year, rows),
        "one ticker's year": (history, len(days)),
        "one ticker, one date": (one, 1),
    }

    def ask(name: str, where: Column, expected: int) -> Callable[[], object]:
        def answer() -> object:
            found = spark.table(name).where(where)
            row = found.agg(sf.sum("quantidade"), sf.max("fechamento"), sf.count("*")).collect()[0]
            assert row[2] == expected
            return row

        return answer

    for question, (where, expected) in questions.items():
        fast, slow = ask(years.table, where & of_year, expected), ask(quotes.table, where, expected)
        assert fast() == slow()
        taken = medians({"cotacoes_por_ano": fast, "cotacoes_diarias": slow}, 3)
        for name, seconds in taken.items():
            table.row(f"{question}: {name}", seconds, expected, "rows/s", ours=True)
        aim = 20 if expected == rows else None
        value = taken["cotacoes_diarias"] / taken["cotacoes_por_ano"]
        table.ratio(f"{question}: cotacoes_diarias / cotacoes_por_ano", value, aim, at_most=False)
    refined.unpersist()
