//! The JSON of an invocation. Every field may be missing, unknown ones are ignored.

use serde::Deserialize;

/// Any document that the function may receive, directly or in the body of an SQS message.
///
/// One type for all shapes: S3 and SQS have `Records`, EventBridge has `detail`, S3's test event
/// has `Event`.
#[derive(Debug, Deserialize)]
pub struct Document {
    #[serde(rename = "Records")]
    pub(crate) records: Option<Vec<Record>>,
    #[serde(rename = "Event")]
    pub(crate) test_event: Option<String>,
    pub(crate) detail: Option<Subject>,
}

/// One element of `Records`: an SQS message where it has a `body`, an S3 notification where it has
/// an `s3`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Record {
    pub(crate) message_id: Option<String>,
    pub(crate) body: Option<String>,
    pub(crate) s3: Option<Subject>,
}

/// The content of a notification: `s3` in S3's own shape, `detail` in EventBridge's.
#[derive(Debug, Deserialize)]
pub(crate) struct Subject {
    object: Option<Object>,
}

#[derive(Debug, Deserialize)]
struct Object {
    key: Option<String>,
}

impl Subject {
    /// The object's key as it was sent.
    pub(crate) fn key(self) -> Option<String> {
        self.object?.key
    }
}
