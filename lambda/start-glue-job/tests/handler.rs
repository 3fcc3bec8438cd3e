//! Tests of the result of a batch when Glue starts the run, is busy, or refuses.

mod recorder;

use lambda_runtime::Diagnostic;
use recorder::{Recorder, delivered_again, invoke};
use serde_json::{Value, json};
use start_glue_job::StartError;

const RAW: &str = "raw/trade_date%3D2024-11-08/cotahist.parquet";

fn notification(key: &str) -> Value {
    json!({"Records": [{"eventName": "ObjectCreated:Put", "s3": {"object": {"key": key}}}]})
}

/// A job that does not exist.
fn refusing() -> Recorder {
    Recorder::answering(|| Err(StartError::Refused("EntityNotFoundException: no such job".to_owned())))
}

/// A batch of SQS messages with identifiers `0`, `1` and so on, and these bodies.
fn sqs(bodies: &[Value]) -> String {
    let messages = bodies.iter().enumerate();
    let messages = messages.map(|(number, body)| json!({"messageId": number.to_string(), "body": body.to_string()}));
    json!({"Records": messages.collect::<Vec<_>>()}).to_string()
}

#[tokio::test]
async fn whether_glue_is_busy_or_refuses_the_messages_that_named_an_object_are_delivered_again() {
    let batch = sqs(&[notification(RAW), notification("notes.txt"), notification(RAW)]);
    for job in [Recorder::busy(), refusing()] {
        let answer = invoke(&job, &batch).await.expect("a partial batch response");
        assert_eq!(delivered_again(&answer), ["0", "2"]);
        assert_eq!(job.asked(), 1);
    }
}

#[tokio::test]
async fn a_message_without_an_identifier_makes_the_whole_batch_be_delivered_again() {
    let batch = json!({"Records": [{"body": notification(RAW).to_string()}, {"messageId": "1", "body": notification(RAW).to_string()}]});
    invoke(&Recorder::busy(), &batch.to_string()).await.expect_err("there is no other way to deliver it again");
    let job = Recorder::willing();
    assert!(delivered_again(&invoke(&job, &batch.to_string()).await.expect("a run")).is_empty());
}

#[tokio::test]
async fn without_a_queue_the_invocation_fails_and_says_why() {
    for (job, kind, reason) in [
        (Recorder::busy(), "Busy", "glue is busy: ConcurrentRunsExceededException: one is enough"),
        (refusing(), "Refused", "glue refused: EntityNotFoundException: no such job"),
    ] {
        let failure = invoke(&job, &notification(RAW).to_string()).await.expect_err("no run");
        let Diagnostic { error_type, error_message } = failure.into();
        assert_eq!((error_type.as_str(), error_message), (kind, format!("no run started: {reason}")));
    }
}

#[tokio::test]
async fn ten_thousand_messages_are_one_run() {
    let bodies: Vec<_> = (0..10_000).map(|_| notification(RAW)).collect();
    let job = Recorder::willing();
    assert!(delivered_again(&invoke(&job, &sqs(&bodies)).await.expect("a run")).is_empty());
    assert_eq!(job.asked(), 1);
    let answer = invoke(&Recorder::busy(), &sqs(&bodies)).await.expect("a partial batch response");
    assert_eq!(delivered_again(&answer).len(), 10_000);
}
