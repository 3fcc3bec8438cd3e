//! What becomes of a batch when Glue starts the run, is busy, or refuses.

mod recorder;

use b3_market::calendar::sessions;
use chrono::NaiveDate;
use lambda_runtime::Diagnostic;
use recorder::{Recorder, invoke};
use serde_json::{Value, json};
use start_glue_job::StartError;

fn notification(key: &str) -> Value {
    json!({"Records": [{"eventName": "ObjectCreated:Put", "s3": {"object": {"key": key}}}]})
}

fn raw_object(date: &str) -> Value {
    notification(&format!("raw/trade_date%3D{date}/cotahist.parquet"))
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a date")
}

fn sqs(bodies: &[String]) -> String {
    let messages =
        bodies.iter().enumerate().map(|(number, body)| json!({"messageId": number.to_string(), "body": body}));
    json!({"Records": messages.collect::<Vec<_>>()}).to_string()
}

fn busy() -> Recorder {
    Recorder::answering(|| Err(StartError::Busy("ConcurrentRunsExceededException: one is enough".to_owned())))
}

fn refusing() -> Recorder {
    Recorder::answering(|| Err(StartError::Refused("EntityNotFoundException: no such job".to_owned())))
}

async fn put_back(job: &Recorder, payload: &str) -> Vec<String> {
    let response = invoke(job, payload).await.expect("a partial batch response");
    response.batch_item_failures.into_iter().map(|failure| failure.item_identifier).collect()
}

#[tokio::test]
async fn a_busy_glue_puts_back_the_messages_with_dates_and_no_others() {
    let bodies =
        [raw_object("2024-11-08"), notification("notes.txt"), raw_object("2024-11-11")].map(|body| body.to_string());
    assert_eq!(put_back(&busy(), &sqs(&bodies)).await, ["0", "2"]);
}

#[tokio::test]
async fn a_refusing_glue_puts_the_messages_back_too() {
    assert_eq!(put_back(&refusing(), &sqs(&[raw_object("2024-11-08").to_string()])).await, ["0"]);
}

#[tokio::test]
async fn a_malformed_message_is_put_back_once_though_its_dates_wait_as_well() {
    let half = json!({"Records": [{"s3": {"object": {"key": "raw/trade_date=2024-11-08/yahoo.parquet"}}}, {}]});
    assert_eq!(put_back(&busy(), &sqs(&[half.to_string()])).await, ["0"]);
}

#[tokio::test]
async fn without_a_queue_the_invocation_fails_and_says_why() {
    let failure = invoke(&busy(), &raw_object("2024-11-08").to_string()).await.expect_err("no run");
    let expected = "no run started for 2024-11-08: glue is busy: ConcurrentRunsExceededException: one is enough";
    assert_eq!(failure.to_string(), expected);
    assert_eq!(Diagnostic::from(failure).error_type, "Busy");
}

#[tokio::test]
async fn a_malformed_event_without_a_queue_starts_its_other_dates_first() {
    let job = Recorder::willing();
    let event = json!({"Records": [{}, {"s3": {"object": {"key": "raw/trade_date=2024-11-08/yahoo.parquet"}}}]});
    let failure = invoke(&job, &event.to_string()).await.expect_err("a malformed record");
    assert_eq!(failure.to_string(), "malformed event: record without s3.object.key");
    assert_eq!(job.started(), ["2024-11-08"]);
}

#[tokio::test]
async fn nothing_to_refine_starts_nothing() {
    let job = Recorder::willing();
    assert!(put_back(&job, &sqs(&[notification("notes.txt").to_string()])).await.is_empty());
    assert!(job.started().is_empty());
}

#[tokio::test]
async fn ten_thousand_messages_are_one_run_over_the_smallest_list() {
    let sessions: Vec<_> = sessions(day(2014, 1, 1), day(2023, 12, 31)).expect("inside the calendar").collect();
    let bodies: Vec<_> =
        sessions.iter().rev().cycle().take(10_000).map(|date| raw_object(&date.to_string()).to_string()).collect();
    let job = Recorder::willing();
    assert!(put_back(&job, &sqs(&bodies)).await.is_empty());
    assert_eq!(job.started(), [format!("{}..{}", sessions[0], sessions[sessions.len() - 1])]);
}

#[tokio::test]
async fn the_longest_list_of_a_batch_fits_one_argument_of_a_command() {
    // Sundays: no two are neighbours, and no range joins them.
    let sundays: Vec<_> =
        day(1910, 1, 2).iter_weeks().take(10_000).map(|date| raw_object(&date.to_string()).to_string()).collect();
    let job = Recorder::willing();
    assert!(put_back(&job, &sqs(&sundays)).await.is_empty());
    let lists = job.started();
    assert_eq!(lists[0].matches(',').count(), 9_999);
    assert!(lists[0].len() < 128 * 1024, "{} bytes", lists[0].len());
}
