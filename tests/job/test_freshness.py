"""The number of sessions that the tables are behind, from their ledgers and the exchange's time."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from b3_jobs.contract.options import Options
from b3_jobs.errors import failure
from b3_jobs.files.listing import Identity
from b3_jobs.files.storage import Storage
from b3_jobs.ledger.ledger import Ledger, ledger_file
from b3_jobs.run import freshness

# 2024-11-08 is a Friday; the next session is Monday 2024-11-11.
MONDAY_EVENING = datetime(2024, 11, 11, 23, 30, tzinfo=UTC)
TUESDAY_MORNING = datetime(2024, 11, 12, 11, 15, tzinfo=UTC)


def ledger(*days: str, pending: tuple[str, ...] = ()) -> Ledger:
    raw = {f"trade_date={day}/cotahist.parquet": Identity(tag="x", size=1) for day in days}
    return Ledger(raw=raw, pending=frozenset(map(date.fromisoformat, pending)))


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2024-11-08T22:30:00+00:00", "2024-11-07"),  # Friday 19:30: its session has closed, and is not due.
        ("2024-11-09T10:59:00+00:00", "2024-11-07"),
        ("2024-11-09T11:00:00+00:00", "2024-11-08"),  # Saturday 8:00.
        ("2024-11-12T02:30:00+00:00", "2024-11-08"),  # Monday 23:30, the evening's run.
        ("2024-11-12T11:15:00+00:00", "2024-11-11"),  # Tuesday 8:15, the morning's.
        ("2024-11-16T11:15:00+00:00", "2024-11-14"),  # Saturday after a Friday without a session.
    ],
)
def test_a_session_is_due_at_eight_the_next_morning(now: str, due: str) -> None:
    assert freshness.due_session(datetime.fromisoformat(now)) == date.fromisoformat(due)


def test_a_table_is_not_behind_until_the_next_session_is_due() -> None:
    assert freshness.sessions_behind([ledger("2024-11-08")], MONDAY_EVENING) == 0
    assert freshness.sessions_behind([ledger("2024-11-08")], TUESDAY_MORNING) == 1
    assert freshness.sessions_behind([ledger("2024-11-08", "2024-11-11")], TUESDAY_MORNING) == 0


def test_sessions_behind_is_that_of_the_table_furthest_behind() -> None:
    both = [ledger("2024-11-08", "2024-11-11"), ledger("2024-11-06")]
    assert freshness.sessions_behind(both, TUESDAY_MORNING) == 3


def test_a_session_that_is_seen_but_pending_counts_as_behind() -> None:
    seen = ledger("2024-11-08", "2024-11-11", pending=("2024-11-11",))
    assert freshness.sessions_behind([seen], TUESDAY_MORNING) == 1


def test_an_empty_table_counts_as_one_session_behind() -> None:
    assert freshness.sessions_behind([Ledger()], TUESDAY_MORNING) == 1


def test_metric_is_put_for_all_tables_if_a_namespace_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "sa-east-1")
    options = Options(str(tmp_path / "raw"), str(tmp_path / "refined"), every=("1d", "1w"), metrics_namespace="B3Lake")
    refined = Storage.at(options.refined_path)
    for table in ("cotacoes_diarias", "cotacoes_semanais", "cotacoes_por_ano", "cotacoes"):
        behind = ledger("2024-11-07") if table == "cotacoes_semanais" else ledger("2024-11-11")
        ledger_file(refined, table).write(behind.encode(table, "run"), version=None)  # there is none yet
    with mock_aws():
        assert freshness.put_metric(options, TUESDAY_MORNING) == 2
        cloudwatch = boto3.client("cloudwatch")
        (metric,) = cloudwatch.list_metrics(Namespace="B3Lake")["Metrics"]
        assert (metric["MetricName"], metric["Dimensions"]) == ("SessionsBehind", [{"Name": "Database", "Value": "b3"}])
    monkeypatch.setattr(boto3, "client", lambda _: pytest.fail("a run without a namespace asked CloudWatch"))
    assert freshness.put_metric(Options("raw", "refined")) is None


def test_an_aws_error_of_the_metric_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    monkeypatch.delenv("AWS_REGION", raising=False)
    options = Options(str(tmp_path / "raw"), str(tmp_path / "refined"), metrics_namespace="B3Lake")
    # `failure` takes functions that return a text, so `str`.
    assert failure(lambda: str(freshness.put_metric(options))) == "You must specify a region."
