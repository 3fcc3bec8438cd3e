"""What a portion of a run has to read, worked out from the dates to publish before Spark reads a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from b3_jobs import raw
from b3_jobs.dates import affected, inside, merge, parse_trade_dates, spans_of
from b3_jobs.errors import JobError
from b3_jobs.observation import date_of
from b3_jobs.raw import RawObject
from b3_jobs.storage import Storage

if TYPE_CHECKING:
    from datetime import date

    from b3_jobs.dates import Days, Periods
    from b3_jobs.observation import Observation
    from b3_jobs.options import Options


@dataclass(frozen=True)
class Plan:
    """One portion's work.

    Args:
        periods: for each of `1d`, `1w`, `1mo` the days (weeks, months) to publish, by the date under which each is
            published.
        objects: the raw objects to read, their look-back included.
        faults: what is wrong with the objects that cannot be read.
        failed: the periods that cannot be published, each with the fault.
    """

    periods: Periods
    objects: list[RawObject]
    faults: dict[RawObject, str]
    failed: dict[str, dict[date, str]]

    def days(self, every: str) -> list[date]:
        """The calendar days of the periods."""
        return [day for days in self.periods.get(every, {}).values() for day in days.each()]

    def rows(self, days: Days) -> int:
        """The raw rows of these days, as the objects' footers count them."""
        return sum(found.rows for found in self.objects if found.trade_date in days)

    def without(self, faults: dict[RawObject, str]) -> Plan:
        """The plan after leaving out these objects' dates, neither read nor published until the objects are mended."""
        told = {found.trade_date: fault for found, fault in sorted(faults.items(), reverse=True)}
        periods: Periods = {}
        failed = {every: dict(labels) for every, labels in self.failed.items()}
        for every, labels in self.periods.items():
            bad = {label: fault for day, fault in told.items() for label, days in labels.items() if day in days}
            periods[every] = {label: days for label, days in labels.items() if label not in bad}
            failed[every] = failed.get(every, {}) | bad
        objects = [found for found in self.objects if found.trade_date not in told]
        return Plan(periods, objects, self.faults | faults, failed)


def make_plan(options: Options, seen: Observation, periods: Periods) -> Plan:
    """Finds the objects that these periods need, and reads their footers."""
    store = Storage.at(options.raw_path)
    needed = [span for every, labels in periods.items() for span in spans_of(list(labels), every, options.look_back)]
    keys = [key for day in inside(seen.keys, merge(needed)) for key in seen.keys[day]]
    good, faults = raw.inspect(store, [RawObject(date_of(key), key) for key in keys])
    return Plan(periods, good, {}, {}).without(faults)


def listed_days(options: Options, seen: Observation, every: str) -> list[date]:
    """The listed days that are sessions or in raw, and with `--affected` the affected ones that are in raw.

    Raises:
        JobError: if there is none.
    """
    listed = parse_trade_dates(options.trade_dates)
    reach = [affected(span, every, options.look_back) for span in listed] if options.affected else listed
    days = {*inside(seen.keys, merge(reach)), *(session for span in listed for session in span.sessions())}
    if not days:
        raw_uri = Storage.at(options.raw_path).uri()
        raise JobError(f"--trade_dates: no B3 session in {options.trade_dates}, and nothing for it in {raw_uri}")
    return sorted(days)
