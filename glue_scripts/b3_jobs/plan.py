"""What a run has to do, worked out from the arguments and from what raw holds, before Spark reads a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from b3_jobs import raw
from b3_jobs.dates import Days, affected, look_back, parse_trade_dates, partition_date, period, shortest, spans_of
from b3_jobs.errors import JobError
from b3_jobs.storage import Storage

if TYPE_CHECKING:
    from datetime import date

    from b3_jobs.options import Options
    from b3_jobs.raw import RawObject


@dataclass(frozen=True)
class Plan:
    """One run's work.

    Args:
        periods: the days (weeks, months) to publish, by the date under which each is published.
        objects: the raw objects to read, their look-back included.
        faults: what is wrong with the objects that cannot be read.
    """

    periods: dict[date, Days]
    objects: list[RawObject]
    faults: dict[RawObject, str]

    def days(self) -> list[date]:
        """The calendar days of the periods."""
        return [day for days in self.periods.values() for day in days.each()]

    def trade_dates(self) -> str:
        """The sessions of the periods, as `--trade_dates` takes them: ranges, whatever the period."""
        return shortest({day for days in self.periods.values() for day in days.sessions()} | self.periods.keys())

    def rows(self, days: Days) -> int:
        """The raw rows of these days, as the objects' footers count them."""
        return sum(found.rows for found in self.objects if found.trade_date in days)

    def without(self, faults: dict[RawObject, str]) -> Plan:
        """The plan after leaving out these objects' dates, neither read nor published until the objects are mended."""
        lost = {found.trade_date for found in faults}
        return Plan(
            {label: days for label, days in self.periods.items() if not any(day in days for day in lost)},
            [found for found in self.objects if found.trade_date not in lost],
            self.faults | faults,
        )


def make_plan(options: Options) -> Plan:
    """Finds the dates and the objects, and reads the objects' footers.

    Raises:
        JobError: if there is nothing that could be refined.
    """
    store = Storage.at(options.raw_path)
    days, objects = _everything(store) if options.trade_dates == "all" else _listed(options, store)
    if not days:
        raise JobError(f"--trade_dates: no B3 session in {options.trade_dates}, and nothing for it in {store.uri()}")
    needed = spans_of(days, options.every, options.look_back)
    good, faults = raw.inspect(store, [found for found in objects if any(found.trade_date in span for span in needed)])
    periods = {partition_date(day, options.every): period(day, options.every) for day in days}
    return Plan(periods, good, {}).without(faults)


def _everything(store: Storage) -> tuple[list[date], list[RawObject]]:
    days = raw.find_all(store)
    if not days:
        raise JobError(f"--raw_path: {store.uri()} holds no trade_date=YYYY-MM-DD folder")
    return days, raw.find_objects(store, days)


def _listed(options: Options, store: Storage) -> tuple[list[date], list[RawObject]]:
    """The listed days that are sessions or in raw, the affected ones that are in raw, and all objects near them."""
    listed = parse_trade_dates(options.trade_dates)
    reach = [affected(span, options.every, options.look_back) for span in listed] if options.affected else listed
    around = [look_back(span, options.every, options.look_back) for span in reach]
    objects = raw.find_between(store, around)
    held = {found.trade_date for found in objects}
    days = {day for day in held if any(day in span for span in reach)}
    days |= {session for span in listed for session in span.sessions()}
    return sorted(days), objects
