"""Deploying and destroying, against moto: what is uploaded, what a second deployment changes, what a dry run does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

import artifacts
import deploy
import destroy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# moto makes the bucket and warns that it skips its policy.
pytestmark = pytest.mark.filterwarnings("ignore:Tried to parse AWS")
WHEEL = "b3_kernels-0.1.0-cp311-abi3-manylinux_2_28_x86_64.whl"


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    for name in ("start-glue-job.zip", "b3-ingest.zip", WHEEL):
        (tmp_path / name).write_bytes(f"content of {name}".encode())
    return tmp_path


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Iterator[boto3.Session]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "local")
    with mock_aws():
        yield boto3.Session(region_name="sa-east-1")


def keys(session: boto3.Session, bucket: str) -> set[str]:
    return {entry["Key"] for entry in session.client("s3").list_objects_v2(Bucket=bucket).get("Contents", [])}


def test_first_stack_is_the_artifacts_bucket_and_takes_every_artifact(dist: Path, session: boto3.Session) -> None:
    deployment = deploy.Deployment("lake", session)
    assert not deployment.exists()
    deployment.create_first(deploy.cloudformation.read())
    assert deployment.exists()
    bucket = deployment.artifacts_bucket()
    assert bucket == "lake-artifacts-123456789012-sa-east-1"
    found = artifacts.collect(dist)
    for artifact in found:
        deployment.upload(bucket, artifact.key, artifact.content)
    assert keys(session, bucket) == {artifact.key for artifact in found}


def test_same_content_has_the_same_key_and_other_content_another(dist: Path) -> None:
    before = {artifact.parameter: artifact.key for artifact in artifacts.collect(dist)}
    assert before == {artifact.parameter: artifact.key for artifact in artifacts.collect(dist)}
    (dist / "start-glue-job.zip").write_bytes(b"rebuilt")
    after = {artifact.parameter: artifact.key for artifact in artifacts.collect(dist)}
    assert {name for name in before if before[name] != after[name]} == {"StartGlueJobKey"}


def test_every_key_parameter_of_the_template_has_its_artifact(dist: Path) -> None:
    parameters = deploy.cloudformation.read()["Parameters"]
    wanted = {name for name in parameters if name.endswith("Key")}
    assert {artifact.parameter for artifact in artifacts.collect(dist)} == wanted


def test_wheel_keeps_the_name_that_pip_reads(dist: Path) -> None:
    (wheel,) = [artifact for artifact in artifacts.collect(dist) if artifact.parameter == "WheelKey"]
    assert wheel.key.endswith(f"/{WHEEL}")


def test_uploading_again_sends_nothing(dist: Path, session: boto3.Session, capsys: pytest.CaptureFixture[str]) -> None:
    deployment = deploy.Deployment("lake", session)
    deployment.create_first(deploy.cloudformation.read())
    for _ in range(2):
        deployment.upload(deployment.artifacts_bucket(), "job/1/x.py", b"x")
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()[1:]] == ["uploaded", "unchanged"]


def test_missing_artifact_says_what_builds_it(dist: Path) -> None:
    (dist / "b3-ingest.zip").unlink()
    with pytest.raises(artifacts.MissingArtifactError, match=r"b3-ingest\.zip: no such file.*run `make"):
        artifacts.collect(dist)


def test_emptied_bucket_has_no_version_left(session: boto3.Session) -> None:
    deployment = deploy.Deployment("lake", session)
    deployment.create_first(deploy.cloudformation.read())
    bucket = deployment.artifacts_bucket()
    s3 = session.client("s3")
    for content in (b"old", b"new"):
        s3.put_object(Bucket=bucket, Key="a", Body=content)
    s3.delete_object(Bucket=bucket, Key="a")
    destroy.destroy("lake", session)
    assert not deployment.exists()
    assert bucket not in [entry["Name"] for entry in s3.list_buckets()["Buckets"]]


@pytest.mark.parametrize("script", [deploy.main, destroy.main])
def test_dry_run_asks_aws_nothing(
    script: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def forbidden(*_: object, **__: object) -> None:
        pytest.fail("a dry run made a session with AWS")

    monkeypatch.setattr(boto3, "Session", forbidden)
    assert callable(script)
    assert script(["--stack", "lake", "--dry-run"]) == 0
    assert "dry run: nothing is" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--stack", "Lake"], "expected 2 to 24 of a-z, 0-9 and -"),
        (["--stack", ""], "expected 2 to 24 of a-z, 0-9 and -"),
        (["--stack", "lake", "GlueVersoin=6.0"], "expected Parameter=value with one of GlueVersion"),
        (["--stack", "lake", "WheelKey=x"], "expected Parameter=value with one of GlueVersion"),
    ],
)
def test_wrong_argument_is_one_clear_line(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exit_:
        deploy.main(arguments)
    assert exit_.value.code == 2
    assert message in capsys.readouterr().err


def test_destroy_wants_the_name_twice(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        destroy.main(["--stack", "lake", "--confirm", "lakes"])
    assert "expected 'lake', since the stack's data goes with it" in capsys.readouterr().err


def test_deployment_makes_uploads_and_updates_the_stack_and_says_its_outputs(
    dist: Path, session: boto3.Session, capsys: pytest.CaptureFixture[str]
) -> None:
    outputs = deploy.deploy("lake", artifacts.collect(dist), {"DatabaseName": "quotes"}, session)
    assert outputs["Lake"] == "s3://lake-raw-123456789012-sa-east-1"
    # moto's CloudFormation makes neither Glue's nor Athena's resources, and so knows no output of theirs.
    assert set(outputs) == set(deploy.cloudformation.read()["Outputs"]) - {"JobName", "AthenaWorkGroup"}
    stack = session.client("cloudformation").describe_stacks(StackName="lake")["Stacks"][0]
    parameters = {entry["ParameterKey"]: entry["ParameterValue"] for entry in stack["Parameters"]}
    wanted = {artifact.parameter: artifact.key for artifact in artifacts.collect(dist)}
    assert {name: parameters[name] for name in wanted} == wanted
    assert parameters["DatabaseName"] == "quotes"
    template = [key for key in keys(session, "lake-artifacts-123456789012-sa-east-1") if key.startswith("templates/")]
    assert len(template) == 1
