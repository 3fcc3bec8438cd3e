"""Tests of infra/template.yaml: the rules that cfn-lint and checkov do not check."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from policies import as_list, statements

import b3_kernels as b3
import templates

if TYPE_CHECKING:
    from collections.abc import Iterator

TEMPLATE = templates.read()
RESOURCES: dict[str, Any] = TEMPLATE["Resources"]
OPERATIONS = (templates.TEMPLATE.parents[1] / "docs" / "operations.md").read_text(encoding="utf-8")
# Actions for which AWS accepts no resource but *.
WITHOUT_RESOURCE = {"cloudwatch:PutMetricData"}


def properties(name: str) -> Any:
    return RESOURCES[name]["Properties"]


def of_type(kind: str) -> list[str]:
    return [name for name, resource in RESOURCES.items() if resource["Type"] == f"AWS::{kind}"]


def hours(schedule: str) -> list[float]:
    """The times of a schedule's default, in hours of the day."""
    minute, times, *_ = TEMPLATE["Parameters"][schedule]["Default"].removeprefix("cron(").split()
    return [int(hour) + int(minute) / 60 for hour in times.split(",")]


def role_statements() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every statement of every role, with the role's name."""
    for name in of_type("IAM::Role"):
        for statement in statements(properties(name)):
            yield name, statement


def resources(role: str, action: str) -> list[Any]:
    """The resources of each statement that allows a role this action."""
    return [
        statement["Resource"]
        for owner, statement in role_statements()
        if owner == role and action in as_list(statement["Action"])
    ]


def texts(role: str) -> list[str]:
    return [text for owner, statement in role_statements() if owner == role for text in strings(statement)]


def strings(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict | list):
        for child in node.values() if isinstance(node, dict) else node:
            yield from strings(child)


def test_creations_and_deletions_in_raw_and_actions_notify_the_queue() -> None:
    found = set()
    for queue in properties("RawBucket")["NotificationConfiguration"]["QueueConfigurations"]:
        assert queue["Queue"] == {"Fn::GetAtt": ["RawObjects", "Arn"]}
        rules = {rule["Name"]: rule["Value"] for rule in queue["Filter"]["S3Key"]["Rules"]}
        found.add((queue["Event"], rules["prefix"], rules["suffix"]))
    kinds = ("s3:ObjectCreated:*", "s3:ObjectRemoved:*")
    assert found == {(kind, folder, ".parquet") for kind in kinds for folder in ("raw/", "actions/")}


def test_notified_folders_are_those_that_ingestion_writes_and_the_job_reads() -> None:
    assert properties("Ingest")["Environment"]["Variables"]["LAKE"] == {"Fn::Sub": "s3://${RawBucket}"}
    for folder in ("raw", "actions"):
        for role in ("IngestRole", "RefineQuotesRole"):
            assert f"${{RawBucket.Arn}}/{folder}/*" in texts(role)
        path = properties("RefineQuotes")["DefaultArguments"][f"--{folder}_path"]
        assert path == {"Fn::Sub": f"s3://${{RawBucket}}/{folder}"}


def test_job_may_not_write_to_a_bucket_that_triggers_it() -> None:
    sources = {name for name in of_type("S3::Bucket") if "NotificationConfiguration" in properties(name)}
    assert sources == {"RawBucket"}
    for action in ("s3:PutObject", "s3:DeleteObject"):
        assert resources("RefineQuotesRole", action) == [{"Fn::Sub": "${RefinedBucket.Arn}/refined/*"}]


def test_no_role_has_a_wildcard_action() -> None:
    for role, statement in role_statements():
        for action in as_list(statement["Action"]):
            assert re.fullmatch(r"[a-z0-9]+:[A-Za-z]+", action), f"{role}: {action}"


def test_no_role_has_a_wildcard_resource_where_aws_takes_a_name() -> None:
    for role, statement in role_statements():
        if "*" in as_list(statement["Resource"]):
            assert set(as_list(statement["Action"])) <= WITHOUT_RESOURCE, f"{role}: {statement}"
            assert statement["Condition"], f"{role}: a wildcard without a condition"


def test_start_function_may_call_glue_only_to_start_this_job() -> None:
    assert [text for text in texts("StartGlueJobRole") if text.startswith("glue:")] == ["glue:StartJobRun"]
    (resource,) = resources("StartGlueJobRole", "glue:StartJobRun")
    assert resource["Fn::Sub"].endswith(":job/${RefineQuotes}")
    assert properties("StartGlueJob")["Environment"]["Variables"] == {"GLUE_JOB_NAME": {"Ref": "RefineQuotes"}}


def test_no_resource_names_another_except_by_reference() -> None:
    # A literal account number, region, ARN or bucket name would be wrong in another account.
    for name, resource in RESOURCES.items():
        for text in strings(resource["Properties"]):
            assert not re.search(r"\d{12}|(?:us|sa|eu|ap)-[a-z]+-\d|arn:aws", text), f"{name}: {text}"
            for other in re.findall(r"s3://([^/]*)", text):
                assert other.startswith("${"), f"{name}: {text}"


def test_queue_accepts_messages_of_the_raw_bucket_only() -> None:
    allow, deny = properties("RawObjectsPolicy")["PolicyDocument"]["Statement"]
    source = allow["Condition"]["ArnEquals"]["aws:SourceArn"]["Fn::Sub"]
    assert source == f"arn:${{AWS::Partition}}:s3:::{properties('RawBucket')['BucketName']['Fn::Sub']}"
    assert allow["Principal"] == {"Service": "s3.amazonaws.com"}
    assert deny["Effect"] == "Deny"


@pytest.mark.parametrize("bucket", of_type("S3::Bucket"))
def test_bucket_is_tls_only(bucket: str) -> None:
    policies = [properties(name) for name in of_type("S3::BucketPolicy")]
    (policy,) = [policy for policy in policies if policy["Bucket"] == {"Ref": bucket}]
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert statement["Effect"] == "Deny"
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert statement["Resource"] == [{"Fn::GetAtt": [bucket, "Arn"]}, {"Fn::Sub": f"${{{bucket}.Arn}}/*"}]


def test_buckets_whose_overwritten_objects_may_be_wanted_back_are_versioned() -> None:
    versioned = {name for name in of_type("S3::Bucket") if "VersioningConfiguration" in properties(name)}
    assert versioned == {"RawBucket", "ArtifactsBucket"}


def test_events_wait_longer_than_two_runs_before_the_dead_letter_queue() -> None:
    queue, job = properties("RawObjects"), properties("RefineQuotes")
    waiting_time = queue["VisibilityTimeout"] * queue["RedrivePolicy"]["maxReceiveCount"]
    assert waiting_time >= 2 * job["Timeout"] * 60
    assert waiting_time < queue["MessageRetentionPeriod"]


def test_visibility_timeout_covers_six_invocations_and_the_batching_window() -> None:
    # AWS advises this for a queue from which a function reads.
    mapping = properties("RawObjectsMapping")
    least = 6 * properties("StartGlueJob")["Timeout"] + mapping["MaximumBatchingWindowInSeconds"]
    assert properties("RawObjects")["VisibilityTimeout"] >= least
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_job_allows_one_run_at_a_time_and_three_retries() -> None:
    job = properties("RefineQuotes")
    assert job["ExecutionProperty"]["MaxConcurrentRuns"] == 1
    # Glue refuses a job with both queuing and retries.
    assert job["JobRunQueuingEnabled"] is False
    assert job["MaxRetries"] == 3


def test_time_limit_of_a_run_ends_before_glues_timeout() -> None:
    # A run that Glue stops has failed, is not retried, and loses its last dates. So it starts only
    # dates that it expects to end before its own limit; ten minutes are left if they take longer.
    job = properties("RefineQuotes")
    assert 0 < int(job["DefaultArguments"]["--time_limit"]) <= job["Timeout"] - 10


def test_a_scheduled_run_starts_within_an_hour_after_the_ingestions() -> None:
    target = properties("RefineOnSchedule")["Target"]
    assert target["Arn"]["Fn::Sub"].endswith(":scheduler:::aws-sdk:glue:startJobRun")
    assert json.loads(target["Input"]["Fn::Sub"]) == {"JobName": "${RefineQuotes}"}
    # Without the argument the run takes the job's default `pending`, as a run started by an event
    # does.
    assert "--trade_dates" not in properties("RefineQuotes")["DefaultArguments"]
    (started,) = resources("ScheduleRole", "glue:StartJobRun")
    assert started["Fn::Sub"].rpartition(":")[2] == "job/${RefineQuotes}"
    ingestions, runs = hours("IngestSchedule"), hours("RefineSchedule")
    # The morning's ingestion and the evening's last, which have half an hour to end.
    for ingestion in (min(ingestions), max(ingestions)):
        assert any(0.5 <= run - ingestion <= 1 for run in runs), (ingestions, runs)


def test_ingestion_is_scheduled_three_times_an_evening_and_once_in_the_morning() -> None:
    assert TEMPLATE["Parameters"]["IngestArguments"]["Default"] == "cotahist --missing"
    times = hours("IngestSchedule")
    # B3's trading day is from 10:00 to 19:00 at most.
    assert len([time for time in times if time > 19]) == 3
    assert len([time for time in times if time < 10]) == 1


def script_arguments(job: str) -> list[str]:
    """A job's default arguments as its script gets them; `b3` stands for each reference."""
    arguments = properties(job)["DefaultArguments"]
    return [word for name, value in arguments.items() for word in (name, value if isinstance(value, str) else "b3")]


def test_job_has_every_argument_the_script_requires() -> None:
    from b3_jobs.contract.options import Options

    assert Options.from_arguments(script_arguments("RefineQuotes")).trade_dates == "pending"
    arguments = properties("RefineQuotes")["DefaultArguments"]
    assert arguments["--enable-glue-datacatalog"] == "true"
    assert arguments["--database"] == properties("Database")["DatabaseInput"]["Name"] == {"Ref": "DatabaseName"}


@pytest.mark.parametrize("name", ["b3", "lake_2", "2024_lake", "_b3", "B3", "b-3", ""])
def test_database_name_is_allowed_if_the_job_takes_it(name: str) -> None:
    from b3_jobs.contract.options import job_parser
    from b3_jobs.errors import JobError

    try:
        job_parser().parse(["--raw_path", "raw", "--refined_path", "refined", "--database", name])
        taken = True
    except JobError:
        taken = False
    for file in (templates.TEMPLATE, templates.TEMPLATE.with_name("deployer.yaml")):
        pattern = templates.read(file)["Parameters"]["DatabaseName"]["AllowedPattern"]
        assert bool(re.fullmatch(pattern, name)) is taken, file


@pytest.mark.parametrize("ticker", ["A", "PETR4", "ABCDEFGHIJKL", "ABCDEFGHIJKLM", "petr4", "PETR4.SA", " PETR4", ""])
def test_the_template_the_job_and_the_ingestion_agree_on_what_is_a_ticker(ticker: str) -> None:
    from b3_jobs.contract.schemas import TICKER_PATTERN

    assert TEMPLATE["Parameters"]["ActionsTickers"]["AllowedPattern"] == f"({TICKER_PATTERN}(,{TICKER_PATTERN})*)?"
    with pytest.raises(FileNotFoundError if re.fullmatch(TICKER_PATTERN, ticker) else ValueError):
        b3.read_cotahist("no such file", tickers=[ticker])


def test_audit_job_has_the_refining_jobs_code_and_its_own_arguments() -> None:
    from b3_jobs.audit.command import audit_parser

    audit, job = properties("AuditQuotes"), properties("RefineQuotes")
    for same in ("Role", "GlueVersion", "WorkerType", "NumberOfWorkers"):
        assert audit[same] == job[same]
    arguments = audit["DefaultArguments"]
    ours = {action.option_strings[-1] for action in audit_parser()._actions}
    for name, value in arguments.items():
        assert name in ours or job["DefaultArguments"][name] == value
    given = [*script_arguments("AuditQuotes"), "--trade_dates", "2024-01-01..2024-12-31"]
    assert audit_parser().parse(given)["trade_dates"] == "2024-01-01..2024-12-31"
    script = audit["Command"]["ScriptLocation"]["Fn::Sub"].rpartition("/")[2]
    assert f"${{ArtifactsBucket.Arn}}/{script}" in texts("RefineQuotesRole")


def test_actions_are_ingested_before_the_mornings_run_if_tickers_are_given() -> None:
    assert properties("ActionsOnSchedule")["State"] == {"Fn::If": ["HasActionsTickers", "ENABLED", "DISABLED"]}
    assert TEMPLATE["Conditions"]["HasActionsTickers"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "ActionsTickers"}, ""]}]}
    assert properties("ActionsOnSchedule")["Target"]["Arn"] == {"Fn::GetAtt": ["IngestActions", "Arn"]}
    variables = properties("IngestActions")["Environment"]["Variables"]
    assert variables["INGEST_ARGS"] == {"Fn::Sub": "actions --tickers ${ActionsTickers}"}
    (ingestion,), run = hours("ActionsSchedule"), min(hours("RefineSchedule"))
    assert ingestion + properties("IngestActions")["Timeout"] / 3600 < run
    assert {"Fn::GetAtt": ["IngestActions", "Arn"]} in resources("ScheduleRole", "lambda:InvokeFunction")[0]


def test_glue_version_defaults_to_5_1() -> None:
    assert TEMPLATE["Parameters"]["GlueVersion"]["Default"] == "5.1"
    assert TEMPLATE["Parameters"]["GlueVersion"]["AllowedValues"] == ["5.1", "6.0"]


@pytest.mark.parametrize("name", of_type("Scheduler::Schedule"))
def test_schedule_is_in_sao_paulo_time_on_every_day(name: str) -> None:
    schedule = properties(name)
    assert schedule["ScheduleExpressionTimezone"] == "America/Sao_Paulo"
    default = TEMPLATE["Parameters"][schedule["ScheduleExpression"]["Ref"]]["Default"]
    # Corrections arrive on Saturdays too, and a day without a report of a run raises an alarm.
    assert default.removesuffix(")").split()[2:] == ["*", "*", "?", "*"]


def matches(pattern: Any, event: Any) -> bool:
    """Whether an event matches an EventBridge pattern of lists, `suffix` and `$or`."""
    for name, allowed in pattern.items():
        if name == "$or":
            if not any(matches(branch, event) for branch in allowed):
                return False
        elif isinstance(allowed, dict):
            if not matches(allowed, event.get(name, {})):
                return False
        elif not any(
            event[name].endswith(item["suffix"]) if isinstance(item, dict) else event[name] == item for item in allowed
        ):
            return False
    return True


def run_event(state: str, run: str, job: str = "lake-refine-quotes", kind: str = "Glue Job State Change") -> Any:
    message = "error: 'x' is \"bad\"\n"
    detail = {"jobName": job, "severity": "ERROR", "state": state, "jobRunId": run, "message": message}
    return {"source": "aws.glue", "detail-type": kind, "detail": detail}


# A retry's ID is the first run's, followed by `_attempt_` and the retry's number.
@pytest.mark.parametrize(
    ("event", "matched"),
    [
        (run_event("FAILED", "jr_1"), False),
        (run_event("FAILED", "jr_1_attempt_1"), False),
        (run_event("FAILED", "jr_1_attempt_2"), False),
        (run_event("FAILED", "jr_1_attempt_3"), True),
        (run_event("SUCCEEDED", "jr_1_attempt_3"), False),
        (run_event("TIMEOUT", "jr_1"), True),
        (run_event("ERROR", "jr_1"), True),
        (run_event("STOPPED", "jr_1"), False),
        (run_event("TIMEOUT", "jr_1", job="another"), False),
    ],
)
def test_failed_run_raises_an_alarm_when_no_retry_follows(event: Any, matched: bool) -> None:
    pattern = json.loads(
        json.dumps(properties("JobFailed")["EventPattern"]).replace('{"Ref": "RefineQuotes"}', '"lake-refine-quotes"')
    )
    assert matches(pattern, event) is matched
    assert f"_attempt_{properties('RefineQuotes')['MaxRetries']}" in json.dumps(pattern)


def test_job_that_always_fails_raises_an_alarm_within_a_day() -> None:
    # AWS does not document that a retry's ID ends in _attempt_3. The alarm does not depend on it: a
    # failed run reports no metric, and missing data raises the alarm.
    alarm = properties("SessionsBehind")
    assert alarm["TreatMissingData"] == "breaching"
    assert alarm["Period"] * alarm["EvaluationPeriods"] <= 86_400
    assert len(hours("RefineSchedule")) >= 2  # so one late run leaves no day without a metric
    assert properties("RefineQuotes")["DefaultArguments"]["--metrics_namespace"] == alarm["Namespace"]


def test_slow_run_raises_an_alarm() -> None:
    job = properties("RefineQuotes")
    assert job["NotificationProperty"]["NotifyDelayAfter"] < job["Timeout"]
    # Without the job's name, which the pattern has as a reference.
    pattern = properties("JobSlow")["EventPattern"] | {"detail": {}}
    assert matches(pattern, run_event("RUNNING", "jr_1", kind="Glue Job Run Status"))


@pytest.mark.parametrize("rule", of_type("Events::Rule"))
def test_message_of_a_rule_goes_to_the_topic_and_is_json_when_the_runs_message_has_quotes(rule: str) -> None:
    (target,) = properties(rule)["Targets"]
    assert target["Arn"] == {"Ref": "Alarms"}
    transformer = target["InputTransformer"]
    detail = run_event("FAILED", "jr_1")["detail"]
    text = transformer["InputTemplate"]
    for name, path in transformer["InputPathsMap"].items():
        # EventBridge inserts a value into a JSON template as JSON, with quotes.
        text = text.replace(f"<{name}>", json.dumps(detail[path.removeprefix("$.detail.")]))
    message = json.loads(text)
    assert message["message"] == detail["message"]
    assert_section(message["see"])


def test_topic_accepts_eventbridge_without_a_condition_and_other_services_with_one() -> None:
    # EventBridge publishes to a topic only if its statement has no condition.
    alarms_and_budget, rules = properties("AlarmsPolicy")["PolicyDocument"]["Statement"]
    assert rules["Principal"] == {"Service": "events.amazonaws.com"}
    assert "Condition" not in rules
    assert set(alarms_and_budget["Principal"]["Service"]) == {"cloudwatch.amazonaws.com", "budgets.amazonaws.com"}
    assert alarms_and_budget["Condition"]


def test_each_rule_that_fails_to_notify_the_topic_raises_an_alarm() -> None:
    watched = {text for text in strings(properties("AlarmNotSent")["Metrics"]) if text in RESOURCES}
    assert watched == set(of_type("Events::Rule"))


def assert_section(description: str) -> None:
    """Assert that the description ends in the name of a section of the operations page."""
    section = re.search(r"docs/operations\.md, (.+)$", description)
    assert section
    assert f"### {section[1]}\n" in OPERATIONS.lower()


@pytest.mark.parametrize("name", of_type("CloudWatch::Alarm"))
def test_alarm_notifies_the_topic_and_names_its_section_of_operations(name: str) -> None:
    alarm = properties(name)
    assert alarm["AlarmActions"] == [{"Ref": "Alarms"}]
    assert_section(alarm["AlarmDescription"])


def test_each_alarm_section_of_operations_has_an_alarm() -> None:
    alarms = OPERATIONS.partition("\n## Alarms")[2].partition("\n## ")[0]
    sections = re.findall(r"^### (.+)$", alarms.lower(), re.MULTILINE)
    linked = {link for text in strings(RESOURCES) for link in re.findall(r'operations\.md, ([^"]+)', text)}
    # The budget notifies by itself, without an alarm of CloudWatch.
    assert sorted(section for section in sections if section != "budget") == sorted(linked)


def test_alarm_of_waiting_events_comes_after_a_runs_time_and_before_the_dead_letter_queue() -> None:
    queue, alarm = properties("RawObjects"), properties("EventsWait")
    assert properties("RefineQuotes")["Timeout"] * 60 < alarm["Threshold"]
    assert alarm["Threshold"] < queue["VisibilityTimeout"] * queue["RedrivePolicy"]["maxReceiveCount"]


def test_logs_of_functions_have_a_retention() -> None:
    groups = {properties(name)["LoggingConfig"]["LogGroup"]["Ref"] for name in of_type("Lambda::Function")}
    assert groups <= set(of_type("Logs::LogGroup"))
    assert all(properties(name)["RetentionInDays"] == {"Ref": "LogRetentionDays"} for name in of_type("Logs::LogGroup"))
    assert TEMPLATE["Parameters"]["LogRetentionDays"]["Default"] == 90


def test_job_logs_to_groups_of_the_stack() -> None:
    arguments = properties("RefineQuotes")["DefaultArguments"]
    prefix = arguments["--custom-logGroup-prefix"]["Fn::Sub"]
    names = {properties(name).get("LogGroupName", {}).get("Fn::Sub"): name for name in of_type("Logs::LogGroup")}
    (allowed,) = resources("RefineQuotesRole", "logs:CreateLogGroup")
    assert allowed == [{"Fn::GetAtt": [names[f"{prefix}/{stream}"], "Arn"]} for stream in ("error", "output")]
    # Glue 5 and later ignore these.
    assert not {"--continuous-log-logGroup", "--enable-continuous-cloudwatch-log"} & set(arguments)


def test_job_may_create_the_database_default_only() -> None:
    (may_create,) = resources("RefineQuotesRole", "glue:CreateDatabase")
    assert [resource["Fn::Sub"].rpartition(":")[2] for resource in may_create] == ["catalog", "database/default"]


def test_roles_list_buckets_in_their_folders_only_and_get_404_for_a_missing_object() -> None:
    for _, statement in role_statements():
        if "s3:ListBucket" in as_list(statement["Action"]):
            # A GET has no prefix. Without IfExists the role could not list, and S3 would answer 403
            # instead of 404 when the job reads a ledger that does not exist yet.
            assert statement["Condition"].keys() == {"StringLikeIfExists"}
            assert statement["Condition"]["StringLikeIfExists"]["s3:prefix"]


def test_job_may_not_read_every_artifact() -> None:
    assert "${ArtifactsBucket.Arn}/*" not in texts("RefineQuotesRole")


def test_readers_may_write_query_results_only() -> None:
    is_write = re.compile(r".*:(Put|Delete|Create|Update|Batch(?!Get))").match
    for statement in statements(properties("Readers")):
        if writes := list(filter(is_write, as_list(statement["Action"]))):
            assert writes == ["s3:PutObject"]
            assert statement["Resource"] == {"Fn::Sub": "${AthenaResultsBucket.Arn}/results/*"}
    assert properties("WorkGroup")["WorkGroupConfiguration"]["ResultConfiguration"]["OutputLocation"] == {
        "Fn::Sub": "s3://${AthenaResultsBucket}/results/"
    }


def test_raw_bucket_is_retained_when_the_stack_is_deleted() -> None:
    assert RESOURCES["RawBucket"]["DeletionPolicy"] == RESOURCES["RawBucket"]["UpdateReplacePolicy"] == "Retain"


def test_resources_of_the_first_deployment_need_no_parameter_or_other_resource() -> None:
    from deploy import FIRST_RESOURCES

    cut = templates.only(TEMPLATE, *FIRST_RESOURCES)
    text = json.dumps(cut["Resources"])
    references = re.findall(r'(?:\$\{|"Ref": "|"Fn::(?:GetAtt|If)": \[")([A-Za-z]+)[.}"]', text)
    assert set(references) <= set(FIRST_RESOURCES)
