"""`b3-ingest cotahist --missing` on S3: the sessions it downloads, and its requests."""

from __future__ import annotations

import subprocess
import threading
from datetime import UTC, datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self

import pytest
from ingester import environment
from object_store import BUCKET, Network, Store

import b3_kernels as b3

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path


class UnpublishedYet(ThreadingHTTPServer):
    """An emulated server of B3 that has no file; records the paths of requests."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _NotFound)
        self.requested: list[str] = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


class _NotFound(BaseHTTPRequestHandler):
    server: UnpublishedYet

    def log_message(self, *_: object) -> None:
        """Print nothing."""

    def do_GET(self) -> None:
        self.server.requested.append(self.path)
        self.send_error(404)


def last_closed_session() -> date:
    """The last session that has closed: sessions close at 19:00 in Sao Paulo."""
    local = datetime.now(UTC).astimezone(timezone(timedelta(hours=-3)))
    return b3.add_sessions(local.date() if local.hour >= 19 else local.date() - timedelta(days=1), 0)


def stored(store: Store, sessions: list[date]) -> None:
    for session in sessions:
        store.s3.put_object(Bucket=BUCKET, Key=f"b3/daily/raw/trade_date={session}/cotahist.parquet", Body=b"-")


@pytest.mark.parametrize(("behind", "lists"), [(3, 1), (14, 3)])
def test_missing_downloads_the_sessions_since_the_newest_in_raw(
    binary: Path, store: Store, network: Network, behind: int, lists: int
) -> None:
    newest = b3.add_sessions(last_closed_session(), -behind)
    # S3 lists at most a thousand keys in one answer.
    stored(store, b3.sessions(b3.add_sessions(newest, -1_100), newest))
    with UnpublishedYet() as server:
        where = ["--dest", f"s3://{BUCKET}/b3/daily", "--endpoint-url", network.url, "--base-url", server.url]
        command = [str(binary), "cotahist", "--missing", *where]
        done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        assert done.stdout.count("404: no such file") == behind
        since = b3.sessions(newest + timedelta(days=1), last_closed_session())
        assert server.requested == [f"/COTAHIST_D{session:%d%m%Y}.ZIP" for session in since]
    assert len([path for method, path in network.requests if method == "GET" and "list-type=2" in path]) == lists
