"""A call of AWS for each permission of the template, as its holder, a role or a user, makes it.

Names such as `x` need not exist: moto checks the permission before it looks for the resource.
The database `default` and the table `cotacoes` are those of the template's statements.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

RAW, REFINED = "raw/trade_date=1999-01-04/cotahist.parquet", "refined/cotacoes_diarias/x"
TABLE = {"DatabaseName": "b3", "TableName": "cotacoes_diarias"}


@dataclass(frozen=True)
class Call:
    """A call that needs one permission; `do` makes it with the service's client and the stack."""

    service: str
    do: Callable[[Any, Any], object]


def s3(bucket: str, operation: str, **request: object) -> Call:
    return Call("s3", lambda client, stack: getattr(client, operation)(Bucket=stack.ref(bucket), **request))


def plain(service: str, operation: str, **request: object) -> Call:
    """A call that names no resource of the stack."""
    return Call(service, lambda client, _: getattr(client, operation)(**request))


athena, glue = partial(plain, "athena"), partial(plain, "glue")
START = Call("glue", lambda client, stack: client.start_job_run(JobName=stack.ref("RefineQuotes")))


def log(group: str, operation: str, **request: object) -> Call:
    return Call("logs", lambda client, stack: getattr(client, operation)(logGroupName=stack.ref(group), **request))


def sqs(queue: str, operation: str, **request: object) -> Call:
    return Call("sqs", lambda client, stack: getattr(client, operation)(QueueUrl=stack.ref(queue), **request))


def logging(group: str) -> dict[str, Call]:
    return {
        "logs:CreateLogStream": log(group, "create_log_stream", logStreamName="x"),
        "logs:PutLogEvents": log(
            group, "put_log_events", logStreamName="x", logEvents=[{"timestamp": 0, "message": "x"}]
        ),
    }


PARTITION = {"Values": ["2024-01-02", "PETR4"], "StorageDescriptor": {}}
CALLS: dict[str, dict[str, Call]] = {
    "StartGlueJobRole": {
        "sqs:ReceiveMessage": sqs("RawObjects", "receive_message"),
        "sqs:DeleteMessage": sqs("RawObjects", "delete_message", ReceiptHandle="x"),
        "sqs:GetQueueAttributes": sqs("RawObjects", "get_queue_attributes"),
        "glue:StartJobRun": START,
        **logging("StartGlueJobLogs"),
    },
    "IngestRole": {
        "s3:PutObject": s3("RawBucket", "put_object", Key=RAW),
        "s3:GetObject": s3("RawBucket", "get_object", Key=RAW),
        "s3:ListBucket": s3("RawBucket", "list_objects_v2", Prefix="raw/"),
        **logging("IngestLogs"),
    },
    "RefineQuotesRole": {
        "s3:GetObject": s3("RawBucket", "get_object", Key=RAW),
        "s3:PutObject": s3("RefinedBucket", "put_object", Key=REFINED),
        "s3:DeleteObject": s3("RefinedBucket", "delete_object", Key=REFINED),
        "s3:ListBucket": s3("RefinedBucket", "list_objects_v2", Prefix="refined/"),
        "s3:GetBucketLocation": s3("RawBucket", "get_bucket_location"),
        "glue:GetDatabase": glue("get_database", Name="b3"),
        "glue:CreateDatabase": glue("create_database", DatabaseInput={"Name": "default"}),
        "glue:CreateTable": glue("create_table", DatabaseName="b3", TableInput={"Name": "cotacoes_diarias"}),
        "glue:GetTable": glue("get_table", DatabaseName="b3", Name="cotacoes_diarias"),
        "glue:UpdateTable": glue("update_table", DatabaseName="b3", TableInput={"Name": "cotacoes"}),
        "glue:BatchCreatePartition": glue("batch_create_partition", **TABLE, PartitionInputList=[PARTITION]),
        "glue:GetPartition": glue("get_partition", **TABLE, PartitionValues=PARTITION["Values"]),
        "glue:GetPartitions": glue("get_partitions", **TABLE),
        "glue:BatchGetPartition": glue("batch_get_partition", **TABLE, PartitionsToGet=[{"Values": ["x", "y"]}]),
        "glue:DeletePartition": glue("delete_partition", **TABLE, PartitionValues=["x", "y"]),
        "glue:BatchDeletePartition": glue(
            "batch_delete_partition", **TABLE, PartitionsToDelete=[{"Values": ["x", "y"]}]
        ),
        "logs:CreateLogGroup": log("RefineQuotesOutput", "create_log_group"),
        **logging("RefineQuotesOutput"),
    },
    "ScheduleRole": {
        "glue:StartJobRun": START,
        "sqs:SendMessage": sqs("SchedulesDead", "send_message", MessageBody="x"),
    },
}
CALLS["Readers"] = {
    "athena:StartQueryExecution": Call(
        "athena",
        lambda athena, stack: athena.start_query_execution(QueryString="SELECT 1", WorkGroup=stack.ref("WorkGroup")),
    ),
    "athena:StopQueryExecution": athena("stop_query_execution", QueryExecutionId="x"),
    "athena:GetQueryExecution": athena("get_query_execution", QueryExecutionId="x"),
    "athena:GetQueryResults": athena("get_query_results", QueryExecutionId="x"),
    "athena:GetWorkGroup": athena("get_work_group", WorkGroup="primary"),
    "glue:GetTables": glue("get_tables", DatabaseName="b3"),
    "s3:GetObject": s3("RefinedBucket", "get_object", Key=REFINED),
    "s3:PutObject": s3("AthenaResultsBucket", "put_object", Key="results/x"),
    "s3:ListBucket": s3("RefinedBucket", "list_objects_v2", Prefix="refined/"),
    "s3:GetBucketLocation": s3("RefinedBucket", "get_bucket_location"),
} | {
    f"glue:{action}": CALLS["RefineQuotesRole"][f"glue:{action}"]
    for action in ("GetDatabase", "GetTable", "GetPartition", "GetPartitions", "BatchGetPartition")
}
