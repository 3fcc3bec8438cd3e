"""How many sessions the tables are behind the exchange: the metric whose alarm tells of a session that is missing.

Every run says it last, from the ledgers, so it holds for all tables and speaks of what is published, not of what was
tried. On AWS silence rings too: a run that never ends says nothing.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import b3_kernels as b3
from b3_jobs.contract.published_table import targets
from b3_jobs.files.storage import Storage
from b3_jobs.ledger.ledger import Ledger, ledger_file, read_ledger
from b3_jobs.ledger.observation import date_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from b3_jobs.contract.options import Options

METRIC = "SessionsBehind"
# Sao Paulo's clock since 2019, when the country gave up summer time.
_SAO_PAULO = timezone(timedelta(hours=-3))
_CLOSED_HOUR = 19
# B3's file comes in the evening or by the next morning: until 8:00 a session is not missed.
_GRACE = timedelta(hours=13)


def due_session(now: datetime) -> date:
    """The last session that must be published at `now`, which has a time zone."""
    then = now.astimezone(_SAO_PAULO) - _GRACE
    closed = then.date() if then.hour >= _CLOSED_HOUR else then.date() - timedelta(days=1)
    return b3.add_sessions(closed, 0)


def sessions_behind(ledgers: Iterable[Ledger], now: datetime) -> int:
    """How many due sessions come after the newest that a table has published; of several tables the most."""
    due = due_session(now)
    return max(max(b3.count_sessions(_newest(ledger, due), due), 0) for ledger in ledgers)


def _newest(ledger: Ledger, due: date) -> date:
    """The newest date that is published; for a table with nothing in it the session before the one that is due."""
    published = {date_of(key) for key in ledger.raw} - ledger.owed
    return max(published, default=b3.add_sessions(due, -1))


def tell(options: Options, now: datetime | None = None) -> int | None:
    """Puts the metric into CloudWatch if the options name a namespace; answers what it put."""
    if not options.metrics_namespace:
        return None
    # On Glue it is there; off Glue only who wants the metric needs it.
    import boto3

    refined = Storage.at(options.refined_path)
    ledgers = [read_ledger(ledger_file(refined, target.name))[0] or Ledger() for target in targets(options)]
    behind = sessions_behind(ledgers, now or datetime.now(UTC))
    dimensions = [{"Name": "Database", "Value": options.database}]
    boto3.client("cloudwatch").put_metric_data(
        Namespace=options.metrics_namespace,
        MetricData=[{"MetricName": METRIC, "Dimensions": dimensions, "Value": behind, "Unit": "Count"}],
    )
    return behind
