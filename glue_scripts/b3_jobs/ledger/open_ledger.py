"""The ledger of a table while a run works on it: what is read, changed in memory, and written."""

from __future__ import annotations

import uuid
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import b3_kernels as b3
from b3_jobs.contract.dates import format_trade_dates, inside, merge, partition_date, period
from b3_jobs.errors import JobError
from b3_jobs.files.storage import Storage
from b3_jobs.files.versioned_file import ConflictError, VersionedFile
from b3_jobs.ledger import guards
from b3_jobs.ledger.ledger import ENOUGH_FAILURES, Ledger, date_of, ledger_file, read_ledger
from b3_jobs.ledger.observation import compare

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from b3_jobs.contract.dates import Days
    from b3_jobs.contract.options import Options
    from b3_jobs.contract.published_table import PublishedTable
    from b3_jobs.ledger.observation import Observation

# How often a run that conflicts with another tries to write the dates that both may have published.
_ATTEMPTS = 20
_RUN = uuid.uuid4().hex


@dataclass
class OpenLedger:
    """What a run knows of a table, and what of that is already in the ledger's file.

    Args:
        table: the table.
        look_back: how many sessions (weeks, months) a row may look back.
        file: the ledger's file.
        version: the file's version when this run last read or wrote it; None without a file.
        state: the present state.
        saved: the state that the file holds, or None without one or if it is to be written anew.
        tried: the dates that failed in this run, until what they depend on changes.
        lost: how many dates lost a quarter or more of their tickers in this run.
        published: the dates of the table's rows, until `update` has compared them with raw; only
            given if a ledger that was lost may not know them all.
    """

    table: PublishedTable
    look_back: int
    file: VersionedFile
    version: str | None
    state: Ledger = field(default_factory=Ledger)
    saved: Ledger | None = None
    tried: set[date] = field(default_factory=set)
    lost: int = 0
    published: frozenset[date] = frozenset()

    @classmethod
    def open(cls, options: Options, table: PublishedTable) -> OpenLedger:
        """Reads the table's ledger, if it has one."""
        file = ledger_file(Storage.at(options.refined_path), table.name)
        ledger, version = read_ledger(file)
        return cls(table, options.look_back, file, version, ledger or Ledger(), ledger)

    def update(self, options: Options, seen: Observation) -> None:
        """Takes over the present objects, and makes the dates that they change pending.

        Raises:
            JobError: if a guard takes the present objects for a mistake.
        """
        table, every = self.table, self.table.every
        guards.check_place(options, table, self.state, seen)
        guards.check_options(options, table, self.state)
        difference = compare(self.state, seen).with_gone(self.without_raw(seen))
        guards.check_gone(options, table, self.state, difference, self.published)
        self.published = frozenset()
        changed = difference.pending(seen, every, self.look_back)
        # Failed dates that changed are tried again, but stay in `failed`: when one is published,
        # `resolve` makes the dates pending that were published without it.
        retried = self.periods(changed).keys()
        self.tried -= retried
        self.state = replace(
            self.state,
            raw_path=Storage.at(options.raw_path).uri(),
            raw=seen.raw,
            actions=seen.actions,
            options=options.row_options,
            pending=self.state.pending | changed,
            failed={
                day: replace(failure, runs=0) if day in retried else failure
                for day, failure in self.state.failed.items()
            },
        )

    def without_raw(self, seen: Observation) -> frozenset[date]:
        """The published bars of which raw has no day."""
        return frozenset(self.periods(self.published).keys() - self.periods(seen.keys_by_date).keys())

    def add_pending(self, days: Iterable[date]) -> None:
        """Makes these dates pending: if this run dies, the next one refines them."""
        self.state = replace(self.state, pending=self.state.pending.union(days))

    def periods(self, days: Iterable[date]) -> dict[date, Days]:
        """The days, weeks or months with these days, each under the date of its bar."""
        every = self.table.every
        return {partition_date(day, every): period(day, every) for day in days}

    def stuck(self) -> dict[date, str]:
        """The dates that failed too often, each with the reason."""
        return {
            day: f"{failure.reason} (failed {failure.runs} times; left until its objects change or it is named)"
            for day, failure in self.state.failed.items()
            if failure.runs >= ENOUGH_FAILURES
        }

    def snapshot_summary(self) -> dict[str, str]:
        """What a snapshot of the Iceberg table says of the run: its id, versions, pending dates."""
        pending = format_trade_dates(self.state.pending)
        return {"b3.run": _RUN, "b3.wheel": b3.__version__, "b3.ledger": str(self.version), "b3.owed": pending}

    def save(self) -> None:
        """Writes the present state, before anything that follows from it is published.

        Also an unchanged one: a run that another has overtaken then stops before it publishes.

        Raises:
            JobError: if another run has written the ledger since this one read it.
        """
        try:
            self._write(self.state)
        except ConflictError:
            raise JobError(
                f"{self.table}: another run is at work on this table; this one stops, and the next one does "
                "what is left"
            ) from None

    def resolve(self, published: Iterable[date], failed: dict[date, str], seen: Observation) -> None:
        """Removes the published bars' days from `pending`, adds the bars that failed, and saves.

        If a bar failed earlier and is published now, dates that look back on it may have been
        published without it: they become pending. Bars that failed for the same reason, such as
        another date's event, are tried again.

        Raises:
            JobError: if another run has written the ledger meanwhile; the dates stay pending.
        """
        published, every = set(published), self.table.every
        back = published.intersection(self.state.failed)
        gone = {self.state.failed[day].reason for day in back}
        recovered = [period(day, every) for day in back]
        pending = self.state.pending | failed.keys() | seen.affected(recovered, every, self.look_back)
        state = replace(
            self.state,
            pending=frozenset(day for day in pending if partition_date(day, every) not in published),
            failed={
                day: replace(failure, runs=0) if failure.reason in gone else failure
                for day, failure in self.state.failed.items()
                if day not in published
            },
        )
        for day in failed.keys() - self.tried:  # once a run: its portions may repeat the date
            state = state.with_failure(day, failed[day])
        self.tried |= failed.keys()
        # This run may have written a year's other dates as they were before another run: so after a
        # conflict the whole year is pending.
        self._conclude(state, published, [period(day, "1y") for day in published] if self.table.by_year else [])

    @contextmanager
    def repair(self, days: Iterable[Days]) -> Iterator[None]:
        """Saves the unchanged state before and after a repair that may write rows of these days.

        Raises:
            JobError: before the repair if another run has written the ledger since it was opened;
                after it if one has done so meanwhile, and the days' dates are then pending.
        """
        self.save()
        try:
            yield
        finally:
            self._conclude(self.state, set(), days)

    def _conclude(self, state: Ledger, published: set[date], written: Iterable[Days]) -> None:
        """Writes the state; if another run has, keeps pending what both may have published."""
        try:
            self._write(state)
        except ConflictError:
            self._keep_pending(published, merge(list(written)))
            raise JobError(
                f"{self.table}: another run was at work on this table at the same time; what both may have "
                "published is refined again by the next run"
            ) from None

    def _keep_pending(self, published: set[date], written: list[Days]) -> None:
        """Adds this run's pending and published dates to the ledger that the other run wrote.

        And the dates of raw inside `written`, whose rows may be as they were before the other run.
        """
        for _ in range(_ATTEMPTS):
            other, self.version = read_ledger(self.file)
            known = set(map(date_of, (*self.state.raw, *(other or Ledger()).raw)))
            published = published.union(inside(known, written))
            pending = (other or Ledger()).pending | self.state.pending | published
            try:
                return self._write(replace(other or self.state, pending=pending))
            except ConflictError:
                continue
        raise JobError(
            f"{self.table}: the ledger is always written by others first; run --trade_dates "
            f"{format_trade_dates(published)} --affected when they have ended"
        )

    def _write(self, state: Ledger) -> None:
        self.version = self.file.write(state.encode(self.table.name, _RUN), self.version)
        self.state = self.saved = state
