"""The template's roles under moto's enforcement of IAM: sessions of each role, and an administrator beside them.

moto looks at actions everywhere, and at resources in S3 and SQS alone; it looks at no condition. So statements on other
services are enforced on all resources; which ones the template names is for tests/infra to see.
"""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import boto3
import requests
from aws import REGION, Moto
from botocore.config import Config

if TYPE_CHECKING:
    from resolver import Resolver

EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
BY_RESOURCE = ("s3:", "sqs:")


def listed(value: Any) -> list[str]:
    """An action or a list of them."""
    return [value] if isinstance(value, str) else list(value)


def enforceable(document: Any, without: str = "") -> Any:
    """A policy as moto can enforce it, one action left out if it is named."""
    policy = copy.deepcopy(document)
    for statement in policy["Statement"]:
        statement["Action"] = [action for action in listed(statement["Action"]) if action != without]
        if not any(action.startswith(BY_RESOURCE) for action in statement["Action"]):
            statement["Resource"] = "*"
    policy["Statement"] = [statement for statement in policy["Statement"] if statement["Action"]]
    return policy


class Identities:
    """An administrator and a session of each role of a stack; once they exist, moto does nothing without permission."""

    def __init__(self, stack: Resolver, moto: Moto, roles: list[str]) -> None:
        self.stack = stack
        self.url = moto.url
        iam, sts = moto.client("iam"), moto.client("sts")
        iam.create_user(UserName="admin")
        iam.put_user_policy(UserName="admin", PolicyName="everything", PolicyDocument=json.dumps(EVERYTHING))
        key = iam.create_access_key(UserName="admin")["AccessKey"]
        self.keys = {
            "admin": {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
        }
        for role in roles:
            arn = stack.resource(role).attributes["Arn"]
            session = sts.assume_role(RoleArn=arn, RoleSessionName="session")["Credentials"]
            self.keys[role] = {
                "AWS_ACCESS_KEY_ID": session["AccessKeyId"],
                "AWS_SECRET_ACCESS_KEY": session["SecretAccessKey"],
                "AWS_SESSION_TOKEN": session["SessionToken"],
            }
        requests.post(f"{moto.url}/moto-api/reset-auth", data="0", timeout=10).raise_for_status()

    def client(self, identity: str, service: str) -> Any:
        """A boto3 client of this role, or of `admin`."""
        keys = {name.lower(): value for name, value in self.keys[identity].items()}
        once = Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1})
        return boto3.client(service, endpoint_url=self.url, region_name=REGION, config=once, **keys)

    def grant(self, role: str, without: str = "") -> None:
        """Give a role what the template gives it, but for one action."""
        (policy,) = self.stack.properties(role)["Policies"]
        document = json.dumps(enforceable(policy["PolicyDocument"], without))
        iam = self.client("admin", "iam")
        iam.put_role_policy(RoleName=self.stack.ref(role), PolicyName=policy["PolicyName"], PolicyDocument=document)
