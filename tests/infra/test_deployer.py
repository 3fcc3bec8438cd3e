"""Tests of infra/deployer.yaml: its role and policy may deploy the stack, and do little else."""

from __future__ import annotations

import json
import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from policies import as_list, statements

import deploy
import destroy
import templates

if TYPE_CHECKING:
    from artifacts import Artifact

INFRA = templates.TEMPLATE.parent
TEMPLATE = templates.read()
RESOURCES: dict[str, Any] = templates.read(INFRA / "deployer.yaml")["Resources"]
# The permissions with which CloudFormation creates, reads, changes and deletes each type with the
# template's properties, from the handlers of the types' schemas in the CloudFormation registry.
NEEDED = {
    "AWS::Athena::WorkGroup": "athena: CreateWorkGroup GetWorkGroup UpdateWorkGroup DeleteWorkGroup",
    "AWS::Budgets::Budget": "budgets: ModifyBudget ViewBudget",
    "AWS::CloudWatch::Alarm": "cloudwatch: PutMetricAlarm DescribeAlarms DeleteAlarms",
    "AWS::Events::Rule": "events: PutRule DescribeRule DeleteRule PutTargets RemoveTargets ListTargetsByRule",
    "AWS::Glue::Database": "glue: CreateDatabase GetDatabase UpdateDatabase DeleteDatabase",
    "AWS::Glue::Job": "glue: CreateJob GetJob UpdateJob DeleteJob GetTags",
    "AWS::IAM::ManagedPolicy": "iam: CreatePolicy GetPolicy CreatePolicyVersion DeletePolicyVersion GetPolicyVersion "
    "ListPolicyVersions ListEntitiesForPolicy DeletePolicy",
    "AWS::IAM::Role": "iam: CreateRole GetRole UpdateRole UpdateAssumeRolePolicy PutRolePolicy GetRolePolicy "
    "DeleteRolePolicy ListRolePolicies ListAttachedRolePolicies DeleteRole PassRole",
    "AWS::Lambda::EventSourceMapping": "lambda: CreateEventSourceMapping GetEventSourceMapping "
    "UpdateEventSourceMapping DeleteEventSourceMapping",
    "AWS::Lambda::Function": "lambda: CreateFunction GetFunction UpdateFunctionCode UpdateFunctionConfiguration "
    "GetFunctionCodeSigningConfig GetFunctionRecursionConfig GetRuntimeManagementConfig DeleteFunction",
    "AWS::Logs::LogGroup": "logs: CreateLogGroup DescribeLogGroups PutRetentionPolicy DeleteRetentionPolicy "
    "DeleteLogGroup",
    "AWS::Logs::MetricFilter": "logs: PutMetricFilter DescribeMetricFilters DeleteMetricFilter",
    "AWS::S3::Bucket": "s3: CreateBucket DeleteBucket ListBucket PutBucketNotification PutBucketOwnershipControls "
    "PutBucketPublicAccessBlock PutBucketVersioning PutEncryptionConfiguration PutLifecycleConfiguration GetBucketAcl "
    "GetBucketNotification GetBucketOwnershipControls GetBucketPublicAccessBlock GetBucketVersioning "
    "GetEncryptionConfiguration GetLifecycleConfiguration GetReplicationConfiguration",
    "AWS::S3::BucketPolicy": "s3: PutBucketPolicy GetBucketPolicy DeleteBucketPolicy",
    "AWS::SNS::Subscription": "sns: Subscribe Unsubscribe GetSubscriptionAttributes SetSubscriptionAttributes",
    "AWS::SNS::Topic": "sns: CreateTopic GetTopicAttributes SetTopicAttributes ListSubscriptionsByTopic DeleteTopic",
    "AWS::SNS::TopicPolicy": "sns: SetTopicAttributes",
    "AWS::SQS::Queue": "sqs: CreateQueue GetQueueAttributes GetQueueUrl SetQueueAttributes DeleteQueue",
    "AWS::SQS::QueuePolicy": "sqs: SetQueueAttributes",
    "AWS::Scheduler::Schedule": "scheduler: CreateSchedule GetSchedule UpdateSchedule DeleteSchedule",
}
# The permissions of those calls of S3 that have other names than their permissions.
PERMISSIONS = {
    "s3:ListObjectsV2": ["s3:ListBucket"],
    "s3:ListObjectVersions": ["s3:ListBucketVersions"],
    "s3:DeleteObjects": ["s3:DeleteObject", "s3:DeleteObjectVersion"],
}


def allowed(name: str) -> list[str]:
    return [action for statement in rights(name) for action in as_list(statement["Action"])]


def rights(name: str) -> list[Any]:
    return statements(RESOURCES[name]["Properties"])


@pytest.mark.parametrize("kind", sorted({resource["Type"] for resource in TEMPLATE["Resources"].values()}))
def test_service_role_may_create_change_and_delete_every_resource_type(kind: str) -> None:
    service, _, actions = NEEDED[kind].partition(": ")
    granted = allowed("ServiceRole")
    for action in actions.split():
        assert any(fnmatchcase(f"{service}:{action}", pattern) for pattern in granted), action


@pytest.mark.parametrize("name", ["ServiceRole", "Deployers"])
def test_deployers_rights_cover_resources_named_after_the_stack_only(name: str) -> None:
    # An account has one catalog, and AWS names budgets itself.
    named = r"\$\{StackName\}|\$\{DatabaseName\}|ServiceRole|:catalog|budget/\*"
    for statement in rights(name):
        if statement.get("Sid") != "LogGroupsAreListedForTheAccount":
            for resource in as_list(statement["Resource"]):
                # AWS names mappings itself too: their functions are named in a condition.
                assert re.search(named, json.dumps([resource, statement.get("Condition")])), resource


def test_roles_may_be_passed_only_to_the_services_that_they_trust() -> None:
    passed_to = {
        name: [
            statement["Condition"]["StringEquals"]["iam:PassedToService"]
            for statement in rights(name)
            if "iam:PassRole" in as_list(statement["Action"])
        ]
        for name in ("ServiceRole", "Deployers")
    }
    trusted = {
        principal
        for resource in TEMPLATE["Resources"].values()
        if resource["Type"] == "AWS::IAM::Role"
        for statement in resource["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        for principal in as_list(statement["Principal"]["Service"])
    }
    assert {service for services in passed_to["ServiceRole"] for service in services} == trusted
    assert passed_to["Deployers"] == ["cloudformation.amazonaws.com"]


def test_deployers_policy_allows_every_call_of_a_deployment_and_its_deletion(
    built: list[Artifact], session: boto3.Session
) -> None:
    called = set()
    session.events.register(
        "provide-client-params", lambda model, **_: called.add(f"{model.service_model.service_name}:{model.name}")
    )
    deploy.deploy("lake", built, {}, session)
    deploy.Deployment("lake", session).failures("lake", "token")  # called if a deployment fails
    destroy.destroy("lake", session, with_raw=True)
    # moto makes neither the stack's schedules nor its job.
    with destroy.skipped_if_gone("lake-daily"):
        destroy.switch_off("AWS::Scheduler::Schedule", "lake-daily", session)
    with destroy.skipped_if_gone("lake-refine-quotes"):
        destroy.stop_runs(session.client("glue"), "lake-refine-quotes")
    called.add("glue:BatchStopJobRun")  # moto cannot stop a run
    # The hook records calls of clients and of boto3's S3 resource.
    assert {"lambda:UpdateEventSourceMapping", "s3:DeleteObjects"} < called
    needed = {permission for call in called for permission in PERMISSIONS.get(call, [call])}
    assert needed <= set(allowed("Deployers"))


def test_deploy_passes_the_given_role_to_cloudformation(built: list[Artifact], session: boto3.Session) -> None:
    role = "arn:aws:iam::123456789012:role/deployer"
    sent: list[tuple[str, str | None]] = []
    session.events.register(
        "provide-client-params.cloudformation.*",
        lambda params, model, **_: sent.append((model.name, params.get("RoleARN"))),
    )
    deploy.deploy("lake", built, {}, session, role)
    given = {name: found for name, found in sent if name in ("CreateStack", "UpdateStack")}
    assert given == {"CreateStack": role, "UpdateStack": role}
