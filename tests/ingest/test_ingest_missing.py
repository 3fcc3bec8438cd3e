"""`b3-ingest cotahist --missing` on S3: the sessions it downloads, and its requests."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from binaries import succeeded
from ingester import environment
from local_server import LocalHandler, LocalServer
from object_store import BUCKET, Network, Store

import b3_kernels as b3

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path


class UnpublishedYet(LocalServer):
    """An emulated server of B3 that has no file; records the paths of requests."""

    def __init__(self) -> None:
        super().__init__(_NotFound)
        self.requested: list[str] = []


class _NotFound(LocalHandler):
    server: UnpublishedYet

    def do_GET(self) -> None:
        self.server.requested.append(self.path)
        self.send_error(404)


def key(session: date) -> str:
    return f"b3/daily/raw/trade_date={session}/cotahist.parquet"


def test_missing_downloads_the_sessions_since_the_newest_in_raw(binary: Path, store: Store, network: Network) -> None:
    last = b3.last_closed_session(datetime.now(UTC))
    # A run lists the last ten sessions. If raw has none of them, it lists all of raw: here two
    # answers, of at most a thousand keys each.
    for session in b3.sessions(b3.add_sessions(last, -1_100), b3.add_sessions(last, -3)):
        store.s3.put_object(Bucket=BUCKET, Key=key(session), Body=b"-")
    assert_missing_downloads(binary, network, b3.sessions(b3.add_sessions(last, -2), last), lists=1)
    since = b3.sessions(b3.add_sessions(last, -13), last)
    store.s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": key(session)} for session in since]})
    assert_missing_downloads(binary, network, since, lists=1 + 2)


def assert_missing_downloads(binary: Path, network: Network, since: list[date], *, lists: int) -> None:
    before = len(network.requests)
    with UnpublishedYet() as server:
        where = ["--dest", f"s3://{BUCKET}/b3/daily", "--endpoint-url", network.url, "--base-url", server.url]
        printed = succeeded(binary, "cotahist", "--missing", *where, env=environment())
        assert printed.count("404: no such file") == len(since)
        assert server.requested == [f"/COTAHIST_D{session:%d%m%Y}.ZIP" for session in since]
    requests = network.requests[before:]
    assert len([path for method, path in requests if method == "GET" and "list-type=2" in path]) == lists
