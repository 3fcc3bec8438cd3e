"""A ledger while runs work on it: what is written and when, what two runs leave, which listings it takes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import b3_kernels as b3
from b3_jobs.contract.dates import FIRST_DAY, LAST_DAY
from b3_jobs.contract.options import Options
from b3_jobs.contract.published_table import targets
from b3_jobs.errors import JobError
from b3_jobs.files.listing import Identity
from b3_jobs.files.storage import Storage
from b3_jobs.files.versioned_file import ConflictError, VersionedFile
from b3_jobs.ledger.ledger import Ledger, read_ledger
from b3_jobs.ledger.observation import Observation, observe
from b3_jobs.ledger.open_ledger import OpenLedger

DAYS = b3.sessions(date(2021, 1, 4), date(2021, 1, 15))
SEEN = Observation({f"trade_date={day}/cotahist.parquet": Identity("x", 1) for day in DAYS}, {})


@pytest.fixture
def options(tmp_path: Path) -> Options:
    return Options(str(tmp_path / "raw"), str(tmp_path / "refined"), windows=(2,))


def opened(options: Options, seen: Observation = SEEN) -> OpenLedger:
    book = OpenLedger.open(options, targets(options)[0])
    book.take(options, seen)
    return book


def kept(book: OpenLedger) -> Ledger:
    """What the ledger's file holds."""
    ledger, _ = read_ledger(book.file)
    assert ledger is not None
    return ledger


class LateFile(VersionedFile):
    """A file into which another run writes first, so many times."""

    times = 0

    def write(self, content: bytes, version: str | None) -> str:
        if self.times > 0:
            self.times -= 1
            raise ConflictError
        return super().write(content, version)


def late(book: OpenLedger, times: int) -> OpenLedger:
    book.file = LateFile(book.file.place, book.file.name)
    book.file.times = times
    return book


def test_a_ledger_that_did_not_change_is_not_written_again(options: Options) -> None:
    book = opened(options)
    book.record()
    version = book.version
    late(book, 1).record()
    assert (book.version, book.lost) == (version, 0)


def test_the_history_of_a_table_names_the_ledger_as_it_was_and_the_dates_owed_then(options: Options) -> None:
    book = opened(options)
    book.record()
    book.settle(DAYS[:3], {}, SEEN)
    told = book.told()
    assert (told["b3.ledger"], told["b3.wheel"]) == (str(book.version), b3.__version__)
    assert told["b3.owed"] == f"{DAYS[3]}..{DAYS[-1]}"
    assert (
        f'"run": "{told["b3.run"]}"'
        in (Path(options.refined_path) / "_ledger/cotacoes_diarias/ledger.json").read_text()
    )


def test_a_date_that_is_published_at_last_has_failed_no_more(options: Options) -> None:
    book = opened(options)
    book.settle([], {DAYS[0]: "bad", DAYS[1]: "bad"}, SEEN)
    book.settle(DAYS[:1], {}, SEEN)
    assert list(kept(book).failed) == [DAYS[1]]


def test_two_runs_that_met_owe_what_either_published_or_owed_on_the_ground_of_the_later_listing(
    options: Options,
) -> None:
    first = opened(options)
    first.record()
    first.settle(DAYS[2:], {}, SEEN)
    newer = replace(SEEN, raw=SEEN.raw | {f"trade_date={DAYS[7]}/cotahist.parquet": Identity("new", 3)})
    second = opened(options, newer)
    second.record()
    second.settle(DAYS[:9], {}, newer)
    assert kept(second).owed == {DAYS[9]}
    first.owe([DAYS[1]])
    with pytest.raises(JobError, match="another run was at work on this table at the same time"):
        late(first, 3).settle(DAYS[3:5], {}, SEEN)
    assert kept(first).owed == {DAYS[0], DAYS[1], DAYS[3], DAYS[4], DAYS[9]}
    assert kept(first).raw == newer.raw


def test_a_run_whose_ledger_was_deleted_meanwhile_owes_what_it_knew_and_published(options: Options) -> None:
    book = opened(options)
    book.record()
    book.settle(DAYS[2:], {}, SEEN)
    (Path(options.refined_path) / "_ledger/cotacoes_diarias/ledger.json").unlink()
    with pytest.raises(JobError, match="another run was at work"):
        book.settle(DAYS[:1], {}, SEEN)
    assert (kept(book).owed, kept(book).raw) == (set(DAYS[:2]), SEEN.raw)


def test_a_run_that_never_gets_to_write_names_the_command_that_refines_its_dates(options: Options) -> None:
    book = opened(options)
    book.record()
    said = rf"always written by others first; run --trade_dates {DAYS[0]}\.\.{DAYS[1]} --affected when they have ended"
    with pytest.raises(JobError, match=said):
        late(book, 1_000).settle(DAYS[:2], {}, SEEN)


def test_a_ledger_is_of_one_format_which_its_first_line_says(options: Options) -> None:
    book = opened(options)
    text = book.ledger.encode("t", "run")
    assert text.startswith(b'{\n "format": 1,\n')
    with pytest.raises(ValueError, match=r"^format 2, expected 1$"):
        Ledger.decode(text.replace(b'"format": 1', b'"format": 2'))


def test_objects_that_name_no_day_of_the_calendar_are_told_and_nothing_is_made_of_them(tmp_path: Path) -> None:
    options = Options(str(tmp_path / "raw"), str(tmp_path / "refined"))
    days = [FIRST_DAY, LAST_DAY]
    beyond = ["1985-12-31", "2021-02-30", "2100-01-01"]
    for day in [*days, *beyond]:
        Storage.at(options.raw_path).put(f"trade_date={day}/cotahist.parquet", b"x")
        Storage.at(options.actions).put(f"ex_date={day}/b3.parquet", b"x")
    seen = observe(options)
    assert (list(seen.keys), len(seen.actions)) == (days, 2)
    assert seen.misdated == (
        *(f"ex_date={day}/b3.parquet" for day in beyond),
        *(f"trade_date={day}/cotahist.parquet" for day in beyond),
    )


def test_without_raw_the_actions_are_not_listed(tmp_path: Path) -> None:
    options = Options(str(tmp_path / "raw"), str(tmp_path / "refined"))
    Storage.at(options.actions).put("ex_date=2021-01-04/b3.parquet", b"x")
    assert observe(options) == Observation({}, {})


def test_of_two_listings_an_object_counts_if_either_has_it_as_the_later_one_saw_it() -> None:
    one, other = Identity("one", 1), Identity("other", 2)
    earlier = Observation({"a": one, "b": one}, {"x": one}, ("old",))
    later = Observation({"b": other, "c": other}, {"x": other, "y": other}, ("new",))
    expected = Observation({"a": one, "b": other, "c": other}, {"x": other, "y": other}, ("new",))
    assert later.and_before(earlier) == expected
