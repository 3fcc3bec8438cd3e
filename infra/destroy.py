"""Deletes a deployed stack: `destroy.py --stack name --confirm name [--with-raw] [--dry-run]`.

The raw bucket is kept unless `--with-raw` is given: its quotes from Yahoo cannot all be had again.
Schedules and the queue's mapping are switched off and runs under way are stopped first; otherwise
they would fill the buckets again.
"""

from __future__ import annotations

import argparse
import sys
import time
import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

import templates
from deploy import Deployment, DeploymentError, print_line, stack_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BUCKET = "AWS::S3::Bucket"
RAW = "RawBucket"
RUNNING_STATES = ("STARTING", "RUNNING", "STOPPING", "WAITING")
STOP_SECONDS = 600
# The codes of the errors of a bucket, of a schedule or mapping, and of a job that does not exist.
GONE = ("NoSuchBucket", "ResourceNotFoundException", "EntityNotFoundException")


class DestroyError(Exception):
    """A part of the stack could not be removed; the message names it."""


@contextmanager
def skipped_if_gone(name: str) -> Iterator[None]:
    """Goes on after the block if the resource was deleted before, by hand or by an earlier call."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] not in GONE:
            raise
        print_line(f"{name}: was deleted before")


def switch_off(kind: str, name: str, session: boto3.Session) -> None:
    """Stops a resource from starting runs, if it is a schedule or the queue's mapping."""
    if kind == "AWS::Lambda::EventSourceMapping":
        session.client("lambda").update_event_source_mapping(UUID=name, Enabled=False)
    elif kind == "AWS::Scheduler::Schedule":
        session.client("scheduler").delete_schedule(Name=name)
    else:
        return
    print_line(f"{name}: starts nothing more")


def stop_runs(glue: Any, job: str, pause: Callable[[float], None] = time.sleep) -> int:
    """Stops the job's runs, waits until they have ended, and returns their number.

    Raises:
        DestroyError: a run has not ended in ten minutes.
    """
    stopped: set[str] = set()
    for _ in range(STOP_SECONDS // 5):
        pages = glue.get_paginator("get_job_runs").paginate(JobName=job)
        runs = [run["Id"] for page in pages for run in page["JobRuns"] if run["JobRunState"] in RUNNING_STATES]
        if not runs:
            return len(stopped)
        # The job allows one run at a time, so all of them fit into one call.
        if fresh := sorted(set(runs) - stopped):
            glue.batch_stop_job_run(JobName=job, JobRunIds=fresh)
        stopped.update(fresh)
        pause(5)
    raise DestroyError(f"job {job}: runs {', '.join(runs)} have not ended in {STOP_SECONDS} s")


def empty_bucket(bucket: str, session: boto3.Session) -> int:
    """Deletes every version of every object in the bucket and returns their number.

    Raises:
        DestroyError: naming the first object that S3 did not delete, and why.
    """
    versions = session.resource("s3").Bucket(bucket).object_versions
    count = 0
    for answer in versions.delete():
        for error in answer.get("Errors", []):
            raise DestroyError(f"s3://{bucket}/{error['Key']}: {error['Code']}: {error['Message']}")
        count += len(answer.get("Deleted", []))
    return count


def destroy(stack: str, session: boto3.Session, *, with_raw: bool = False) -> None:
    """Stops the runs, empties the stack's buckets and deletes the stack.

    May be repeated until the stack is gone.
    """
    deployment = Deployment(stack, session)
    resources = deployment.resources()
    for resource in resources:
        with skipped_if_gone(resource["PhysicalResourceId"]):
            switch_off(resource["ResourceType"], resource["PhysicalResourceId"], session)
    for resource in resources:
        if resource["ResourceType"] == "AWS::Glue::Job":
            job = resource["PhysicalResourceId"]
            with skipped_if_gone(job):
                print_line(f"job {job}: {stop_runs(session.client('glue'), job)} runs stopped")
    buckets = {
        resource["LogicalResourceId"]: resource["PhysicalResourceId"]
        for resource in resources
        if resource["ResourceType"] == BUCKET
    }
    for name, bucket in buckets.items():
        if name != RAW or with_raw:
            with skipped_if_gone(bucket):
                print_line(f"bucket {bucket}: deleted {empty_bucket(bucket, session)} object versions")
    print_line(f"stack {stack}: deleting it")
    token = str(uuid.uuid4())
    deployment.cloudformation.delete_stack(StackName=stack, ClientRequestToken=token)
    deployment.wait("stack_delete_complete", stack, token)
    print_line(f"stack {stack}: gone")
    if RAW in buckets and with_raw:
        try:
            with skipped_if_gone(buckets[RAW]):
                session.client("s3").delete_bucket(Bucket=buckets[RAW])
        except ClientError as error:
            raise DestroyError(f"the stack is gone; delete its bucket {buckets[RAW]} by hand: {error}") from error
    elif RAW in buckets:
        print_line(f"bucket {buckets[RAW]}: kept, with all that raw holds")


def explain(stack: str, *, with_raw: bool) -> None:
    """Prints what would be deleted, without a call to AWS."""
    resources = templates.read()["Resources"]
    buckets = [name for name, resource in resources.items() if resource["Type"] == BUCKET]
    lost = [name for name in buckets if name != RAW or with_raw]
    flag = " WITH_RAW=1" if with_raw else ""
    print_line(f"dry run: nothing is deleted. `make destroy STACK={stack} CONFIRM={stack}{flag}` would")
    print_line("1. switch off the schedules and the queue's mapping, and stop the runs under way")
    print_line(f"2. delete every version of every object in {', '.join(lost)}")
    print_line(f"3. delete the stack {stack} and its other resources, the catalog's tables with the database")
    kept = f"keep {RAW} with all it holds: quotes from Yahoo cannot all be had again. WITH_RAW=1 deletes it too"
    print_line(f"4. delete the bucket {RAW}" if with_raw else f"4. {kept}")


def main(arguments: list[str] | None = None) -> int:
    """Deletes the stack, or prints what would be deleted."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stack", type=stack_name, required=True, help="the stack's name")
    parser.add_argument("--confirm", default="", help="the stack's name once more, since its data goes with it")
    parser.add_argument("--with-raw", action="store_true", help="delete the raw bucket too, with all it holds")
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
    options = parser.parse_args(arguments)
    if options.dry_run:
        explain(options.stack, with_raw=options.with_raw)
        return 0
    if options.confirm != options.stack:
        parser.error(f"--confirm {options.confirm!r}: expected {options.stack!r}, since the stack's data goes with it")
    try:
        destroy(options.stack, boto3.Session(), with_raw=options.with_raw)
    except (DestroyError, DeploymentError, BotoCoreError, ClientError) as error:
        sys.exit(f"error: {error}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
