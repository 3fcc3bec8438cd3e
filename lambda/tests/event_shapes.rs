//! Every shape in `tests/events/`: the dates it asks for, the messages it puts back, how the invocation ends.

mod recorder;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use recorder::{Recorder, invoke};

/// File, `--trade_dates` of the run (empty: no run), messages put back, whether the invocation succeeds.
const SHAPES: [(&str, &str, &[&str], bool); 23] = [
    ("eventbridge_created", "2024-11-08", &[], true),
    ("eventbridge_deleted", "", &[], true),
    ("eventbridge_key_is_not_encoded", "2024-11-08", &[], true),
    ("eventbridge_without_key", "", &[], false),
    ("s3_compatible_store", "2024-11-08", &[], true),
    ("s3_no_records", "", &[], true),
    ("s3_not_a_raw_object", "", &[], true),
    ("s3_object_removed", "", &[], true),
    ("s3_prefix_with_space_plus_and_accent", "2024-11-08", &[], true),
    ("s3_put", "2024-11-08", &[], true),
    ("s3_record_without_key", "", &[], false),
    ("s3_test_event", "", &[], true),
    ("s3_two_records", "2024-11-08..2024-11-11", &[], true),
    ("s3_without_optional_fields", "2024-11-08", &[], true),
    ("sqs_duplicates_out_of_order", "2024-11-08..2024-11-12", &[], true),
    ("sqs_eventbridge", "2024-11-08", &[], true),
    ("sqs_message_half_malformed", "2024-11-08", &["message-1"], true),
    ("sqs_one_malformed", "2024-11-08", &["message-1", "message-3", "message-4"], true),
    ("sqs_s3", "2024-11-08", &[], true),
    ("sqs_test_event", "", &[], true),
    ("sqs_without_message_id", "2024-11-08", &[], false),
    ("sqs_without_optional_fields", "2024-11-08", &[], true),
    ("unknown_shape", "", &[], false),
];

fn directory() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/events")
}

#[tokio::test]
async fn each_shape_asks_for_its_dates_and_puts_back_its_messages() {
    for (name, trade_dates, put_back, succeeds) in SHAPES {
        let text = fs::read_to_string(directory().join(name).with_extension("json")).expect(name);
        let job = Recorder::willing();
        let answer = invoke(&job, &text).await;
        assert_eq!(job.started().join(" "), trade_dates, "{name}: the run's dates");
        assert_eq!(answer.is_ok(), succeeds, "{name}: {answer:?}");
        let failures = answer.unwrap_or_default().batch_item_failures;
        let failures: Vec<_> = failures.iter().map(|failure| failure.item_identifier.as_str()).collect();
        assert_eq!(failures, put_back, "{name}: the messages put back");
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
