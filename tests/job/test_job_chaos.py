"""Whatever happened to raw, to the actions and to the runs before: after a run that succeeds the lake is right.

A history adds, corrects, spoils, deletes and restores objects between runs that are killed at any of their steps,
fail, or succeed. The next run that succeeds leaves every table byte for byte as one full run over raw writes it.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from conftest import FULL_PROOF, Lake
from lakes import random_quote, write_action, write_raw

import b3_kernels as b3
from b3_jobs import by_year, catalog, rejected, sweep
from b3_jobs import lake as lake_module
from b3_jobs.book import Book

DAYS = b3.sessions(date(2020, 12, 21), date(2021, 1, 12))
TICKERS = ("PETR4", "VALE3", "WEGE3")
TABLES = ("cotacoes_diarias", "cotacoes_semanais", "cotacoes_mensais")
# Whatever number of dates the history has deleted, it has deleted them on purpose.
SWEEP = ("--every", "1d,1w,1mo", "--allow_drops", "1000")
STEPS: list[tuple[Any, str]] = [
    (lake_module, "write"),
    (lake_module, "remove_stale"),
    (catalog, "drop"),
    (catalog, "add"),
    (rejected, "publish"),
    (by_year, "replace"),
    (by_year, "register"),
    (Book, "record"),
    (Book, "settle"),
]


class KilledError(BaseException):
    """The process ends here: not an error that anything in the job would answer."""


class History:
    """Raw and actions as they were, are and will be, and the runs between."""

    def __init__(self, lake: Lake, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
        self.lake = lake
        self.rng = random.Random(seed)
        self.patches = monkeypatch
        self.versions: dict[Path, list[bytes]] = {}
        self.add()

    def quotes(self, day: date, source: str) -> None:
        tickers = self.rng.sample(TICKERS, self.rng.randint(1, len(TICKERS)))
        rows = [random_quote(self.rng, ticker, day, source) for ticker in tickers]
        if self.rng.random() < 0.2:
            rows[0]["close"] = None
        (path,) = write_raw(self.lake.raw, rows)
        self.versions.setdefault(path, []).append(path.read_bytes())

    def objects(self) -> list[Path]:
        return sorted(self.lake.raw.rglob("*.parquet"))

    def add(self) -> None:
        for day in self.rng.sample(DAYS, 4):
            self.quotes(day, self.rng.choice(["cotahist", "cotahist", "yahoo"]))

    def correct(self) -> None:
        path = self.rng.choice(self.objects())
        self.quotes(date.fromisoformat(path.parent.name.partition("=")[2]), path.stem)

    def delete(self) -> None:
        there = self.objects()
        for path in self.rng.sample(there, min(self.rng.randint(1, 2), len(there) - 1)):
            shutil.rmtree(path.parent) if len(list(path.parent.iterdir())) == 1 else path.unlink()

    def spoil(self) -> None:
        self.rng.choice(self.objects()).write_bytes(b"<html>503</html>")

    def restore(self) -> None:
        """A bad object, a corrected one or a deleted one goes back to what it was."""
        path = self.rng.choice(sorted(self.versions))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.rng.choice(self.versions[path]))

    def act(self) -> None:
        write_action(self.lake.root / "actions", self.rng.choice(DAYS), f"0.{self.rng.randint(1, 99):02}")

    def act_no_more(self) -> None:
        there = sorted((self.lake.root / "actions").rglob("*.parquet"))
        for path in there[1:2]:
            path.unlink()

    def sweep(self) -> None:
        self.lake.run(*SWEEP)

    def killed(self) -> None:
        with suppress(KilledError):
            self.interrupted(KilledError())

    def failing(self) -> None:
        self.interrupted(OSError("No space left on device"))

    def interrupted(self, end: BaseException) -> None:
        """A run that ends before or after one call of one of its steps."""
        owner, name = self.rng.choice(STEPS)
        genuine, after, countdown = getattr(owner, name), self.rng.random() < 0.5, self.rng.randint(0, 3)

        def step(*arguments: Any) -> Any:
            nonlocal countdown
            countdown -= 1
            if countdown == -1 and not after:
                raise end
            answer = genuine(*arguments)
            if countdown == -1:
                raise end
            return answer

        with self.patches.context() as patch:
            patch.setattr(owner, name, step)
            self.lake.run(*SWEEP)

    def mend(self) -> None:
        """What is spoiled is restored, written anew or deleted: a run can succeed again."""
        for path in self.objects():
            if path.read_bytes().startswith(b"<html>"):
                path.unlink()
                self.quotes(date.fromisoformat(path.parent.name.partition("=")[2]), path.stem)


EVENTS: list[tuple[Callable[[History], None], int]] = [
    (History.add, 3), (History.correct, 3), (History.delete, 2), (History.spoil, 1), (History.restore, 2),
    (History.act, 2), (History.act_no_more, 1), (History.sweep, 2), (History.killed, 4), (History.failing, 2),
]  # fmt: skip


@pytest.mark.spark
@pytest.mark.parametrize("seed", range(200 if FULL_PROOF else 1))
def test_after_any_history_the_next_run_that_succeeds_is_a_full_run(
    lake: Lake, other_lake: Lake, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(sweep, "CONFIRM_SECONDS", 0.0)
    history = History(lake, seed, monkeypatch)
    monkeypatch.setattr(sweep, "SMALL_FILES", history.rng.choice([15_000, 40_000, 4_000_000]))
    events, weights = zip(*EVENTS, strict=True)
    for event in history.rng.choices(events, weights, k=20 if FULL_PROOF else 10):
        event(history)
    history.mend()
    lake.refine(*SWEEP)
    assert lake.refine(*SWEEP)["dates"] == 0
    for folder in ("raw", "actions"):
        if (lake.root / folder).exists():
            other_lake.root.joinpath(folder).symlink_to(lake.root / folder)
    other_lake.refine("--trade_dates", "all", *SWEEP)
    for table in TABLES:
        lake.same_as(other_lake, table)
