"""Benchmark of the Lambda start-glue-job: size, cold start, memory, an event of 10,000 messages.

The release binary runs behind the tests' Runtime API and calls an emulated Glue of this script,
both on this machine.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / folder) for folder in ("tests/harness", "tests/e2e", "scripts", "infra")]

import s3_events  # noqa: E402
from aws import CREDENTIALS  # noqa: E402
from binaries import built  # noqa: E402
from figures import arguments, publish, resident_memory  # noqa: E402
from local_server import LocalHandler, LocalServer  # noqa: E402
from runtime_api import Function  # noqa: E402

from zip_lambda import pack  # noqa: E402

RECORDS = 10_000


class Glue(LocalHandler):
    """An emulated Glue that accepts every StartJobRun."""

    def do_POST(self) -> None:
        """Answer StartJobRun with the ID of a run."""
        self.body()
        self.answer(200, b'{"JobRunId": "jr_1"}')


def zip_bytes() -> int:
    """The size of the zip file that is uploaded to Lambda."""
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "start-glue-job.zip"
        pack(built("bootstrap"), archive)
        return archive.stat().st_size


def peak_rss(function: Function) -> float:
    """The process's largest resident size so far, in MiB."""
    assert function.process is not None
    return resident_memory("VmHWM", function.process.pid) / 2**20


def days(count: int) -> list[str]:
    """`count` weekdays of 2014 to 2023 in order of date; after the last comes the first again."""
    first = date(2014, 1, 6)
    return [str(first + timedelta(days=7 * (number // 5 % 500) + number % 5)) for number in range(count)]


def sqs_event(count: int) -> dict[str, Any]:
    """An SQS event of `count` messages, each with one S3 record."""
    bodies = [json.dumps(s3_events.full(s3_events.raw_key(day, "cotahist"))) for day in days(count)]
    return {"Records": [{"messageId": str(number), "body": body} for number, body in enumerate(bodies)]}


def cold_starts(function: Function, tries: int) -> list[float]:
    """Seconds from the start of the process to its first answer, by which it has started a run."""
    event = sqs_event(1)
    seconds = []
    for _ in range(tries):
        function.kill()
        began = time.perf_counter()
        function.start()
        assert function.invoke(event).response == {"batchItemFailures": []}
        seconds.append(time.perf_counter() - began)
    return seconds


def warm(function: Function, event: dict[str, Any], tries: int) -> list[float]:
    """Seconds of an invocation of a running process, with the transfer of the payload over HTTP."""
    seconds = []
    for _ in range(tries):
        began = time.perf_counter()
        assert function.invoke(event).response == {"batchItemFailures": []}
        seconds.append(time.perf_counter() - began)
    return seconds


def own_milliseconds(function: Function, event: dict[str, Any], tries: int) -> float:
    """CPU milliseconds that the process, of one thread, spends on the event, from its schedstat."""
    assert function.process is not None
    stat = Path(f"/proc/{function.process.pid}/schedstat")
    spent = []
    for _ in range(tries):
        before = int(stat.read_text(encoding="ascii").split()[0])
        function.invoke(event)
        spent.append((int(stat.read_text(encoding="ascii").split()[0]) - before) / 1e6)
    return statistics.median(spent)


def measured(tries: int) -> dict[str, float]:
    """All measurements by name."""
    with (
        LocalServer(Glue) as glue,
        Function({**CREDENTIALS, "AWS_ENDPOINT_URL": glue.url, "GLUE_JOB_NAME": "refine"}) as function,
    ):
        cold = statistics.median(cold_starts(function, tries))
        small = peak_rss(function)
        event = sqs_event(RECORDS)
        function.invoke(event)
        (line,) = [line for line in function.logs() if line.get("objects") == RECORDS]
        assert line["message"] == "run started"
        batch = own_milliseconds(function, event, tries)
        whole = statistics.median(warm(function, event, tries))
        large = peak_rss(function)
    return {
        "zip_mb": zip_bytes() / 1e6, "cold_ms": cold * 1e3, "rss_mib": small, "rss_batch_mib": large,
        "batch_ms": batch, "batch_wall_ms": whole * 1e3,
    }  # fmt: skip


def report(figures: dict[str, float]) -> dict[str, Any]:
    """The figures in the form that benches/run.py reads."""
    milliseconds = [
        ("process start to first answer, a run started", figures["cold_ms"]),
        (f"{RECORDS:,} messages in one event, CPU of the process", figures["batch_ms"]),
        (f"{RECORDS:,} messages in one event, wall, HTTP included", figures["batch_wall_ms"]),
    ]
    aims = [
        ("zip, MB", figures["zip_mb"], 4.0),
        ("process start to first answer, ms", figures["cold_ms"], 50.0),
        ("peak resident memory after one message, MiB", figures["rss_mib"], 30.0),
        (f"{RECORDS:,} messages in one event, CPU ms", figures["batch_ms"], 50.0),
    ]
    return {
        "title": "Lambda start-glue-job",
        "about": "The release binary between an emulated Runtime API and an emulated Glue, all on this machine; "
        f"medians. Peak memory after {RECORDS:,} messages (5 MB) in one event: {figures['rss_batch_mib']:.0f} MiB.",
        "rows": [{"name": name, "seconds": value / 1e3, "rate": None} for name, value in milliseconds],
        "ratios": [{"name": name, "value": round(value, 2), "aim": aim, "at_most": True} for name, value, aim in aims],
    }


def main() -> None:
    """Measure, print, and write JSON if asked."""
    options = arguments(__doc__)
    publish(report(measured(3 if options.quick else 15)), options.json)


if __name__ == "__main__":
    main()
