"""Refines, checks and publishes one portion of a run for all its tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyspark import StorageLevel
from pyspark.sql import functions as sf

from b3_jobs.contract.schemas import EVERY, REJECTED
from b3_jobs.files.storage import Storage
from b3_jobs.inputs import actions, raw
from b3_jobs.ledger import guards
from b3_jobs.refine import distribution_steps, quality
from b3_jobs.refine.quality import DateSummary
from b3_jobs.refine.quality_rules import UNEXPLAINED_STEP
from b3_jobs.refine.transform import refine
from b3_jobs.tables import iceberg_table, quote_files, rejected_rows, year_table
from b3_jobs.tables.publish import PublishedDate, publish_dates, published_dates

if TYPE_CHECKING:
    from datetime import date

    from pyspark.sql import DataFrame, SparkSession

    from b3_jobs.contract.dates import Periods
    from b3_jobs.contract.options import Options
    from b3_jobs.ledger.observation import Observation
    from b3_jobs.ledger.open_ledger import OpenLedger
    from b3_jobs.log.stages import Stages
    from b3_jobs.run.plan import Plan
    from b3_jobs.run.report import TableReport

# The summary of each date, for days, weeks and months.
Summaries = dict[str, dict["date", DateSummary]]


@dataclass(frozen=True)
class Change:
    """What a portion is about to do to one table.

    Args:
        ledger: the table's ledger.
        rows: the number of rows that each date gets.
        published: the dates' present files and partitions; empty for year files and Iceberg.
    """

    ledger: OpenLedger
    rows: dict[date, int]
    published: dict[date, PublishedDate]


@dataclass(frozen=True)
class PlannedPortion:
    """One portion of a run.

    Args:
        plan: what to read, and the dates that can be published.
        ledgers: the ledgers of the tables that have dates in the portion.
        work: what to publish, by the table's name and the date of the bar.
        reports: the reports to count in, for each of `1d`, `1w`, `1mo`.
        seen: the objects of raw and actions that the run found.
    """

    plan: Plan
    ledgers: list[OpenLedger]
    work: Periods
    reports: dict[str, TableReport]
    seen: Observation


def run(spark: SparkSession, options: Options, portion: PlannedPortion, stages: Stages) -> None:
    """Refines the plan's rows, publishes each table's dates and removes them from `pending`.

    Dates that could not be published are in `failed` of the reports and stay pending.

    Raises:
        JobError: if too much would be lost, another run works on the tables, or a date's written
            files are not as many as its rows.
    """
    reports = portion.reports
    plan, refined, summaries = compute(spark, options, portion.plan)
    stages.ended("refine", rows=sum(raw_object.rows for raw_object in plan.objects))
    try:
        failed = {every: _check_and_count(plan, every, summaries, report) for every, report in reports.items()}
        changes = [_change(spark, options, portion, ledger, summaries, failed) for ledger in portion.ledgers]
        for ledger in portion.ledgers:
            ledger.save()  # before anything is published: if the run dies, the dates are pending
        for every in reports:
            bad = refined.where(sf.col(REJECTED).isNotNull() & (sf.col(EVERY) == every))
            count = sum(summary.rejected for summary in summaries.get(every, {}).values())
            rejected_rows.replace(bad, count, plan.days(every), options, every)
        stepped = [
            reports[every]
            for every, by_date in summaries.items()
            if any(UNEXPLAINED_STEP in summary.broken for summary in by_date.values())
        ]
        _report_steps(spark, options, plan, refined, stepped)
        quotes = refined.where(sf.col(REJECTED).isNull())
        for change in changes:
            table = change.ledger.table
            _publish(spark, quotes, change, reports[table.every], stages)
            change.ledger.resolve(change.rows, failed[table.every], portion.seen)
            for day in change.rows:
                # The date may have failed earlier in this run, before its object was replaced.
                reports[table.every].failed.pop(str(day), None)
    finally:
        refined.unpersist()


def _report_steps(
    spark: SparkSession, options: Options, plan: Plan, refined: DataFrame, stepped: list[TableReport]
) -> None:
    """Adds to the reports the steps of distribution numbers that no known event explains."""
    if not stepped:
        return
    rows = raw.read(spark, Storage.at(options.raw_path), plan.objects)
    for report in stepped:
        report.unexplained += map(str, distribution_steps.unexplained(refined, rows, report.every))


def compute(spark: SparkSession, options: Options, plan: Plan) -> tuple[Plan, DataFrame, Summaries]:
    """Refines the plan's rows; if objects or events are unusable, again with a plan without them.

    Returns:
        The plan that was followed, its rows, which the caller unpersists, and their summaries.
    """
    try:
        return plan, *_refined(spark, options, plan)
    except Exception as error:
        if faults := raw.unreadable(Storage.at(options.raw_path), plan.objects):
            plan = plan.without(faults)
        elif ex_dates := actions.too_large(plan.events, str(error)):
            plan = plan.without_events(ex_dates, options.look_back)
        else:
            raise
    return compute(spark, options, plan)


def _refined(spark: SparkSession, options: Options, plan: Plan) -> tuple[DataFrame, Summaries]:
    store, days = Storage.at(options.raw_path), {every: plan.days(every) for every in plan.periods}
    refined = refine(spark, store, plan.objects, days=days, arguments=options.refiner_arguments(plan.events))
    refined = refined.persist(StorageLevel.MEMORY_AND_DISK)
    try:
        return refined, quality.summarise(refined)
    except Exception:
        refined.unpersist()
        raise


def _check_and_count(plan: Plan, every: str, summaries: Summaries, report: TableReport) -> dict[date, str]:
    """Checks each date and adds its counts to the report; returns the failed dates and why."""
    failed, by_date = dict(plan.failed.get(every, {})), summaries.get(every, {})
    periods = plan.periods.get(every, {})
    read_days = {raw_object.trade_date for raw_object in plan.objects}
    rows_of_periods = 0
    for bar_date, days in sorted(periods.items()):
        read, summary = plan.rows(days), by_date.get(bar_date, DateSummary())
        if read != summary.used + summary.rejected:
            failed[bar_date] = f"{read} rows read, but {summary.used} used and {summary.rejected} rejected"
        if broken := [f"{rule.name} ({summary.broken[rule]})" for rule in summary.errors()]:
            failed[bar_date] = "broken quality rules: " + "; ".join(broken)
        rows_of_periods += read
        report.rows_used += summary.used
        report.rows_rejected += summary.rejected
        # A day without an object does not count, the bar's own date does in any case.
        report.trade_dates |= {bar_date, *read_days.intersection(days.each())}
    report.dates += len(periods)
    report.objects_read += len(plan.objects)
    report.rows_read += rows_of_periods
    report.rows_looked_back += sum(raw_object.rows for raw_object in plan.objects) - rows_of_periods
    for summary in by_date.values():
        report.quality.update(summary.broken)
        report.events_applied += summary.applied
        report.sem_fator += summary.broken.get(UNEXPLAINED_STEP, 0)
    report.failed |= {str(bar_date): reason for bar_date, reason in sorted(failed.items())}
    return failed


def _change(
    spark: SparkSession,
    options: Options,
    portion: PlannedPortion,
    ledger: OpenLedger,
    summaries: Summaries,
    failed: dict[str, dict[date, str]],
) -> Change:
    """What publishing will change in the table; refuses if too many dates lose tickers."""
    table, by_date = ledger.table, summaries.get(ledger.table.every, {})
    good = [bar_date for bar_date in portion.work[table.name] if bar_date not in failed[table.every]]
    rows = {bar_date: by_date.get(bar_date, DateSummary()).rows for bar_date in good}
    published: dict[date, PublishedDate] = {}
    if table.by_row:
        existing = quote_files.dates(table.place)
        published, dates_in_table = published_dates(spark, table, good, existing), len(existing)
        before = {day: present.tickers for day, present in published.items()}
    else:
        dates_in_table = len(portion.seen.keys_by_date)  # raw's dates, which the daily tables have too
        if table.in_iceberg:
            before = iceberg_table.tickers(table, good)
        else:
            year_table.refuse_missing_files(spark, table, {day.year for day in good})
            before = year_table.tickers(spark, table, good) if good else {}
    lost = guards.losses(before, {day: summary.tickers for day, summary in by_date.items()})
    guards.check_drops(options, table, lost, dates_in_table, earlier=ledger.lost)
    ledger.lost += len(lost)
    return Change(ledger, rows, published)


def _publish(spark: SparkSession, quotes: DataFrame, change: Change, report: TableReport, stages: Stages) -> None:
    if not change.rows:
        return
    table = change.ledger.table
    quotes = quotes.where(sf.col(EVERY) == table.every)
    if table.by_year:
        year_table.replace_dates(spark, quotes, change.rows, table)
        stages.ended("by_year", years=len({day.year for day in change.rows}))
    elif table.in_iceberg:
        months = iceberg_table.replace_dates(spark, quotes, change.rows, table, change.ledger.snapshot_summary())
        stages.ended("iceberg", months=months)
    else:
        written, dropped = publish_dates(spark, quotes, table, change.rows, change.published, stages)
        report.partitions += written
        report.partitions_dropped += dropped
    # The forms of the daily table share a report, which counts their rows once.
    if str(table) == report.table:
        report.rows_written += sum(change.rows.values())
