//! An HTTP client for one server, with retries, rate limit and deadline.

use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use reqwest::header::{ACCEPT, RETRY_AFTER};
use tokio::time::{Instant, timeout_at};
use tracing::debug;

use super::rate_limit::RateLimit;
use super::{AttemptError, Backoff, Classified, HttpResponse, NoContent, RetryReason, retry_reason};
use crate::error::{IngestError, chain_of};

/// Yahoo and B3 refuse clients that do not look like a browser.
const USER_AGENT: &str =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/122.0.0.0 Safari/537.36";

/// What messages say of a server; requests go to `--base-url`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Server {
    /// Its name, such as `yahoo`.
    pub name: &'static str,
    /// Its address, an example for the value of `--base-url`.
    pub address: &'static str,
    /// The subject of a deadline: `ticker`, `company`.
    pub subject: &'static str,
}

/// The limits for requests to a server.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// The number of subjects at the same time.
    pub concurrency: u16,
    pub requests_per_second: u16,
    /// The time-out of one attempt, in seconds.
    pub timeout: u64,
    /// The largest time for one subject, in seconds.
    pub deadline: u64,
    /// The number of attempts and the waits between them.
    pub backoff: Backoff,
}

/// A server and the rate limit of a run; clones share both.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    base: String,
    server: Server,
    limits: Limits,
    rate: Arc<RateLimit>,
}

/// The least time from the start of one request to the start of the next. It is an error if the
/// subjects that begin at the same time would wait past their deadline for their first requests:
/// the subjects after them would fail at once, too.
fn interval(limits: Limits, subject: &str) -> Result<Duration, IngestError> {
    let Limits { concurrency, requests_per_second, deadline, .. } = limits;
    let interval = Duration::from_secs(1) / u32::from(requests_per_second);
    let longest_wait = interval * u32::from(concurrency);
    if longest_wait > Duration::from_secs(deadline) {
        let wait = longest_wait.as_secs_f64();
        return Err(IngestError::Argument(format!(
            "--concurrency {concurrency} with --requests-per-second {requests_per_second}: a {subject} may wait {wait:.0} s for its first \
             request, expected at most the --deadline of {deadline} s"
        )));
    }
    Ok(interval)
}

impl Client {
    /// A client of `server` at `base`.
    ///
    /// # Errors
    /// [`IngestError::Argument`] if `base` is not an HTTP address, or the rate of requests cannot
    /// serve the concurrency ([`interval`]); [`IngestError::Startup`] if TLS cannot be set up.
    pub(crate) fn new(server: Server, base: &str, limits: Limits) -> Result<Self, IngestError> {
        let url = reqwest::Url::parse(base)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
            .ok_or_else(|| {
                let example = server.address;
                IngestError::Argument(format!("--base-url '{base}': expected an address such as {example}"))
            })?;
        let interval = interval(limits, server.subject)?;
        let mut client = reqwest::Client::builder().user_agent(USER_AGENT);
        if matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]")) {
            // reqwest would send even these through HTTP_PROXY.
            client = client.no_proxy();
        }
        let http = client.build().map_err(|error| IngestError::Startup(format!("no http client: {error}")))?;
        let base = base.trim_end_matches('/').to_owned();
        Ok(Self { http, base, server, limits, rate: Arc::new(RateLimit::new(interval)) })
    }

    /// The deadline of a subject that begins now.
    pub(crate) fn deadline(&self) -> Instant {
        Instant::now() + Duration::from_secs(self.limits.deadline)
    }

    /// Requests `path` (and query) and classifies the response by [`retry_reason`], then by
    /// `classify`. The request is sent again until `deadline`, up to the largest number of
    /// attempts, as long as the error is [`AttemptError::Transient`].
    pub(crate) async fn ask<T>(
        &self,
        path: &str,
        deadline: Instant,
        classify: impl Fn(HttpResponse<'_>) -> Classified<T>,
    ) -> Result<T, NoContent> {
        let Server { name, subject, .. } = self.server;
        let mut failures = 0;
        loop {
            if Instant::now() > deadline {
                return Err(NoContent::Failed(format!("the {subject}'s deadline has passed")));
            }
            if let Err(late) = self.rate.turn(deadline).await {
                let seconds = late.wait.as_secs_f64();
                let why = if late.paused {
                    format!("{name} wants no requests for {seconds:.1} s more")
                } else {
                    format!("--requests-per-second allows no request for {seconds:.1} s")
                };
                return Err(NoContent::Failed(format!("{why}, past the {subject}'s deadline")));
            }
            let retry = match timeout_at(deadline, self.ask_once(path, &classify)).await {
                Err(_) => return Err(NoContent::Failed(format!("no answer before the {subject}'s deadline"))),
                Ok(Ok(content)) => return Ok(content),
                Ok(Err(AttemptError::Permanent(error))) => return Err(error),
                Ok(Err(AttemptError::Transient(retry))) => retry,
            };
            failures += 1;
            self.wait_after(&retry, failures, deadline).await.map_err(NoContent::Failed)?;
        }
    }

    /// Waits until the request may be sent again; the error is the reason why it may not.
    async fn wait_after(&self, retry: &RetryReason, failures: u32, deadline: Instant) -> Result<(), String> {
        let Limits { backoff, .. } = self.limits;
        let wait = backoff.wait(failures, retry.retry_after, fastrand::f64());
        if retry.rate_limited {
            self.rate.pause(wait);
        }
        debug!(failures, ?wait, "{}", retry.reason);
        if failures >= backoff.attempts {
            return Err(format!("{}; given up after {failures} attempts", retry.reason));
        }
        if Instant::now() + wait > deadline {
            let (seconds, subject) = (wait.as_secs_f64(), self.server.subject);
            return Err(format!("{}; {seconds:.1} s to wait are past the {subject}'s deadline", retry.reason));
        }
        tokio::time::sleep(wait).await;
        Ok(())
    }

    async fn ask_once<T>(&self, path: &str, classify: &impl Fn(HttpResponse<'_>) -> Classified<T>) -> Classified<T> {
        debug!("get {path}");
        let url = format!("{}{path}", self.base);
        let response = async {
            let response = self.http.get(url).header(ACCEPT, "application/json").send().await?;
            let status = response.status().as_u16();
            let retry_after =
                response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()).map(str::to_owned);
            Ok::<_, reqwest::Error>((status, retry_after, response.text().await?))
        };
        let timeout = self.limits.timeout;
        match tokio::time::timeout(Duration::from_secs(timeout), response).await {
            Err(_) => Err(AttemptError::transient(format!("no answer within {timeout} s"))),
            // Without the URL several tickers have the same reason, which the report names once.
            Ok(Err(error)) => Err(AttemptError::transient(chain_of(&error.without_url()))),
            Ok(Ok((status, retry_after, body))) => {
                let response = HttpResponse { status, retry_after: retry_after.as_deref(), body: &body };
                let retry = retry_reason(self.server.name, response, Utc::now());
                retry.map_or_else(|| classify(response), |retry| Err(AttemptError::Transient(retry)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(concurrency: u16, deadline: u64) -> Result<Client, IngestError> {
        let server = Server { name: "yahoo", address: "https://example.com", subject: "ticker" };
        let backoff = Backoff::default();
        let limits = Limits { concurrency, requests_per_second: 2, timeout: 20, deadline, backoff };
        Client::new(server, server.address, limits)
    }

    #[test]
    fn tickers_that_would_wait_past_their_deadline_for_their_first_requests_are_refused() {
        assert!(client(60, 30).is_ok());
        assert_eq!(
            client(64, 30).unwrap_err().to_string(),
            "--concurrency 64 with --requests-per-second 2: a ticker may wait 32 s for its first request, expected at most \
             the --deadline of 30 s"
        );
    }

    #[tokio::test]
    async fn a_request_after_its_deadline_is_not_blamed_on_the_rate() {
        let passed = Instant::now() - Duration::from_millis(1);
        let reply = client(1, 30).unwrap().ask("/", passed, |_| Ok(())).await;
        assert_eq!(reply, Err(NoContent::Failed("the ticker's deadline has passed".to_owned())));
    }
}
