"""The template's roles and managed policies as identities that moto enforces, and an administrator.

moto checks actions of every service, resources of S3 and SQS only, and no conditions. Statements on
other services are therefore enforced for all resources; tests/infra checks the resources they name.
"""

from __future__ import annotations

import copy
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import boto3
import requests
from aws import REGION, Moto
from botocore.config import Config
from policies import as_list, documents

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stack import Stack

EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
BY_RESOURCE = ("s3:", "sqs:")


def enforceable(document: Any, without: str = "") -> Any:
    """A policy in the form that moto enforces, without the action `without` if it is given."""
    policy = copy.deepcopy(document)
    for statement in policy["Statement"]:
        statement["Action"] = [action for action in as_list(statement["Action"]) if action != without]
        if not any(action.startswith(BY_RESOURCE) for action in statement["Action"]):
            statement["Resource"] = "*"
    policy["Statement"] = [statement for statement in policy["Statement"] if statement["Action"]]
    return policy


class Identities:
    """An administrator, a session of each role and a user for each managed policy of a stack.

    Once they exist, moto refuses every call without permission.
    """

    def __init__(self, stack: Stack, moto: Moto, roles: list[str], managed: list[str]) -> None:
        self.stack = stack
        self.url = moto.url
        self.keys: dict[str, dict[str, str]] = {}
        iam, sts = moto.client("iam"), moto.client("sts")
        for user in ("admin", *managed):
            iam.create_user(UserName=user)
            key = iam.create_access_key(UserName=user)["AccessKey"]
            self.keys[user] = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
        iam.put_user_policy(UserName="admin", PolicyName="everything", PolicyDocument=json.dumps(EVERYTHING))
        for role in roles:
            arn = stack.resource(role).arn
            session = sts.assume_role(RoleArn=arn, RoleSessionName="session")["Credentials"]
            self.keys[role] = {
                "AWS_ACCESS_KEY_ID": session["AccessKeyId"],
                "AWS_SECRET_ACCESS_KEY": session["SecretAccessKey"],
                "AWS_SESSION_TOKEN": session["SessionToken"],
            }
        # The body: how many more calls moto lets pass before it checks permissions.
        requests.post(f"{moto.url}/moto-api/reset-auth", data="0", timeout=60).raise_for_status()

    def client(self, identity: str, service: str) -> Any:
        """A boto3 client of this role, of the user for this managed policy, or of `admin`."""
        keys = {name.lower(): value for name, value in self.keys[identity].items()}
        once = Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1})
        return boto3.client(service, endpoint_url=self.url, region_name=REGION, config=once, **keys)

    def grant(self, holder: str, without: str = "") -> None:
        """Give a role or user the rights of the template, but not `without`."""
        properties, iam = self.stack.properties(holder), self.client("admin", "iam")
        (document,) = documents(properties)
        policy = json.dumps(enforceable(document, without))
        if "Policies" in properties:
            name = properties["Policies"][0]["PolicyName"]
            iam.put_role_policy(RoleName=self.stack.ref(holder), PolicyName=name, PolicyDocument=policy)
        else:
            iam.put_user_policy(UserName=holder, PolicyName=holder, PolicyDocument=policy)

    @contextmanager
    def without(self, action: str, holder: str) -> Iterator[None]:
        """Take one right of a role or user away for the `with` block."""
        self.grant(holder, without=action)
        try:
            yield
        finally:
            self.grant(holder)
