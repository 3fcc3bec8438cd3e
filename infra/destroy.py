"""Undo a deployment, data and all: `destroy.py --stack name --confirm name [--dry-run]`."""

from __future__ import annotations

import argparse
import sys

import boto3
from botocore.exceptions import BotoCoreError, ClientError

import cloudformation
from deploy import say

BUCKET = "AWS::S3::Bucket"


def emptied(bucket: str, session: boto3.Session) -> int:
    """Delete every version of every object in the bucket; how many there were."""
    versions = session.resource("s3").Bucket(bucket).object_versions
    count = sum(1 for _ in versions.all())
    versions.delete()
    return count


def destroy(stack: str, session: boto3.Session) -> None:
    """Empty the stack's buckets and delete it."""
    client = session.client("cloudformation")
    pages = client.get_paginator("list_stack_resources").paginate(StackName=stack)
    resources = [resource for page in pages for resource in page["StackResourceSummaries"]]
    for resource in resources:
        if resource["ResourceType"] == BUCKET and "PhysicalResourceId" in resource:
            bucket = resource["PhysicalResourceId"]
            say(f"bucket {bucket}: deleted {emptied(bucket, session)} object versions")
    say(f"stack {stack}: deleting it")
    client.delete_stack(StackName=stack)
    client.get_waiter("stack_delete_complete").wait(StackName=stack)
    say(f"stack {stack}: gone")


def explain(stack: str) -> None:
    """Say what would be lost, without asking AWS anything."""
    resources = cloudformation.read()["Resources"]
    buckets = [name for name, resource in resources.items() if resource["Type"] == BUCKET]
    say(f"dry run: nothing is deleted. `make destroy STACK={stack} CONFIRM={stack}` would")
    say(f"1. delete every version of every object in {', '.join(buckets)}")
    say("   raw quotes from Yahoo cannot all be had again: copy s3://<raw bucket>/ elsewhere first if in doubt")
    say(f"2. delete the stack {stack} and its {len(resources)} resources, the catalog's tables with the database")


def main(arguments: list[str] | None = None) -> int:
    """Destroy, or explain."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stack", required=True, help="the stack's name")
    parser.add_argument("--confirm", default="", help="the stack's name once more, since its data goes with it")
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
    options = parser.parse_args(arguments)
    if options.dry_run:
        explain(options.stack)
        return 0
    if options.confirm != options.stack:
        parser.error(f"--confirm {options.confirm!r}: expected {options.stack!r}, since the stack's data goes with it")
    try:
        destroy(options.stack, boto3.Session())
    except (BotoCoreError, ClientError) as error:
        sys.exit(f"error: {error}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
