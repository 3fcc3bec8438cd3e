"""Tests of infra/smoke.py as far as they need no AWS account: totals, messages, steps."""

from __future__ import annotations

import io
import json
import zipfile
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from cotahist_files import flat, text

import deploy
import smoke


def test_totals_of_a_file_are_of_its_spot_quotes_in_the_tables_decimals() -> None:
    # A ticker, and after it the code of its market.
    spot, fractional = f"{'PETR4F':<12}010", f"{'PETR4F':<12}020"
    quotes = [
        flat("2024-11-08", "PETR4", 3_641, volume=5),
        flat("2024-11-08", "VALE3", 1_234, volume=1_000, factor=1_000),
        flat("2024-11-08", "PETR4F", 3_650, volume=7),
    ]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("COTAHIST_D08112024.TXT", text(quotes).replace(spot, fractional))
    rows, shares, closes, turnover = smoke.totals_of_file(buffer.getvalue())
    assert (rows, shares) == ("2", "1005")
    assert closes == "36.422340"  # 36.41 + 12.34 / 1000
    assert turnover == "12522.05"  # 5 * 36.41 + 1000 * 12.34: `text` writes volume times price, whatever the factor


def test_message_of_a_run_is_found_and_another_runs_is_ignored(session: boto3.Session) -> None:
    sns = session.client("sns")
    topic = sns.create_topic(Name="alarms")["TopicArn"]
    with smoke.AlarmQueue(session, topic) as alarms:
        sns.publish(TopicArn=topic, Message=json.dumps({"run": "jr_2_attempt_3", "message": "other"}))
        assert alarms.message_of("jr_1") is None
        sns.publish(TopicArn=topic, Message=json.dumps({"run": "jr_1_attempt_3", "message": 'a "quoted" word'}))
        assert alarms.message_of("jr_1") == {"run": "jr_1_attempt_3", "message": 'a "quoted" word'}
    assert session.client("sqs").list_queues().get("QueueUrls") is None


def test_existing_stack_is_refused_and_kept(session: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> None:
    deployment = deploy.Deployment("lake", session)
    deployment.create_first()
    monkeypatch.setattr(smoke, "STEPS", ())
    with pytest.raises(smoke.SmokeError, match="there is a stack lake"):
        smoke.run_steps("lake", session)
    assert deployment.state()


def test_stack_is_destroyed_when_a_step_fails(session: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> None:
    def creates_the_stack_and_fails(smoke_: smoke.Smoke) -> str:
        deploy.Deployment(smoke_.stack, smoke_.session).create_first()
        raise smoke.SmokeError("no luck")

    monkeypatch.setattr(smoke, "STEPS", (smoke.Step("deploy", minutes=1, do=creates_the_stack_and_fails),))
    with pytest.raises(smoke.SmokeError, match="no luck"):
        smoke.run_steps("lake", session)
    assert deploy.Deployment("lake", session).state() is None


def test_ingest_invokes_once_and_waits_as_long_as_the_function_may_run(
    session: boto3.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    configs: dict[str, Any] = {}

    def client(name: str, config: Any = None) -> Any:
        configs[name] = config
        resource = {"StackResourceDetail": {"PhysicalResourceId": "ingest"}}
        failed = {"FunctionError": "Unhandled", "Payload": io.BytesIO(b"no file")}
        return SimpleNamespace(describe_stack_resource=lambda **_: resource, invoke=lambda **_: failed)

    monkeypatch.setattr(session, "client", client)
    with pytest.raises(smoke.SmokeError, match="Ingest: no file"):
        smoke.Smoke("lake", session).ingest()
    timeout = deploy.templates.read()["Resources"]["Ingest"]["Properties"]["Timeout"]
    assert (configs["lambda"].read_timeout, configs["lambda"].retries) == (timeout, {"total_max_attempts": 1})


def test_wait_for_raises_an_error_after_the_time_limit() -> None:
    with pytest.raises(smoke.SmokeError, match="a run: nothing within 0 s"):
        smoke.wait_for("a run", seconds=0, probe=lambda: None)


def test_dry_run_prints_the_steps_whose_limits_add_up_to_half_an_hour_at_most(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(boto3, "Session", lambda *_, **__: pytest.fail("a dry run made a session with AWS"))
    assert smoke.main(["--stack", "trial", "--dry-run"]) == 0
    printed = capsys.readouterr().out
    assert all(step.what in printed for step in smoke.STEPS)
    assert sum(step.minutes for step in smoke.STEPS) <= 30
