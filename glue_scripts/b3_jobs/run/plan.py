"""Plans a portion of a run: what it has to read, and which dates it can publish."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from b3_jobs.contract.dates import affected, inside, look_back, merge, parse_trade_dates, partition_date
from b3_jobs.errors import JobError
from b3_jobs.files.storage import Storage
from b3_jobs.inputs import actions, raw
from b3_jobs.inputs.raw import RawObject
from b3_jobs.ledger.ledger import date_of

if TYPE_CHECKING:
    from datetime import date

    from b3_jobs.contract.dates import Days, Periods
    from b3_jobs.contract.options import Options
    from b3_jobs.ledger.observation import Observation


@dataclass(frozen=True)
class Plan:
    """The work of one portion.

    Args:
        periods: for each of `1d`, `1w`, `1mo` what to publish, by the date of the bar.
        objects: the raw objects to read, including the look-back.
        failed: the periods that cannot be published or looked back on, and why.
        events: the corporate actions of the periods and the look-back, one row for each event.
    """

    periods: Periods
    objects: list[RawObject]
    failed: dict[str, dict[date, str]]
    events: pa.Table

    def days(self, every: str) -> list[date]:
        """The calendar days of the periods."""
        return [day for days in self.periods.get(every, {}).values() for day in days.each()]

    def rows(self, days: Days) -> int:
        """The number of raw rows of these days, from the objects' footers."""
        return sum(raw_object.rows for raw_object in self.objects if raw_object.trade_date in days)

    def without(self, faults: dict[RawObject, str]) -> Plan:
        """Leaves out the dates of these unreadable objects; the periods that hold such a date fail.

        Periods that are only looked back on fail too, which makes them pending: when such a period
        is published at last, those published without it become pending (`OpenLedger.resolve`).
        """
        by_date: dict[date, str] = {}
        for raw_object, fault in sorted(faults.items()):
            by_date.setdefault(raw_object.trade_date, fault)
        objects = [raw_object for raw_object in self.objects if raw_object.trade_date not in by_date]
        failed: dict[str, dict[date, str]] = {every: {} for every in self.periods}
        for every, reasons in failed.items():
            for day, fault in by_date.items():
                reasons.setdefault(partition_date(day, every), fault)
        return replace(self._failing(failed), objects=objects)

    def without_events(self, faults: dict[date, str], bars_back: int) -> Plan:
        """The plan without these unusable ex-dates and the periods that look back on them.

        An average without an event that happened is wrong. One without an unreadable session may be
        published: it is the average from before the session came into raw.
        """
        failed: dict[str, dict[date, str]] = {}
        for every, bar_dates in self.periods.items():
            reasons = {day: _fault_in(look_back(days, every, bars_back), faults) for day, days in bar_dates.items()}
            failed[every] = {day: fault for day, fault in reasons.items() if fault is not None}
        unusable = pc.is_in(self.events["ex_date"], value_set=pa.array(list(faults), pa.date32()))
        return replace(self._failing(failed), events=self.events.filter(pc.invert(unusable)))

    def _failing(self, failed: dict[str, dict[date, str]]) -> Plan:
        """The plan in which these periods fail, for the reasons given."""
        periods = {
            every: {bar_date: days for bar_date, days in bar_dates.items() if bar_date not in failed[every]}
            for every, bar_dates in self.periods.items()
        }
        return replace(
            self, periods=periods, failed={name: self.failed.get(name, {}) | failed[name] for name in periods}
        )


def _fault_in(days: Days, faults: dict[date, str]) -> str | None:
    return next((fault for day, fault in sorted(faults.items()) if day in days), None)


def make_plan(options: Options, seen: Observation, periods: Periods) -> Plan:
    """Finds the objects that these periods need, and reads footers and events."""
    store, bars = Storage.at(options.raw_path), options.look_back
    needed = merge(
        [look_back(days, every, bars) for every, bar_dates in periods.items() for days in bar_dates.values()]
    )
    keys = [key for day in inside(seen.keys_by_date, needed) for key in seen.keys_by_date[day]]
    good, faults = raw.check_objects(store, [RawObject(date_of(key), key) for key in keys])
    events, event_faults = actions.read(Storage.at(options.actions_folder), seen, needed)
    return Plan(periods, good, {}, events).without(faults).without_events(event_faults, bars)


def listed_days(options: Options, seen: Observation, every: str) -> list[date]:
    """The days of `--trade_dates` that are sessions or in raw; with `--affected` later days too.

    Raises:
        JobError: if there is no such day.
    """
    listed = parse_trade_dates(options.trade_dates)
    spans = [affected(span, every, options.look_back) for span in listed] if options.affected else listed
    days = {*inside(seen.keys_by_date, merge(spans)), *(session for span in listed for session in span.sessions())}
    if not days:
        raw_uri = Storage.at(options.raw_path).uri()
        raise JobError(f"--trade_dates: no B3 session in {options.trade_dates}, and nothing for it in {raw_uri}")
    return sorted(days)
