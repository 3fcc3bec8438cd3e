"""Tests of destroy.py on moto: what it deletes, what it keeps, errors."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import boto3
import pytest

import deploy
import destroy

if TYPE_CHECKING:
    from artifacts import Artifact

RAW = "lake-raw-123456789012-sa-east-1"


def test_destroy_deletes_every_version_of_a_bucket_and_the_bucket(session: boto3.Session) -> None:
    deployment = deploy.Deployment("lake", session)
    deployment.create_first()
    bucket = deployment.name_of("ArtifactsBucket")
    s3 = session.client("s3")
    for content in (b"old", b"new"):
        s3.put_object(Bucket=bucket, Key="a", Body=content)
    s3.delete_object(Bucket=bucket, Key="a")
    destroy.destroy("lake", session)
    assert deployment.state() is None
    assert bucket not in [entry["Name"] for entry in s3.list_buckets()["Buckets"]]


@pytest.mark.parametrize(
    ("with_raw", "command"), [(False, "CONFIRM=lake` would"), (True, "CONFIRM=lake WITH_RAW=1` would")]
)
def test_dry_run_names_the_command_that_deletes(
    with_raw: bool, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    destroy.explain("lake", with_raw=with_raw)
    assert command in capsys.readouterr().out


def test_stop_runs_stops_runs_under_way_and_waits_until_they_have_ended() -> None:
    runs = {"jr_1": "RUNNING", "jr_2": "SUCCEEDED", "jr_3": "WAITING"}
    stopped: list[str] = []

    def stop(JobName: str, JobRunIds: list[str]) -> None:  # noqa: N803 (boto3's names)
        assert JobName == "lake-refine-quotes"
        stopped.extend(JobRunIds)
        runs.update(dict.fromkeys(JobRunIds, "STOPPING"))

    def pause(_: float) -> None:
        runs.update({run: "STOPPED" for run, state in runs.items() if state == "STOPPING"})

    fake = SimpleNamespace(
        get_paginator=lambda _: SimpleNamespace(
            paginate=lambda **_: [{"JobRuns": [{"Id": run, "JobRunState": state} for run, state in runs.items()]}]
        ),
        batch_stop_job_run=stop,
    )
    assert destroy.stop_runs(fake, "lake-refine-quotes", pause) == 2
    assert stopped == ["jr_1", "jr_3"]
    runs["jr_4"] = "RUNNING"
    with pytest.raises(destroy.DestroyError, match="runs jr_4 have not ended"):
        destroy.stop_runs(fake, "lake-refine-quotes", lambda _: None)


def test_object_that_cannot_be_deleted_is_named_in_the_error(
    session: boto3.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = {"Key": "refined/x.parquet", "Code": "AccessDenied", "Message": "no"}
    bucket = SimpleNamespace(object_versions=SimpleNamespace(delete=lambda: [{"Deleted": [{}], "Errors": [error]}]))
    monkeypatch.setattr(session, "resource", lambda _: SimpleNamespace(Bucket=lambda _: bucket))
    with pytest.raises(destroy.DestroyError, match=r"s3://b/refined/x\.parquet: AccessDenied: no"):
        destroy.empty_bucket("b", session)


@pytest.mark.parametrize("with_raw", [False, True])
def test_destroy_keeps_the_raw_bucket_unless_with_raw_is_given(
    built: list[Artifact], session: boto3.Session, with_raw: bool
) -> None:
    deploy.deploy("lake", built, {}, session)
    session.client("s3").put_object(Bucket=RAW, Key="raw/a", Body=b"")
    destroy.destroy("lake", session, with_raw=with_raw)
    kept = [bucket["Name"] for bucket in session.client("s3").list_buckets()["Buckets"]]
    assert kept == ([] if with_raw else [RAW])


def test_destroy_names_a_raw_bucket_that_outlives_the_stack(
    built: list[Artifact], session: boto3.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy.deploy("lake", built, {}, session)
    session.client("s3").put_object(Bucket=RAW, Key="raw/a", Body=b"")
    emptied = destroy.empty_bucket
    # As if an object came after the bucket had been emptied.
    monkeypatch.setattr(destroy, "empty_bucket", lambda bucket, _: 0 if bucket == RAW else emptied(bucket, session))
    with pytest.raises(destroy.DestroyError, match=rf"the stack is gone; delete its bucket {RAW} by hand"):
        destroy.destroy("lake", session, with_raw=True)


def test_destroy_skips_what_was_deleted_before(
    session: boto3.Session, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    deployment = deploy.Deployment("lake", session)
    deployment.create_first()
    gone = {
        "lake-daily": "AWS::Scheduler::Schedule",
        "lake-refine-quotes": "AWS::Glue::Job",
        RAW: "AWS::S3::Bucket",
    }
    resources = [
        {"LogicalResourceId": "RawBucket", "PhysicalResourceId": name, "ResourceType": kind}
        for name, kind in gone.items()
    ]
    monkeypatch.setattr(deploy.Deployment, "resources", lambda _: resources)
    destroy.destroy("lake", session, with_raw=True)
    lines = capsys.readouterr().out.splitlines()
    # The raw bucket twice: when it is emptied, and when it is deleted after the stack.
    assert [line for line in lines if "before" in line] == [f"{name}: was deleted before" for name in (*gone, RAW)]
    assert deployment.state() is None
