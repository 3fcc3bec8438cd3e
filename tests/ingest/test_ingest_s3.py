"""`b3-ingest` on S3: conditional puts, reruns, racing runs, failing networks, errors and logs."""

from __future__ import annotations

import hashlib
import io
import json
import random
import subprocess
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest
from cotahist_files import Quote, flat, text
from ingester import Ingester, environment
from object_store import BUCKET, SECRET, Network, Store

if TYPE_CHECKING:
    from pathlib import Path

KEY = "b3/daily/raw/trade_date=2024-11-08/cotahist.parquet"
DATES = ("2024-11-04", "2024-11-05", "2024-11-06", "2024-11-07", "2024-11-08")


def day(folder: Path, tickers: dict[str, int]) -> Path:
    path = folder / "day.TXT"
    path.write_text(text(flat("2024-11-08", ticker, centavos) for ticker, centavos in tickers.items()))
    return path


def days(folder: Path) -> Path:
    """A file with 50 tickers on each of DATES."""
    path = folder / "days.TXT"
    path.write_text(text(flat(date, f"TICK{number}", 100 + number) for date in DATES for number in range(50)))
    return path


def rows(store: Store, key: str = KEY) -> dict[str, str]:
    table = pq.read_table(io.BytesIO(store.body(key)))
    return {row["ticker"]: str(row["close"]) for row in table.to_pylist()}


def test_an_object_carries_its_content_hash(ingester: Ingester, store: Store, tmp_path: Path) -> None:
    ingester.run(day(tmp_path, {"PETR4": 3_610}))
    assert store.stored_keys() == [KEY]
    found = store.s3.get_object(Bucket=BUCKET, Key=KEY, ChecksumMode="ENABLED")
    content = found["Body"].read()
    assert found["Metadata"] == {"content-sha256": hashlib.sha256(content).hexdigest()}
    assert found["ContentType"] == "application/vnd.apache.parquet"
    assert "ChecksumSHA256" in found


def test_a_second_run_with_the_same_input_puts_nothing(ingester: Ingester, network: Network, tmp_path: Path) -> None:
    source = day(tmp_path, {"PETR4": 3_610, "VALE3": 5_999})
    ingester.run(source)
    assert len(network.puts()) == 1
    before = len(network.requests)
    second = ingester.run(source)
    assert len(network.puts()) == 1
    assert "unchanged         2" in second.stdout
    assert [method for method, path in network.requests[before:] if KEY in path] == ["GET"]


def test_reconcile_asks_for_several_dates_at_once(ingester: Ingester, network: Network, tmp_path: Path) -> None:
    ingester.run(days(tmp_path))
    before = len(network.requests)
    network.planned, network.stall_seconds = {"GET": "stalled"}, 0.5
    where = ["--dest", ingester.dest, "--endpoint-url", ingester.url, "--from", DATES[0], "--to", DATES[-1]]
    command = [str(ingester.binary), "reconcile", *where]
    subprocess.run(command, env=environment(), check=True, capture_output=True)
    asked = [path for _, path in network.requests[before:] if "cotahist" in path]
    assert len(set(asked[: len(DATES)])) == len(DATES)


@pytest.mark.parametrize("without_hash", [False, True])
def test_runs_for_different_tickers_drop_no_ticker(
    ingester: Ingester, store: Store, tmp_path: Path, *, without_hash: bool
) -> None:
    source = day(tmp_path, {"PETR4": 3_610, "VALE3": 5_999})
    ingester.run(source, "--tickers", "VALE3")
    if without_hash:  # as another writer puts it
        store.s3.put_object(Bucket=BUCKET, Key=KEY, Body=store.body(KEY))
    ingester.run(source, "--tickers", "PETR4")
    assert rows(store) == {"PETR4": "36.100000", "VALE3": "59.990000"}


def test_racing_runs_for_different_tickers_lose_no_ticker(
    ingester: Ingester, store: Store, network: Network, tmp_path: Path
) -> None:
    tickers = {f"TICK{number}": 100 + number for number in range(8)}
    source = day(tmp_path, tickers)
    runs = [
        subprocess.Popen(ingester.command(source, "--quiet", "--tickers", ticker), env=environment())
        for ticker in tickers
    ]
    assert [run.wait() for run in runs] == [0] * len(tickers)
    assert rows(store).keys() == tickers.keys()
    assert len(network.puts()) >= len(tickers)


@pytest.mark.parametrize("object_exists", [False, True])
def test_a_conflicting_put_is_repeated(
    ingester: Ingester, network: Network, store: Store, tmp_path: Path, *, object_exists: bool
) -> None:
    source = day(tmp_path, {"PETR4": 3_610, "VALE3": 5_999})
    if object_exists:
        ingester.run(source, "--tickers", "VALE3")
    puts_before = len(network.puts())
    network.planned["PUT"] = "conflict"
    ingester.run(source)
    assert network.faults == {"conflict": 1}
    assert len(network.puts()) == puts_before + 2
    assert rows(store) == {"PETR4": "36.100000", "VALE3": "59.990000"}


@pytest.mark.parametrize("seed", range(3))
def test_a_run_writes_every_row_when_one_request_in_five_fails(
    binary: Path, store: Store, tmp_path: Path, seed: int
) -> None:
    source, report = days(tmp_path), tmp_path / "report.json"
    with Network(store.port, fails_one_in=5, seed=seed) as network:
        ingester = Ingester(binary, network.url)
        for ticker in ("TICK7", "TICK3"):
            ingester.run(source, "--tickers", ticker)
        ingester.run(source, "--report", str(report))
        totals = json.loads(report.read_text())["totals"]
    assert sum(network.faults.values()) > 0
    assert totals == {"written": 48 * len(DATES), "unchanged": 2 * len(DATES)}
    expected = {f"TICK{number}": f"{(100 + number) / 100:.6f}" for number in range(50)}
    for date in DATES:
        assert rows(store, KEY.replace("2024-11-08", date)) == expected


@pytest.mark.parametrize(("method", "kind"), [("GET", "stalled"), ("PUT", "stalled"), ("GET", "stalled body")])
def test_a_stalled_request_is_repeated_after_the_time_out(
    binary: Path, ingester: Ingester, store: Store, tmp_path: Path, method: str, kind: str
) -> None:
    source = day(tmp_path, {"PETR4": 3_610, "VALE3": 5_999})
    ingester.run(source, "--tickers", "VALE3")
    with Network(store.port, planned={method: kind}, stall_seconds=300) as network:
        begun = time.monotonic()
        Ingester(binary, network.url).run(source, "--tickers", "PETR4", "--store-timeout", "1")
        assert 1 <= time.monotonic() - begun < network.stall_seconds
    assert network.faults == {kind: 1}
    assert rows(store) == {"PETR4": "36.100000", "VALE3": "59.990000"}


def test_an_object_that_is_not_what_its_hash_says_is_asked_for_six_times_with_five_waits(
    ingester: Ingester, store: Store, network: Network, tmp_path: Path
) -> None:
    store.s3.put_object(Bucket=BUCKET, Key=KEY, Body=b"half", Metadata={"content-sha256": "of the whole"})
    done = ingester.run(day(tmp_path, {"PETR4": 3_610}), "-v", status=1)
    assert "its content is not what its content-sha256 says" in done.stdout
    assert len([path for method, path in network.requests if method == "GET" and KEY in path]) == 6
    assert done.stderr.count("an object arrived broken") == 5  # logged before each wait


def test_a_large_object_is_one_put(ingester: Ingester, store: Store, network: Network, tmp_path: Path) -> None:
    # Random values compress little, so that the object exceeds the 8 MiB from which many S3 clients
    # upload in parts.
    rng = random.Random(1)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

    def quote(number: int) -> Quote:
        low = rng.randrange(1, 10**11)
        first, last, high = sorted(rng.randrange(low, 10**12) for _ in range(3))
        ticker = f"{number:06}" + "".join(rng.choices(alphabet, k=6))
        return Quote("2024-11-08", ticker, first, high, low, last, volume=rng.randrange(1, 10**5))

    quotes = [quote(number) for number in range(230_000)]
    source = tmp_path / "large.TXT"
    source.write_text(text(quotes))
    ingester.run(source)
    assert store.s3.head_object(Bucket=BUCKET, Key=KEY)["ContentLength"] > 10_000_000
    assert len(network.puts()) == 1
    assert pq.read_table(io.BytesIO(store.body(KEY))).num_rows == len(quotes)
    before = len(network.requests)
    assert f"unchanged   {len(quotes):,}" in ingester.run(source).stdout
    assert not [method for method, _ in network.requests[before:] if method in {"PUT", "POST"}]


def test_a_missing_bucket_fails_the_run_and_is_named(ingester: Ingester, tmp_path: Path) -> None:
    elsewhere = replace(ingester, dest="s3://nowhere/x")
    done = elsewhere.run(day(tmp_path, {"PETR4": 3_610}), status=1)
    assert "failed: PETR4 2024-11-08: s3://nowhere/x/raw/" in done.stdout
    assert "NoSuchBucket" in done.stdout


def test_missing_credentials_are_one_line_for_each_session(binary: Path, store: Store, tmp_path: Path) -> None:
    bare = environment(HOME=str(tmp_path))
    del bare["AWS_ACCESS_KEY_ID"], bare["AWS_SECRET_ACCESS_KEY"]
    command = Ingester(binary, store.url).command(day(tmp_path, {"PETR4": 3_610}))
    done = subprocess.run(command, env=bare, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    [line] = [line for line in done.stdout.splitlines() if line.startswith("failed: ")]
    assert "credentials" in line


def test_no_log_shows_a_secret(ingester: Ingester, tmp_path: Path) -> None:
    done = ingester.run(day(tmp_path, {"PETR4": 3_610}), "-vv")
    output = done.stdout + done.stderr
    assert SECRET not in output
    assert "Signature=" not in output
    assert "x-amz-" not in output.lower()


def test_logs_without_a_terminal_are_json_lines(ingester: Ingester, tmp_path: Path) -> None:
    done = ingester.run(day(tmp_path, {"PETR4": 3_610}), "-v")
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert any(line["level"] == "DEBUG" and line.get("key", "").startswith("raw/") for line in lines)


def test_quiet_prints_nothing(ingester: Ingester, tmp_path: Path) -> None:
    done = ingester.run(day(tmp_path, {"PETR4": 3_610}), "--quiet")
    assert done.stdout + done.stderr == ""


def test_a_rerun_after_a_kill_between_two_puts_writes_every_row(
    ingester: Ingester, store: Store, network: Network, tmp_path: Path
) -> None:
    source = days(tmp_path)
    stored_after_kills = set()
    for killed_at in (1, 2, 3, 4, 5) * 2:
        before = len(network.puts())
        run = subprocess.Popen(ingester.command(source, "--quiet"), env=environment())
        # A run that finds every object puts none and ends by itself.
        while run.poll() is None and len(network.puts()) < before + killed_at:
            time.sleep(0.001)
        run.kill()
        run.wait()
        stored = store.stored_keys()
        assert all(len(rows(store, key)) == 50 for key in stored)
        stored_after_kills.add(len(stored))
        # The next run creates all objects again, or compares those that it finds.
        if killed_at % 2:
            store.empty()
    assert stored_after_kills & {1, 2, 3, 4}
    ingester.run(source)
    assert store.stored_keys() == [KEY.replace("2024-11-08", date) for date in DATES]
    assert all(len(rows(store, key)) == 50 for key in store.stored_keys())
