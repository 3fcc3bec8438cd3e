"""The present objects of raw and actions, and how they differ from those that a ledger knows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from b3_jobs.contract.dates import FIRST_DAY, LAST_DAY, Days, affected, inside, merge
from b3_jobs.files.listing import Identity, list_objects
from b3_jobs.files.storage import Storage
from b3_jobs.ledger.ledger import date_of
from b3_kernels.lake import ACTIONS_KEY, RAW_KEY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from b3_jobs.contract.options import Options
    from b3_jobs.ledger.ledger import Ledger


@dataclass(frozen=True)
class Observation:
    """The present objects of raw and of actions, by key; other files in their folders are ignored.

    Objects whose date is not a date of the calendar's years are in `misdated` alone.
    """

    raw: dict[str, Identity]
    actions: dict[str, Identity]
    misdated: tuple[str, ...] = ()

    @cached_property
    def keys_by_date(self) -> dict[date, list[str]]:
        """The raw objects' keys, by trade date in order."""
        dates: dict[date, list[str]] = {}
        for key in sorted(self.raw):
            dates.setdefault(date_of(key), []).append(key)
        return dates

    def affected(self, spans: Iterable[Days], every: str, look_back: int) -> frozenset[date]:
        """The dates in raw of the periods that spans touch and of those that look back on them."""
        return frozenset(inside(self.keys_by_date, merge([affected(days, every, look_back) for days in spans])))

    def size(self, days: Days) -> int:
        """The bytes of these days' raw objects."""
        return sum(self.raw[key].size for day in days.each() for key in self.keys_by_date.get(day, ()))


def observe(options: Options) -> Observation:
    """Lists raw and actions; actions only if raw has an object, since else the path is wrong.

    Raises:
        JobError: if a listing fails.
    """
    raw = list_objects(Storage.at(options.raw_path), RAW_KEY)
    actions = list_objects(Storage.at(options.actions_folder), ACTIONS_KEY) if raw else {}
    misdated = tuple(sorted(key for key in (*raw, *actions) if not _is_dated(key)))
    for key in misdated:
        raw.pop(key, None)
        actions.pop(key, None)
    return Observation(raw, actions, misdated)


def joined(earlier: Observation, later: Observation) -> Observation:
    """Both listings as one: an object exists if either has it; its later identity counts."""
    return Observation(earlier.raw | later.raw, earlier.actions | later.actions, later.misdated)


@dataclass(frozen=True)
class Difference:
    """The dates whose objects differ from the ledger's, and those that have none any more."""

    raw: frozenset[date]
    actions: frozenset[date]
    raw_gone: frozenset[date]
    actions_gone: frozenset[date]

    def with_gone(self, days: frozenset[date]) -> Difference:
        """The difference if the raw objects of these dates are gone too."""
        return replace(self, raw=self.raw | days, raw_gone=self.raw_gone | days)

    def pending(self, seen: Observation, every: str, look_back: int) -> frozenset[date]:
        """The dates of changed raw, and all dates in raw whose windows hold a changed date."""
        return self.raw | seen.affected((Days(day, day) for day in self.raw | self.actions), every, look_back)


def compare(ledger: Ledger, seen: Observation) -> Difference:
    """Compares the present objects with those that the ledger knows."""
    raw, raw_gone = _differing(ledger.raw, seen.raw)
    actions, actions_gone = _differing(ledger.actions, seen.actions)
    return Difference(raw, actions, raw_gone, actions_gone)


def missing(ledger: Ledger, seen: Observation) -> set[str]:
    """The objects that the ledger knows and the listing does not have."""
    return (ledger.raw.keys() - seen.raw.keys()) | (ledger.actions.keys() - seen.actions.keys())


def _is_dated(key: str) -> bool:
    """Whether the key names a date, and one of the calendar's years."""
    try:
        return FIRST_DAY <= date_of(key) <= LAST_DAY
    except ValueError:
        return False


def _differing(known: dict[str, Identity], present: dict[str, Identity]) -> tuple[frozenset[date], frozenset[date]]:
    """The dates of new, changed and gone objects, and those that have no object any more."""
    changed = {key for key, identity in present.items() if known.get(key) != identity}
    gone = known.keys() - present.keys()
    return frozenset(map(date_of, changed | gone)), frozenset(map(date_of, gone)).difference(map(date_of, present))
