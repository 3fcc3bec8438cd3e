"""COTAHIST files of 1986, 1989, 1993 and 1994, ingested and refined: currencies."""

from __future__ import annotations

import zipfile
from datetime import date
from itertools import pairwise

import pytest
from binaries import built, succeeded
from conftest import Lake
from cotahist_files import Quote, flat, text
from pyspark.sql import SparkSession

import b3_kernels as b3

# The year of a file, its sessions, and its currency labels with the day from which each is used.
# `CR$` names two currencies in 1993; prices under one label are compared.
FILES = [
    (1986, date(1986, 2, 17), date(1986, 3, 21), [(date(1986, 1, 2), "CR$"), (date(1986, 3, 3), "CZ$")]),
    (1989, date(1989, 1, 9), date(1989, 2, 10), [(date(1989, 1, 2), "CZ$"), (date(1989, 1, 18), "NCZ$")]),
    (1993, date(1993, 7, 26), date(1993, 8, 13), [(date(1993, 1, 4), "CR$")]),
    (1994, date(1994, 6, 13), date(1994, 7, 29), [(date(1994, 1, 3), "CR$"), (date(1994, 7, 4), "R$")]),
]


def label(day: date) -> str:
    labels = next(labels for year, _, _, labels in FILES if year == day.year)
    return next(name for since, name in reversed(labels) if day >= since)


def published_label(day: date) -> str:
    return "BRL" if label(day) == "R$" else label(day)


def quotes() -> dict[int, list[Quote]]:
    """The quotes of each year's file: one ticker, whose price rises by one cent each session."""
    return {
        year: [
            flat(str(day), "VALE4", cents, currency=label(day), distribution=1)
            for cents, day in enumerate(b3.sessions(first, last), 1_000)
        ]
        for year, first, last, _ in FILES
    }


@pytest.fixture(scope="module")
def refined(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """A lake of all years, in every table."""
    lake = Lake(spark, tmp_path_factory.mktemp("old_money"), "b3_old_money")
    given = []
    for year, held in quotes().items():
        file = lake.root / f"COTAHIST_A{year}.ZIP"
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr(f"COTAHIST.A{year}", text(held))
        given += ["--file", str(file)]
    succeeded(built("b3-ingest"), "cotahist", *given, "--dest", lake.root)
    lake.refine("--trade_dates", "all", "--every", "1d,1w,1mo", windows="2,5")
    return lake


@pytest.mark.spark
def test_quotes_keep_their_currency_label_and_no_value_compares_two_labels(refined: Lake) -> None:
    rows = refined.published()
    days = [date.fromisoformat(row["data_pregao"]) for row in rows]
    assert days == [date.fromisoformat(quote.date) for held in quotes().values() for quote in held]
    assert [row["moeda"] for row in rows] == [published_label(day) for day in days]
    for before, row in pairwise(rows):
        same_year = before["data_pregao"][:4] == row["data_pregao"][:4]
        compares = same_year and before["moeda"] == row["moeda"]
        for column in ("retorno_diario", "retorno_total", "media_movel_2"):
            assert (row[column] is not None) == compares, (row["data_pregao"], column)
        assert (row["pregoes_desde_anterior"] is not None) == same_year
    for number, row in enumerate(rows):
        window = rows[max(0, number - 4) : number + 1]
        full = len(window) == 5 and len({(other["moeda"], other["data_pregao"][:4]) for other in window}) == 1
        mean = float(sum(other["fechamento"] for other in window) / 5)
        assert row["media_movel_5"] == (mean if full else None), row["data_pregao"]


@pytest.mark.spark
def test_a_week_or_month_of_two_currencies_has_its_close_and_null_prices(refined: Lake) -> None:
    traded = [date.fromisoformat(quote.date) for held in quotes().values() for quote in held]
    for table, period, two_labels in (
        ("cotacoes_semanais", "%G week %V", ["1989-01-16"]),
        ("cotacoes_mensais", "%Y-%m", ["1989-01-02", "1994-07-01"]),
    ):
        found = []
        for before, row in pairwise(refined.published(table)):
            first = date.fromisoformat(row["data_pregao"])
            days = [day for day in traded if day.strftime(period) == first.strftime(period)]
            across = len({label(day) for day in days}) > 1
            found += [row["data_pregao"]] if across else []
            assert row["moeda"] == published_label(days[-1])
            for column in ("abertura", "maxima", "minima", "quantidade", "volume_financeiro"):
                assert (row[column] is None) == across, (table, row["data_pregao"], column)
            assert row["fechamento"] is not None
            if before["data_pregao"][:4] == row["data_pregao"][:4]:
                assert (row["retorno_diario"] is None) == (before["moeda"] != row["moeda"])
        assert found == two_labels
