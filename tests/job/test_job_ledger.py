"""The ledger without Spark: listings, pending dates, killed and concurrent runs."""

from __future__ import annotations

import os
import random
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from s3 import BUCKET, Requests
from test_job_open_ledger import begin_run

import b3_kernels as b3
from b3_jobs.contract.dates import Days, affected
from b3_jobs.contract.options import Options
from b3_jobs.errors import JobError
from b3_jobs.files.listing import Identity, list_objects
from b3_jobs.files.storage import Storage
from b3_jobs.files.versioned_file import ConflictError, VersionedFile
from b3_jobs.ledger.ledger import Failure, Ledger, read_ledger
from b3_jobs.ledger.observation import Observation, compare, missing
from b3_kernels.lake import ACTIONS_KEY, RAW_KEY

SESSIONS = b3.sessions(date(2021, 1, 4), date(2021, 12, 30))


@pytest.fixture(params=["disk", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    if request.param == "disk":
        return Storage.at(str(tmp_path))
    request.getfixturevalue("requests")
    return Storage.at(f"s3://{BUCKET}")


def raw_key(day: date, source: str = "cotahist") -> str:
    return f"trade_date={day}/{source}.parquet"


def holding(contents: dict[str, str], actions: dict[str, str] | None = None) -> Observation:
    return Observation(
        {key: Identity(content, len(content)) for key, content in contents.items()},
        {key: Identity(content, len(content)) for key, content in (actions or {}).items()},
    )


# ---------------------------------------------------------------- listing


def test_an_object_is_identified_by_its_content_and_other_files_are_ignored(place: Storage) -> None:
    key = raw_key(SESSIONS[0])
    place.put(key, b"one")
    for other in ("trade_date=2021-01-04/_cotahist.parquet.tmp", "notes.txt", "trade_date=x/cotahist.parquet"):
        place.put(other, b"x")
    first = list_objects(place, RAW_KEY)
    place.put(key, b"two")
    second = list_objects(place, RAW_KEY)
    place.put(key, b"one")
    assert list(first) == list(second) == [key]
    assert first != second
    assert list_objects(place, RAW_KEY) == first
    assert list_objects(place.folder("nowhere"), RAW_KEY) == {}


def test_a_folder_that_cannot_be_listed_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = Storage.at(str(tmp_path))
    place.put(raw_key(SESSIONS[0]), b"one")
    genuine = os.scandir

    def denied(path: Path) -> object:
        if "trade_date" in str(path):
            raise PermissionError(13, "Permission denied", str(path))
        return genuine(path)

    monkeypatch.setattr("os.scandir", denied)
    with pytest.raises(JobError, match=r"trade_date=2021-01-04/: cannot be listed: Permission denied; nothing was"):
        list_objects(place, RAW_KEY)


class CutListing:
    """An S3 client of two objects a page; `fault` changes later pages, None removes an entry."""

    def __init__(self, client: object, fault: dict[str, object]) -> None:
        self.client, self.fault = client, fault

    def list_objects_v2(self, **arguments: object) -> dict[str, object]:
        page = self.client.list_objects_v2(**arguments, MaxKeys=2)  # type: ignore[attr-defined]
        changed = page | self.fault if "ContinuationToken" in arguments else page
        return {name: value for name, value in changed.items() if value is not None}


@pytest.mark.parametrize(
    "fault", [{"IsTruncated": None}, {"NextContinuationToken": None}, {"Contents": []}, {"KeyCount": 1}]
)
def test_a_truncated_listing_is_an_error(
    requests: Requests, monkeypatch: pytest.MonkeyPatch, fault: dict[str, object]
) -> None:
    place = Storage.at(f"s3://{BUCKET}/raw")
    for day in SESSIONS[:5]:
        place.put(raw_key(day), b"x")
    assert len(list_objects(place, RAW_KEY)) == 5
    monkeypatch.setattr("b3_jobs.files.storage._s3_client", lambda _, client=place.s3: CutListing(client, fault))
    with pytest.raises(JobError, match=r"the listing ends early, after [24] objects; nothing was touched"):
        list_objects(place, RAW_KEY)


def test_forty_years_are_listed_in_under_30_requests(requests: Requests) -> None:
    from botocore.awsrequest import AWSResponse

    days = b3.sessions(date(1990, 1, 2), date(2029, 12, 28))
    keys = sorted(map(raw_key, days))
    actions = [f"ex_date={day}/b3.parquet" for day in days[::3]]
    pages = {
        f"{folder}/": [found[start : start + 1000] for start in range(0, len(found), 1000)]
        for folder, found in (("raw", keys), ("actions", actions))
    }
    asked = []

    def answer(request: object, **_: object) -> AWSResponse:
        query = parse_qs(urlsplit(request.url).query)  # type: ignore[attr-defined]
        [folder], [token] = query["prefix"], query.get("continuation-token", ["0"])
        number = int(token)
        asked.append(number)
        page, last = pages[folder][number], number + 1 == len(pages[folder])
        entries = "".join(
            f"<Contents><Key>{folder}{key}</Key><LastModified>2024-01-01T00:00:00.000Z</LastModified><ETag>"
            f"&quot;{hash(key):032x}&quot;</ETag><Size>5000</Size><StorageClass>STANDARD</StorageClass></Contents>"
            for key in page
        )
        following = "" if last else f"<NextContinuationToken>{number + 1}</NextContinuationToken>"
        body = (
            f'<?xml version="1.0"?><ListBucketResult><KeyCount>{len(page)}</KeyCount>'
            f"<IsTruncated>{str(not last).lower()}</IsTruncated>{following}{entries}</ListBucketResult>"
        ).encode()
        return AWSResponse("", 200, {}, SimpleNamespace(stream=lambda: [body]))

    raw = Storage.at(f"s3://{BUCKET}/raw")
    raw.s3.meta.events.register("before-send.s3.ListObjectsV2", answer)
    try:
        seen = Observation(list_objects(raw, RAW_KEY), list_objects(Storage.at(f"s3://{BUCKET}/actions"), ACTIONS_KEY))
        known = Ledger("s3://raw", seen.raw, seen.actions)
        # A ledger of all of them, written and read again, sees no change.
        again = Ledger.decode(known.encode("cotacoes_diarias", "run"))
        assert compare(again, seen).pending(seen, "1d", look_back=400) == frozenset()
    finally:
        raw.s3.meta.events.unregister("before-send.s3.ListObjectsV2", answer)
    assert (len(seen.raw), len(seen.actions)) == (len(keys), len(actions))
    # Raw has ten pages, actions have four. A request for each year would be 40 for either.
    assert len(asked) < 30


# ---------------------------------------------------------------- dates that a change makes pending


@pytest.mark.parametrize("every", ["1d", "1w", "1mo"])
def test_a_change_makes_its_date_pending_and_every_date_in_raw_whose_windows_hold_it(every: str) -> None:
    rng = random.Random(every)
    before = {raw_key(day): "old" for day in SESSIONS}
    actions = {f"ex_date={day}/b3.parquet": "old" for day in ("2021-03-01", "2021-06-01", "2021-09-01")}
    known = Ledger("s3://raw", holding(before).raw, holding({}, actions).actions)
    for _ in range(30):
        new, changed, gone = rng.sample(SESSIONS, 3)
        ex_date = SESSIONS[0] + timedelta(days=rng.randint(0, 400))
        now = before | {raw_key(new, "yahoo"): "new", raw_key(changed): "other"}
        del now[raw_key(gone)]
        seen = holding(now, {
            "ex_date=2021-03-01/b3.parquet": "old", "ex_date=2021-06-01/b3.parquet": "other",
            f"ex_date={ex_date}/manual.parquet": "new",
        })  # fmt: skip
        ex_dates = (ex_date, date(2021, 6, 1), date(2021, 9, 1))  # new, changed and gone events
        spans = [affected(Days(day, day), every, 10) for day in (new, changed, gone, *ex_dates)]
        expected = {new, changed, gone} | {day for day in seen.keys_by_date if any(day in span for span in spans)}
        difference = compare(known, seen)
        assert difference.pending(seen, every, look_back=10) == expected
        assert (difference.raw_gone, difference.actions_gone) == ({gone}, {date(2021, 9, 1)})
        assert missing(known, seen) == {raw_key(gone), "ex_date=2021-09-01/b3.parquet"}


# ---------------------------------------------------------------- the file


def full_ledger() -> Ledger:
    seen = holding({raw_key(day): f"etag-{day}" for day in SESSIONS[:3]}, {"ex_date=2021-01-05/b3.parquet": "a b"})
    pending, failed = frozenset(SESSIONS[1:3]), {SESSIONS[1]: Failure(runs=2, reason="não é Parquet")}
    return Ledger("s3://raw", seen.raw, seen.actions, pending, failed, options={"adjust": "none"})


def test_a_ledger_round_trips_through_readable_json() -> None:
    text = full_ledger().encode("cotacoes_diarias", "run").decode()
    assert Ledger.decode(text.encode()) == full_ledger()
    assert text.startswith('{\n "format": 1,\n')
    assert '\n  "trade_date=2021-01-05/cotahist.parquet": "etag-2021-01-05 15",\n' in text  # its tag and size
    assert '"reason": "não é Parquet"' in text


UNDATED = full_ledger().encode("t", "run").replace(b"=2021-01-05", b"=2021-13-45")


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "Expecting value"),
        (b"{}", "KeyError: 'format'"),
        (b"[]", "TypeError: list indices"),
        (b'{"format": 2}', "format 2, expected 1"),
        (b'{"format": 1, "raw": {"x": 1}}', "KeyError: 'actions'"),
        (UNDATED, "month must be in"),
    ],
)
def test_a_file_that_is_no_ledger_is_an_error_with_the_way_out(tmp_path: Path, content: bytes, fault: str) -> None:
    place = Storage.at(str(tmp_path))
    place.put("ledger.json", content)
    with pytest.raises(JobError, match=rf"/ledger\.json: not a ledger: {fault}.*; python -m b3_jobs.audit --repair"):
        read_ledger(VersionedFile(place, "ledger.json"))


def test_a_versioned_file_replaces_only_the_version_that_was_read(place: Storage) -> None:
    file = VersionedFile(place.folder("_ledger"), "ledger.json")
    assert file.read() == (None, None)
    first = file.write(b"one", version=None)
    assert file.read() == (b"one", first)
    with pytest.raises(ConflictError):
        file.write(b"two", version=None)
    second = file.write(b"two", first)
    with pytest.raises(ConflictError):
        file.write(b"three", first)
    assert file.read() == (b"two", second)
    place.delete("_ledger/ledger.json")
    with pytest.raises(ConflictError):
        file.write(b"three", second)


def test_a_put_with_a_lost_answer_is_no_conflict(requests: Requests) -> None:
    file = VersionedFile(Storage.at(f"s3://{BUCKET}/_ledger"), "ledger.json")
    first = file.write(b"one", version=None)
    assert file.write(b"one", version=None) == first


# ------------------------------------------------ runs that are killed, fail or are concurrent


def test_a_run_killed_after_it_noted_a_change_leaves_it_pending_even_if_raw_is_restored(options: Options) -> None:
    old = holding({raw_key(day): "old" for day in SESSIONS})
    ledger = begin_run(options, old)
    ledger.save()
    ledger.resolve(SESSIONS, failed={}, seen=old)
    assert begin_run(options, old).state.pending == frozenset()
    changed = replace(old, raw=old.raw | {raw_key(SESSIONS[9]): Identity("new", 3)})
    begin_run(options, changed).save()
    # It is not known what the killed run published: it read `changed`, and raw is `old` again.
    assert begin_run(options, old).state.pending >= {SESSIONS[9], SESSIONS[10]}


def test_a_run_killed_before_it_noted_a_change_leaves_the_ledger_unchanged(options: Options) -> None:
    seen = holding({raw_key(day): "x" for day in SESSIONS})
    assert begin_run(options, seen).state.pending == begin_run(options, seen).state.pending == frozenset(SESSIONS)


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ({"adjust": "none"}, "--adjust splits, this run has --adjust none; nothing was touched"),
        ({"unknown_actions": "keep"}, "--unknown_actions null, this run has --unknown_actions keep"),
        ({"windows": (2, 5)}, "--windows 2, this run has --windows 2,5"),
    ],
)
def test_other_options_are_refused_except_in_a_run_of_all_dates(
    options: Options, other: dict[str, Any], message: str
) -> None:
    seen = holding({raw_key(day): "x" for day in SESSIONS[:3]})
    options = replace(options, windows=(2,))
    begin_run(options, seen).resolve(SESSIONS[:3], failed={}, seen=seen)
    changed = replace(options, **other)
    for trade_dates in ("pending", str(SESSIONS[1])):
        with pytest.raises(JobError, match=message):
            begin_run(replace(changed, trade_dates=trade_dates), seen)
    ledger = begin_run(replace(changed, trade_dates="all"), seen)
    ledger.add_pending(seen.keys_by_date)
    ledger.save()
    # The run is killed here: the next run publishes the rest with the new options, never with the
    # old ones.
    assert begin_run(changed, seen).state.pending == frozenset(SESSIONS[:3])
    with pytest.raises(JobError, match="was made with"):
        begin_run(options, seen)


def test_a_ledger_without_options_gets_those_of_the_run(options: Options) -> None:
    seen = holding({raw_key(day): "x" for day in SESSIONS[:3]})
    ledger = begin_run(options, seen)
    ledger.file.write(replace(ledger.state, options={}).encode("cotacoes_diarias", "run"), version=None)
    assert begin_run(replace(options, adjust="none"), seen).state.options["adjust"] == "none"
