"""Random histories of a lake: objects are added, changed and deleted, events lost, runs killed.

A history ends when all damaged objects are repaired. Then a run can succeed, and must leave the
tables of one full run.
"""

from __future__ import annotations

import random
import re
from contextlib import suppress
from datetime import date
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from lakes import random_quote, write_manual_dividend, write_raw

import b3_kernels as b3
from b3_jobs.files.storage import Storage
from b3_jobs.files.versioned_file import VersionedFile
from b3_jobs.ledger.open_ledger import OpenLedger
from b3_jobs.run import job_run
from b3_jobs.tables import catalog, quote_files, rejected_rows, year_table

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

# They lie in two years, two months and four weeks, for tables and files of each period.
DAYS = b3.sessions(date(2020, 12, 21), date(2021, 1, 12))
TICKERS = ("PETR4", "VALE3", "WEGE3")
# The history deletes dates on purpose, so the guard against many deleted dates is off.
RUN_ARGUMENTS = ("--every", "1d,1w,1mo", "--allow_drops", "1000")
DAMAGED = b"<html>503</html>"
# The functions of the job at which a run is killed or fails: owner and name.
STEPS: list[tuple[Any, str]] = [
    (job_run, "observe"),
    (quote_files, "write"),
    (quote_files, "remove_stale"),
    (catalog, "drop"),
    (catalog, "add"),
    (rejected_rows, "replace"),
    (year_table, "replace"),
    (year_table, "register"),
    (OpenLedger, "save"),
    (OpenLedger, "resolve"),
    (Storage, "move"),
    (Storage, "delete"),
    (VersionedFile, "write"),
]


class KilledError(BaseException):
    """Stands for a kill of the process: an exception that the job does not catch."""


class History:
    """Random changes of raw and actions, and the runs between them.

    Args:
        place: the lake's root, with `raw` and `actions` below it.
        run: starts a run with these arguments and waits for its end.
        seed: of everything that happens.
        patches: puts the failures into the job's steps.
    """

    def __init__(self, place: Storage, run: Callable[..., Any], seed: int, patches: pytest.MonkeyPatch) -> None:
        self.place = place
        self.run = run
        self.rng = random.Random(seed)
        self.patches = patches
        # The share of events that are lost before they start a run.
        self.loss = self.rng.choice([0.5, 0.8, 1.0])
        self.versions: dict[str, list[bytes]] = {}
        # No wait between the two listings that confirm a deletion.
        patches.setattr(job_run, "CONFIRM_SECONDS", 0.0)
        # The most raw bytes in a portion of a run's dates: a small limit makes several portions.
        patches.setattr(job_run, "BYTES_WITH_ROW_FILES", self.rng.choice([15_000, 40_000, 4_000_000]))
        self.add()

    def make_changes(self, number: int) -> None:
        """Make this many random changes and runs, then repair all damaged objects."""
        kinds, weights = zip(*WEIGHTS, strict=True)
        for kind in self.rng.choices(kinds, weights, k=number):
            kind(self)
            if kind is not History.scheduled_run and self.rng.random() >= self.loss:
                self.start_run()
        self.repair()

    # ---------------------------------------------------------------- raw and actions

    def objects(self, folder: str = "raw") -> list[str]:
        return [name for name in self.place.list(folder, recursive=True) if name.endswith(".parquet")]

    def write_quotes(self, day: date, source: str) -> None:
        """Write one source's object of a session."""
        tickers = self.rng.sample(TICKERS, self.rng.randint(1, len(TICKERS)))
        rows = [random_quote(self.rng, ticker, day, source) for ticker in tickers]
        if self.rng.random() < 0.2:
            rows[0]["close"] = None
        with TemporaryDirectory() as folder:
            (path,) = write_raw(Path(folder), rows)
            key, content = f"raw/{path.relative_to(folder)}", path.read_bytes()
        self.place.put(key, content)
        self.versions.setdefault(key, []).append(content)

    def rewrite(self, key: str) -> None:
        """Write other quotes into the same object."""
        found = re.fullmatch(r"raw/trade_date=([\d-]+)/(\w+)\.parquet", key)
        assert found
        self.write_quotes(date.fromisoformat(found[1]), found[2])

    def add(self) -> None:
        """Write objects of four sessions."""
        for day in self.rng.sample(DAYS, 4):
            self.write_quotes(day, self.rng.choice(["cotahist", "cotahist", "yahoo"]))

    def correct(self) -> None:
        self.rewrite(self.rng.choice(self.objects()))

    def delete(self) -> None:
        """Delete one or two objects, but never the last."""
        there = self.objects()
        self.place.delete(*self.rng.sample(there, min(self.rng.randint(1, 2), len(there) - 1)))

    def damage(self) -> None:
        self.place.put(self.rng.choice(self.objects()), DAMAGED)

    def restore(self) -> None:
        """Write again what an object once held; it may have been damaged, changed or deleted."""
        key = self.rng.choice(sorted(self.versions))
        self.place.put(key, self.rng.choice(self.versions[key]))

    def write_dividend(self) -> None:
        with TemporaryDirectory() as folder:
            write_manual_dividend(Path(folder), self.rng.choice(DAYS), f"0.{self.rng.randint(1, 99):02}")
            for path in Path(folder).rglob("*.parquet"):
                self.place.put(f"actions/{path.relative_to(folder)}", path.read_bytes())

    def delete_dividend(self) -> None:
        """Delete a dividend, but never the last."""
        self.place.delete(*self.objects("actions")[1:2])

    def repair(self) -> None:
        """Repair all damaged objects, so that a run can succeed."""
        for key in self.objects():
            with self.place.open(key) as file:
                damaged = file.read() == DAMAGED
            if damaged:
                self.rewrite(key)

    # ---------------------------------------------------------------- runs

    def start_run(self) -> None:
        """A run without a fault, one whose driver is killed, or one that meets an error."""
        faults = (None, KilledError(), OSError("No space left on device"))
        (fault,) = self.rng.choices(faults, [2, 4, 2])
        with suppress(KilledError):
            self.run_with_fault(fault) if fault else self.run(*RUN_ARGUMENTS)

    def scheduled_run(self) -> None:
        """The scheduled run of an evening, unless it is skipped."""
        if self.rng.random() < 0.8:
            self.start_run()

    def run_with_fault(self, fault: BaseException) -> None:
        """A run with a fault before or after one call of a step; no fault if calls are few."""
        owner, name = self.rng.choice(STEPS)
        genuine, genuine_is_first = getattr(owner, name), self.rng.random() < 0.5
        calls, faulty_call = count(), self.rng.randint(0, 3)

        def step(*arguments: Any, **options: Any) -> Any:
            is_faulty = next(calls) == faulty_call
            if is_faulty and not genuine_is_first:
                raise fault
            answer = genuine(*arguments, **options)
            if is_faulty:
                raise fault
            return answer

        with self.patches.context() as patch:
            patch.setattr(owner, name, step)
            self.run(*RUN_ARGUMENTS)


WEIGHTS: list[tuple[Callable[[History], None], int]] = [
    (History.add, 3), (History.correct, 3), (History.delete, 2), (History.damage, 1), (History.restore, 2),
    (History.write_dividend, 2), (History.delete_dividend, 1), (History.scheduled_run, 8),
]  # fmt: skip
