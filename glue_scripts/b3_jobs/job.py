"""One run: plan, refine, check, publish, report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark import StorageLevel
from pyspark.sql import functions as sf

from b3_jobs import by_year, catalog, quality, raw, rejected
from b3_jobs.dates import shortest
from b3_jobs.publish import Target, publish
from b3_jobs.report import Report
from b3_jobs.schemas import BY_YEAR, PARTITIONS, REJECTED, TABLES, keyed_columns, quote_columns
from b3_jobs.storage import Storage
from b3_jobs.transform import refine

if TYPE_CHECKING:
    from datetime import date

    from pyspark.sql import DataFrame, SparkSession

    from b3_jobs.options import Options
    from b3_jobs.plan import Plan
    from b3_jobs.quality import DateSummary
    from b3_jobs.report import Stages


def run(spark: SparkSession, options: Options, plan: Plan, stages: Stages) -> Report:
    """Refines and publishes; what could not be published is in the report's `failed`.

    Raises:
        JobError: if nothing could be done at all, or the catalog is not the contract's.
    """
    store, refined_path = Storage.at(options.raw_path), Storage.at(options.refined_path)
    target = Target(
        f"{options.database}.{TABLES[options.every]}", refined_path.folder(TABLES[options.every]), options.windows
    )
    _ensure_tables(spark, options, refined_path, target)
    stages.over("catalog", table=target.table)
    plan, refined, summaries = _compute(spark, options, store, plan)
    stages.over("refine", rows_read=sum(found.rows for found in plan.objects))
    report = _account(plan, summaries, Report(target.table, options.every))
    rows = {day: _published_rows(summaries, day) for day in plan.periods if str(day) not in report.failed}
    _keep_rejected(refined, plan, refined_path, target, report.rows_rejected)
    quotes = refined.where(sf.col(REJECTED).isNull())
    report.partitions, report.partitions_dropped = publish(spark, quotes, target, rows, stages)
    report.rows_written = report.partitions
    if options.every == "1d" and rows:
        _publish_years(spark, options, quotes, sorted(rows), refined_path)
        stages.over("by_year", years=len({day.year for day in rows}))
    refined.unpersist()
    report.seconds = stages.seconds
    return report


def _ensure_tables(spark: SparkSession, options: Options, refined_path: Storage, target: Target) -> None:
    keyed, quotes = keyed_columns(options.windows), quote_columns(options.windows)
    keys = type(keyed)([field for field in keyed.fields if field.name in PARTITIONS])
    catalog.ensure_database(spark, options.database, refined_path)
    catalog.ensure_table(spark, target.table, quotes, keys, target.place)
    if options.every == "1d":
        place = refined_path.folder(BY_YEAR)
        catalog.ensure_table(spark, f"{options.database}.{BY_YEAR}", keyed, by_year.YEAR, place)


def _compute(
    spark: SparkSession, options: Options, store: Storage, plan: Plan
) -> tuple[Plan, DataFrame, dict[date, DateSummary]]:
    """Refines what the plan holds; objects that turn out unreadable leave the plan and the rest is tried once more."""
    rows = sum(found.rows for found in plan.objects)
    frame = raw.read(spark, store, plan.objects)
    refined = refine(frame, every=options.every, windows=options.windows, days=plan.days(), rows=rows)
    refined = refined.persist(StorageLevel.MEMORY_AND_DISK)
    try:
        return plan, refined, quality.summarise(refined)
    except Exception:
        refined.unpersist()
        faults = raw.unreadable(spark, store, plan.objects)
        if not faults:
            raise
    return _compute(spark, options, store, plan.without(faults))


def _account(plan: Plan, summaries: dict[date, DateSummary], report: Report) -> Report:
    """Holds the rows of each date against its objects' footers, and the rules against its rows."""
    report.failed = {str(found.trade_date): fault for found, fault in sorted(plan.faults.items())}
    for date_, days in sorted(plan.periods.items()):
        of_period = [summary for day, summary in summaries.items() if day in days]
        read, used = plan.rows(days), sum(summary.used for summary in of_period)
        dropped = sum(summary.rejected for summary in of_period)
        if read != used + dropped:
            report.failed[str(date_)] = f"{read} rows read, but {used} used and {dropped} rejected"
        broken = [f"{rule.name} ({summary.broken[rule]})" for summary in of_period for rule in summary.errors()]
        if broken:
            report.failed[str(date_)] = "broken quality rules: " + "; ".join(broken)
        report.rows_read += read
        report.rows_used += used
        report.rows_rejected += dropped
    report.dates, report.trade_dates = len(plan.periods), shortest(list(plan.periods))
    report.objects_read = len(plan.objects)
    report.rows_looked_back = sum(found.rows for found in plan.objects) - report.rows_read
    report.quality = quality.report(summaries)
    return report


def _published_rows(summaries: dict[date, DateSummary], day: date) -> int:
    return summaries[day].rows if day in summaries else 0


def _keep_rejected(refined: DataFrame, plan: Plan, refined_path: Storage, target: Target, rows: int) -> None:
    place = refined_path.folder(f"{rejected.FOLDER}/tabela={target.table.partition('.')[2]}")
    bad = refined.where(sf.col(REJECTED).isNotNull())
    there = rejected.write(bad, place, target.windows) if rows else set()
    rejected.remove(place, sorted(set(plan.days()) - there))


def _publish_years(
    spark: SparkSession, options: Options, quotes: DataFrame, days: list[date], refined_path: Storage
) -> None:
    table, place = f"{options.database}.{BY_YEAR}", refined_path.folder(BY_YEAR)
    filled = by_year.update(spark, quotes.where(sf.col(PARTITIONS[0]).isin(days)), days, place, options.windows)
    by_year.register(spark, table, {day.year for day in days}, filled)
    spark.catalog.refreshTable(table)
