"""Each query on a few rows, with an answer computed by hand; a date without a year is of 2024."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from published_tables import ask, day, open_tables, quote, write_tables

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Answer = list[dict[str, Any]]
    Asker = Callable[[str, list[dict[str, Any]]], Answer]


@pytest.fixture
def answer(tmp_path: Path) -> Asker:
    """A function that runs a query on tables with the given rows alone."""

    def answered(name: str, rows: list[dict[str, Any]]) -> Answer:
        write_tables(tmp_path, rows)
        with open_tables(tmp_path) as tables:
            columns, values = ask(tables, name)
        return [dict(zip(columns, row, strict=True)) for row in values]

    return answered


def cells(rows: Answer, *columns: str) -> list[Any]:
    """The columns of an answer as tuples, or as values if there is one column."""
    return [row[columns[0]] if len(columns) == 1 else tuple(row[name] for name in columns) for row in rows]


def test_top_gainers_leaves_out_thin_tickers_and_returns_over_several_sessions(answer: Asker) -> None:
    liquid = {"volume_financeiro": "1000000.00", "pregoes_desde_anterior": 1, "fechamento": "10.5"}
    rows = [
        quote("11-08", "AAAA3", **liquid, retorno_diario=0.05),
        quote("11-08", "BBBB3", **liquid, retorno_diario=0.07),
        quote("11-08", "CCCC3", **liquid, retorno_diario=-0.01),
        quote("11-08", "THIN3", **liquid | {"volume_financeiro": "999999.99"}, retorno_diario=0.5),
        quote("11-08", "REST3", **liquid | {"pregoes_desde_anterior": 2}, retorno_diario=0.6),
        quote("11-08", "NEWW3", **liquid, retorno_diario=None),
        quote("11-07", "DDDD3", **liquid, retorno_diario=0.9),
    ]
    columns = ("ativo", "fechamento", "retorno_diario", "volume_financeiro")
    assert cells(answer("top_gainers", rows), *columns) == [
        ("BBBB3", Decimal("10.5"), 0.07, Decimal(1000000)),
        ("AAAA3", Decimal("10.5"), 0.05, Decimal(1000000)),
        ("CCCC3", Decimal("10.5"), -0.01, Decimal(1000000)),
    ]


def test_top_gainers_returns_ten_tickers_and_breaks_ties_by_ticker(answer: Asker) -> None:
    liquid = {"volume_financeiro": "2000000", "pregoes_desde_anterior": 1, "retorno_diario": 0.01}
    rows = [quote("11-08", f"TIE{letter}3", **liquid) for letter in "LKJIHGFEDCBA"]
    assert cells(answer("top_gainers", rows), "ativo") == [f"TIE{letter}3" for letter in "ABCDEFGHIJ"]


def test_moving_average_crosses_returns_the_session_of_the_cross_only(answer: Asker) -> None:
    def averages(date: str, ativo: str, short: float | None, long: float) -> dict[str, Any]:
        return quote(date, ativo, fechamento="9", media_movel_20=short, media_movel_50=long)

    rows = [
        averages("09-16", "FARR3", 9.0, 10.0),
        averages("10-01", "FARR3", 11.0, 10.0),  # the row before it is outside the range read
        averages("09-30", "UPUP3", 9.0, 10.0),
        averages("10-01", "UPUP3", 11.0, 10.0),  # crosses on the first session of the query
        averages("10-02", "UPUP3", 12.0, 10.0),
        averages("10-03", "UPUP3", 10.0, 10.0),  # touches
        averages("10-04", "UPUP3", 9.5, 10.0),  # and goes below
        averages("10-07", "UPUP3", 9.0, 10.0),
        averages("10-08", "UPUP3", 10.0, 10.0),  # touches
        averages("10-09", "UPUP3", 9.0, 10.0),  # and stays below
        averages("09-20", "EARL3", 9.0, 10.0),
        averages("09-23", "EARL3", 11.0, 10.0),  # before the sessions of the query
        averages("10-01", "WARM3", None, 10.0),
        averages("10-02", "WARM3", 11.0, 10.0),  # nothing to compare with
        averages("11-08", "LATE3", 9.0, 10.0),
        averages("11-11", "LATE3", 11.0, 10.0),  # after the sessions of the query
    ]
    crosses = answer("moving_average_crosses", rows)
    assert cells(crosses, "data_pregao", "ativo", "sinal") == [
        (day("10-04"), "UPUP3", "baixa"),
        (day("10-01"), "UPUP3", "alta"),
    ]
    assert cells(crosses, "fechamento", "media_movel_20", "media_movel_50")[0] == (Decimal(9), 9.5, 10.0)


def test_liquidity_rank_counts_sessions_without_a_trade_as_zero(answer: Asker) -> None:
    rows = [
        quote("10-01", "AAAA3", volume_financeiro="100.00"),
        quote("10-02", "AAAA3", volume_financeiro="200.00"),
        quote("10-31", "AAAA3", volume_financeiro="300.00"),
        quote("10-02", "BBBB3", volume_financeiro="900.00"),
        quote("10-02", "YAHO3", volume_financeiro=None),
        quote("11-01", "AAAA3", volume_financeiro="9999.00"),  # after the month
    ]
    assert cells(answer("liquidity_rank", rows), "posicao", "ativo", "volume_medio", "participacao", "pregoes") == [
        (1, "BBBB3", 300.0, 0.6, 1),  # 900 over three sessions
        (2, "AAAA3", 200.0, 0.4, 3),
        (3, "YAHO3", None, None, 1),
    ]


def test_opening_gaps_need_an_open_outside_the_range_of_the_session_before(answer: Asker) -> None:
    same_shares = {"pregoes_desde_anterior": 1, "acoes_novas": 1, "acoes_antigas": 1, "ajuste": "nenhum"}
    before = same_shares | {"abertura": "10", "maxima": "10.5", "minima": "9.5", "fechamento": "10"}
    opens = same_shares | {"fechamento": "11"}
    rows = [
        *(quote("11-07", ativo, **before) for ativo in ("UPPP3", "BACK3", "DOWN3", "OPEN3", "SAME3", "HIGH3", "LOWW3")),
        quote("11-06", "REST3", **before),
        quote("11-06", "UPPP3", **before | {"maxima": "8", "minima": "8"}),  # a gap on 11-07, which is not asked for
        quote("11-08", "UPPP3", **opens, abertura="11", maxima="12", minima="10.8"),
        quote("11-08", "BACK3", **opens, abertura="10.6", maxima="12", minima="10"),
        quote("11-08", "DOWN3", **opens, abertura="8", maxima="10", minima="7.9"),
        quote("11-08", "OPEN3", **opens, abertura="7", maxima="9.9", minima="6"),  # not back to the close of 10
        quote("11-08", "SAME3", **opens, abertura="10.2", maxima="12", minima="10"),
        quote("11-08", "HIGH3", **opens, abertura="10.5", maxima="12", minima="10"),
        quote("11-08", "LOWW3", **opens, abertura="9.5", maxima="12", minima="9"),
        quote("11-08", "REST3", **opens | {"pregoes_desde_anterior": 2}, abertura="20", maxima="21", minima="19"),
    ]
    gaps = answer("opening_gaps", rows)
    assert cells(gaps, "ativo", "direcao", "fechamento_anterior", "abertura", "fechada") == [
        ("OPEN3", "baixa", Decimal(10), Decimal(7), False),
        ("DOWN3", "baixa", Decimal(10), Decimal(8), True),
        ("UPPP3", "alta", Decimal(10), Decimal(11), False),
        ("BACK3", "alta", Decimal(10), Decimal("10.6"), True),
    ]
    assert cells(gaps, "lacuna") == pytest.approx([-0.3, -0.2, 0.1, 0.06], rel=1e-12)


def test_opening_gaps_leave_out_tickers_whose_shares_changed(answer: Asker) -> None:
    before = dict.fromkeys(("abertura", "maxima", "minima", "fechamento"), "10")
    halved = dict.fromkeys(before, "5") | {"pregoes_desde_anterior": 1, "acoes_antigas": 1}
    rows = [
        *(quote("11-07", ativo, **before) for ativo in ("FALL3", "SPLT3", "STEP3")),
        quote("11-08", "FALL3", **halved, acoes_novas=1, ajuste="nenhum"),
        quote("11-08", "SPLT3", **halved, acoes_novas=2, ajuste="aplicado"),
        quote("11-08", "STEP3", **halved, acoes_novas=1, ajuste="sem_fator"),
    ]
    assert cells(answer("opening_gaps", rows), "ativo") == ["FALL3"]


def test_weekly_candles_are_of_one_ticker_in_order_of_date(answer: Asker) -> None:
    candle = {"maxima": "12", "minima": "9", "quantidade": 700}
    rows = [
        quote("11-04", "PETR4", **candle, abertura="10", fechamento="10"),
        quote("10-28", "PETR4", **candle, abertura="10", fechamento="9.5"),
        quote("10-21", "PETR4", **candle, abertura="10", fechamento="11"),
        quote("10-14", "PETR4", quantidade=None, fechamento="11"),  # with an unknown event: no open
        quote("07-29", "PETR4", **candle, abertura="10", fechamento="11"),  # before the period
        quote("11-04", "VALE3", **candle, abertura="10", fechamento="11"),
    ]
    candles = answer("weekly_candles", rows)
    assert cells(candles, "data_pregao", "cor", "amplitude") == [
        (day("10-14"), None, None),
        (day("10-21"), "alta", 0.3),
        (day("10-28"), "baixa", 0.3),
        (day("11-04"), "neutra", 0.3),
    ]
    second = cells(candles, "abertura", "maxima", "minima", "fechamento", "quantidade")[1]
    assert second == (Decimal(10), Decimal(12), Decimal(9), Decimal(11), 700)


def test_sessions_since_last_trade_counts_the_market_s_sessions(answer: Asker) -> None:
    rows = [
        *(quote(date, "LIVE3", fechamento="1") for date in ("11-04", "11-05", "11-06", "11-07", "11-08", "11-11")),
        quote("11-04", "GONE3", fechamento="5"),
        quote("11-05", "GONE3", fechamento="4"),
        quote("11-07", "REST3", fechamento="3"),
        quote("11-11", "REST3", fechamento="2"),  # after the last session of the query
    ]
    assert answer("sessions_since_last_trade", rows) == [
        {"ativo": "GONE3", "ultimo_pregao": day("11-05"), "pregoes_sem_negocio": 3, "fechamento": Decimal(4)},
        {"ativo": "REST3", "ultimo_pregao": day("11-07"), "pregoes_sem_negocio": 1, "fechamento": Decimal(3)},
    ]


def test_coverage_by_source_has_a_row_for_each_month_and_source(answer: Asker) -> None:
    rows = [
        quote("2022-12-29", "AAAA3"),  # before the two years of the query
        quote("2023-12-28", "AAAA3"),
        quote("01-02", "AAAA3"),
        quote("01-02", "BBBB3"),
        quote("01-31", "AAAA3"),
        quote("01-03", "AAAA3", fonte="yahoo"),
    ]
    columns = ("mes", "fonte", "pregoes", "ativos", "linhas", "primeiro", "ultimo")
    december = day("2023-12-28")
    assert cells(answer("coverage_by_source", rows), *columns) == [
        (day("2023-12-01"), "cotahist", 1, 1, 1, december, december),
        (day("01-01"), "cotahist", 2, 2, 3, day("01-02"), day("01-31")),
        (day("01-01"), "yahoo", 1, 1, 1, day("01-03"), day("01-03")),
    ]


def test_new_52_week_highs_compare_with_the_last_52_weeks_only(answer: Asker) -> None:
    def high(date: str, ativo: str, maxima: str) -> dict[str, Any]:
        return quote(date, ativo, maxima=maxima)

    rows = [
        high("2023-11-09", "HIGH3", "99"),  # 365 days before: no longer counts
        high("2023-11-10", "HIGH3", "20"),
        high("2024-05-02", "HIGH3", "40"),
        high("2024-11-08", "HIGH3", "50"),
        high("2023-11-10", "SAME3", "40"),
        high("2024-11-08", "SAME3", "40"),  # equal is not above
        high("2023-12-08", "YOUN3", "40"),  # not traded in the first four of the 52 weeks
        high("2024-11-08", "YOUN3", "50"),
        high("2023-12-07", "OLDD3", "40"),
        high("2024-11-08", "OLDD3", "44"),
    ]
    highs = answer("new_52_week_highs", rows)
    assert cells(highs, "ativo", "maxima", "maxima_anterior", "data_anterior") == [
        ("HIGH3", Decimal(50), Decimal(40), day("05-02")),
        ("OLDD3", Decimal(44), Decimal(40), day("2023-12-07")),
    ]
    assert cells(highs, "acima") == pytest.approx([0.25, 0.1], rel=1e-12)


def test_best_and_worst_months_count_only_months_with_a_return(answer: Asker) -> None:
    rows = [
        quote("2023-12-01", "AAAA3", retorno_diario=0.9),  # before the year
        quote("01-02", "AAAA3", retorno_diario=0.1),
        quote("02-01", "AAAA3", retorno_diario=-0.2),
        quote("03-01", "AAAA3", retorno_diario=0.0),
        quote("01-02", "NEWW3", retorno_diario=None),
        quote("02-01", "NEWW3", retorno_diario=0.3),
    ]
    columns = ("ativo", "melhor_mes", "melhor_retorno", "pior_mes", "pior_retorno", "meses_em_alta", "meses")
    assert cells(answer("best_and_worst_months", rows), *columns) == [
        ("AAAA3", day("01-02"), 0.1, day("02-01"), -0.2, 1, 3),
        ("NEWW3", day("02-01"), 0.3, day("02-01"), 0.3, 1, 1),
    ]


def test_possible_splits_are_the_bars_with_an_unknown_event(answer: Asker) -> None:
    def bar(date: str, ativo: str, fechamento: str, ajuste: str = "nenhum") -> dict[str, Any]:
        return quote(date, ativo, fechamento=fechamento, ajuste=ajuste, pregoes_desde_anterior=1)

    rows = [
        bar("2023-12-28", "OLDD3", "40"),
        bar("01-02", "OLDD3", "10.2", "sem_fator"),  # the previous close is in the year before
        bar("2023-12-27", "PAST3", "40"),
        bar("2023-12-28", "PAST3", "10", "sem_fator"),  # before the period
        bar("05-02", "GRUP3", "0.5"),
        bar("05-06", "GRUP3", "5.1", "sem_fator"),
        bar("05-02", "KNOW3", "30"),
        bar("05-03", "KNOW3", "10", "aplicado"),
        bar("05-02", "JUMP3", "30"),
        bar("05-03", "JUMP3", "10"),  # no event: a bad day
        bar("05-02", "ODDD3", "156"),
        bar("05-03", "ODDD3", "100", "sem_fator"),  # 1.56 for 1 is no whole number
        bar("2022-12-29", "LONG3", "40"),
        bar("05-03", "LONG3", "10", "sem_fator"),  # the previous close is before the years
    ]
    columns = ("data_pregao", "ativo", "parece", "fechamento_anterior", "fechamento", "pregoes_desde_anterior")
    steps = answer("possible_splits", rows)
    assert cells(steps, *columns) == [
        (day("05-06"), "GRUP3", "1:10", Decimal("0.5"), Decimal("5.1"), 1),
        (day("05-03"), "LONG3", None, None, Decimal(10), 1),
        (day("05-03"), "ODDD3", None, Decimal(156), Decimal(100), 1),
        (day("01-02"), "OLDD3", "4:1", Decimal(40), Decimal("10.2"), 1),
    ]
    assert cells(steps, "razao") == [
        pytest.approx(10.2, rel=1e-12),
        None,
        pytest.approx(100 / 156, rel=1e-12),
        pytest.approx(0.255, rel=1e-12),
    ]


# Without such a change: test_queries_with_events.py.
@pytest.mark.parametrize("change", [{"ajuste": "sem_fator"}, {"moeda": "CR$"}, {"pregoes_desde_anterior": None}])
def test_adjusted_prices_are_null_before_an_unknown_event_another_currency_or_a_long_gap(
    answer: Asker, change: dict[str, str | None]
) -> None:
    plain = {"acoes_novas": 1, "acoes_antigas": 1, "ajuste": "nenhum", "moeda": "BRL", "pregoes_desde_anterior": 1}
    rows = [
        quote("2023-06-30", "PETR4", fechamento="2750", quantidade=100, **plain),
        quote("2023-07-03", "PETR4", fechamento="1", quantidade=100, **plain | change),
        quote("2023-07-03", "VALE3", fechamento="60", **plain),  # not the ticker of the query
    ]
    found = cells(answer("adjusted_prices", rows), "fator", "fechamento", "quantidade")
    assert found == [(None, None, None), (1.0, Decimal(1), 100)]


def test_total_return_compounds_the_sessions_after_the_first(answer: Asker) -> None:
    def bar(date: str, ativo: str, retorno_total: float | None, proventos: str = "0") -> dict[str, Any]:
        return quote(date, ativo, retorno_total=retorno_total, proventos=proventos)

    rows = [
        bar("2023-12-28", "AAAA3", 0.5),  # before the period
        bar("01-02", "AAAA3", 0.9, "5"),  # the first close, at which the share is bought
        bar("01-03", "AAAA3", 0.1),
        bar("06-03", "AAAA3", -0.2, "1.5"),
        bar("11-08", "AAAA3", 0.25, "0.1"),
        bar("11-11", "AAAA3", 0.9),  # after the period
        bar("02-01", "NEWW3", None),
        bar("02-02", "NEWW3", 0.3),
        bar("01-02", "GAPP3", 0.1),
        bar("03-01", "GAPP3", None),
        bar("03-04", "GAPP3", 0.1),
        bar("01-02", "ONCE3", 0.1),
    ]
    found = answer("total_return", rows)
    assert cells(found, "ativo", "primeiro", "ultimo", "proventos_pagos", "pregoes") == [
        ("NEWW3", day("02-01"), day("02-02"), 0, 2),
        ("AAAA3", day("01-02"), day("11-08"), 2, 4),
        ("ONCE3", day("01-02"), day("01-02"), 0, 1),
        ("GAPP3", day("01-02"), day("03-04"), 0, 3),
    ]
    assert cells(found, "retorno_total") == [pytest.approx(0.3), pytest.approx(0.1), 0.0, None]


def test_dividend_calendar_lists_payments_with_their_yield_on_the_previous_close(answer: Asker) -> None:
    rows = [
        quote("2023-06-01", "AAAA3", proventos="1", fechamento="10", retorno_total=0.0),  # before the period
        quote("05-02", "AAAA3", proventos="0", fechamento="10", retorno_total=0.01),
        quote("05-03", "AAAA3", proventos="0.5", fechamento="9.9", retorno_total=0.04),  # (9.9 + 0.5) / 10
        quote("05-06", "BBBB3", proventos="2", fechamento="38", retorno_total=None),
        quote("11-11", "AAAA3", proventos="1", fechamento="10", retorno_total=0.0),  # after the period
    ]
    paid = answer("dividend_calendar", rows)
    assert cells(paid, "data_pregao", "ativo", "proventos", "fechamento") == [
        (day("05-06"), "BBBB3", Decimal(2), Decimal(38)),
        (day("05-03"), "AAAA3", Decimal("0.5"), Decimal("9.9")),
    ]
    assert cells(paid, "rendimento") == [None, pytest.approx(0.05, rel=1e-12)]
