"""What must hold of infra/template.yaml beyond what cfn-lint and checkov know."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

import cloudformation

if TYPE_CHECKING:
    from collections.abc import Iterator

TEMPLATE = cloudformation.read()
RESOURCES: dict[str, Any] = TEMPLATE["Resources"]
# Actions that AWS lets nobody name a resource for.
UNNAMEABLE = {"cloudwatch:PutMetricData"}
WRITES = ("s3:PutObject", "s3:DeleteObject")


def properties(name: str) -> Any:
    return RESOURCES[name]["Properties"]


def named(kind: str) -> list[str]:
    return [name for name, resource in RESOURCES.items() if resource["Type"] == f"AWS::{kind}"]


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def role_statements() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every statement of every role, with the role's name."""
    for name in named("IAM::Role"):
        for policy in properties(name)["Policies"]:
            for statement in policy["PolicyDocument"]["Statement"]:
                yield name, statement


def strings(node: Any) -> Iterator[str]:
    """Every string in a part of the template."""
    if isinstance(node, str):
        yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from strings(child)


def buckets_of(role: str, actions: tuple[str, ...]) -> set[str]:
    """The buckets on whose objects a role may do these actions."""
    texts = [
        text
        for owner, statement in role_statements()
        if owner == role and set(listed(statement["Action"])) & set(actions)
        for text in strings(statement["Resource"])
    ]
    return {bucket for bucket in named("S3::Bucket") for text in texts if text.startswith(f"${{{bucket}.Arn}}/")}


def notified_prefix(bucket: str) -> str:
    (queue,) = properties(bucket)["NotificationConfiguration"]["QueueConfigurations"]
    rules = {rule["Name"]: rule["Value"] for rule in queue["Filter"]["S3Key"]["Rules"]}
    assert rules["suffix"] == ".parquet"
    prefix: str = rules["prefix"]
    return prefix


def test_trigger_prefix_is_where_ingestion_writes_and_the_job_reads() -> None:
    prefix = notified_prefix("RawBucket")
    assert prefix == "raw/"
    written = [text for owner, statement in role_statements() if owner == "IngestRole" for text in strings(statement)]
    assert f"${{RawBucket.Arn}}/{prefix}*" in written
    assert properties("Ingest")["Environment"]["Variables"]["LAKE"] == {"Fn::Sub": "s3://${RawBucket}"}
    raw_path = properties("RefineQuotes")["DefaultArguments"]["--raw_path"]
    assert raw_path == {"Fn::Sub": f"s3://${{RawBucket}}/{prefix.rstrip('/')}"}


def test_nothing_that_the_job_may_write_triggers_it() -> None:
    sources = {name for name in named("S3::Bucket") if "NotificationConfiguration" in properties(name)}
    targets = buckets_of("RefineQuotesRole", WRITES)
    assert sources == {"RawBucket"}
    assert targets == {"RefinedBucket"}
    assert not sources & targets


def test_rejected_and_action_objects_of_the_raw_bucket_trigger_nothing() -> None:
    prefix = notified_prefix("RawBucket")
    assert not any(folder.startswith(prefix) for folder in ("raw_rejected/", "actions/"))


def test_no_role_has_a_wildcard_action() -> None:
    for role, statement in role_statements():
        for action in listed(statement["Action"]):
            assert re.fullmatch(r"[a-z0-9]+:[A-Za-z]+", action), f"{role}: {action}"


def test_no_role_has_a_wildcard_resource_that_could_be_named() -> None:
    for role, statement in role_statements():
        if "*" in listed(statement["Resource"]):
            assert set(listed(statement["Action"])) <= UNNAMEABLE, f"{role}: {statement}"
            assert statement["Condition"], f"{role}: a wildcard without a condition"


def test_start_function_may_start_this_job_and_nothing_else_of_glue() -> None:
    glue = [
        (listed(statement["Action"]), statement["Resource"])
        for role, statement in role_statements()
        if role == "StartGlueJobRole" and any(action.startswith("glue:") for action in listed(statement["Action"]))
    ]
    assert len(glue) == 1
    actions, resource = glue[0]
    assert actions == ["glue:StartJobRun"]
    assert resource["Fn::Sub"].endswith(":job/${RefineQuotes}")
    assert properties("StartGlueJob")["Environment"]["Variables"] == {"GLUE_JOB_NAME": {"Ref": "RefineQuotes"}}


def test_no_resource_names_another_except_by_reference() -> None:
    # Account numbers, regions, ARNs and bucket names written out would break in the next account.
    for name, resource in RESOURCES.items():
        for text in strings(resource["Properties"]):
            assert not re.search(r"\d{12}|(?:us|sa|eu|ap)-[a-z]+-\d|arn:aws", text), f"{name}: {text}"
            for other in re.findall(r"s3://([^/]*)", text):
                assert other.startswith("${"), f"{name}: {text}"


def test_queue_admits_exactly_the_raw_bucket() -> None:
    allow, deny = properties("RawObjectsPolicy")["PolicyDocument"]["Statement"]
    source = allow["Condition"]["ArnEquals"]["aws:SourceArn"]["Fn::Sub"]
    assert source == f"arn:${{AWS::Partition}}:s3:::{properties('RawBucket')['BucketName']['Fn::Sub']}"
    assert allow["Principal"] == {"Service": "s3.amazonaws.com"}
    assert deny["Effect"] == "Deny"


@pytest.mark.parametrize("bucket", named("S3::Bucket"))
def test_bucket_is_private_encrypted_and_tls_only(bucket: str) -> None:
    wanted = properties(bucket)
    assert all(wanted["PublicAccessBlockConfiguration"].values())
    assert wanted["BucketEncryption"]
    assert wanted["LifecycleConfiguration"]["Rules"]
    policies = [properties(name) for name in named("S3::BucketPolicy")]
    (policy,) = [policy for policy in policies if policy["Bucket"] == {"Ref": bucket}]
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert statement["Resource"] == [{"Fn::GetAtt": [bucket, "Arn"]}, {"Fn::Sub": f"${{{bucket}.Arn}}/*"}]


def test_what_cannot_be_computed_again_is_versioned() -> None:
    versioned = {name for name in named("S3::Bucket") if "VersioningConfiguration" in properties(name)}
    assert versioned == {"RawBucket", "ArtifactsBucket"}


def test_events_outwait_two_runs_before_they_are_dead() -> None:
    queue, job = properties("RawObjects"), properties("RefineQuotes")
    patience = queue["VisibilityTimeout"] * queue["RedrivePolicy"]["maxReceiveCount"]
    assert patience >= 2 * job["Timeout"] * 60
    assert patience < queue["MessageRetentionPeriod"]


def test_visibility_outlasts_six_invocations_and_the_window() -> None:
    mapping = properties("RawObjectsMapping")
    wanted = 6 * properties("StartGlueJob")["Timeout"] + mapping["MaximumBatchingWindowInSeconds"]
    assert properties("RawObjects")["VisibilityTimeout"] >= wanted
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_one_run_at_a_time_and_no_retries_where_glue_queues() -> None:
    job = properties("RefineQuotes")
    assert job["ExecutionProperty"]["MaxConcurrentRuns"] == 1
    assert job["JobRunQueuingEnabled"] == {"Ref": "JobQueuing"}
    assert job["MaxRetries"] == {"Fn::If": ["Queued", 0, 1]}
    assert TEMPLATE["Conditions"]["Queued"] == {"Fn::Equals": [{"Ref": "JobQueuing"}, "true"]}


def test_job_has_every_argument_the_script_requires() -> None:
    from b3_jobs.options import Options

    arguments = properties("RefineQuotes")["DefaultArguments"]
    words = [word for name, value in arguments.items() for word in (name, value if isinstance(value, str) else "b3")]
    options = Options.from_arguments([*words, "--trade_dates", "2024-01-02", "--affected", "true"])
    assert options.affected
    assert arguments["--enable-glue-datacatalog"] == "true"
    assert arguments["--database"] == properties("Database")["DatabaseInput"]["Name"] == {"Ref": "DatabaseName"}


def test_glue_version_defaults_to_5_1() -> None:
    assert TEMPLATE["Parameters"]["GlueVersion"]["Default"] == "5.1"
    assert TEMPLATE["Parameters"]["GlueVersion"]["AllowedValues"] == ["5.1", "6.0"]


@pytest.mark.parametrize("name", named("Scheduler::Schedule"))
def test_schedule_follows_the_exchanges_clock(name: str) -> None:
    wanted = properties(name)
    assert wanted["ScheduleExpressionTimezone"] == "America/Sao_Paulo"
    default = TEMPLATE["Parameters"][wanted["ScheduleExpression"]["Ref"]]["Default"]
    minute, hour, *_, weekdays, _ = default.removeprefix("cron(").removesuffix(")").split()
    assert weekdays == "MON-FRI"
    # B3 closes its books by 19:00; UTC would be three hours off.
    assert 19 <= int(hour) <= 23, (minute, hour)


@pytest.mark.parametrize("name", named("CloudWatch::Alarm"))
def test_alarm_tells_the_topic_and_says_where_to_look(name: str) -> None:
    wanted = properties(name)
    assert wanted["AlarmActions"] == [{"Ref": "Alarms"}]
    section = re.search(r"docs/operations\.md, (.+)$", wanted["AlarmDescription"])
    assert section
    operations = (cloudformation.TEMPLATE.parents[1] / "docs" / "operations.md").read_text(encoding="utf-8")
    assert f"### {section[1]}\n" in operations.lower()


def test_function_logs_are_kept_for_a_while_and_no_longer() -> None:
    groups = {properties(name)["LoggingConfig"]["LogGroup"]["Ref"] for name in named("Lambda::Function")}
    assert groups <= set(named("Logs::LogGroup"))
    assert all(properties(name)["RetentionInDays"] for name in named("Logs::LogGroup"))


def test_first_deployment_needs_no_parameter_and_no_other_resource() -> None:
    from deploy import FIRST

    cut = cloudformation.only(TEMPLATE, *FIRST)
    text = json.dumps(cut["Resources"])
    references = set(re.findall(r"\$\{([A-Za-z]+)[.}]", text)) | set(re.findall(r'"Ref": "([A-Za-z]+)"', text))
    assert references <= set(FIRST)
