"""Each data quality rule finds a row that breaks it; error rules keep dates unpublished."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from conftest import Lake
from pyspark.sql import SparkSession

import b3_kernels as b3
from b3_jobs.contract.schemas import refined_columns
from b3_jobs.refine import quality
from b3_jobs.refine.quality_rules import RULES, Rule

GOOD = {
    "ativo": "PETR4", "abertura": Decimal(10), "maxima": Decimal(12), "minima": Decimal(9), "fechamento": Decimal(11),
    "quantidade": 100, "volume_financeiro": Decimal(1050), "negocios": 3, "preco_medio": 10.5, "media_movel_3": 10.0,
    "retorno_diario": 0.1, "acoes_novas": 1, "acoes_antigas": 1, "proventos": Decimal(0), "retorno_total": 0.1,
    "ajuste": "nenhum", "moeda": "BRL", "dias_desde_anterior": 1, "pregoes_desde_anterior": 1, "fonte": "cotahist",
    "bars": 1, "rejected": None, "every": "1d",
}  # fmt: skip
# For each rule, in order, its severity and a change of a good row that breaks it; that of a warning
# breaks no error rule.
BREAKERS: list[tuple[str, dict[str, Any]]] = [
    ("warning", {"data_pregao": date(2021, 1, 2)}),  # a Saturday
    ("warning", {"rejected": "null price", "bars": 0}),
    ("error", {"ativo": "petr4"}),
    ("error", {"abertura": Decimal(0)}),
    ("error", {"maxima": None}),
    ("error", {"minima": Decimal(-1)}),
    ("error", {"fechamento": None}),
    ("error", {"maxima": Decimal(8)}),
    ("warning", {"abertura": Decimal(13)}),
    ("warning", {"fechamento": Decimal(8)}),
    ("error", {"quantidade": -1}),
    ("warning", {"quantidade": 0}),
    ("error", {"volume_financeiro": Decimal(-1)}),
    ("error", {"negocios": -1}),
    ("error", {"preco_medio": 0.0}),
    ("warning", {"preco_medio": 12.5}),
    ("error", {"retorno_diario": -1.0}),
    ("warning", {"retorno_diario": 0.95}),
    ("error", {"acoes_novas": 0}),
    ("error", {"acoes_antigas": None}),
    ("error", {"proventos": Decimal(-1)}),
    ("error", {"retorno_total": -1.0}),
    ("error", {"ajuste": "talvez"}),
    ("warning", {"ajuste": "sem_fator"}),
    ("error", {"moeda": "R$ "}),
    ("error", {"dias_desde_anterior": 0}),
    ("error", {"pregoes_desde_anterior": -1}),
    ("error", {"fonte": "rumour"}),
]
# Values that break their column's rule only because of the line break at the end.
LINE_BREAKS = {"ativo": "PETR4\n", "moeda": "R$\n", "fonte": "yahoo\n"}


def summarised(spark: SparkSession, rows: list[dict[str, Any]]) -> dict[str, dict[date, quality.DateSummary]]:
    schema = refined_columns((3,))
    return quality.summarise(spark.createDataFrame([[row[name] for name in schema.names] for row in rows], schema))


@pytest.mark.spark
def test_each_rule_finds_the_row_that_breaks_it_and_no_good_row(spark: SparkSession) -> None:
    assert [rule.severity for rule in RULES] == [severity for severity, _ in BREAKERS]
    days = b3.sessions(date(2021, 1, 4), date(2021, 3, 31))
    rows = [GOOD | {"data_pregao": days[0]}]
    rows += [GOOD | {"data_pregao": day} | change for day, (_, change) in zip(days[1:], BREAKERS, strict=False)]
    line_breaks = dict(zip(days[len(rows) :], LINE_BREAKS, strict=False))
    broken = [GOOD | {"data_pregao": day, column: LINE_BREAKS[column]} for day, column in line_breaks.items()]
    summaries = summarised(spark, rows + broken)["1d"]
    assert summaries[days[0]].broken == {}
    for rule, row in zip(RULES, rows[1:], strict=True):
        summary = summaries[row["data_pregao"]]
        assert rule in summary.broken, rule.name
        assert bool(summary.errors()) == (rule.severity == "error"), rule.name
    for day, column in line_breaks.items():
        assert [rule.column for rule in summaries[day].broken] == [column]
    total = quality.report(sum((Counter(summary.broken) for summary in summaries.values()), Counter()))
    # By a quantity of -1 and one of 0.
    assert total["quantidade: quantidade > 0"] == {"severity": "warning", "rows": 2}
    assert total["data_pregao: dayofweek(max(data_pregao)) between 2 and 6"] == {"severity": "warning", "dates": 1}


@pytest.mark.spark
def test_rejected_rows_are_counted_against_all_raw_rows_of_their_week_or_month(spark: SparkSession) -> None:
    rows: list[dict[str, Any]] = []
    # Of twenty raw rows two are rejected on a Wednesday of January, and three on one of February.
    for monday, rejected in ((date(2021, 1, 4), 2), (date(2021, 2, 1), 3)):
        bad = {"data_pregao": monday + timedelta(days=2), "bars": 0, "rejected": "null price"}
        period = [GOOD | {"data_pregao": monday, "bars": 20 - rejected}, *[GOOD | bad] * rejected]
        rows += [row | {"every": every} for row in period for every in ("1w", "1mo")]
    for found in summarised(spark, rows).values():
        counts = {day: (one.used, one.rejected, [rule.column for rule in one.broken]) for day, one in found.items()}
        assert counts == {date(2021, 1, 4): (18, 2, []), date(2021, 2, 1): (17, 3, ["rejected"])}


@pytest.mark.spark
def test_a_broken_error_rule_publishes_nothing_for_its_date_and_fails_the_run(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = b3.sessions(date(2021, 1, 4), date(2021, 1, 8))
    lake.fill(days, ("PETR4", "VALE3"))
    strict = Rule("data_pregao", f"max(data_pregao) <> date '{days[2]}'", on="date")
    loud = Rule("negocios", "negocios < 0", "warning")
    monkeypatch.setattr(quality, "RULES", (strict, loud))
    result = lake.run("--trade_dates", "all")
    assert result.status == 1
    assert f"error: {days[2]} was not published: broken quality rules: {strict.name} (1)" in result.errors
    assert {row["data_pregao"] for row in lake.published()} == {str(day) for day in days} - {str(days[2])}
    assert {row["data_pregao"] for row in lake.by_year()} == set(days) - {days[2]}
    assert result.report["quality"][loud.name] == {"severity": "warning", "rows": 10}
    assert (result.report["rows_read"], result.report["rows_written"]) == (5 * 2, 4 * 2)
    monkeypatch.undo()
    lake.refine("--trade_dates", str(days[2]))
    assert len(lake.published()) == 10
