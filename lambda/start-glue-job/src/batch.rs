//! The notifications in one invocation: those that name an object of raw or actions, and the others
//! with the reason why they are ignored.

use std::borrow::Cow;

use b3_market::lake::{ActionsKey, RawKey};
use percent_encoding::percent_decode_str;

use crate::event::{Document, Record, Subject};

/// An invocation's notifications.
#[derive(Debug, Default)]
pub struct Batch {
    /// The number of notifications that name an object of `raw/` or `actions/`, duplicates counted.
    pub objects: usize,
    /// The reason why each other notification was ignored.
    pub ignored: Vec<String>,
    /// The `messageId` of each SQS message that names such an object; `None` for a message without
    /// an id, and for an event that did not come from SQS.
    pub message_ids: Vec<Option<String>>,
}

impl Batch {
    /// Reads a payload: SQS messages, each with an event in its body, or one event.
    #[must_use]
    pub fn read(payload: Document) -> Self {
        let mut batch = Self::default();
        if payload.records.iter().flatten().any(|record| record.body.is_some()) {
            for message in payload.records.into_iter().flatten() {
                let keys = match serde_json::from_str(&message.body.unwrap_or_default()) {
                    Ok(document) => keys_of(document),
                    Err(error) => vec![Err(format!("the body is no S3 or EventBridge event: {error}"))],
                };
                batch.add(message.message_id, keys);
            }
        } else {
            batch.add(None, keys_of(payload));
        }
        batch
    }

    fn add(&mut self, message_id: Option<String>, keys: Vec<Result<String, String>>) {
        let before = self.objects;
        for key in keys {
            match key.and_then(|key| require_raw_or_actions(&key)) {
                Ok(()) => self.objects += 1,
                Err(reason) => self.ignored.push(reason),
            }
        }
        if self.objects > before {
            self.message_ids.push(message_id);
        }
    }
}

/// For each notification of a document the key that it names, or the reason why it names none.
fn keys_of(document: Document) -> Vec<Result<String, String>> {
    if let Some(name) = document.test_event {
        return vec![Err(format!("test event {name:?}, which S3 sends when a notification is set up"))];
    }
    if let Some(detail) = document.detail {
        // An event of EventBridge, whose key is not encoded; those of S3's own notifications are.
        return vec![detail.key().ok_or_else(|| "event without detail.object.key".to_owned())];
    }
    match document.records {
        Some(records) => records.into_iter().map(key_of_s3).collect(),
        None => vec![Err("expected Records, detail or Event, found none of them".to_owned())],
    }
}

/// Undoes the form encoding of S3's notifications: `+` is a space, `%2B` a plus.
fn key_of_s3(record: Record) -> Result<String, String> {
    let encoded = record.s3.and_then(Subject::key).ok_or("record without s3.object.key")?;
    let decoded = percent_decode_str(&encoded.replace('+', " ")).decode_utf8().map(Cow::into_owned);
    decoded.map_err(|_| format!("key {encoded:?} is not URL-encoded UTF-8"))
}

fn require_raw_or_actions(key: &str) -> Result<(), String> {
    let is_object = key.parse::<RawKey>().is_ok() || key.parse::<ActionsKey>().is_ok();
    if is_object { Ok(()) } else { Err(format!("{key:?} is no object of raw/ or actions/")) }
}
