//! Starting the run: the one call that the handler needs, and Glue behind it.

use std::fmt;
use std::future::Future;

use aws_sdk_glue::Client;
use aws_sdk_glue::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_glue::operation::start_job_run::StartJobRunError;
use b3_market::lake::TradeDates;

/// What a run is started with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunArguments {
    /// `--trade_dates`: the smallest list of dates and ranges.
    pub trade_dates: String,
}

impl RunArguments {
    /// The arguments that refine these dates; none where there are no dates.
    ///
    /// The list always fits: SQS hands over at most 10,000 messages, so it has at most 110,000 bytes even where no two
    /// dates are neighbours, and Linux takes 128 KiB in one argument of a command, as which Glue hands it to the script.
    #[must_use]
    pub fn for_dates(dates: &TradeDates) -> Option<Self> {
        (!dates.is_empty()).then(|| Self { trade_dates: dates.to_string() })
    }

    /// As Glue passes them to the script. It knows only pairs, so the flag `--affected` carries a value.
    #[must_use]
    pub fn pairs(&self) -> [(&'static str, &str); 2] {
        [("--trade_dates", &self.trade_dates), ("--affected", "true")]
    }
}

/// A started run's identifier (`jr_...`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunId(pub String);

impl fmt::Display for RunId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Why no run started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Glue cannot now and will later: another run is under way, throttling, a time-out, a fault on its side.
    #[error("glue is busy: {0}")]
    Busy(String),
    /// Glue will not until somebody changes something: no such job, no permission, a refused argument.
    #[error("glue refused: {0}")]
    Refused(String),
}

/// The one thing the handler wants from Glue.
pub trait StartJobRun {
    /// Starts one run.
    ///
    /// # Errors
    /// No run is known to have started; one may have, where the answer was lost.
    fn start_job_run(&self, arguments: &RunArguments) -> impl Future<Output = Result<RunId, StartError>> + Send;
}

/// A job in AWS Glue.
#[derive(Clone, Debug)]
pub struct GlueJob {
    client: Client,
    name: String,
}

impl GlueJob {
    /// The job of this name, started through this client.
    #[must_use]
    pub fn new(client: Client, name: String) -> Self {
        Self { client, name }
    }
}

impl StartJobRun for GlueJob {
    async fn start_job_run(&self, arguments: &RunArguments) -> Result<RunId, StartError> {
        let request = self.client.start_job_run().job_name(&self.name);
        let request =
            arguments.pairs().into_iter().fold(request, |request, (name, value)| request.arguments(name, value));
        let answer = request.send().await.map_err(|error| classified(&error))?;
        // The run has started whether or not the answer names it.
        Ok(RunId(answer.job_run_id.unwrap_or_else(|| "unnamed".to_owned())))
    }
}

fn classified(error: &SdkError<StartJobRunError>) -> StartError {
    let text = match (error.code(), error.message()) {
        (Some(code), Some(message)) => format!("{code}: {message}"),
        (Some(code), None) => code.to_owned(),
        _ => DisplayErrorContext(error).to_string(),
    };
    if is_passing(error) { StartError::Busy(text) } else { StartError::Refused(text) }
}

fn is_passing(error: &SdkError<StartJobRunError>) -> bool {
    const CODES: [&str; 7] = [
        "ConcurrentRunsExceededException",
        "InternalServiceException",
        "OperationTimeoutException",
        "ResourceNumberLimitExceededException",
        "ServiceUnavailable",
        "Throttling",
        "ThrottlingException",
    ];
    match error {
        SdkError::ServiceError(refusal) => {
            let server_side = refusal.raw().status().is_server_error();
            server_side || error.code().is_some_and(|code| CODES.contains(&code))
        }
        SdkError::ConstructionFailure(_) => false,
        // Time-outs, connections that failed, answers that were cut.
        _ => true,
    }
}
