"""Create by API calls those resources of a template that the end-to-end tests use.

moto's CloudFormation reports CREATE_COMPLETE for Glue and notifications but creates neither.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aws import ACCOUNT, REGION
from resolver import Made, Resolver

if TYPE_CHECKING:
    from collections.abc import Callable


class Provisioner:
    """Creates the resources of one stack on one server."""

    def __init__(self, stack: str, client: Callable[[str], Any]) -> None:
        self.stack = stack
        self.client = client

    def make(self, name: str, kind: str, properties: Any) -> Made:
        """Create a resource by the method named after its type; without one it has only names."""
        _, service, resource = kind.lower().split("::")
        name = f"{self.stack}-{name}"
        method = getattr(self, f"{service}_{resource}", None)
        if method is None:
            return Made(name, {"Arn": f"arn:aws:{service}:{REGION}:{ACCOUNT}:{name}"})
        made: Made = method(name, properties)
        return made

    def s3_bucket(self, _: str, properties: Any) -> Made:
        bucket = properties["BucketName"]
        s3 = self.client("s3")
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        if "VersioningConfiguration" in properties:
            s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration=properties["VersioningConfiguration"])
        if "NotificationConfiguration" in properties:
            s3.put_bucket_notification_configuration(
                Bucket=bucket, NotificationConfiguration=notification(properties["NotificationConfiguration"])
            )
        return Made(bucket, {"Arn": f"arn:aws:s3:::{bucket}"})

    def sqs_queue(self, name: str, properties: Any) -> Made:
        attributes = {
            key: json.dumps(value) if isinstance(value, (dict, bool)) else str(value)
            for key, value in properties.items()
        }
        url = self.client("sqs").create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        return Made(url, {"Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}", "QueueName": name})

    def iam_role(self, name: str, properties: Any) -> Made:
        document = json.dumps(properties["AssumeRolePolicyDocument"])
        arn = self.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
        return Made(name, {"Arn": arn})

    def glue_database(self, _: str, properties: Any) -> Made:
        self.client("glue").create_database(DatabaseInput=properties["DatabaseInput"])
        return Made(properties["DatabaseInput"]["Name"])

    def glue_job(self, _: str, properties: Any) -> Made:
        # moto has no queuing.
        wanted = {key: value for key, value in properties.items() if key != "JobRunQueuingEnabled"}
        self.client("glue").create_job(**wanted)
        return Made(properties["Name"])


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
    """The stack, with its resources created."""
    resolver = Resolver(template, stack, parameters, Provisioner(stack, client).make)
    for name in template["Resources"]:
        resolver.resource(name)
    return resolver
