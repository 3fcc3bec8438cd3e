//! Tests on every event in `tests/events/`: whether it starts a run, what is ignored, and what is
//! delivered again if Glue is busy.

mod recorder;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use recorder::{Recorder, delivered_again, invoke};
use start_glue_job::Batch;

/// What AWS delivers again when the run cannot start.
enum Retry {
    /// Nothing: the document names no object of raw or actions and starts no run.
    Nothing,
    /// These messages of the queue.
    Messages(&'static [&'static str]),
    /// The whole event, because single messages cannot be delivered again.
    Everything,
}
use Retry::{Everything, Messages, Nothing};

/// File, what is delivered again, and a part of the reason for each ignored notification.
const SHAPES: &[(&str, Retry, &[&str])] = &[
    ("eventbridge_deleted", Everything, &[]), // a deletion starts a run too
    (
        "eventbridge_encoded_key_is_not_decoded",
        Nothing,
        &["\"raw/trade_date%3D2024-11-08/cotahist.parquet\" is no object"],
    ),
    ("eventbridge_without_key", Nothing, &["event without detail.object.key"]),
    ("s3_actions_object", Everything, &[]),
    ("s3_compatible_store", Everything, &[]),
    ("s3_delete_marker", Everything, &[]),
    (
        "s3_neighbouring_folders",
        Nothing,
        &["\"raw_rejected/", "\"actions/trade_date", "\"raw/ex_date", "\"refined/_ledger"],
    ),
    ("s3_no_records", Nothing, &[]),
    ("s3_not_a_raw_object", Nothing, &["_SUCCESS\"", "2024-13-45", ".parquet.tmp\""]),
    ("s3_prefix_with_space_plus_and_accent", Everything, &[]),
    ("s3_put", Everything, &[]),
    ("s3_record_without_key", Nothing, &["record without s3.object.key"]),
    ("s3_test_event", Nothing, &["test event \"s3:TestEvent\""]),
    ("s3_without_optional_fields", Everything, &[]),
    ("sqs_duplicates_out_of_order", Messages(&["message-1", "message-2", "message-3", "message-4"]), &[]),
    ("sqs_eventbridge", Messages(&["message-1"]), &[]),
    ("sqs_malformed_without_message_id", Messages(&["message-2"]), &["the body is no S3 or EventBridge event"]),
    ("sqs_message_half_malformed", Messages(&["message-1"]), &["record without s3.object.key"]),
    (
        "sqs_one_of_five_names_an_object",
        Messages(&["message-2"]),
        &[
            "the body is no S3 or EventBridge event",
            "expected Records, detail or Event",
            "not URL-encoded UTF-8",
            "\"notes.txt\"",
        ],
    ),
    ("sqs_s3", Messages(&["message-1"]), &[]),
    ("sqs_test_event", Nothing, &["test event \"s3:TestEvent\""]),
    ("unknown_shape", Nothing, &["expected Records, detail or Event"]),
];

fn directory() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/events")
}

fn text_of(name: &str) -> String {
    fs::read_to_string(directory().join(name).with_extension("json")).expect(name)
}

#[tokio::test]
async fn each_shape_starts_one_run_or_none() {
    for (name, retry, _) in SHAPES {
        let job = Recorder::willing();
        let answer = invoke(&job, &text_of(name)).await.expect(name);
        assert!(delivered_again(&answer).is_empty(), "{name}: what is delivered again when all is well");
        assert_eq!(job.asked(), usize::from(!matches!(retry, Nothing)), "{name}: runs");
    }
}

#[tokio::test]
async fn messages_that_name_an_object_are_delivered_again_when_glue_is_busy_and_no_others() {
    for (name, retry, _) in SHAPES {
        let answer = invoke(&Recorder::busy(), &text_of(name)).await;
        match retry {
            Nothing => assert!(delivered_again(&answer.expect(name)).is_empty(), "{name}"),
            Messages(ids) => assert_eq!(delivered_again(&answer.expect(name)), *ids, "{name}"),
            Everything => assert!(answer.is_err(), "{name}"),
        }
    }
}

#[test]
fn each_ignored_notification_has_its_reason() {
    for (name, _, reasons) in SHAPES {
        let batch = Batch::read(serde_json::from_str(&text_of(name)).expect(name));
        assert_eq!(batch.ignored.len(), reasons.len(), "{name}: {:?}", batch.ignored);
        for (found, expected) in batch.ignored.iter().zip(*reasons) {
            assert!(found.contains(expected), "{name}: {found}");
        }
    }
}

#[test]
fn every_file_is_in_the_table() {
    let files = fs::read_dir(directory()).expect("the directory of events");
    let files =
        files.map(|file| file.expect("a file").path().file_stem().expect("a name").to_string_lossy().into_owned());
    let table = SHAPES.iter().map(|(name, ..)| (*name).to_owned());
    assert_eq!(files.collect::<BTreeSet<_>>(), table.collect());
}
