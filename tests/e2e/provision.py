"""Create a template's resources by API calls, from the template's properties.

moto's CloudFormation reports CREATE_COMPLETE for Glue, Athena, Scheduler, notifications and
policies but creates none of them. This module does, and test_resources.py checks what it made.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aws import ACCOUNT, REGION
from resolver import Made, Resolver

if TYPE_CHECKING:
    from collections.abc import Callable

# The harness makes these itself: the function's process and its poller.
BY_THE_HARNESS = ("AWS::Lambda::Function", "AWS::Lambda::EventSourceMapping")


class Provisioner:
    """Creates the resources of one stack on one server."""

    def __init__(self, stack: str, client: Callable[[str], Any]) -> None:
        self.stack = stack
        self.client = client

    def make(self, name: str, kind: str, properties: Any) -> Made:
        """Create one resource by the method named after its type."""
        if kind in BY_THE_HARNESS:
            return Made(
                f"{self.stack}-{name}", {"Arn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{self.stack}-{name}"}
            )
        method = kind.removeprefix("AWS::").replace("::", "_").lower()
        made: Made = getattr(self, method)(f"{self.stack}-{name}", properties)
        return made

    def s3_bucket(self, _: str, properties: Any) -> Made:
        # Rules of lifecycle and ownership are not made: no test depends on them.
        bucket = properties["BucketName"]
        s3 = self.client("s3")
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_public_access_block(
            Bucket=bucket, PublicAccessBlockConfiguration=properties["PublicAccessBlockConfiguration"]
        )
        rules = [
            {"ApplyServerSideEncryptionByDefault": rule["ServerSideEncryptionByDefault"]}
            for rule in properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        ]
        s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": rules})
        if "VersioningConfiguration" in properties:
            s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration=properties["VersioningConfiguration"])
        if "NotificationConfiguration" in properties:
            s3.put_bucket_notification_configuration(
                Bucket=bucket, NotificationConfiguration=notification(properties["NotificationConfiguration"])
            )
        return Made(bucket, {"Arn": f"arn:aws:s3:::{bucket}"})

    def s3_bucketpolicy(self, name: str, properties: Any) -> Made:
        policy = json.dumps(properties["PolicyDocument"])
        self.client("s3").put_bucket_policy(Bucket=properties["Bucket"], Policy=policy)
        return Made(name)

    def sqs_queue(self, name: str, properties: Any) -> Made:
        attributes = {
            key: json.dumps(value) if isinstance(value, (dict, bool)) else str(value)
            for key, value in properties.items()
        }
        url = self.client("sqs").create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        return Made(url, {"Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}", "QueueName": name})

    def sqs_queuepolicy(self, name: str, properties: Any) -> Made:
        for url in properties["Queues"]:
            policy = json.dumps(properties["PolicyDocument"])
            self.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
        return Made(name)

    def iam_role(self, name: str, properties: Any) -> Made:
        iam = self.client("iam")
        document = json.dumps(properties["AssumeRolePolicyDocument"])
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
        for policy in properties["Policies"]:
            iam.put_role_policy(
                RoleName=name, PolicyName=policy["PolicyName"], PolicyDocument=json.dumps(policy["PolicyDocument"])
            )
        return Made(name, {"Arn": arn})

    def iam_managedpolicy(self, name: str, properties: Any) -> Made:
        document = json.dumps(properties["PolicyDocument"])
        policy = self.client("iam").create_policy(
            PolicyName=name, PolicyDocument=document, Description=properties["Description"]
        )
        return Made(policy["Policy"]["Arn"])

    def glue_database(self, _: str, properties: Any) -> Made:
        self.client("glue").create_database(DatabaseInput=properties["DatabaseInput"])
        return Made(properties["DatabaseInput"]["Name"])

    def glue_job(self, _: str, properties: Any) -> Made:
        # moto has no queuing; the flag is checked in the template.
        wanted = {key: value for key, value in properties.items() if key != "JobRunQueuingEnabled"}
        self.client("glue").create_job(**wanted)
        return Made(properties["Name"])

    def athena_workgroup(self, _: str, properties: Any) -> Made:
        self.client("athena").create_work_group(
            Name=properties["Name"],
            Description=properties["Description"],
            Configuration=properties["WorkGroupConfiguration"],
        )
        return Made(properties["Name"])

    def scheduler_schedule(self, name: str, properties: Any) -> Made:
        self.client("scheduler").create_schedule(Name=name, **properties)
        return Made(name)

    def sns_topic(self, name: str, properties: Any) -> Made:
        return Made(self.client("sns").create_topic(Name=name, Attributes=properties)["TopicArn"])

    def sns_topicpolicy(self, name: str, properties: Any) -> Made:
        for topic in properties["Topics"]:
            self.client("sns").set_topic_attributes(
                TopicArn=topic, AttributeName="Policy", AttributeValue=json.dumps(properties["PolicyDocument"])
            )
        return Made(name)

    def events_rule(self, name: str, properties: Any) -> Made:
        events = self.client("events")
        events.put_rule(
            Name=name, Description=properties["Description"], EventPattern=json.dumps(properties["EventPattern"])
        )
        events.put_targets(Rule=name, Targets=properties["Targets"])
        return Made(name)

    def cloudwatch_alarm(self, name: str, properties: Any) -> Made:
        self.client("cloudwatch").put_metric_alarm(AlarmName=name, **properties)
        return Made(name)

    def logs_metricfilter(self, name: str, properties: Any) -> Made:
        transformations = [
            {key[0].lower() + key[1:]: value for key, value in transformation.items()}
            for transformation in properties["MetricTransformations"]
        ]
        self.client("logs").put_metric_filter(
            filterName=name,
            logGroupName=properties["LogGroupName"],
            filterPattern=properties["FilterPattern"],
            metricTransformations=transformations,
        )
        return Made(name)

    def logs_loggroup(self, name: str, properties: Any) -> Made:
        logs = self.client("logs")
        name = properties.get("LogGroupName", name)
        logs.create_log_group(logGroupName=name)
        logs.put_retention_policy(logGroupName=name, retentionInDays=properties["RetentionInDays"])
        return Made(name, {"Arn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{name}:*"})

    def budgets_budget(self, name: str, properties: Any) -> Made:
        budget = properties["Budget"] | {"BudgetName": name}
        budget["BudgetLimit"] = {key: str(value) for key, value in budget["BudgetLimit"].items()}
        self.client("budgets").create_budget(
            AccountId=ACCOUNT,
            Budget=budget,
            NotificationsWithSubscribers=properties["NotificationsWithSubscribers"],
        )
        return Made(name)


def notification(configuration: Any) -> Any:
    """A bucket's notifications in the form of the API."""
    return {
        "QueueConfigurations": [
            {
                "QueueArn": queue["Queue"],
                "Events": [queue["Event"]],
                "Filter": {"Key": {"FilterRules": queue["Filter"]["S3Key"]["Rules"]}},
            }
            for queue in configuration["QueueConfigurations"]
        ]
    }


def provisioned(
    template: dict[str, Any], stack: str, parameters: dict[str, str], client: Callable[[str], Any]
) -> Resolver:
    """Create every resource of the template whose condition is not false."""
    resolver = Resolver(template, stack, parameters, Provisioner(stack, client).make)
    for name, definition in template["Resources"].items():
        if "Condition" not in definition or resolver.condition(definition["Condition"]):
            resolver.resource(name)
    return resolver
