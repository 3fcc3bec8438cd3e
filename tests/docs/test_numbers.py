"""Numbers in the pages' prose are those of the code, the template and the programs' defaults."""

from __future__ import annotations

import re

import pytest
from binaries import built, succeeded
from pages import ROOT, prose

import report
import templates
import trino_install
import trino_lake
from b3_jobs.ledger import guards, ledger
from b3_jobs.run import job_run, portions
from b3_jobs.run import report as run_report
from b3_jobs.tables import glue_partitions, iceberg_maintenance, iceberg_table, year_file
from report import tickers

WORDS = dict(enumerate(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]))
TEMPLATE = templates.read()
JOB, QUEUE, MAPPING, SCHEDULE = (
    TEMPLATE["Resources"][name]["Properties"]
    for name in ("RefineQuotes", "RawObjects", "RawObjectsMapping", "RefineOnSchedule")
)
DELIVERIES, MINUTES_APART = QUEUE["RedrivePolicy"]["maxReceiveCount"], QUEUE["VisibilityTimeout"] // 60
WINDOW_MINUTES = MAPPING["MaximumBatchingWindowInSeconds"] // 60
HOURS_TRIED = SCHEDULE["Target"]["RetryPolicy"]["MaximumEventAgeInSeconds"] // 3_600
# A row of raw takes some 40 bytes.
ROWS_A_PORTION, ROWS_A_YEAR_PORTION = (
    size // 40 for size in (portions.BYTES_WITH_ROW_FILES, portions.BYTES_WITHOUT_ROW_FILES)
)


def times(schedule: str) -> list[str]:
    """The times of a schedule's default, such as `20:30`."""
    minute, hours, *_ = TEMPLATE["Parameters"][schedule]["Default"].removeprefix("cron(").split()
    return [f"{hour}:{minute}" for hour in hours.split(",")]


def constant(path: str, name: str) -> str:
    """The value of a constant in a Rust source, as written."""
    found = re.search(rf"\bconst {name}: \w+ = (.+);", (ROOT / path).read_text(encoding="utf-8"))
    assert found, f"no constant {name} in {path}"
    return found[1]


def default(command: str, option: str) -> int:
    """The default that `b3-ingest COMMAND --help` gives an option."""
    found = re.search(rf"{option} <.+?\[default: (\d+)\]", succeeded(built("b3-ingest"), command, "--help"), re.DOTALL)
    assert found, (command, option)
    return int(found[1])


MORNING, *EVENING = times("IngestSchedule")
FIRST_RUN, LAST_RUN = times("RefineSchedule")
FEW, SHARE = f"{guards.FEW_DATES} dates", f"{guards.SHARE_OF_DATES:.0%}"
DAYS = iceberg_maintenance.SNAPSHOT_AGE.days
# The least rows that are computed by two threads: twice the least of one, written as `1 << n`.
KERNEL_ROWS, BAR_ROWS = (
    2 << int(constant("rust/b3-kernels-py/src/threads.rs", name).removeprefix("1 << "))
    for name in ("MIN_COLUMN_ROWS_PER_THREAD", "MIN_BARS_PER_THREAD")
)
SENTENCES = [
    ("README.md", f"the {tickers.MOST_TICKERS} most traded tickers"),
    ("README.md", f"on any of the last {DAYS} days"),
    ("docs/first-steps.md", f"The page stays under {report.MOST_BYTES >> 20} MiB"),
    ("docs/first-steps.md", f"its {tickers.MOST_TICKERS} most traded tickers (by turnover"),
    ("docs/first-steps.md", f"the lake's last {tickers.RANKED_SESSIONS} sessions"),
    ("docs/job.md", f"their objects in raw or actions: {FEW} or {SHARE} of the table's, whichever is more"),
    ("docs/job.md", f"of some {ROWS_A_PORTION:,} rows ({WORDS[ROWS_A_YEAR_PORTION // 1_000_000]} million if"),
    ("docs/job.md", f"after {WORDS[ledger.ENOUGH_FAILURES]} failures it is named but not tried again"),
    ("docs/job.md", f"the first {run_report._NAMED} such steps"),
    ("docs/job.md", f"in row groups of {year_file._ROW_GROUP:,}"),
    ("docs/job.md", f"at most {WORDS[iceberg_table._ATTEMPTS]} times in all"),
    ("docs/job.md", f"A state can be read for {DAYS} days after it was replaced"),
    ("docs/job.md", f"takes {glue_partitions.CREATED_A_CALL} partitions in a call"),
    (
        "docs/operations.md",
        f"the objects of more than {FEW} and more than {SHARE} of the known dates are gone",
    ),
    ("docs/operations.md", f"only if a second listing, {job_run.CONFIRM_SECONDS:.0f} seconds later,"),
    ("docs/operations.md", f"ingestion runs at {', '.join(EVENING)} and {MORNING} every day"),
    ("docs/operations.md", f"a run starts at {LAST_RUN} and {FIRST_RUN} every day without an event"),
    ("docs/operations.md", f"would end after {JOB['DefaultArguments']['--time_limit']} minutes"),
    ("docs/operations.md", f"| a run | {JOB['Timeout']} minutes |"),
    ("docs/operations.md", f"Glue starts it again, {WORDS[JOB['MaxRetries']]} times at most"),
    ("docs/operations.md", f"| events in the queue | {QUEUE['MessageRetentionPeriod'] // 86_400} days |"),
    ("docs/operations.md", f"tried again for {WORDS[HOURS_TRIED]} hours"),
    ("docs/event-path.md", f"EventBridge Scheduler, {FIRST_RUN} and {LAST_RUN} every day in Sao Paulo"),
    ("docs/event-path.md", f"after {MINUTES_APART} minutes at the earliest; after {DELIVERIES} times, so"),
    ("docs/event-path.md", f"so {WORDS[MINUTES_APART * DELIVERIES // 60]} hours at least"),
    ("docs/event-path.md", f"within {WORDS[WINDOW_MINUTES]} minutes, up to {MAPPING['BatchSize']:,} messages"),
    ("docs/queries.md", f"Trino {trino_install.VERSION}, over tables"),
    ("docs/queries.md", f"a daily table of more than {trino_lake.MOST_PARTITIONS:,} files"),
    ("docs/wheel.md", f"fewer than {KERNEL_ROWS:,} rows (`refine`, `aggregate_ohlcv` and `adjust`: {BAR_ROWS:,})"),
]


@pytest.mark.parametrize(("page", "sentence"), SENTENCES, ids=[sentence for _, sentence in SENTENCES])
def test_a_number_of_a_page_is_that_of_the_code(page: str, sentence: str) -> None:
    assert sentence in prose(page)


@pytest.mark.parametrize(
    ("command", "sentence", "options"),
    [
        ("yahoo", "{} requests a second at most and {} at a time", ("--requests-per-second", "--concurrency")),
        ("actions", "{} requests a second at most", ("--requests-per-second",)),
        ("cotahist", "for `--store-timeout` seconds, {} by default", ("--store-timeout",)),
    ],
)
def test_a_default_of_b3_ingest_is_that_of_the_page_on_ingestion(
    command: str, sentence: str, options: tuple[str, ...]
) -> None:
    defaults = [default(command, option) for option in options]
    text = sentence.format(*(WORDS.get(number, number) for number in defaults))
    assert text.lower() in prose("docs/ingestion.md").lower()
