//! From an invocation to its answer.

use std::time::SystemTime;

use lambda_runtime::{Diagnostic, LambdaEvent};
use serde::Serialize;
use tracing::{error, info, warn};

use crate::batch::Batch;
use crate::event::Document;
use crate::glue::{RunArguments, RunId, StartError, StartJobRun};
use crate::metrics::Metrics;

/// Answers invocations by starting runs of one job.
#[derive(Clone, Debug)]
pub struct Handler<J> {
    job: J,
    job_name: String,
}

/// SQS's partial batch response: the messages to put back. Empty for the other sources, which do not look at it.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// What the queue delivers again.
    pub batch_item_failures: Vec<ItemFailure>,
}

/// One message to put back.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemFailure {
    /// The message's `messageId`.
    pub item_identifier: String,
}

/// The whole invocation failed: AWS delivers the event again.
#[derive(Debug, thiserror::Error)]
pub enum NotStarted {
    /// No run started for the dates.
    #[error("no run started for {trade_dates}: {source}")]
    Run {
        /// The dates that wait.
        trade_dates: String,
        /// Why.
        source: StartError,
    },
    /// An event that came without a queue cannot be read, and there is no message to put back.
    #[error("malformed event: {0}")]
    Malformed(String),
}

impl From<NotStarted> for Diagnostic {
    fn from(failure: NotStarted) -> Self {
        let error_type = match &failure {
            NotStarted::Run { source: StartError::Busy(_), .. } => "Busy",
            NotStarted::Run { source: StartError::Refused(_), .. } => "Refused",
            NotStarted::Malformed(_) => "Malformed",
        };
        Self { error_type: error_type.to_owned(), error_message: failure.to_string() }
    }
}

impl<J: StartJobRun> Handler<J> {
    /// A handler that starts runs of `job`; the name is the metric's dimension.
    pub fn new(job: J, job_name: String) -> Self {
        Self { job, job_name }
    }

    /// Starts one run for all dates of the invocation and says which messages to put back.
    ///
    /// # Errors
    /// Where single messages cannot be put back (S3 straight, EventBridge, an SQS message without an identifier):
    /// the run did not start, or the event is malformed.
    pub async fn handle(&self, invocation: LambdaEvent<Document>) -> Result<Response, NotStarted> {
        let request_id = invocation.context.request_id;
        let batch = Batch::read(invocation.payload);
        log_passed_over(&batch, &request_id);
        let arguments = RunArguments::for_dates(&batch.dates);
        let outcome = match &arguments {
            Some(arguments) => Some(self.job.start_job_run(arguments).await),
            None => None,
        };
        let trade_dates = arguments.map(|arguments| arguments.trade_dates).unwrap_or_default();
        log_outcome(outcome.as_ref(), &batch, &request_id, &trade_dates);
        println!("{}", counted(&batch, outcome.as_ref()).line(&self.job_name, SystemTime::now()));
        answer(&batch, outcome, trade_dates)
    }
}

fn answer(
    batch: &Batch,
    outcome: Option<Result<RunId, StartError>>,
    trade_dates: String,
) -> Result<Response, NotStarted> {
    let started = !matches!(outcome, Some(Err(_)));
    if batch.returnable {
        let failures = batch.failures(started).into_iter();
        let batch_item_failures = failures.map(|item_identifier| ItemFailure { item_identifier }).collect();
        return Ok(Response { batch_item_failures });
    }
    if let Some(Err(source)) = outcome {
        return Err(NotStarted::Run { trade_dates, source });
    }
    match batch.malformed.first() {
        Some((_, reason)) => Err(NotStarted::Malformed(reason.clone())),
        None => Ok(Response::default()),
    }
}

fn log_passed_over(batch: &Batch, request_id: &str) {
    for (key, reason) in &batch.ignored {
        info!(request_id, key, reason, "ignored");
    }
    for (message_id, reason) in &batch.malformed {
        let message_id = message_id.as_deref().unwrap_or_default();
        error!(request_id, message_id, reason, "malformed, left for the dead-letter queue");
    }
}

fn log_outcome(outcome: Option<&Result<RunId, StartError>>, batch: &Batch, request_id: &str, trade_dates: &str) {
    let events = batch.events;
    match outcome {
        None => info!(request_id, events, "no trade date, no run"),
        Some(Ok(run_id)) => info!(request_id, events, trade_dates, %run_id, "run started"),
        Some(Err(reason @ StartError::Busy(_))) => {
            warn!(request_id, events, trade_dates, %reason, "no run, events put back");
        }
        Some(Err(reason @ StartError::Refused(_))) => {
            error!(request_id, events, trade_dates, %reason, "no run, events put back");
        }
    }
}

fn counted(batch: &Batch, outcome: Option<&Result<RunId, StartError>>) -> Metrics {
    Metrics {
        events: batch.events,
        dates: batch.dates.len(),
        runs: usize::from(matches!(outcome, Some(Ok(_)))),
        ignored: batch.ignored.len(),
        malformed: batch.malformed.len(),
        busy: usize::from(matches!(outcome, Some(Err(StartError::Busy(_))))),
        refused: usize::from(matches!(outcome, Some(Err(StartError::Refused(_))))),
    }
}
