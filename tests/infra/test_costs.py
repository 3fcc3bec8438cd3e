"""The cost figures of infra/README.md equal the arithmetic beside them."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

from page_tables import table

import templates

README = (templates.TEMPLATE.parent / "README.md").read_text(encoding="utf-8")
TICKERS, SESSIONS, WEEKS, MONTHS = 1_300, 250, 52, 12
FREE_PARTITIONS, PARTITIONS_FOR_A_DOLLAR = 1_000_000, 100_000
# The size of a quote's file, and S3's price of 1 GB for a month.
FILE_GB, GB_USD = Decimal("6e-6"), Decimal("0.023")


def value(arithmetic: str) -> Decimal:
    """The value of an expression such as `21 * 6 / 60`."""
    in_decimals = re.sub(r"[\d.]+(?:e-\d+)?", r"Decimal('\g<0>')", arithmetic)
    return Decimal(eval(in_decimals))  # noqa: S307 - the page is ours


def cents(amount: Decimal) -> str:
    return str(amount.quantize(Decimal("0.01"), ROUND_HALF_UP))


def test_costs_of_a_month_equal_their_arithmetic_and_add_up_to_the_sum() -> None:
    *lines, last = table(README, "what")
    for what, arithmetic, usd in lines:
        assert cents(value(arithmetic)) == usd, what
    assert cents(sum((Decimal(usd) for *_, usd in lines), Decimal())) == last[-1].strip("*")


def test_costs_of_later_years_follow_from_the_number_of_partitions() -> None:
    # A partition for each daily, weekly and monthly bar.
    partitions_a_year = TICKERS * (SESSIONS + WEEKS + MONTHS)
    for after, partitions, catalog, storage, together in table(README, "after"):
        found = int(partitions.replace(",", ""))
        assert found == int(after.split()[0]) * partitions_a_year, after
        assert cents(Decimal(max(found - FREE_PARTITIONS, 0)) / PARTITIONS_FOR_A_DOLLAR) == catalog
        assert cents(found * FILE_GB * GB_USD) == storage
        assert cents(Decimal(catalog) + Decimal(storage)) == together


def test_cost_of_alarms_counts_their_metrics() -> None:
    alarms = [
        resource["Properties"]
        for resource in templates.read()["Resources"].values()
        if resource["Type"] == "AWS::CloudWatch::Alarm"
    ]
    # An alarm without a list watches one metric; a list may also hold expressions, which are free.
    metrics = sum(
        sum("MetricStat" in entry for entry in alarm["Metrics"]) if "Metrics" in alarm else 1 for alarm in alarms
    )
    (arithmetic,) = [
        arithmetic for what, arithmetic, _ in table(README, "what")[:-1] if what.startswith("CloudWatch alarms")
    ]
    assert arithmetic == f"{metrics} * 0.10"


def test_years_that_fit_glues_limits_follow_from_the_limits() -> None:
    prose = " ".join(README.split())
    daily_partitions_a_year = TICKERS * SESSIONS
    assert f"10 million partitions a table, which are {10_000_000 // daily_partitions_a_year} years" in prose
    assert "1 million in one Athena query, which are three years" in prose
    assert 1_000_000 // daily_partitions_a_year == 3
