"""The stack of infra/template.yaml on moto: its properties with their values, and its resources.

moto's CloudFormation reports CREATE_COMPLETE for jobs and notifications but creates none, so
`Stack` calls the services' APIs itself. CREATORS has the types of resources that it creates.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from aws import ACCOUNT, REGION

import templates

if TYPE_CHECKING:
    from collections.abc import Callable

    Client = Callable[[str], Any]

NAME = "lake"
PSEUDO = {"AWS::AccountId": ACCOUNT, "AWS::Region": REGION, "AWS::Partition": "aws", "AWS::StackName": NAME}


class Resource(NamedTuple):
    """A resource with its values of `!Ref` and `!GetAtt ....Arn`."""

    ref: str
    arn: str


class Stack:
    """The template's resources; one is created when something first refers to it."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.template = templates.read()
        self.resources: dict[str, Resource] = {}
        self.names: dict[str, Any] = dict(PSEUDO)
        for name, parameter in self.template["Parameters"].items():
            # Only the keys of built files, which no test uploads, have no default.
            value = parameter.get("Default", f"artifacts/{name}")
            self.names[name] = int(value) if parameter["Type"] == "Number" else str(value)
        for name in self.template["Resources"]:
            self.resource(name)

    def resource(self, name: str) -> Resource:
        """The resource; if it does not exist yet, it is created with all that it refers to."""
        if name not in self.resources:
            created_as, kind = f"{NAME}-{name}", self.template["Resources"][name]["Type"]
            if kind in CREATORS:
                self.resources[name] = CREATORS[kind](self.client, created_as, self.properties(name))
            else:
                self.resources[name] = Resource(created_as, f"arn:aws:any:{REGION}:{ACCOUNT}:{created_as}")
        return self.resources[name]

    def properties(self, name: str) -> Any:
        return self.value(self.template["Resources"][name]["Properties"])

    def value(self, node: Any) -> Any:
        """The node with the value of each `!Ref`, `!GetAtt` and `!Sub` in it."""
        match node:
            case list():
                return [self.value(item) for item in node]
            case {"Ref": name}:
                return self.ref(name)
            case {"Fn::GetAtt": [name, attribute]}:
                return self.resource(name).arn if attribute == "Arn" else f"{name}.{attribute}"
            case {"Fn::Sub": text}:
                return re.sub(r"\$\{([^}]+)\}", lambda match: self.substitute(match[1]), text)
            case dict():
                return {key: self.value(item) for key, item in node.items()}
        return node

    def ref(self, name: str) -> Any:
        """`!Ref`: a parameter's value or a resource's identifier."""
        return self.names[name] if name in self.names else self.resource(name).ref

    def substitute(self, name: str) -> str:
        """The value of `${name}` in a text: of a parameter, `Bucket` or `Bucket.Arn`."""
        return self.resource(name.removesuffix(".Arn")).arn if name.endswith(".Arn") else str(self.ref(name))


def create_bucket(client: Client, _: str, properties: Any) -> Resource:
    # Without the bucket's policy: it denies calls without TLS, and moto's server has no TLS.
    bucket, s3 = properties["BucketName"], client("s3")
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    if "VersioningConfiguration" in properties:
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration=properties["VersioningConfiguration"])
    queues = [
        {
            "QueueArn": queue["Queue"],
            "Events": [queue["Event"]],
            "Filter": {"Key": {"FilterRules": queue["Filter"]["S3Key"]["Rules"]}},
        }
        for queue in properties.get("NotificationConfiguration", {}).get("QueueConfigurations", ())
    ]
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={"QueueConfigurations": queues})
    return Resource(bucket, f"arn:aws:s3:::{bucket}")


def create_queue(client: Client, name: str, properties: Any) -> Resource:
    attributes = {
        key: json.dumps(value) if isinstance(value, (dict, bool)) else str(value) for key, value in properties.items()
    }
    url = client("sqs").create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    return Resource(url, f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}")


def create_role(client: Client, name: str, properties: Any) -> Resource:
    # `Identities` gives it the policies of the template.
    document = json.dumps(properties["AssumeRolePolicyDocument"])
    role = client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]
    return Resource(name, role["Arn"])


def create_database(client: Client, _: str, properties: Any) -> Resource:
    client("glue").create_database(DatabaseInput=properties["DatabaseInput"])
    return Resource(properties["DatabaseInput"]["Name"], arn="")


def create_job(client: Client, _: str, properties: Any) -> Resource:
    # moto has no queuing; the flag is checked in the template.
    client("glue").create_job(**{key: value for key, value in properties.items() if key != "JobRunQueuingEnabled"})
    return Resource(properties["Name"], arn="")


CREATORS: dict[str, Callable[[Client, str, Any], Resource]] = {
    "AWS::S3::Bucket": create_bucket,
    "AWS::SQS::Queue": create_queue,
    "AWS::IAM::Role": create_role,
    "AWS::Glue::Database": create_database,
    "AWS::Glue::Job": create_job,
}
