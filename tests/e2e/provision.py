"""Create the template's resources by API calls, from the template's properties.

moto's CloudFormation reports CREATE_COMPLETE for Glue, Athena, Scheduler, notifications and
policies but creates none of them. This module does, and test_resources.py checks what it made.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aws import ACCOUNT, REGION
from resolver import Resolver, Resource

import templates

if TYPE_CHECKING:
    from collections.abc import Callable

STACK = "lake"
# runtime_api.py runs the function's process, and event_source.py polls for it.
NOT_CREATED = ("AWS::Lambda::Function", "AWS::Lambda::EventSourceMapping")


class Provisioner:
    """Creates the resources of the stack on one server."""

    def __init__(self, client: Callable[[str], Any]) -> None:
        self.client = client

    def make(self, name: str, kind: str, properties: Any) -> Resource:
        """Create one resource by the method named after its type, which returns it or None."""
        if kind in NOT_CREATED:
            return Resource(f"{STACK}-{name}", {"Arn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{STACK}-{name}"})
        method = kind.removeprefix("AWS::").replace("::", "_").lower()
        resource: Resource | None = getattr(self, method)(f"{STACK}-{name}", properties)
        return resource or Resource(f"{STACK}-{name}")

    def s3_bucket(self, _: str, properties: Any) -> Resource:
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
        return Resource(bucket, {"Arn": f"arn:aws:s3:::{bucket}"})

    def s3_bucketpolicy(self, _: str, properties: Any) -> None:
        policy = json.dumps(properties["PolicyDocument"])
        self.client("s3").put_bucket_policy(Bucket=properties["Bucket"], Policy=policy)

    def sqs_queue(self, name: str, properties: Any) -> Resource:
        attributes = {
            key: json.dumps(value) if isinstance(value, (dict, bool)) else str(value)
            for key, value in properties.items()
        }
        url = self.client("sqs").create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        return Resource(url, {"Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}", "QueueName": name})

    def sqs_queuepolicy(self, _: str, properties: Any) -> None:
        for url in properties["Queues"]:
            policy = json.dumps(properties["PolicyDocument"])
            self.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})

    def iam_role(self, name: str, properties: Any) -> Resource:
        iam = self.client("iam")
        document = json.dumps(properties["AssumeRolePolicyDocument"])
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
        for policy in properties["Policies"]:
            iam.put_role_policy(
                RoleName=name, PolicyName=policy["PolicyName"], PolicyDocument=json.dumps(policy["PolicyDocument"])
            )
        return Resource(name, {"Arn": arn})

    def iam_managedpolicy(self, name: str, properties: Any) -> Resource:
        document = json.dumps(properties["PolicyDocument"])
        policy = self.client("iam").create_policy(
            PolicyName=name, PolicyDocument=document, Description=properties["Description"]
        )
        return Resource(policy["Policy"]["Arn"])

    def glue_database(self, _: str, properties: Any) -> Resource:
        self.client("glue").create_database(DatabaseInput=properties["DatabaseInput"])
        return Resource(properties["DatabaseInput"]["Name"])

    def glue_job(self, _: str, properties: Any) -> Resource:
        # moto has no queuing; the flag is checked in the template.
        wanted = {key: value for key, value in properties.items() if key != "JobRunQueuingEnabled"}
        self.client("glue").create_job(**wanted)
        return Resource(properties["Name"])

    def athena_workgroup(self, _: str, properties: Any) -> Resource:
        self.client("athena").create_work_group(
            Name=properties["Name"],
            Description=properties["Description"],
            Configuration=properties["WorkGroupConfiguration"],
        )
        return Resource(properties["Name"])

    def scheduler_schedule(self, name: str, properties: Any) -> None:
        self.client("scheduler").create_schedule(Name=name, **properties)

    def sns_topic(self, name: str, properties: Any) -> Resource:
        return Resource(self.client("sns").create_topic(Name=name, Attributes=properties)["TopicArn"])

    def sns_topicpolicy(self, _: str, properties: Any) -> None:
        for topic in properties["Topics"]:
            self.client("sns").set_topic_attributes(
                TopicArn=topic, AttributeName="Policy", AttributeValue=json.dumps(properties["PolicyDocument"])
            )

    def events_rule(self, name: str, properties: Any) -> None:
        events = self.client("events")
        events.put_rule(
            Name=name, Description=properties["Description"], EventPattern=json.dumps(properties["EventPattern"])
        )
        events.put_targets(Rule=name, Targets=properties["Targets"])

    def cloudwatch_alarm(self, name: str, properties: Any) -> None:
        self.client("cloudwatch").put_metric_alarm(AlarmName=name, **properties)

    def logs_metricfilter(self, name: str, properties: Any) -> None:
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

    def logs_loggroup(self, name: str, properties: Any) -> Resource:
        logs = self.client("logs")
        name = properties.get("LogGroupName", name)
        logs.create_log_group(logGroupName=name)
        logs.put_retention_policy(logGroupName=name, retentionInDays=properties["RetentionInDays"])
        return Resource(name, {"Arn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{name}:*"})

    def budgets_budget(self, name: str, properties: Any) -> Resource:
        budget = properties["Budget"] | {"BudgetName": name}
        budget["BudgetLimit"] = {key: str(value) for key, value in budget["BudgetLimit"].items()}
        self.client("budgets").create_budget(
            AccountId=ACCOUNT,
            Budget=budget,
            NotificationsWithSubscribers=properties["NotificationsWithSubscribers"],
        )
        return Resource(name)


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


def provisioned(client: Callable[[str], Any]) -> Resolver:
    """Create every resource of the template whose condition is not false."""
    template = templates.read()
    # Keys of the built files, which no test uploads. All other parameters have a default.
    keys = {name: f"artifacts/{name}" for name in template["Parameters"] if name.endswith("Key")}
    resolver = Resolver(template, STACK, keys, Provisioner(client).make)
    for name, definition in template["Resources"].items():
        if "Condition" not in definition or resolver.condition(definition["Condition"]):
            resolver.resource(name)
    return resolver
