"""Cases that guards of the ledger refuse, and the last ones that they allow."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

import pytest

import b3_kernels as b3
from b3_jobs.contract.options import Options
from b3_jobs.contract.published_table import PublishedTable
from b3_jobs.errors import JobError
from b3_jobs.files.listing import Identity
from b3_jobs.files.storage import Storage
from b3_jobs.ledger import guards
from b3_jobs.ledger.ledger import Ledger
from b3_jobs.ledger.observation import Observation, compare

DAYS = b3.sessions(date(2021, 1, 4), date(2021, 1, 15))
OPTIONS = Options("raw", "refined")
TABLE = PublishedTable.of(OPTIONS)


def objects(prefix: str, *days: date, sources: tuple[str, ...]) -> dict[str, Identity]:
    return {f"{prefix}={day}/{source}.parquet": Identity("x", size=1) for day in days for source in sources}


def raw(*days: date) -> dict[str, Identity]:
    return objects("trade_date", *days, sources=("cotahist",))


def actions(*days: date) -> dict[str, Identity]:
    return objects("ex_date", *days, sources=("b3", "manual"))


def uri(folder: str) -> str:
    return Storage.at(folder).uri()


def test_a_missing_or_empty_raw_folder_is_refused(tmp_path: Path) -> None:
    missing, empty = (replace(OPTIONS, raw_path=str(path)) for path in (tmp_path / "nowhere", tmp_path))
    with pytest.raises(JobError, match=r"^--raw_path: there is no folder .*/nowhere/?$"):
        guards.check_raw(missing, Observation(raw={}, actions={}))
    with pytest.raises(JobError, match=r"holds no trade_date=YYYY-MM-DD folder with a raw object in it$"):
        guards.check_raw(empty, Observation(raw={}, actions={}))
    guards.check_raw(missing, Observation(raw(DAYS[0]), actions={}))


def test_raw_without_a_known_object_is_refused() -> None:
    ledger = Ledger(uri("raw"), raw(*DAYS))
    with pytest.raises(
        JobError,
        match=rf"--raw_path: .* holds none of the {len(DAYS)} objects that {TABLE} was made from \({min(raw(*DAYS))}",
    ):
        guards.check_place(OPTIONS, TABLE, ledger, Observation(raw(date(2021, 2, 1)), actions={}))
    guards.check_place(OPTIONS, TABLE, ledger, Observation(raw(DAYS[0]), actions={}))
    guards.check_place(OPTIONS, TABLE, Ledger(), Observation(raw(DAYS[0]), actions={}))


def test_actions_that_become_empty_are_refused() -> None:
    ledger = Ledger(uri("raw"), raw(*DAYS), actions(DAYS[0], DAYS[1]))
    first = min(actions(DAYS[0]))
    with pytest.raises(
        JobError,
        match=rf"--actions_path: .* is empty, but {TABLE} was made with 4 objects of actions \({first} and others",
    ):
        guards.check_place(OPTIONS, TABLE, ledger, Observation(raw(*DAYS), {}))
    guards.check_place(OPTIONS, TABLE, ledger, Observation(raw(*DAYS), actions(DAYS[1])))


def test_raw_at_another_path_must_have_the_known_objects() -> None:
    changed = raw(*DAYS) | {next(iter(raw(DAYS[0]))): Identity("y", 1)}
    fewer, same = Observation(raw(*DAYS[1:]), {}), Observation(raw(*DAYS), {})
    for seen in (fewer, Observation(changed, {})):
        with pytest.raises(
            JobError, match=rf"made from s3://old, of whose {len(DAYS)} objects 1 are missing or others"
        ):
            guards.check_place(OPTIONS, TABLE, Ledger("s3://old", raw(*DAYS)), seen)
        # At the same path, and for a ledger without a path, it is a change like any other.
        for path in (uri("raw"), ""):
            guards.check_place(OPTIONS, TABLE, Ledger(path, raw(*DAYS)), seen)
    guards.check_place(OPTIONS, TABLE, Ledger("s3://old", raw(*DAYS)), same)


@pytest.mark.parametrize(
    ("dates", "allowed", "limit"), [(0, 0, 3), (399, 0, 3), (400, 0, 4), (2_000, 0, 20), (2_000, 21, 21), (400, 3, 4)]
)
def test_a_run_may_drop_three_dates_or_one_in_a_hundred_or_as_many_as_are_allowed(
    dates: int, allowed: int, limit: int
) -> None:
    assert guards.drop_limit(dates, replace(OPTIONS, allow_drops=allowed)) == limit


def test_a_dropped_date_of_several_objects_counts_once() -> None:
    days = b3.sessions(date(2019, 1, 2), date(2020, 12, 30))[:399]
    both = partial(objects, "trade_date", sources=("cotahist", "yahoo"))
    ledger, whole = Ledger(uri("raw"), both(*days), actions(*days)), Observation(both(*days), actions(*days))
    # Each of the two folders is counted by itself.
    for folder, objects_of in (("raw", both), ("actions", actions)):
        without_3, without_4 = (replace(whole, **{folder: objects_of(*days[gone:])}) for gone in (3, 4))
        guards.check_gone(OPTIONS, TABLE, ledger, compare(ledger, without_3))
        message = (
            rf"the objects of 4 of 399 dates are gone from {folder} \(first {days[0]}, last {days[3]}\), more than 3"
            ".* --allow_drops 4 if they are rightly gone"
        )
        with pytest.raises(JobError, match=message):
            guards.check_gone(OPTIONS, TABLE, ledger, compare(ledger, without_4))


def test_a_date_that_loses_a_quarter_of_its_tickers_counts_as_lost() -> None:
    # A letter stands for a ticker.
    published = {day: set("ABCDEFGH") for day in DAYS[:4]} | {DAYS[4]: set()}
    fresh = {DAYS[0]: "ABCDEF", DAYS[1]: "ABCDEFGX", DAYS[2]: "ABCDEFGHX"}
    assert guards.losses(published, fresh) == {DAYS[0]: 2, DAYS[3]: 8}


def test_losses_of_earlier_portions_are_added() -> None:
    # A portion without losses is not refused, however many dates lost tickers before.
    guards.check_drops(OPTIONS, TABLE, {}, earlier=100, dates=1_000)
    lost = {DAYS[1]: 1, DAYS[0]: 2}
    # Three of a hundred dates may lose tickers.
    guards.check_drops(OPTIONS, TABLE, lost, earlier=1, dates=100)
    message = (
        r"2 dates \(first 2021-01-04, last 2021-01-05\) .* 3 partitions, and 2 did before; more than 3 of 100 .*"
        "--allow_drops 4 if raw is"
    )
    with pytest.raises(JobError, match=message):
        guards.check_drops(OPTIONS, TABLE, lost, earlier=2, dates=100)
