//! The JSON that arrives, read as tolerantly as AWS writes it: every field may be missing, unknown ones are skipped.

use serde::Deserialize;

/// Any document that can reach the function, or stand in the body of an SQS message.
///
/// One type for all shapes: S3 and SQS say `Records`, EventBridge says `detail`, S3's test event says `Event`.
#[derive(Debug, Default, Deserialize)]
pub struct Document {
    #[serde(rename = "Records")]
    pub(crate) records: Option<Vec<Record>>,
    #[serde(rename = "Event")]
    pub(crate) test_event: Option<String>,
    #[serde(rename = "detail-type")]
    pub(crate) detail_type: Option<String>,
    pub(crate) detail: Option<Subject>,
}

/// One element of `Records`: an SQS message where it has a `body`, an S3 notification where it has an `s3`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Record {
    pub(crate) message_id: Option<String>,
    pub(crate) body: Option<String>,
    pub(crate) event_name: Option<String>,
    pub(crate) s3: Option<Subject>,
}

/// What a notification is about: `s3` in S3's own shape, `detail` in EventBridge's.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Subject {
    pub(crate) object: Option<Object>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Object {
    pub(crate) key: Option<String>,
}

/// A message of an SQS batch: what the queue calls it, and the document it carries.
#[derive(Debug)]
pub struct SqsMessage {
    /// `messageId`, by which the partial batch response names the message.
    pub id: Option<String>,
    /// The document, as text.
    pub body: String,
}

impl Document {
    /// The messages of an SQS batch; gives the document back where it is none.
    ///
    /// # Errors
    /// The document itself: it came straight from S3 or from EventBridge.
    pub fn into_sqs_messages(self) -> Result<Vec<SqsMessage>, Self> {
        let records = self.records.as_deref().unwrap_or_default();
        if !records.iter().any(|record| record.body.is_some()) {
            return Err(self);
        }
        let messages = self
            .records
            .into_iter()
            .flatten()
            .map(|record| SqsMessage { id: record.message_id, body: record.body.unwrap_or_default() });
        Ok(messages.collect())
    }
}
