"""A whole run: lists raw, publishes the pending dates portion by portion, until none is left."""

from __future__ import annotations

from time import sleep
from typing import TYPE_CHECKING

from b3_jobs.contract.dates import FIRST_DAY, LAST_DAY, PENDING_OR_ALL, inside, parse_trade_dates
from b3_jobs.contract.published_table import published_tables
from b3_jobs.files.storage import Storage
from b3_jobs.ledger import guards
from b3_jobs.ledger.ledger import date_of
from b3_jobs.ledger.observation import joined, missing, observe
from b3_jobs.ledger.open_ledger import OpenLedger
from b3_jobs.log.progress import Progress
from b3_jobs.run import refine_portion
from b3_jobs.run.plan import listed_days, make_plan
from b3_jobs.run.portions import BYTES_WITH_ROW_FILES, BYTES_WITHOUT_ROW_FILES, portions, size
from b3_jobs.run.report import Report, TableReport
from b3_jobs.run.session import open_session
from b3_jobs.run.time_limit import TimeLimit
from b3_jobs.tables import catalog, table_dates

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from pyspark.sql import SparkSession

    from b3_jobs.contract.dates import Periods
    from b3_jobs.contract.options import Options
    from b3_jobs.ledger.observation import Observation
    from b3_jobs.log.stages import Stages

# An object counts as deleted if two listings, at least this far apart, do not have it.
CONFIRM_SECONDS = 15.0


class JobRun:
    """One run over all its tables."""

    def __init__(self, options: Options, stages: Stages) -> None:
        self._options = options
        self._stages = stages
        self._limit = TimeLimit(options.time_limit)
        self._ledgers = [OpenLedger.open(options, table) for table in published_tables(options)]
        for ledger in self._ledgers:
            # Without a ledger only the table says which dates raw has lost. A run of all dates
            # looks too, because the ledger may have been written anew after the loss.
            if ledger.saved is None or options.trade_dates == "all":
                ledger.published = frozenset(table_dates.dates(ledger.table))
        self._reports: dict[str, TableReport] = {}
        for table in published_tables(options):
            # The forms of the daily table share a report, under the first one's name.
            self._reports.setdefault(table.every, TableReport(str(table), table.every))
        # The dates of `--trade_dates`; empty for `pending` and `all`.
        self._listed = [] if options.trade_dates in PENDING_OR_ALL else parse_trade_dates(options.trade_dates)
        self._seen = self._list_objects()

    def run(self) -> Report:
        """Refines and publishes until nothing is left; opens a session only if there is work.

        Raises:
            JobError: if a guard refuses what the run would do.
        """
        work = self._work()
        if any(work.values()):
            with open_session() as spark:
                self._stages.ended("session", spark=spark.version)
                self._ensure_tables(spark)
                work = self._work()
                while any(work.values()):
                    if not self._publish(spark, work) or self._options.trade_dates != "pending":
                        break
                    self._seen = self._list_objects()
                    work = self._work()
        self._close()
        return Report(list(self._reports.values()))

    def _list_objects(self) -> Observation:
        """Lists the present objects, twice if some are missing, and updates the ledgers."""
        seen = observe(self._options)
        guards.check_raw(self._options, seen)
        for ledger in self._ledgers:  # before the pause below; `update` checks it again
            guards.check_place(self._options, ledger.table, ledger.state, seen)
        lacking = {date_of(key) for ledger in self._ledgers for key in missing(ledger.state, seen)}
        lacking = lacking.union(*(ledger.without_raw(seen) for ledger in self._ledgers))
        # Objects of listed dates are taken as deleted at once.
        if lacking.difference(inside(lacking, self._listed)):
            sleep(CONFIRM_SECONDS)
            seen = joined(seen, observe(self._options))
        for ledger in self._ledgers:
            ledger.update(self._options, seen)
            ledger.add_pending(self._named(ledger.table.every, seen))
        fault = f"the key names no day of the trading calendar, expected a date from {FIRST_DAY} to {LAST_DAY}"
        for report in self._reports.values():
            report.failed |= dict.fromkeys(seen.misdated, fault)
        self._stages.ended("list", raw=len(seen.raw), actions=len(seen.actions), owed=self._pending())
        return seen

    def _named(self, every: str, seen: Observation) -> Iterable[date]:
        """The dates that the arguments name; they are refined whatever the ledger says."""
        if self._options.trade_dates == "pending":
            return ()
        return seen.keys_by_date if self._options.trade_dates == "all" else listed_days(self._options, seen, every)

    def _work(self) -> Periods:
        """Each table's dates to publish; `pending` skips what failed too often or in this run."""
        work: Periods = {}
        for ledger in self._ledgers:
            name, every = ledger.table.name, ledger.table.every
            if self._listed:
                work[name] = ledger.periods(listed_days(self._options, self._seen, every))
                continue
            work[name] = ledger.periods(ledger.state.pending)
            if self._options.trade_dates == "pending":
                skipped = ledger.stuck().keys() | ledger.tried
                work[name] = {bar_date: days for bar_date, days in work[name].items() if bar_date not in skipped}
        return work

    def _ensure_tables(self, spark: SparkSession) -> None:
        """Creates missing tables; one that the catalog has lost gets all its dates again."""
        catalog.ensure_database(spark, self._options.database, Storage.at(self._options.refined_path))
        for ledger in self._ledgers:
            if ledger.saved and not catalog.exists(spark, ledger.table):
                ledger.add_pending(self._seen.keys_by_date)
                ledger.save()
            catalog.ensure_table(spark, ledger.table)
        self._stages.ended("catalog", tables=len(self._ledgers))

    def _publish(self, spark: SparkSession, work: Periods) -> bool:
        """Publishes the work by portions; returns False if the time limit left some of it."""
        by_row_work = {ledger.table.name: work[ledger.table.name] for ledger in self._ledgers if ledger.table.by_row}
        self._stages.progress = progress = Progress(by_row_work, self._seen)
        most = BYTES_WITH_ROW_FILES if by_row_work else BYTES_WITHOUT_ROW_FILES
        for portion in portions(work, self._seen, most):
            bytes_ = size(portion, self._seen)
            bar_dates = sorted({bar_date for dates in portion.values() for bar_date in dates})
            first, last = str(bar_dates[0]), str(bar_dates[-1])
            if not self._limit.starts(bytes_):
                self._stages.ended(
                    "time limit", minutes=self._options.time_limit, left_from=first, owed=self._pending()
                )
                return False
            progress.begin(portion)
            ledgers = [ledger for ledger in self._ledgers if ledger.table.name in portion]
            # The forms of the daily table are made from the same refined rows.
            periods: Periods = {}
            for ledger in ledgers:
                periods.setdefault(ledger.table.every, {}).update(portion[ledger.table.name])
            plan = make_plan(self._options, self._seen, periods)
            self._stages.ended("plan", first=first, last=last, objects=len(plan.objects))
            reports = {every: report for every, report in self._reports.items() if every in periods}
            planned = refine_portion.PlannedPortion(plan, ledgers, portion, reports, self._seen)
            refine_portion.run(spark, self._options, planned, self._stages)
            self._limit.finished(bytes_)
        return True

    def _close(self) -> None:
        """Saves the ledgers that changed, with work or without; reports pending and stuck dates."""
        for ledger in self._ledgers:
            if ledger.state != ledger.saved:
                ledger.save()
            report = self._reports[ledger.table.every]
            report.owed = max(report.owed, len(ledger.state.pending))
            if self._options.trade_dates == "pending":
                report.failed |= {str(bar_date): why for bar_date, why in ledger.stuck().items()}

    def _pending(self) -> int:
        return max(len(ledger.state.pending) for ledger in self._ledgers)
