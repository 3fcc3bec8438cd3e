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
# For each rule a change of a good row that breaks it; for a warning it breaks no error rule.
BREAKERS: dict[str, dict[str, Any]] = {
    "data_pregao: dayofweek(max(data_pregao)) between 2 and 6": {"data_pregao": date(2021, 1, 2)},
    "rejected: count_if(rejected not like 'superseded%') <= 0.1 * (sum(bars) + count(rejected))": {
        "rejected": "null price",
        "bars": 0,
    },
    "ativo: ativo rlike '^[A-Z0-9]{1,12}$'": {"ativo": "petr4"},
    "abertura: abertura > 0": {"abertura": Decimal(0)},
    "maxima: maxima > 0": {"maxima": None},
    "minima: minima > 0": {"minima": Decimal(-1)},
    "fechamento: fechamento > 0": {"fechamento": None},
    "maxima: maxima >= minima": {"maxima": Decimal(8)},
    "abertura: abertura between minima and maxima": {"abertura": Decimal(13)},
    "fechamento: fechamento between minima and maxima": {"fechamento": Decimal(8)},
    "quantidade: quantidade >= 0": {"quantidade": -1},
    "quantidade: quantidade > 0": {"quantidade": 0},
    "volume_financeiro: volume_financeiro is null or volume_financeiro >= 0": {"volume_financeiro": Decimal(-1)},
    "negocios: negocios is null or negocios >= 0": {"negocios": -1},
    "preco_medio: preco_medio is null or preco_medio > 0": {"preco_medio": 0.0},
    "preco_medio: preco_medio is null or preco_medio between minima and maxima": {"preco_medio": 12.5},
    "retorno_diario: retorno_diario is null or retorno_diario > -1": {"retorno_diario": -1.0},
    "retorno_diario: retorno_diario is null or abs(retorno_diario) <= 0.9": {"retorno_diario": 0.95},
    "acoes_novas: acoes_novas > 0": {"acoes_novas": 0},
    "acoes_antigas: acoes_antigas > 0": {"acoes_antigas": None},
    "proventos: proventos >= 0": {"proventos": Decimal(-1)},
    "retorno_total: retorno_total is null or retorno_total > -1": {"retorno_total": -1.0},
    "ajuste: ajuste in ('nenhum', 'aplicado', 'sem_fator', 'nao_verificavel')": {"ajuste": "talvez"},
    "ajuste: ajuste <> 'sem_fator'": {"ajuste": "sem_fator"},
    "moeda: moeda rlike '^[A-Z]+[$]?$'": {"moeda": "R$ "},
    "dias_desde_anterior: dias_desde_anterior is null or dias_desde_anterior > 0": {"dias_desde_anterior": 0},
    "pregoes_desde_anterior: pregoes_desde_anterior is null or pregoes_desde_anterior >= 0": {
        "pregoes_desde_anterior": -1
    },
    "fonte: fonte rlike '^(cotahist|yahoo|yahoo-[0-9]+[mh])$'": {"fonte": "rumour"},
}

# The rules that are only counted; the others keep a date unpublished.
WARNINGS = {
    "data_pregao: dayofweek(max(data_pregao)) between 2 and 6",
    "rejected: count_if(rejected not like 'superseded%') <= 0.1 * (sum(bars) + count(rejected))",
    "abertura: abertura between minima and maxima",
    "fechamento: fechamento between minima and maxima",
    "quantidade: quantidade > 0",
    "preco_medio: preco_medio is null or preco_medio between minima and maxima",
    "retorno_diario: retorno_diario is null or abs(retorno_diario) <= 0.9",
    "ajuste: ajuste <> 'sem_fator'",
}
ERRORS = BREAKERS.keys() - WARNINGS


def summarised(spark: SparkSession, rows: list[dict[str, Any]]) -> dict[str, dict[date, quality.DateSummary]]:
    schema = refined_columns((3,))
    return quality.summarise(spark.createDataFrame([[row[name] for name in schema.names] for row in rows], schema))


def test_the_error_rules_are_those_of_the_list() -> None:
    assert {rule.name for rule in RULES if rule.severity == "error"} == ERRORS


@pytest.mark.spark
def test_each_rule_finds_the_row_that_breaks_it_and_no_good_row(spark: SparkSession) -> None:
    assert list(BREAKERS) == [rule.name for rule in RULES]
    days = b3.sessions(date(2021, 1, 4), date(2021, 3, 31))
    rows = [GOOD | {"data_pregao": days[0]}]
    rows += [GOOD | {"data_pregao": day} | change for day, change in zip(days[1:], BREAKERS.values(), strict=False)]
    summaries = summarised(spark, rows)["1d"]
    assert summaries[days[0]].broken == {}
    for rule, row in zip(RULES, rows[1:], strict=True):
        broken = summaries[row["data_pregao"]].broken
        assert rule in broken, rule.name
        errors = {other.name for other in summaries[row["data_pregao"]].errors()}
        assert errors == {other.name for other in broken} & ERRORS
        assert (errors == set()) == (rule.name in WARNINGS), rule.name
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
