//! A job that counts the runs it is asked for, in place of Glue.

use std::sync::atomic::{AtomicUsize, Ordering};

use lambda_runtime::{Context, LambdaEvent};
use start_glue_job::{Response, StartError, StartJobRun, handle};

pub(crate) struct Recorder {
    answer: fn() -> Result<String, StartError>,
    asked: AtomicUsize,
}

impl Recorder {
    /// Starts every run.
    pub(crate) fn willing() -> Self {
        Self::answering(|| Ok("jr_1".to_owned()))
    }

    /// Another run is under way.
    pub(crate) fn busy() -> Self {
        Self::answering(|| Err(StartError::Busy("ConcurrentRunsExceededException: one is enough".to_owned())))
    }

    /// Gives this result for every call.
    pub(crate) fn answering(answer: fn() -> Result<String, StartError>) -> Self {
        Self { answer, asked: AtomicUsize::new(0) }
    }

    /// The number of runs it was asked for.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

impl StartJobRun for Recorder {
    async fn start_job_run(&self) -> Result<String, StartError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        (self.answer)()
    }
}

/// Handles one invocation with this payload.
pub(crate) async fn invoke(job: &Recorder, payload: &str) -> Result<Response, StartError> {
    let payload = serde_json::from_str(payload).expect("a payload of JSON");
    handle(job, LambdaEvent::new(payload, Context::default())).await
}

/// The identifiers of the messages to deliver again.
pub(crate) fn delivered_again(answer: &Response) -> Vec<&str> {
    answer.batch_item_failures.iter().map(|failure| failure.item_identifier.as_str()).collect()
}
