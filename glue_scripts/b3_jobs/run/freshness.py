"""The metric SessionsBehind: how many sessions the tables are behind the exchange.

A run puts it at its end, from the ledgers of all its tables. On AWS an alarm is raised if the
newest session that is due is missing, or if no run has put the metric for a day.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import b3_kernels as b3
from b3_jobs.contract.published_table import published_tables
from b3_jobs.files.storage import Storage
from b3_jobs.ledger.ledger import Ledger, date_of, ledger_file, read_ledger

if TYPE_CHECKING:
    from collections.abc import Iterable

    from b3_jobs.contract.options import Options

METRIC = "SessionsBehind"
# B3's file comes by the next morning: a session that closed at 19:00 is due at 8:00.
_GRACE = timedelta(hours=13)


def due_session(now: datetime) -> date:
    """The last session that must be published at `now`, a time with a time zone."""
    return b3.last_closed_session(now - _GRACE)


def sessions_behind(ledgers: Iterable[Ledger], now: datetime) -> int:
    """How many due sessions follow the newest published date, in the table most behind."""
    due = due_session(now)
    return max(max(b3.count_sessions(_newest(ledger, due), due), 0) for ledger in ledgers)


def _newest(ledger: Ledger, due: date) -> date:
    """The newest published date; an empty table counts as one session behind."""
    published = {date_of(key) for key in ledger.raw} - ledger.pending
    return max(published, default=b3.add_sessions(due, -1))


def put_metric(options: Options, now: datetime | None = None) -> int | None:
    """Puts the metric into CloudWatch and returns it; None if the options name no namespace."""
    if not options.metrics_namespace:
        return None
    # Imported here because only a run that puts the metric needs boto3.
    import boto3

    refined = Storage.at(options.refined_path)
    files = [ledger_file(refined, table.name) for table in published_tables(options)]
    ledgers = [read_ledger(file)[0] or Ledger() for file in files]
    behind = sessions_behind(ledgers, now or datetime.now(UTC))
    dimensions = [{"Name": "Database", "Value": options.database}]
    boto3.client("cloudwatch").put_metric_data(
        Namespace=options.metrics_namespace,
        MetricData=[{"MetricName": METRIC, "Dimensions": dimensions, "Value": behind, "Unit": "Count"}],
    )
    return behind
