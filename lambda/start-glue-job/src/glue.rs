//! Starting a run of the Glue job: the trait that the handler needs, and its implementation by AWS
//! Glue.

use std::future::Future;

use aws_runtime::retries::classifiers::{THROTTLING_ERRORS, TRANSIENT_ERRORS};
use aws_sdk_glue::Client;
use aws_sdk_glue::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_glue::operation::start_job_run::StartJobRunError;

/// Why no run is known to have started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A temporary failure: another run is under way, throttling, a time-out, a server error.
    #[error("glue is busy: {0}")]
    Busy(String),
    /// A failure that lasts until a person mends its cause: no such job, no permission, a refused
    /// argument.
    #[error("glue refused: {0}")]
    Refused(String),
}

/// Starts runs of a job; the handler's tests implement it without Glue.
pub trait StartJobRun {
    /// Starts one run with the job's own arguments, and returns its identifier (`jr_...`).
    ///
    /// # Errors
    /// No run is known to have started; one may have started if the response was lost.
    fn start_job_run(&self) -> impl Future<Output = Result<String, StartError>> + Send;
}

/// A job in AWS Glue.
#[derive(Clone, Debug)]
pub struct GlueJob {
    /// The client through which it is started.
    pub client: Client,
    /// Its name.
    pub name: String,
}

impl StartJobRun for GlueJob {
    async fn start_job_run(&self) -> Result<String, StartError> {
        let response = self.client.start_job_run().job_name(&self.name).send().await;
        let response = response.map_err(|error| classified(&error))?;
        // The run has started even if the response does not name it.
        Ok(response.job_run_id.unwrap_or_else(|| "unnamed".to_owned()))
    }
}

fn classified(error: &SdkError<StartJobRunError>) -> StartError {
    let reason = match (error.code(), error.message()) {
        (Some(code), Some(message)) => format!("{code}: {message}"),
        (Some(code), None) => code.to_owned(),
        _ => DisplayErrorContext(error).to_string(),
    };
    let temporary = match error {
        SdkError::ServiceError(refusal) => is_temporary(error.code(), refusal.raw().status().as_u16()),
        SdkError::ConstructionFailure(_) => false,
        // Time-outs, failed connections, incomplete responses.
        _ => true,
    };
    if temporary { StartError::Busy(reason) } else { StartError::Refused(reason) }
}

/// Whether the same request may succeed later, by the error's code and the HTTP status.
fn is_temporary(code: Option<&str>, status: u16) -> bool {
    const OF_GLUE: &[&str] =
        &["ConcurrentRunsExceededException", "OperationTimeoutException", "ResourceNumberLimitExceededException"];
    // The other two have the codes after which the SDK itself tries again.
    let codes = [OF_GLUE, THROTTLING_ERRORS, TRANSIENT_ERRORS].concat();
    status == 429 || status >= 500 || code.is_some_and(|code| codes.contains(&code))
}

#[cfg(test)]
mod tests {
    use aws_sdk_glue::config::http::HttpResponse;
    use aws_sdk_glue::error::ErrorMetadata;

    use super::*;

    fn answer(status: u16, code: Option<&str>, message: Option<&str>) -> SdkError<StartJobRunError> {
        let mut details = ErrorMetadata::builder();
        if let Some(code) = code {
            details = details.code(code);
        }
        if let Some(message) = message {
            details = details.message(message);
        }
        let response = HttpResponse::new(status.try_into().unwrap(), "".into());
        SdkError::service_error(StartJobRunError::generic(details.build()), response)
    }

    #[test]
    fn an_error_has_glues_message_and_is_busy_where_the_same_request_may_succeed_later() {
        for (error, expected) in [
            (answer(400, Some("Throttling"), Some("Rate exceeded")), "glue is busy: Throttling: Rate exceeded"),
            (answer(400, Some("AccessDenied"), Some("not yours")), "glue refused: AccessDenied: not yours"),
            (answer(403, Some("AccessDenied"), None), "glue refused: AccessDenied"),
            (answer(502, None, None), "glue is busy: service error: unhandled error"),
            (SdkError::timeout_error("6 s"), "glue is busy: request has timed out: 6 s"),
            (SdkError::construction_failure("no region"), "glue refused: failed to construct request: no region"),
        ] {
            let found = classified(&error).to_string();
            // Without a code the text goes on with the SDK's own description.
            assert!(
                found == expected || error.code().is_none() && found.starts_with(expected),
                "{found}, expected {expected}"
            );
        }
    }

    #[test]
    fn each_code_of_glue_is_busy_or_refused() {
        // The errors of StartJobRun, and some that are common to all of AWS:
        // https://docs.aws.amazon.com/glue/latest/webapi/
        for (code, status, busy) in [
            ("ConcurrentRunsExceededException", 400, true),
            ("InternalServiceException", 500, true),
            ("OperationTimeoutException", 400, true),
            ("ResourceNumberLimitExceededException", 400, true),
            ("ThrottlingException", 400, true),
            ("Throttling", 400, true),
            ("RequestLimitExceeded", 400, true),
            ("UnknownCode", 429, true),
            ("ServiceUnavailable", 503, true),
            ("InternalFailure", 500, true),
            ("EntityNotFoundException", 400, false),
            ("InvalidInputException", 400, false),
            ("AccessDeniedException", 400, false),
            ("ExpiredTokenException", 403, false),
            ("UnrecognizedClientException", 403, false),
        ] {
            assert_eq!(is_temporary(Some(code), status), busy, "{code}");
        }
        assert!(is_temporary(None, 502) && !is_temporary(None, 400));
    }
}
