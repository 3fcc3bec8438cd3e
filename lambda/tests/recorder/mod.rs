//! A job that notes what it is asked to run, in the place of Glue.

use std::sync::Mutex;

use lambda_runtime::{Context, LambdaEvent};
use start_glue_job::{Handler, NotStarted, Response, RunArguments, RunId, StartError, StartJobRun};

pub(crate) struct Recorder {
    answer: fn() -> Result<RunId, StartError>,
    started: Mutex<Vec<String>>,
}

impl Recorder {
    /// Starts every run.
    pub(crate) fn willing() -> Self {
        Self::answering(|| Ok(RunId("jr_1".to_owned())))
    }

    /// Answers every call so.
    pub(crate) fn answering(answer: fn() -> Result<RunId, StartError>) -> Self {
        Self { answer, started: Mutex::default() }
    }

    /// `--trade_dates` of each call.
    pub(crate) fn started(&self) -> Vec<String> {
        self.started.lock().expect("no test panics while it holds this").clone()
    }
}

impl StartJobRun for &Recorder {
    async fn start_job_run(&self, arguments: &RunArguments) -> Result<RunId, StartError> {
        self.started.lock().expect("no test panics while it holds this").push(arguments.trade_dates.clone());
        (self.answer)()
    }
}

/// Hands the handler one invocation with this payload.
pub(crate) async fn invoke(job: &Recorder, payload: &str) -> Result<Response, NotStarted> {
    let payload = serde_json::from_str(payload).expect("a payload of JSON");
    Handler::new(job, "refine".to_owned()).handle(LambdaEvent::new(payload, Context::default())).await
}
