//! What one notification means for the lake: a date to refine, nothing, or a message nobody can read.

use std::borrow::Cow;

use b3_market::lake::RawKey;
use chrono::NaiveDate;
use percent_encoding::percent_decode;

use crate::event::{Document, Record, Subject};

/// The meaning of one notification.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Notice {
    /// A raw object of this date was created.
    Changed(NaiveDate),
    /// Well-formed, and none of the lake's business.
    Ignored { key: String, reason: String },
    /// Can never be understood, however often it is delivered.
    Malformed { reason: String },
}

/// Reads every notification of a document.
pub(crate) fn read(document: Document) -> Vec<Notice> {
    if let Some(test_event) = document.test_event {
        return vec![of_test_event(&test_event)];
    }
    if let Some(detail_type) = document.detail_type {
        return vec![of_eventbridge(&detail_type, document.detail)];
    }
    match document.records {
        Some(records) => records.into_iter().map(of_s3).collect(),
        None => vec![malformed("expected Records, detail-type or Event, found none of them")],
    }
}

/// Reads the body of an SQS message.
pub(crate) fn read_body(body: &str) -> Vec<Notice> {
    match serde_json::from_str(body) {
        Ok(document) => read(document),
        Err(error) => vec![malformed(format!("body is no S3 or EventBridge event: {error}"))],
    }
}

fn of_test_event(name: &str) -> Notice {
    if name == "s3:TestEvent" {
        ignored("", "s3:TestEvent, which S3 sends when a notification is set up")
    } else {
        malformed(format!("Event {name:?}, expected \"s3:TestEvent\""))
    }
}

fn of_s3(record: Record) -> Notice {
    let Some(encoded) = key_of(record.s3) else {
        return malformed("record without s3.object.key");
    };
    let Some(key) = url_decoded(&encoded) else {
        return malformed(format!("key {encoded:?} is not URL-encoded UTF-8"));
    };
    match record.event_name {
        Some(name) if !is_creation(&name) => ignored(key, format!("{name} creates no object")),
        _ => of_key(key),
    }
}

fn of_eventbridge(detail_type: &str, detail: Option<Subject>) -> Notice {
    // EventBridge hands keys over as they are, only S3's own notifications encode them.
    match key_of(detail) {
        Some(key) if detail_type == "Object Created" => of_key(key),
        Some(key) => ignored(key, format!("{detail_type} creates no object")),
        None => malformed("event without detail.object.key"),
    }
}

fn of_key(key: String) -> Notice {
    match key.parse::<RawKey>() {
        Ok(raw) => Notice::Changed(raw.trade_date),
        Err(error) => ignored(key, error.to_string()),
    }
}

fn key_of(subject: Option<Subject>) -> Option<String> {
    subject?.object?.key.filter(|key| !key.is_empty())
}

/// S3-compatible stores put `s3:` before the name.
fn is_creation(event_name: &str) -> bool {
    event_name.strip_prefix("s3:").unwrap_or(event_name).starts_with("ObjectCreated")
}

/// Undoes the form encoding of S3's notifications: `+` is a space, `%2B` a plus; none where the bytes are not UTF-8.
fn url_decoded(encoded: &str) -> Option<String> {
    let spaced = encoded.replace('+', " ");
    percent_decode(spaced.as_bytes()).decode_utf8().map(Cow::into_owned).ok()
}

fn ignored(key: impl Into<String>, reason: impl Into<String>) -> Notice {
    Notice::Ignored { key: key.into(), reason: reason.into() }
}

fn malformed(reason: impl Into<String>) -> Notice {
    Notice::Malformed { reason: reason.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plus_is_a_space_and_an_encoded_plus_is_a_plus() {
        assert_eq!(url_decoded("a+b%2Bc").as_deref(), Some("a b+c"));
    }

    #[test]
    fn encoded_bytes_are_utf8() {
        assert_eq!(url_decoded("cota%C3%A7%C3%B5es").as_deref(), Some("cotações"));
        assert_eq!(url_decoded("cota%E7"), None);
    }

    #[test]
    fn a_percent_sign_that_starts_no_code_stays_as_it_is() {
        assert_eq!(url_decoded("100%").as_deref(), Some("100%"));
    }

    #[test]
    fn only_created_objects_are_creations() {
        assert!(is_creation("ObjectCreated:CompleteMultipartUpload"));
        assert!(is_creation("s3:ObjectCreated:Put"));
        assert!(!is_creation("ObjectRemoved:DeleteMarkerCreated"));
        assert!(!is_creation("LifecycleExpiration:Delete"));
    }
}
