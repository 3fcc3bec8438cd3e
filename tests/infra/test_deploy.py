"""Tests of deploy.py and artifacts.py on moto: uploads, updates, dry runs, errors."""

from __future__ import annotations

import io
import zipfile
from types import SimpleNamespace
from typing import TYPE_CHECKING
from unittest.mock import Mock

import boto3
import pytest
from botocore.exceptions import WaiterError

import artifacts
import deploy
import destroy
import smoke

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

WHEEL = "b3_kernels-0.1.0-cp311-abi3-manylinux_2_28_x86_64.whl"


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    for name in ("start-glue-job.zip", "b3-ingest.zip", WHEEL):
        (tmp_path / name).write_bytes(f"content of {name}".encode())
    (tmp_path / "pyiceberg").mkdir()
    for name in ("pyiceberg-0.12.0-cp311.whl", "pydantic-2.whl", "requirements.txt"):
        (tmp_path / "pyiceberg" / name).write_bytes(f"content of {name}".encode())
    return tmp_path


def keys(session: boto3.Session, bucket: str) -> set[str]:
    return {entry["Key"] for entry in session.client("s3").list_objects_v2(Bucket=bucket).get("Contents", [])}


def test_create_first_makes_the_artifacts_bucket_and_artifacts_are_uploaded_to_it(
    dist: Path, session: boto3.Session
) -> None:
    deployment = deploy.Deployment("lake", session)
    assert deployment.state() is None
    deployment.create_first()
    assert deployment.state() == "CREATE_COMPLETE"
    bucket = deployment.name_of("ArtifactsBucket")
    assert bucket == "lake-artifacts-123456789012-sa-east-1"
    found = artifacts.collect(dist)
    for artifact in found:
        deployment.upload(bucket, artifact.key, artifact.content)
    assert keys(session, bucket) == {artifact.key for artifact in found}


def test_key_changes_when_and_only_when_the_content_changes(dist: Path) -> None:
    before = {artifact.parameter: artifact.key for artifact in artifacts.collect(dist)}
    assert before == {artifact.parameter: artifact.key for artifact in artifacts.collect(dist)}
    (dist / "start-glue-job.zip").write_bytes(b"rebuilt")
    after = {artifact.parameter: artifact.key for artifact in artifacts.collect(dist)}
    assert {name for name in before if before[name] != after[name]} == {"StartGlueJobKey"}


def test_every_key_parameter_of_the_template_has_an_artifact(dist: Path) -> None:
    parameters = deploy.templates.read()["Parameters"]
    expected = {name for name in parameters if name.endswith("Key")}
    assert {artifact.parameter for artifact in artifacts.collect(dist)} == expected


def test_key_of_the_wheel_ends_in_its_file_name(dist: Path) -> None:
    (wheel,) = [artifact for artifact in artifacts.collect(dist) if artifact.parameter == "WheelKey"]
    assert wheel.key.endswith(f"/{WHEEL}")


def test_pyiceberg_is_packed_as_a_zip_of_wheels_for_glue(dist: Path) -> None:
    (wheels,) = [artifact for artifact in artifacts.collect(dist) if artifact.parameter == "PyIcebergKey"]
    assert wheels.key.endswith("/pyiceberg.gluewheels.zip")
    with zipfile.ZipFile(io.BytesIO(wheels.content)) as archive:
        assert sorted(archive.namelist()) == [
            "wheels/pydantic-2.whl", "wheels/pyiceberg-0.12.0-cp311.whl", "wheels/requirements.txt"
        ]  # fmt: skip
    (dist / "pyiceberg" / "pyiceberg-0.12.0-cp311.whl").unlink()
    with pytest.raises(artifacts.MissingArtifactError, match="holds no wheel of pyiceberg; run `make pyiceberg`"):
        artifacts.collect(dist)


def test_upload_of_an_existing_key_sends_nothing(session: boto3.Session, capsys: pytest.CaptureFixture[str]) -> None:
    deployment = deploy.Deployment("lake", session)
    deployment.create_first()
    for _ in range(2):
        deployment.upload(deployment.name_of("ArtifactsBucket"), "job/1/x.py", b"x")
    _stack_is_created, *uploads = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in uploads] == ["uploaded", "unchanged"]


@pytest.mark.parametrize("name", ["b3-ingest.zip", "pyiceberg/requirements.txt"])
def test_missing_artifact_error_names_the_command_that_builds_it(name: str, dist: Path) -> None:
    (dist / name).unlink()
    with pytest.raises(artifacts.MissingArtifactError, match=f"{name}: no such file.*run `make"):
        artifacts.collect(dist)


def test_every_default_of_the_template_is_a_value_that_deploy_takes(capsys: pytest.CaptureFixture[str]) -> None:
    parameters = deploy.templates.read()["Parameters"]
    pairs = [f"{name}={parameter['Default']}" for name, parameter in parameters.items() if "Default" in parameter]
    assert deploy.main(["--stack", "lake", "--dry-run", *pairs, "ActionsTickers=PETR4,VALE3"]) == 0
    assert "ActionsTickers=PETR4,VALE3" in capsys.readouterr().out


@pytest.mark.parametrize("script", [deploy.main, destroy.main])
def test_dry_run_makes_no_call_to_aws(
    script: Callable[[list[str]], int], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def forbidden(*_: object, **__: object) -> None:
        pytest.fail("a dry run made a session with AWS")

    monkeypatch.setattr(boto3, "Session", forbidden)
    assert script(["--stack", "lake", "--dry-run"]) == 0
    assert "dry run: nothing is" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("script", "arguments", "message"),
    [
        (deploy.main, ["--stack", "Lake"], "expected 2 to 24 of a-z, 0-9 and -"),
        (deploy.main, ["--stack", ""], "expected 2 to 24 of a-z, 0-9 and -"),
        (smoke.main, ["--stack", "Trial", "--dry-run"], "expected 2 to 24 of a-z, 0-9 and -"),
        (deploy.main, ["--stack", "lake", "GlueVersoin=6.0"], "expected Parameter=value with one of GlueVersion"),
        (deploy.main, ["--stack", "lake", "WheelKey=x"], "expected Parameter=value with one of GlueVersion"),
        (deploy.main, ["--stack", "lake", "GlueVersion=5.0"], "{'Type': 'String', 'AllowedValues': ['5.1', '6.0']}"),
        (deploy.main, ["--stack", "lake", "WorkerCount=51"], "{'Type': 'Number', 'MinValue': 2, 'MaxValue': 50}"),
        (deploy.main, ["--stack", "lake", "WorkerCount=two"], "{'Type': 'Number', 'MinValue': 2, 'MaxValue': 50}"),
        (deploy.main, ["--stack", "lake", "DatabaseName=B3"], "'AllowedPattern': '[a-z][a-z0-9_]*'}"),
        # What `make destroy` gives without its variables.
        (destroy.main, ["--stack", "", "--confirm", ""], "expected 2 to 24 of a-z, 0-9 and -"),
        (destroy.main, ["--stack", "lake", "--confirm", "lakes"], "expected 'lake', since the stack's data goes"),
    ],
)
def test_wrong_argument_is_refused_with_what_was_expected(
    script: Callable[[list[str]], int], arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exit_:
        script(arguments)
    assert exit_.value.code == 2
    assert message in capsys.readouterr().err


def test_deploy_creates_the_stack_uploads_artifacts_updates_it_and_returns_its_outputs(
    dist: Path, session: boto3.Session, capsys: pytest.CaptureFixture[str]
) -> None:
    outputs = deploy.deploy("lake", artifacts.collect(dist), {"DatabaseName": "quotes"}, session)
    assert outputs["Lake"] == "s3://lake-raw-123456789012-sa-east-1"
    # moto's CloudFormation creates no resource of Glue or Athena, so their outputs are missing.
    assert set(outputs) == set(deploy.templates.read()["Outputs"]) - {"JobName", "AuditJobName", "AthenaWorkGroup"}
    stack = session.client("cloudformation").describe_stacks(StackName="lake")["Stacks"][0]
    parameters = {entry["ParameterKey"]: entry["ParameterValue"] for entry in stack["Parameters"]}
    expected = {artifact.parameter: artifact.key for artifact in artifacts.collect(dist)}
    assert {name: parameters[name] for name in expected} == expected
    assert parameters["DatabaseName"] == "quotes"
    template = [key for key in keys(session, "lake-artifacts-123456789012-sa-east-1") if key.startswith("templates/")]
    assert len(template) == 1


def test_update_leaves_out_a_parameter_that_the_template_no_longer_has(
    session: boto3.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployment = deploy.Deployment("lake", session)
    monkeypatch.setattr(deployment, "parameters", lambda: {"JobQueuing": "true", "WorkerCount": "5"})
    sent: dict[str, object] = {}
    monkeypatch.setattr(deployment.cloudformation, "update_stack", lambda **request: sent.update(request))
    monkeypatch.setattr(deployment.cloudformation, "get_waiter", lambda _: SimpleNamespace(wait=lambda **_: None))
    deployment.update("https://template", {"WheelKey": "w"}, known=["WorkerCount", "WheelKey"])
    assert sent["Parameters"] == [
        {"ParameterKey": "WheelKey", "ParameterValue": "w"},
        {"ParameterKey": "WorkerCount", "UsePreviousValue": True},
    ]
    assert sent["RetainExceptOnCreate"] is True  # else a failed first deployment would leave its raw bucket


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ("ROLLBACK_COMPLETE", "delete it with `make destroy`"),
        ("REVIEW_IN_PROGRESS", "delete it with `make destroy`"),
        ("UPDATE_ROLLBACK_FAILED", "continue-update-rollback"),
        ("UPDATE_IN_PROGRESS", "wait until that is over"),
    ],
)
def test_state_that_allows_no_update_is_refused_with_the_way_out(
    session: boto3.Session, monkeypatch: pytest.MonkeyPatch, state: str, message: str
) -> None:
    deployment = deploy.Deployment("lake", session)
    monkeypatch.setattr(deployment, "state", lambda: state)
    with pytest.raises(deploy.DeploymentError, match=f"stack lake is in the state {state}: .*{message}"):
        deployment.check_state()


@pytest.mark.parametrize(
    ("call", "change"),
    [
        ("create_stack", lambda deployment: deployment.create_first()),
        ("update_stack", lambda deployment: deployment.update("https://template", {}, known=[])),
        ("delete_stack", lambda _: destroy.destroy("lake", boto3.Session(region_name="sa-east-1"))),
    ],
)
def test_error_of_a_change_names_each_failed_resource_and_its_reason_oldest_first(
    session: boto3.Session, monkeypatch: pytest.MonkeyPatch, call: str, change: Callable[[deploy.Deployment], None]
) -> None:
    deployment = deploy.Deployment("lake", session)
    deployment.cloudformation = client = Mock()

    def newest_first(StackName: str) -> Iterator[dict[str, list[dict[str, str]]]]:  # noqa: N803 (boto3's name)
        this_change = getattr(client, call).call_args.kwargs["ClientRequestToken"]
        assert StackName == ("its ID" if call == "create_stack" else "lake")
        for name, status, reason, token in (
            ("lake", "UPDATE_ROLLBACK_IN_PROGRESS", "rolled back", this_change),
            ("Readers", "CREATE_FAILED", "Resource creation cancelled", this_change),
            ("RefineQuotes", "UPDATE_FAILED", "no such role", this_change),
            ("Ingest", "UPDATE_FAILED", "of an earlier update", "another"),
        ):
            event = {"LogicalResourceId": name, "ResourceStatus": status, "ResourceStatusReason": reason}
            yield {"StackEvents": [event | {"ClientRequestToken": token}]}

    client.create_stack.return_value = {"StackId": "its ID"}
    client.describe_stacks.return_value = {"Stacks": [{}]}
    client.get_waiter().wait.side_effect = WaiterError("StackUpdateComplete", "it failed", {})
    client.get_paginator().paginate = newest_first
    monkeypatch.setattr(deployment, "resources", list)
    monkeypatch.setattr(destroy, "Deployment", lambda *_: deployment)
    with pytest.raises(deploy.DeploymentError, match=r"it failed\n  RefineQuotes: no such role\n  Readers: [^\n]*$"):
        change(deployment)


def test_database_of_another_stack_is_refused(session: boto3.Session) -> None:
    deployment = deploy.Deployment("lake", session)
    deployment.create_first()
    deployment.check_database("b3")
    session.client("glue").create_database(DatabaseInput={"Name": "b3"})
    with pytest.raises(deploy.DeploymentError, match=r"database b3 is not of stack lake.*DatabaseName="):
        deployment.check_database("b3")


def test_database_that_the_stack_had_and_deleted_is_refused(session: boto3.Session) -> None:
    session.client("glue").create_database(DatabaseInput={"Name": "b3"})
    deployment = deploy.Deployment("lake", session)
    database = {"PhysicalResourceId": "b3", "ResourceStatus": "DELETE_FAILED"}
    page = {"StackResourceSummaries": [{"ResourceStatus": "CREATE_IN_PROGRESS"}, database]}
    deployment.cloudformation = Mock(**{"get_paginator.return_value.paginate.return_value": [page]})
    deployment.check_database("b3")
    database["ResourceStatus"] = "DELETE_COMPLETE"
    with pytest.raises(deploy.DeploymentError, match="database b3 is not of stack lake"):
        deployment.check_database("b3")
