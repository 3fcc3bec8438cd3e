"""Mistakes with raw or actions, and denied or truncated listings, are refused without Spark."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from lakes import random_quote, write_manual_dividend, write_raw
from s3 import BUCKET, Requests
from test_job_guards import DAYS

import refine_quotes
from b3_jobs.contract.options import Options
from b3_jobs.contract.published_table import published_tables
from b3_jobs.files.storage import Storage
from b3_jobs.ledger.observation import observe
from b3_jobs.ledger.open_ledger import OpenLedger

# Runs of pending dates, all, one or listed ones, for days, weeks, months and all three.
RUNS = [
    (dates, every)
    for dates in ("pending", "all", str(DAYS[7]), f"{DAYS[0]}..{DAYS[-1]}")
    for every in ("1d", "1w", "1mo", "1d,1w,1mo")
]
PATHS = ("--raw_path", f"s3://{BUCKET}/raw", "--refined_path", f"s3://{BUCKET}/refined", "--windows", "3,5")


@dataclass(frozen=True)
class Bucket:
    """A filled lake in a bucket: raw, actions, a ledger and a file of each table."""

    s3: Any

    @property
    def options(self) -> Options:
        return Options(f"s3://{BUCKET}/raw", f"s3://{BUCKET}/refined", every=("1d", "1w", "1mo"), windows=(3, 5))

    def refined(self) -> dict[str, str]:
        found = self.s3.list_objects_v2(Bucket=BUCKET, Prefix="refined/")["Contents"]
        return {entry["Key"]: entry["ETag"] for entry in found}

    def delete(self, keys: list[str]) -> None:
        for key in keys:
            self.s3.delete_object(Bucket=BUCKET, Key=key)

    def raw(self) -> list[str]:
        return [entry["Key"] for entry in self.s3.list_objects_v2(Bucket=BUCKET, Prefix="raw/")["Contents"]]


@pytest.fixture
def bucket(requests: Requests, tmp_path: Path) -> Bucket:
    rng = random.Random(19)
    write_raw(tmp_path / "raw", [random_quote(rng, "PETR4", day) for day in DAYS])
    write_manual_dividend(tmp_path / "actions", DAYS[4], "0.5")
    place = Storage.at(f"s3://{BUCKET}")
    for path in tmp_path.rglob("*.parquet"):
        place.put(str(path.relative_to(tmp_path)), path.read_bytes())
    bucket = Bucket(place.s3)
    seen = observe(bucket.options)
    for table in published_tables(bucket.options):
        ledger = OpenLedger.open(bucket.options, table)
        ledger.update(bucket.options, seen)
        ledger.resolve(ledger.periods(DAYS), failed={}, seen=seen)
        table.place.put(f"data_pregao={DAYS[0]}/ativo=PETR4/cotacao.parquet", b"a published file")
    return bucket


def refused(capsys: pytest.CaptureFixture[str], options: Options, *arguments: str) -> str:
    """The error of a run that is refused before it starts Spark, and so before it publishes."""
    capsys.readouterr()
    assert refine_quotes.main([*PATHS, "--raw_path", options.raw_path, *arguments]) == 1
    errors = [line for line in capsys.readouterr().err.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1
    return errors[0]


@contextmanager
def handled(bucket: Bucket, **handlers: Callable[..., object]) -> Iterator[None]:
    """In the `with` block these functions handle the events of boto3's listings."""
    events = {f"{name.replace('_', '-')}.s3.ListObjectsV2": handler for name, handler in handlers.items()}
    for event, handler in events.items():
        bucket.s3.meta.events.register(event, handler)
    try:
        yield
    finally:
        for event, handler in events.items():
            bucket.s3.meta.events.unregister(event, handler)


def denied(bucket: Bucket) -> AbstractContextManager[None]:
    """In the `with` block every listing is denied."""
    from botocore.awsrequest import AWSResponse

    body = b"<Error><Code>AccessDenied</Code><Message>no</Message></Error>"
    answer = AWSResponse("", 403, {}, SimpleNamespace(stream=lambda: [body]))
    return handled(bucket, before_send=lambda **_: answer)


def cut(bucket: Bucket) -> AbstractContextManager[None]:
    """In the `with` block every listing ends after two objects, truncated and without a token."""
    return handled(
        bucket,
        provide_client_params=lambda params, **_: params | {"MaxKeys": 2},
        after_call=lambda parsed, **_: parsed.pop("NextContinuationToken", None),
    )


def raw_at(path: str) -> Callable[[Bucket], Options]:
    return lambda bucket: replace(bucket.options, raw_path=path)


def another_lake(bucket: Bucket) -> Options:
    bucket.s3.create_bucket(Bucket="staging")
    for day in DAYS:
        bucket.s3.put_object(Bucket="staging", Key=f"raw/trade_date={day}/cotahist.parquet", Body=b"x")
    bucket.s3.put_object(Bucket="staging", Key=f"actions/ex_date={DAYS[0]}/b3.parquet", Body=b"x")
    return replace(bucket.options, raw_path="s3://staging/raw")


def lifecycle_rule(bucket: Bucket) -> Options:
    bucket.delete(bucket.raw())
    return bucket.options


def half_of_raw(bucket: Bucket) -> Options:
    bucket.delete(bucket.raw()[::2])
    return bucket.options


def no_actions(bucket: Bucket) -> Options:
    bucket.delete([f"actions/ex_date={DAYS[4]}/manual.parquet"])
    return bucket.options


NO_RAW = "holds no trade_date=YYYY-MM-DD folder with a raw object in it"


@pytest.mark.parametrize(
    ("mistake", "listing", "message"),
    [
        (raw_at(f"s3://{BUCKET}"), nullcontext, NO_RAW),
        (raw_at(f"s3://{BUCKET}/rwa"), nullcontext, NO_RAW),
        (raw_at("s3://lakes/raw"), nullcontext, "s3://lakes/raw: cannot be listed: "),
        (another_lake, nullcontext, f"{len(DAYS)} objects {len(DAYS)} are missing or others in s3://staging/raw"),
        (lifecycle_rule, nullcontext, NO_RAW),
        (half_of_raw, nullcontext, f"the objects of {len(DAYS[::2])} of {len(DAYS)} dates are gone from raw"),
        (no_actions, nullcontext, "--actions_path: s3://lake/actions is empty, but "),
        (lambda bucket: bucket.options, denied, "cannot be listed: An error"),
        (lambda bucket: bucket.options, cut, "s3://lake/raw: the listing ends early, after 2 objects; nothing was"),
    ],
)
def test_a_mistake_with_raw_or_actions_is_refused_and_changes_nothing(
    bucket: Bucket,
    capsys: pytest.CaptureFixture[str],
    mistake: Callable[[Bucket], Options],
    listing: Callable[[Bucket], AbstractContextManager[object]],
    message: str,
) -> None:
    before, options = bucket.refined(), mistake(bucket)
    with listing(bucket):
        for dates, every in RUNS:
            assert message in refused(capsys, options, "--trade_dates", dates, "--every", every), (dates, every)
    assert bucket.refined() == before


def test_a_run_without_work_takes_a_request_for_each_table_and_two_listings(
    bucket: Bucket, requests: Requests, capsys: pytest.CaptureFixture[str]
) -> None:
    before = bucket.refined()
    requests.lines.clear()
    assert refine_quotes.main([*PATHS, "--every", "1d,1w,1mo"]) == 0
    # The ledger of each of the five tables, and a listing of raw and of actions.
    assert [line.split()[0] for line in requests.lines] == ["GET"] * 7
    assert bucket.refined() == before


def test_a_wrong_clock_changes_nothing(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    before = bucket.refined()
    # The same content with another time of its last change, which S3 has in seconds.
    time.sleep(1.1)
    for key in bucket.raw():
        source = {"Bucket": BUCKET, "Key": key}
        bucket.s3.copy_object(Bucket=BUCKET, Key=key, CopySource=source, MetadataDirective="REPLACE")
    for now in (0.0, 4e9):
        monkeypatch.setattr(time, "time", lambda now=now: now)
        assert refine_quotes.main([*PATHS, "--every", "1d,1w,1mo"]) == 0
        assert bucket.refined() == before
