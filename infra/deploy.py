"""Deploys the stack: `deploy.py --stack name [--role ARN] [--dry-run] [Parameter=value ...]`.

The first deployment creates the stack with its artifacts bucket alone, because the functions' code
must be in it before they can be created. Every deployment then uploads the changed files and
updates the stack to the whole template.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import uuid
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError, WaiterError

import templates
from artifacts import Artifact, MissingArtifactError, collect, key_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# A bucket's name, `<stack>-artifacts-<account>-<region>`, has at most 63 characters.
STACK_NAME = re.compile(r"[a-z][a-z0-9-]{1,23}")
FIRST_RESOURCES = ("ArtifactsBucket", "ArtifactsBucketPolicy")
# What a parameter of the template may say of its values.
LIMITS = ("Type", "AllowedValues", "AllowedPattern", "MinValue", "MaxValue")
# States in which a stack cannot be updated, each with the way out.
STUCK = {
    "REVIEW_IN_PROGRESS": "it has a change set and no resource; delete it with `make destroy`, then deploy again",
    "CREATE_FAILED": "delete it with `make destroy`, then deploy again",
    "ROLLBACK_COMPLETE": "delete it with `make destroy`, then deploy again",
    "ROLLBACK_FAILED": "delete it with `make destroy`, then deploy again",
    "DELETE_FAILED": "run `make destroy` again",
    "UPDATE_ROLLBACK_FAILED": "see its events, mend their cause, then `aws cloudformation continue-update-rollback`",
}


class DeploymentError(Exception):
    """The stack cannot be deployed, or its change failed; the message says what to do, or why."""


def print_line(line: str) -> None:
    """Prints a line at once, so that a pipe shows each step as it begins."""
    print(line, flush=True)


class Deployment:
    """One stack in the account and region of the environment."""

    def __init__(self, stack: str, session: boto3.Session, role: str = "") -> None:
        self.stack = stack
        # CloudFormation keeps a stack's role for later updates and for its deletion.
        self.role = {"RoleARN": role} if role else {}
        self.cloudformation = session.client("cloudformation")
        self.s3 = session.client("s3")
        self.glue = session.client("glue")

    def state(self) -> str | None:
        """The stack's state, or None if there is no such stack."""
        try:
            return str(self.described()["StackStatus"])
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise

    def check_state(self) -> None:
        """Checks that the stack is in a state in which it can be updated.

        Raises:
            DeploymentError: it is not, or another change is in progress.
        """
        state = self.state() or ""
        if state in STUCK:
            raise DeploymentError(f"stack {self.stack} is in the state {state}: {STUCK[state]}")
        if state.endswith("_IN_PROGRESS"):
            raise DeploymentError(f"stack {self.stack} is in the state {state}: wait until that is over")

    def check_database(self, database: str) -> None:
        """Checks that the catalog's database belongs to this stack or does not exist yet.

        Raises:
            DeploymentError: a database of that name exists and is not of this stack.
        """
        try:
            self.glue.get_database(Name=database)
        except self.glue.exceptions.EntityNotFoundException:
            return
        if database not in {resource["PhysicalResourceId"] for resource in self.resources()}:
            raise DeploymentError(
                f"the catalog's database {database} is not of stack {self.stack}: name another, DatabaseName=..."
            )

    def resources(self) -> list[dict[str, Any]]:
        """The stack's resources that exist; AWS lists planned and deleted ones too."""
        pages = self.cloudformation.get_paginator("list_stack_resources").paginate(StackName=self.stack)
        return [
            resource
            for page in pages
            for resource in page["StackResourceSummaries"]
            if "PhysicalResourceId" in resource and resource["ResourceStatus"] != "DELETE_COMPLETE"
        ]

    def create_first(self) -> None:
        """Creates the stack with the artifacts bucket alone; `wait` says what it raises."""
        body = json.dumps(templates.only(templates.read(), *FIRST_RESOURCES))
        print_line(f"stack {self.stack}: creating it with its artifacts bucket")
        token = str(uuid.uuid4())
        request = {"StackName": self.stack, "TemplateBody": body, "OnFailure": "DELETE", "ClientRequestToken": token}
        # Once the stack is deleted CloudFormation knows it by its ID alone.
        self.wait("stack_create_complete", self.cloudformation.create_stack(**request, **self.role)["StackId"], token)

    def name_of(self, resource: str) -> str:
        """The name that one of the template's resources has in the account."""
        detail = self.cloudformation.describe_stack_resource(StackName=self.stack, LogicalResourceId=resource)
        name: str = detail["StackResourceDetail"]["PhysicalResourceId"]
        return name

    def upload(self, bucket: str, key: str, content: bytes) -> None:
        """Uploads the content if its key is new; a key holds the content's hash."""
        found = self.s3.list_objects_v2(Bucket=bucket, Prefix=key).get("Contents", [])
        if any(entry["Key"] == key for entry in found):
            print_line(f"  unchanged s3://{bucket}/{key}")
            return
        self.s3.put_object(Bucket=bucket, Key=key, Body=content, ChecksumAlgorithm="SHA256")
        print_line(f"  uploaded  s3://{bucket}/{key} ({len(content) / 1e6:.2f} MB)")

    def described(self) -> dict[str, Any]:
        """The stack as CloudFormation describes it."""
        described: dict[str, Any] = self.cloudformation.describe_stacks(StackName=self.stack)["Stacks"][0]
        return described

    def parameters(self) -> dict[str, str]:
        """The stack's present parameters."""
        return {entry["ParameterKey"]: entry["ParameterValue"] for entry in self.described().get("Parameters", [])}

    def update(self, url: str, parameters: Mapping[str, str], known: Iterable[str]) -> None:
        """Updates the stack to the template at `url`, whose parameters are `known`; see `wait`."""
        # Parameters that are not named keep the stack's values, so a later deployment need not
        # repeat them. Those that an older template had and this one lacks are left out.
        values: list[dict[str, Any]] = [
            {"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()
        ]
        values += [
            {"ParameterKey": name, "UsePreviousValue": True}
            for name in self.parameters()
            if name in known and name not in parameters
        ]
        print_line(f"stack {self.stack}: bringing it to {url}")
        token = str(uuid.uuid4())
        request = {"StackName": self.stack, "TemplateURL": url, "Parameters": values, "ClientRequestToken": token}
        # If the update fails, the raw bucket that it made must go, although the template retains
        # it: the next deployment makes a bucket of the same name.
        options = {"Capabilities": ["CAPABILITY_IAM"], "RetainExceptOnCreate": True}
        try:
            self.cloudformation.update_stack(**request, **options, **self.role)
        except ClientError as error:
            if "No updates are to be performed" not in str(error):
                raise
            print_line("  nothing to change")
            return
        self.wait("stack_update_complete", self.stack, token)

    def wait(self, waiter: str, stack: str, token: str) -> None:
        """Waits until the change of the stack (its name or ID) with this token is complete.

        Raises:
            DeploymentError: it failed; the message holds the reasons of the stack's events.
        """
        try:
            self.cloudformation.get_waiter(waiter).wait(StackName=stack)
        except WaiterError as error:
            raise DeploymentError(f"{error}\n" + "\n".join(self.failures(stack, token))) from error

    def failures(self, stack: str, token: str) -> list[str]:
        """The failed resources of a change, with their reasons, oldest first.

        CloudFormation gives the change's token to each of its events.
        """
        pages = self.cloudformation.get_paginator("describe_stack_events").paginate(StackName=stack)
        events = [event for page in pages for event in page["StackEvents"] if event.get("ClientRequestToken") == token]
        return [
            f"  {event['LogicalResourceId']}: {event.get('ResourceStatusReason', 'no reason given')}"
            for event in reversed(events)
            if event["ResourceStatus"].endswith("_FAILED")
        ]

    def outputs(self) -> dict[str, str]:
        """The stack's outputs by name."""
        return {output["OutputKey"]: output["OutputValue"] for output in self.described().get("Outputs", [])}


def deploy(
    stack: str, artifacts: list[Artifact], chosen: Mapping[str, str], session: boto3.Session, role: str = ""
) -> dict[str, str]:
    """Deploys and returns the stack's outputs; CloudFormation acts as `role` if it is given."""
    template = templates.read()
    deployment = Deployment(stack, session, role)
    deployment.check_state()
    if deployment.state() is None:
        deployment.create_first()
    default = template["Parameters"]["DatabaseName"]["Default"]
    deployment.check_database(chosen.get("DatabaseName") or deployment.parameters().get("DatabaseName", default))
    bucket = deployment.name_of("ArtifactsBucket")
    print_line("artifacts:")
    for artifact in artifacts:
        deployment.upload(bucket, artifact.key, artifact.content)
    text = templates.TEMPLATE.read_bytes()
    template_key = key_of(text, "templates", "template.yaml")
    deployment.upload(bucket, template_key, text)
    keys = {artifact.parameter: artifact.key for artifact in artifacts}
    url = f"https://{bucket}.s3.{session.region_name}.amazonaws.com/{template_key}"
    deployment.update(url, keys | dict(chosen), template["Parameters"])
    return deployment.outputs()


def explain(stack: str, chosen: Mapping[str, str]) -> None:
    """Prints what a deployment would do, without a call to AWS."""
    template = templates.read()
    print_line(f"dry run: nothing is built, uploaded or changed. `make deploy STACK={stack}` would")
    print_line("1. build the wheel, dist/start-glue-job.zip and dist/b3-ingest.zip, fetch PyIceberg's wheels")
    print_line(f"2. create the stack {stack} with its artifacts bucket, if there is no such stack")
    print_line("3. upload, each under a key that holds its content's hash, unless it is there:")
    try:
        for artifact in collect():
            print_line(f"     {artifact.key} ({len(artifact.content) / 1e6:.2f} MB) -> {artifact.parameter}")
    except MissingArtifactError as missing:
        print_line(f"     (not built yet: {missing})")
    print_line("4. bring the stack to infra/template.yaml:")
    for name, resource in template["Resources"].items():
        print_line(f"     {name:26} {resource['Type']}")
    print_line("   with")
    for name, parameter in template["Parameters"].items():
        if not name.endswith("Key"):
            default = f"{parameter['Default']} (or the present value)"
            print_line(f"     {name}={chosen.get(name, default)}")
    print_line("5. print its outputs: " + ", ".join(template["Outputs"]))


def stack_name(text: str) -> str:
    """The value of `--stack`, checked."""
    if not STACK_NAME.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r}: expected 2 to 24 of a-z, 0-9 and -, starting with a letter")
    return text


def parse_arguments(arguments: list[str] | None) -> argparse.Namespace:
    """The command line, checked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stack", type=stack_name, required=True, help="the stack's name: 2 to 24 of a-z, 0-9 and -")
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
    parser.add_argument("--role", default="", help="ARN of the role by which CloudFormation makes the resources")
    parser.add_argument("parameters", nargs="*", metavar="Parameter=value", help="parameters of infra/template.yaml")
    options = parser.parse_args(arguments)
    # deploy() itself sets the parameters that end in Key.
    known = {name: item for name, item in templates.read()["Parameters"].items() if not name.endswith("Key")}
    options.chosen = {}
    for pair in options.parameters:
        name, equals, value = pair.partition("=")
        if not equals or name not in known:
            parser.error(f"{pair!r}: expected Parameter=value with one of {', '.join(known)}")
        if not templates.allows(known[name], value):
            limits = {limit: known[name][limit] for limit in LIMITS if limit in known[name]}
            parser.error(f"{pair!r}: expected a value for {limits}")
        options.chosen[name] = value
    return options


def main(arguments: list[str] | None = None) -> int:
    """Deploys the stack, or prints what would be done."""
    options = parse_arguments(arguments)
    if options.dry_run:
        explain(options.stack, options.chosen)
        return 0
    try:
        outputs = deploy(options.stack, collect(), options.chosen, boto3.Session(), options.role)
    except (DeploymentError, MissingArtifactError, BotoCoreError, ClientError) as error:
        sys.exit(f"error: {error}")
    for name, value in outputs.items():
        print_line(f"{name:20} {value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
