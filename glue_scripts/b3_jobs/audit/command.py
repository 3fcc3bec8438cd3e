"""`python -m b3_jobs.audit ...`: compares the catalog, the files and the contract.

Prints a line `found:` for each defect, `left:` for each that `--repair` could not repair, and a
closing JSON line. The exit status is 0 only if no defect is left. For the daily table with
`--raw_path` it also prints, in lines `note:`, the steps of the exchange's distribution number and
the known events that do not explain each other; they are no defects. Without `--trade_dates` the
audit opens every file of the table.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from b3_jobs.audit import checks, months
from b3_jobs.audit.checks import Finding, State
from b3_jobs.audit.rebuild_ledger import ledger_fault, rebuild
from b3_jobs.audit.repair import discard_unreadable, repair_catalog, repair_files, repair_years
from b3_jobs.audit.scan import scan_table
from b3_jobs.contract.dates import FIRST_DAY, LAST_DAY, Days, format_trade_dates, parse_trade_dates, period
from b3_jobs.contract.options import PERIODS, Options, Parser
from b3_jobs.contract.published_table import published_tables
from b3_jobs.contract.schemas import KEY_NAMES
from b3_jobs.errors import JobError, failure
from b3_jobs.files.storage import Storage
from b3_jobs.files.versioned_file import MISSING_FILE
from b3_jobs.inputs import actions, raw
from b3_jobs.inputs.raw import RawObject
from b3_jobs.ledger.ledger import date_of, ledger_file
from b3_jobs.ledger.observation import observe
from b3_jobs.ledger.open_ledger import OpenLedger
from b3_jobs.log.stages import Stages
from b3_jobs.refine import distribution_steps
from b3_jobs.run.job_run import JobRun
from b3_jobs.run.session import open_session
from b3_jobs.tables import catalog, year_table
from b3_jobs.tables.iceberg_table import ManifestError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager
    from datetime import date

    from pyspark.sql import SparkSession

    from b3_jobs.contract.published_table import PublishedTable
    from b3_jobs.refine.distribution_steps import Note


@dataclass(frozen=True)
class Audit:
    """Compares `tables`, which hold the same rows, with the first of them; on `days` if given."""

    spark: SparkSession
    options: Options
    tables: list[PublishedTable]
    days: Days | None

    @classmethod
    def of(cls, spark: SparkSession, options: Options, days: Days | None) -> Audit:
        """The audit of the tables that the lake has: those that its runs published.

        Raises:
            JobError: if it has none, or a table with a ledger is not in the catalog.
        """
        tables = published_tables(options)
        missing = [table for table in tables if not catalog.exists(spark, table)]
        for table in missing:
            ledger = ledger_file(Storage.at(options.refined_path), table.name)
            if ledger.read() != MISSING_FILE:
                # A run reads the ledger, so a damaged one must go first; `rebuild` needs the table.
                first = f"delete {ledger.place.uri(ledger.name)} and " if ledger_fault(options, table) else ""
                way_out = f"if --database is right, {first}run the job with --trade_dates all, which makes it anew"
                raise JobError(f"{table}: the catalog has no such table; {way_out}")
        if missing == tables:
            raise JobError(f"{tables[0]}: the catalog has no such table")
        # A repair publishes the tables of `options`: the daily table's forms that the lake has.
        if options.every == ("1d",):
            forms = [form for form, table in zip(options.tables, tables, strict=True) if table not in missing]
            options = replace(options, tables=tuple(forms))
        return cls(spark, options, published_tables(options), days)

    def state(self) -> State:
        """The files and partitions of the first table."""
        table = self.tables[0]
        partitions = self._partitions(table) if table.by_row else set()
        return State(table, scan_table(self.spark, table, self.days), partitions, self.days)

    def _partitions(self, table: PublishedTable) -> set[tuple[date, str]]:
        if self.days is None:
            return catalog.every_partition(self.spark, table)
        found = catalog.tickers(self.spark, table, self.days.each())
        return {(day, ticker) for day, tickers in found.items() for ticker in tickers}

    def find(self, state: State) -> list[Finding]:
        """All defects."""
        found = self.find_in_catalog_and_ledgers() + checks.find_in_dates(state, self.tables[0].every)
        if not ledger_fault(self.options, state.table):
            found += checks.find_without_raw(state, OpenLedger.open(self.options, state.table))
        for table in self.tables:
            try:
                rows = state.rows if table is self.tables[0] else scan_table(self.spark, table, self.days)
            except ManifestError as error:
                found.append(Finding(months.MANIFEST, str(error)))
                continue
            if table.by_row:
                found += checks.find_in_partitions(state)
            elif table.by_year:
                registered = year_table.registered(self.spark, table)
                if self.days:
                    registered &= set(self.days.years())
                found += checks.find_in_years(state, table, rows, registered)
            else:
                found += months.find(state, table, rows)
        return found

    def find_in_catalog_and_ledgers(self) -> list[Finding]:
        """Tables that the catalog has otherwise than the contract, and lost or damaged ledgers."""
        found = []
        for table in self.tables:
            if difference := catalog.differs(self.spark, table):
                found.append(Finding(checks.CATALOG, str(table), difference))
            if fault := ledger_fault(self.options, table):
                found.append(Finding(checks.LEDGER, str(table), fault))
        return found

    def notes(self) -> list[Note]:
        """Differences between distribution numbers and known events, which are no defects."""
        daily = [str(table) for table in self.tables if table.every == "1d" and not table.in_iceberg]
        if not self.options.raw_path or not daily:
            return []
        seen, store = observe(self.options), Storage.at(self.options.raw_path)
        # Objects with a fault are left out: a run of the job names them.
        objects, _raw_faults = raw.check_objects(store, [RawObject(date_of(key), key) for key in seen.raw])
        events, _event_faults = actions.read(Storage.at(self.options.actions_folder), seen, [Days(FIRST_DAY, LAST_DAY)])
        # The last table is the year files if there are any, which are faster to read.
        sem_fator = self.spark.table(daily[-1]).where("ajuste = 'sem_fator'").select(*KEY_NAMES).collect()
        rows = raw.read(self.spark, store, objects)
        return distribution_steps.compare(rows, events, {tuple(row) for row in sem_fator})

    def rebuild_ledgers(self, found: list[Finding]) -> None:
        """Writes lost or damaged ledgers anew; dates that differ from raw become pending."""
        without_ledger = {defect.where for defect in found if defect.kind == checks.LEDGER}
        for table in self.tables:
            if str(table) in without_ledger:
                pending = rebuild(self.spark, self.options, table, scan_table(self.spark, table, self.days))
                print(f"{table}: the ledger is written anew, {pending} dates are pending")

    def ledgers(self) -> dict[PublishedTable, OpenLedger]:
        """The present ledgers of the tables, without those that are lost or damaged."""
        usable = [table for table in self.tables if not ledger_fault(self.options, table)]
        return {table: OpenLedger.open(self.options, table) for table in usable}

    def repair(self, state: State, found: list[Finding], ledgers: dict[PublishedTable, OpenLedger]) -> None:
        """Repairs files, then the catalog, then the year files, then the Iceberg table.

        Without a table that has a file for each row, only raw has the right rows (`lost_days`). The
        ledgers are from before `state` was read, to notice a run that publishes meanwhile.
        """
        table, *others = self.tables
        if not table.by_row:
            return
        years = next((other for other in others if other.by_year), None)
        with _noticing_runs(table, found, ledgers):
            unrepaired = repair_files(self.spark, table, state, found, years)
            repair_catalog(self.spark, self.options, table, state.catalog, unrepaired)
        for other in others:
            repair_other = repair_years if other.by_year else months.repair
            found = self.find(self.state())
            with _noticing_runs(other, found, ledgers):
                repair_other(self.spark, self.options, table, other, found)

    def lost_days(self, left: list[Finding]) -> set[date]:
        """The dates to refine for years and months that no table with row files could repair."""
        days: set[date] = set()
        for table in () if self.tables[0].by_row else self.tables:
            kind = checks.YEAR if table.by_year else months.MONTH
            broken = {defect.day for defect in left if defect.day and defect.kind == kind}
            if broken:
                days |= discard_unreadable(self.spark, self.options, table, broken)
        return days


def _noticing_runs(
    table: PublishedTable, found: list[Finding], ledgers: dict[PublishedTable, OpenLedger]
) -> AbstractContextManager[None]:
    """The context of a repair, which makes dates pending that a run writes beside it."""
    if table not in ledgers:
        return nullcontext()
    every = "1y" if table.by_year else "1mo" if table.in_iceberg else table.every
    return ledgers[table].repair([period(defect.day, every) for defect in found if defect.day])


def main(arguments: Sequence[str] | None = None) -> int:
    """Audits the tables of one period; returns 0 if no defect is left, else 1."""
    return 1 if run(sys.argv[1:] if arguments is None else arguments) else 0


def run(arguments: Sequence[str]) -> str | None:
    """Audits the tables of one period; returns one line that says what is wrong, or None."""
    return failure(lambda: _run(arguments))


def _days(options: Options, *, repair: bool) -> Days | None:
    """The days in `--trade_dates`; None for `all`.

    Raises:
        JobError: if they are not valid, or given with `--repair` or `--raw_path`.
    """
    if options.trade_dates == "all":
        return None
    if repair or options.raw_path:
        raise JobError("--trade_dates: a part of the table is for looking at; --repair and --raw_path need the whole")
    spans = parse_trade_dates(options.trade_dates)
    if options.trade_dates == "pending" or len(spans) > 1:
        raise JobError(f"--trade_dates: {options.trade_dates!r}: expected all, one date or one range")
    return spans[0]


def _run(arguments: Sequence[str]) -> str | None:
    given = audit_parser().parse(arguments)
    repair = given.pop("repair", False)
    options = Options(**given | {"every": (given["every"],)})
    days = _days(options, repair=repair)
    with open_session() as spark:
        audit = Audit.of(spark, options, days)
        found, left = _find_and_repair(audit, repair=repair)
        for defect in found:
            print(f"found: {defect}")
        for defect in left if repair else []:
            print(f"left: {defect}")
        notes = audit.notes()
    for note in notes:
        print(f"note: {note}")
    kinds = Counter(sorted(defect.kind for defect in found))
    note_kinds = Counter(sorted(note.kind for note in notes))
    print(json.dumps({"found": len(found), "left": len(left), "kinds": kinds, "notes": note_kinds}))
    return f"{len(left)} defects, the first: {left[0]}" if left else None


def _find_and_repair(audit: Audit, *, repair: bool) -> tuple[list[Finding], list[Finding]]:
    """The defects, and those that are left: all, unless `repair` mends some."""
    ledgers = audit.ledgers() if repair else {}
    try:
        state = audit.state()
    except ManifestError as error:  # of the lake's only table, in which nothing else can be looked at
        found = [*audit.find_in_catalog_and_ledgers(), Finding(months.MANIFEST, str(error))]
        return found, found
    found = audit.find(state)
    if not found or not repair:
        return found, found
    audit.repair(state, found, ledgers)
    left = audit.find(audit.state())
    if not audit.options.raw_path:
        return found, left
    audit.rebuild_ledgers(left)
    # A defect of a year or month names the first day in it, whose own files may be right.
    days = {defect.day for defect in left if defect.day and defect.kind not in (checks.YEAR, months.MONTH)}
    days |= audit.lost_days(left)
    if days:
        # `open_session` gives the run the audit's session, and leaves it open.
        JobRun(replace(audit.options, trade_dates=format_trade_dates(days)), Stages()).run()
    return found, audit.find(audit.state())


def audit_parser() -> Parser:
    """The arguments of the audit, beside those that it shares with the job."""
    parser = Parser("python -m b3_jobs.audit", "Compares the catalog, the files and the contract.")
    add = parser.add_argument
    add("--every", default="1d", choices=PERIODS, help="which table; 1d includes the year files and the Iceberg table")
    add(
        "--trade_dates", default="all",
        help="2024-01-02 or 2024-01-02..2024-03-28, to look at a part of a large table; default: all",
    )  # fmt: skip
    add("--raw_path", default="", help="compare raw with known events; with --repair also refine what is lost")
    parser.add_flag("--repair", "mend what the lake itself can mend")
    return parser
