"""One run: plan, refine, check, publish, report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark import StorageLevel
from pyspark.sql import functions as sf

from b3_jobs import by_year, catalog, quality, raw, rejected
from b3_jobs.publish import publish
from b3_jobs.quality import DateSummary
from b3_jobs.report import Report
from b3_jobs.schemas import REJECTED
from b3_jobs.storage import Storage
from b3_jobs.target import Target
from b3_jobs.transform import refine

if TYPE_CHECKING:
    from datetime import date

    from pyspark.sql import DataFrame, SparkSession

    from b3_jobs.options import Options
    from b3_jobs.plan import Plan
    from b3_jobs.report import Stages


def run(spark: SparkSession, options: Options, plan: Plan, stages: Stages) -> Report:
    """Refines and publishes; what could not be published is in the report's `failed`.

    Raises:
        JobError: if nothing could be done at all, or the catalog is not the contract's.
    """
    target, years = Target.of(options), Target.of_years(options)
    catalog.ensure_database(spark, options.database, Storage.at(options.refined_path))
    for table in filter(None, (target, years)):
        catalog.ensure_table(spark, table)
    stages.over("catalog", table=target.table)
    plan, refined, summaries = _compute(spark, options, plan)
    stages.over("refine", rows_read=sum(found.rows for found in plan.objects))
    report = _account(plan, summaries, Report(target.table, options.every))
    good = [day for day in plan.periods if str(day) not in report.failed]
    rows = {day: summaries.get(day, DateSummary()).rows for day in good}
    bad = refined.where(sf.col(REJECTED).isNotNull())
    rejected.publish(bad, report.rows_rejected, plan.days(), options)
    quotes = refined.where(sf.col(REJECTED).isNull())
    report.partitions, report.partitions_dropped = publish(spark, quotes, target, rows, stages)
    report.rows_written = report.partitions
    if years and rows:
        by_year.publish(spark, quotes, rows, years)
        stages.over("by_year", years=len({day.year for day in rows}))
    refined.unpersist()
    report.seconds = stages.seconds
    return report


def _compute(spark: SparkSession, options: Options, plan: Plan) -> tuple[Plan, DataFrame, dict[date, DateSummary]]:
    """Refines what the plan holds; objects that turn out unreadable leave the plan and the rest is tried once more."""
    store, rows = Storage.at(options.raw_path), sum(found.rows for found in plan.objects)
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
    return _compute(spark, options, plan.without(faults))


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
    report.dates, report.trade_dates = len(plan.periods), plan.trade_dates()
    report.objects_read = len(plan.objects)
    report.rows_looked_back = sum(found.rows for found in plan.objects) - report.rows_read
    report.quality = quality.report(summaries)
    return report
