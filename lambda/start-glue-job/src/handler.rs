//! The handler: starts a run for an invocation, and reports the messages that SQS must deliver
//! again.

use lambda_runtime::{Diagnostic, LambdaEvent};
use serde::Serialize;
use tracing::{error, info, warn};

use crate::batch::Batch;
use crate::event::Document;
use crate::glue::{StartError, StartJobRun};

/// SQS's partial batch response: the messages to deliver again. It is empty for other sources,
/// which ignore it.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// The messages that SQS delivers again.
    pub batch_item_failures: Vec<ItemFailure>,
}

/// One message to deliver again.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemFailure {
    /// The message's `messageId`.
    pub item_identifier: String,
}

/// The failure of an invocation, after which AWS delivers all of it again.
impl From<StartError> for Diagnostic {
    fn from(failure: StartError) -> Self {
        let error_type = match failure {
            StartError::Busy(_) => "Busy",
            StartError::Refused(_) => "Refused",
        };
        Self { error_type: error_type.to_owned(), error_message: format!("no run started: {failure}") }
    }
}

/// Starts one run of `job` if the invocation names an object of raw or actions, and returns the
/// messages to deliver again.
///
/// # Errors
/// The run did not start and single messages cannot be delivered again: the event came directly
/// from S3 or EventBridge, or a message that names an object has no identifier.
pub async fn handle(job: &impl StartJobRun, invocation: LambdaEvent<Document>) -> Result<Response, StartError> {
    let request_id = invocation.context.request_id;
    let Batch { objects, ignored, message_ids } = Batch::read(invocation.payload);
    for reason in &ignored {
        info!(request_id, reason, "ignored");
    }
    if objects == 0 {
        return Ok(Response::default());
    }
    let failure = match job.start_job_run().await {
        Ok(run_id) => {
            info!(request_id, objects, run_id, "run started");
            return Ok(Response::default());
        }
        Err(failure) => failure,
    };
    match &failure {
        StartError::Busy(reason) => warn!(request_id, objects, reason, "no run, to be delivered again"),
        StartError::Refused(reason) => error!(request_id, objects, reason, "no run, to be delivered again"),
    }
    if message_ids.contains(&None) {
        return Err(failure); // AWS delivers the whole invocation again
    }
    let ids = message_ids.into_iter().flatten();
    Ok(Response { batch_item_failures: ids.map(|item_identifier| ItemFailure { item_identifier }).collect() })
}
