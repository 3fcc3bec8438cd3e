"""provision.py creates the template's resources, except Lambda's, with its properties."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from aws import ACCOUNT, Moto
from provision import NOT_CREATED

if TYPE_CHECKING:
    from resolver import Resolver


def of_type(stack: Resolver, kind: str) -> list[str]:
    """The logical names of a type's resources that were made."""
    resources = stack.template["Resources"]
    return [name for name in stack.made if resources[name]["Type"] == f"AWS::{kind}"]


def contains(whole: Any, part: Any) -> bool:
    """Whether `whole` has every value of `part`; an API may answer a number as text."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(
            key in whole and contains(whole[key], value) for key, value in part.items()
        )
    if isinstance(part, list):
        return isinstance(whole, list) and len(whole) == len(part) and all(map(contains, whole, part))
    return bool(whole == part or str(whole) == str(part))


def test_stack_has_every_unconditional_resource(stack: Resolver) -> None:
    resources = stack.template["Resources"]
    assert set(stack.made) == {name for name, resource in resources.items() if "Condition" not in resource}


def test_buckets_are_private_encrypted_and_tls_only(stack: Resolver, moto: Moto) -> None:
    s3 = moto.client("s3")
    buckets = [stack.ref(name) for name in of_type(stack, "S3::Bucket")]
    # Raw, refined, artifacts and Athena's results.
    assert len(buckets) == 4
    for bucket in buckets:
        assert all(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values())
        rules = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
        assert rules[0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
        (statement,) = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"]
        assert statement["Effect"] == "Deny"
        assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        assert statement["Resource"] == [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]


def test_raw_bucket_notifies_the_queue_of_raw_and_actions(stack: Resolver, moto: Moto) -> None:
    answer = moto.client("s3").get_bucket_notification_configuration(Bucket=stack.ref("RawBucket"))
    found = set()
    for queue in answer["QueueConfigurations"]:
        assert queue["QueueArn"] == stack.resource("RawObjects").attributes["Arn"]
        rules = {rule["Name"].lower(): rule["Value"] for rule in queue["Filter"]["Key"]["FilterRules"]}
        found.add((*queue["Events"], rules["prefix"], rules["suffix"]))
    kinds = ("s3:ObjectCreated:*", "s3:ObjectRemoved:*")
    assert found == {(kind, folder, ".parquet") for kind in kinds for folder in ("raw/", "actions/")}


@pytest.mark.parametrize("name", ["RawObjects", "RawObjectsDead", "SchedulesDead"])
def test_queues_have_the_templates_properties(stack: Resolver, moto: Moto, name: str) -> None:
    attributes = moto.client("sqs").get_queue_attributes(QueueUrl=stack.ref(name), AttributeNames=["All"])["Attributes"]
    wanted = stack.properties(name)
    assert attributes["MessageRetentionPeriod"] == str(wanted["MessageRetentionPeriod"])
    if name == "RawObjects":
        assert attributes["VisibilityTimeout"] == str(wanted["VisibilityTimeout"])
        assert contains(json.loads(attributes["RedrivePolicy"]), wanted["RedrivePolicy"])
        policy = stack.properties("RawObjectsPolicy")["PolicyDocument"]
        assert json.loads(attributes["Policy"])["Statement"] == policy["Statement"]


def test_jobs_have_the_templates_properties(stack: Resolver, moto: Moto) -> None:
    for name in of_type(stack, "Glue::Job"):
        wanted = stack.properties(name)
        # moto keeps no queuing flag.
        assert wanted.pop("JobRunQueuingEnabled", False) is False
        assert contains(moto.client("glue").get_job(JobName=stack.ref(name))["Job"], wanted)


def test_database_is_in_the_catalog(stack: Resolver, moto: Moto) -> None:
    database = moto.client("glue").get_database(Name=stack.ref("Database"))["Database"]
    assert contains(database, stack.properties("Database")["DatabaseInput"])


def test_roles_have_the_templates_policies(stack: Resolver, moto: Moto) -> None:
    iam = moto.client("iam")
    for name in of_type(stack, "IAM::Role"):
        for policy in stack.properties(name)["Policies"]:
            found = iam.get_role_policy(RoleName=stack.ref(name), PolicyName=policy["PolicyName"])
            assert found["PolicyDocument"] == policy["PolicyDocument"]


def test_schedules_are_in_sao_paulo_time(stack: Resolver, moto: Moto) -> None:
    for name in of_type(stack, "Scheduler::Schedule"):
        schedule = moto.client("scheduler").get_schedule(Name=stack.ref(name))
        assert contains(schedule, stack.properties(name))
        assert schedule["ScheduleExpressionTimezone"] == "America/Sao_Paulo"


def test_workgroup_limits_scans_and_encrypts_results(stack: Resolver, moto: Moto) -> None:
    group = moto.client("athena").get_work_group(WorkGroup=stack.ref("WorkGroup"))["WorkGroup"]
    assert contains(group["Configuration"], stack.properties("WorkGroup")["WorkGroupConfiguration"])


def test_every_alarm_notifies_the_topic(stack: Resolver, moto: Moto) -> None:
    cloudwatch = moto.client("cloudwatch")
    for name in of_type(stack, "CloudWatch::Alarm"):
        (alarm,) = cloudwatch.describe_alarms(AlarmNames=[stack.ref(name)])["MetricAlarms"]
        assert contains(alarm, stack.properties(name))
        assert alarm["AlarmActions"] == [stack.ref("Alarms")]
    for name in of_type(stack, "Events::Rule"):
        (target,) = moto.client("events").list_targets_by_rule(Rule=stack.ref(name))["Targets"]
        assert target["Arn"] == stack.ref("Alarms")


def test_log_groups_have_a_retention(stack: Resolver, moto: Moto) -> None:
    groups = {group["logGroupName"]: group for group in moto.client("logs").describe_log_groups()["logGroups"]}
    for name in of_type(stack, "Logs::LogGroup"):
        assert groups[stack.ref(name)]["retentionInDays"] == 90


def test_budget_is_of_30_dollars_and_notifies_the_topic(stack: Resolver, moto: Moto) -> None:
    budget = moto.client("budgets").describe_budget(AccountId=ACCOUNT, BudgetName=stack.ref("Budget"))["Budget"]
    assert float(budget["BudgetLimit"]["Amount"]) == 30
    for notification in stack.properties("Budget")["NotificationsWithSubscribers"]:
        assert notification["Subscribers"] == [{"SubscriptionType": "SNS", "Address": stack.ref("Alarms")}]


def test_kinds_that_are_not_created_are_those_of_lambda(stack: Resolver) -> None:
    kinds = {resource["Type"] for resource in stack.template["Resources"].values()}
    assert {kind for kind in kinds if kind.startswith("AWS::Lambda")} == set(NOT_CREATED)
