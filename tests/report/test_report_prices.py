"""The page's numbers equal those that DuckDB computes from the published files."""

from __future__ import annotations

import datetime as dt
import statistics
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from lakes import event, write_events
from report_lakes import publish, sample_bars
from report_page import UNKNOWN, Open, data_of, open_bars, rows_of

import report

# Closes in a mode: `traded`, as they are; `splits`, in the shares of the last date; `cash`, these
# times `without_cash` of each later payment, which is 1 - cash / previous close.
CLOSES = """
WITH steps AS (
    SELECT *, acoes_antigas / acoes_novas::DOUBLE AS step,
           1 - proventos / (lag(fechamento) OVER one * acoes_antigas / acoes_novas) AS without_cash
    FROM read_parquet('{files}') WINDOW one AS (PARTITION BY ativo ORDER BY data_pregao)
)
SELECT data_pregao::VARCHAR, fechamento::DOUBLE * CASE '{mode}'
    WHEN 'traded' THEN 1
    WHEN 'splits' THEN coalesce(product(step) OVER later, 1)
    ELSE coalesce(product(step * without_cash) OVER later, 1) END
FROM steps WHERE ativo = '{ticker}'
WINDOW later AS (ORDER BY data_pregao ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)
ORDER BY data_pregao
"""


def closes_of(lake: Path, ticker: str, mode: str) -> dict[str, float]:
    """The closes that DuckDB computes from the published rows."""
    files = lake / "refined" / "cotacoes_por_ano" / "*" / "*.parquet"
    return dict(duckdb.sql(CLOSES.format(files=files, ticker=ticker, mode=mode)).fetchall())


@pytest.mark.parametrize("ticker", ["INVA3", "INVB4"])
def test_each_kind_of_price_equals_duckdbs_from_the_published_rows(
    open_page: Open, lake: Path, sample_page: Path, ticker: str
) -> None:
    page = open_page(sample_page, fragment=f"#{ticker}")
    open_bars(page)
    page.get_by_label("all", exact=True).check()
    shown = {}
    for mode in ("traded", "splits", "cash"):
        page.locator(f"input[value={mode}]").check()
        expected = closes_of(lake, ticker, mode)
        shown[mode] = {day: close for day, (_open, _high, _low, close, *_) in rows_of(page, "#bars").items()}
        assert shown[mode].keys() == expected.keys()
        for day, close in expected.items():
            # The page rounds six decimals to four; DuckDB's double is inexact.
            without_noise = Decimal(repr(close)).quantize(Decimal("0.000001"))
            assert Decimal(shown[mode][day]) == without_noise.quantize(Decimal("0.0001"), ROUND_HALF_UP), (mode, day)
    first = min(shown["traded"])
    assert len({shown[mode][first] for mode in shown}) == 3


def test_returns_equal_those_of_the_closes(open_page: Open, lake: Path, sample_page: Path) -> None:
    page = open_page(sample_page, fragment="#INVA3")
    shown = rows_of(page, "#returns")
    for column, mode in enumerate(("splits", "cash")):
        closes = list(closes_of(lake, "INVA3", mode).values())
        for name, back in (("1 session", 1), ("21 sessions", 21), ("all on this page", len(closes) - 1)):
            expected = closes[-1] / closes[-1 - back] - 1
            percent = float(shown[name][column].rstrip("%"))  # with two decimals, so within 0.005
            assert percent == pytest.approx(expected * 100, abs=0.0051), (name, mode)


def test_liquidity_is_counted_over_the_sessions_shown(open_page: Open, lake: Path, sample_page: Path) -> None:
    page = open_page(sample_page, fragment="#INVE4")
    page.get_by_label("63", exact=True).check()
    shown = page.locator("#liquidity").inner_text()
    files = lake / "refined" / "cotacoes_por_ano" / "*" / "*.parquet"
    duckdb.read_parquet(str(files)).create_view("published")
    latest = "SELECT DISTINCT data_pregao FROM published ORDER BY 1 DESC LIMIT 63"
    traded = len(duckdb.sql(f"FROM published WHERE ativo = 'INVE4' AND data_pregao IN ({latest})"))
    assert 0 < traded < 63
    assert f"{traded} of 63" in shown


def test_a_split_is_no_fall_of_the_close(open_page: Open, lake: Path, sample_page: Path) -> None:
    page = open_page(sample_page, fragment="#INVA3")
    closes = list(closes_of(lake, "INVA3", "splits").values())
    page.get_by_label("all", exact=True).check()
    fall = min(close / max(closes[: place + 1]) - 1 for place, close in enumerate(closes))
    for mode in ("traded", "splits"):
        page.locator(f"input[value={mode}]").check()
        (shown,) = rows_of(page, "#liquidity")["deepest fall of the close"]
        assert float(shown.rstrip("%")) == pytest.approx(fall * 100, abs=0.0051), mode


def test_turnover_of_older_money_is_in_no_mean_and_in_no_rank(open_page: Open, tmp_path: Path) -> None:
    bars = sample_bars(tmp_path, ["INVA3", "INVD3"])
    rows = []
    for row in bars.to_pylist():
        if row["trade_date"] < dt.date(2024, 12, 16):
            rows.append(row | {"currency": "CR$", "turnover": 1000 * row["turnover"]})
        elif row["ticker"] == "INVA3":
            rows.append(row)
    lake = publish(tmp_path / "lake", pa.Table.from_pylist(rows, bars.schema), actions=[])
    report.write_report(tmp_path / "report.html", lake)
    page = open_page(tmp_path / "report.html", fragment="#INVA3")
    turnover = [float(row["turnover"]) for row in rows if row["currency"] == "BRL"]
    mean, middle = (f"{value / 1e6:.4g}M" for value in (statistics.mean(turnover), statistics.median(turnover)))
    shown = rows_of(page, "#liquidity")
    assert shown["turnover a traded session, mean"] == [mean]
    assert shown["turnover a traded session, median"] == [middle]
    ranked = rows_of(page, "#tickers")
    assert list(ranked) == ["INVA3", "INVD3"]
    *_, shown_mean, _sessions_traded = ranked["INVA3"]
    assert shown_mean == mean


def test_a_return_across_a_step_of_unknown_size_is_not_given(open_page: Open, tmp_path: Path) -> None:
    bars = sample_bars(tmp_path, ["INVA3"], events=True)
    report.write_report(tmp_path / "report.html", publish(tmp_path / "lake", bars, actions=[]))
    page = open_page(tmp_path / "report.html")
    shown = rows_of(page, "#returns")
    assert shown["all on this page"] == [UNKNOWN, UNKNOWN]  # adjusted for splits, and for cash too
    assert all(cell.endswith("%") for cell in shown["21 sessions"])
    assert "its size is not known" in page.locator("#notes").inner_text()


def test_figures_with_cash_are_unknown_if_an_amount_exceeds_the_price(open_page: Open, tmp_path: Path) -> None:
    lake = publish(tmp_path / "lake", sample_bars(tmp_path, ["INVA3"]), actions=[])
    write_events(lake / "actions", [event("INVA3", dt.date(2024, 7, 1), "dividend", "9999")])
    report.write_report(tmp_path / "report.html", lake)
    page = open_page(tmp_path / "report.html")
    price, with_cash = rows_of(page, "#returns")["21 sessions"]
    assert price.endswith("%")
    assert with_cash == UNKNOWN
    assert rows_of(page, "#liquidity")["deepest fall of the close"] != [UNKNOWN]
    page.locator("input[value=cash]").check()
    assert rows_of(page, "#liquidity")["deepest fall of the close"] == [UNKNOWN]
    assert "prices with cash taken out are not shown" in page.locator("#notes").inner_text()


def test_a_price_far_below_a_cent_and_a_large_return_are_shown_in_full(open_page: Open, tmp_path: Path) -> None:
    bars = sample_bars(tmp_path, ["INVA3"])[-25:]
    closes = [Decimal("0.00002")] * 24 + [Decimal("0.00007")]
    price = pa.array(closes, bars.schema.field("close").type)
    for name in ("open", "high", "low", "close"):
        bars = bars.set_column(bars.schema.get_field_index(name), name, price)
    report.write_report(tmp_path / "report.html", publish(tmp_path / "lake", bars, actions=[]))
    page = open_page(tmp_path / "report.html")
    open_bars(page)
    shown = [close for _open, _high, _low, close, *_ in rows_of(page, "#bars").values()]
    assert sorted(map(Decimal, shown)) == closes
    (ticker,) = data_of(tmp_path / "report.html")["tickers"]
    assert ticker["averages"]["5"][-1] == 0.00003
    assert page.locator("#chart text", has_text="±250.00%").count() == 1
    right = page.locator("#chart > svg").evaluate("drawn => drawn.getBoundingClientRect().right")
    ends = page.locator("#chart text").evaluate_all("texts => texts.map(text => text.getBoundingClientRect().right)")
    assert max(ends) <= right
