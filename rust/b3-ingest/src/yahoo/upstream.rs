//! Asking Yahoo until it answers, politely and not forever.

use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use reqwest::header::{ACCEPT, RETRY_AFTER};
use tokio::time::{Instant, timeout_at};
use tracing::debug;

use super::answer::Answer;
use super::backoff::Backoff;
use super::pace::Pace;
use super::verdict::{Trouble, Verdict, judge};
use crate::IngestError;

/// Yahoo's own address.
pub(super) const YAHOO: &str = "https://query1.finance.yahoo.com";
/// Said of a ticker whose time is up.
pub(super) const LATE: &str = "no answer before the ticker's deadline";
/// Yahoo turns away clients that do not look like a browser.
const USER_AGENT: &str =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/122.0.0.0 Safari/537.36";

/// The server behind all requests of a run.
#[derive(Debug, Clone)]
pub(super) struct Upstream {
    http: reqwest::Client,
    base: String,
    pace: Arc<Pace>,
    backoff: Backoff,
    patience: Duration,
}

/// How a question ended.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Reply {
    /// A chart.
    Chart(Answer),
    /// Yahoo has no bars there, and says so.
    NoData(String),
    /// No answer that can be used, and why.
    Failed(String),
}

impl Upstream {
    /// A server at `base`, asked by one request every `interval`, each given up after `patience`.
    ///
    /// # Errors
    /// [`IngestError::Argument`] if `base` is no HTTP address, [`IngestError::Source`] if TLS cannot be set up.
    pub(super) fn new(
        base: &str,
        interval: Duration,
        patience: Duration,
        backoff: Backoff,
    ) -> Result<Self, IngestError> {
        let url = reqwest::Url::parse(base)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
            .ok_or_else(|| {
                IngestError::Argument(format!("--base-url '{base}': expected an address such as {YAHOO}"))
            })?;
        let mut client = reqwest::Client::builder().user_agent(USER_AGENT);
        if matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]")) {
            // reqwest would send even these through HTTP_PROXY.
            client = client.no_proxy();
        }
        let http = client.build().map_err(|error| IngestError::Source(format!("no http client: {error}")))?;
        let base = base.trim_end_matches('/').to_owned();
        Ok(Self { http, base, pace: Arc::new(Pace::new(interval)), backoff, patience })
    }

    /// The answer to `path_and_query`, which is about `symbol`; asked for again after every passing trouble until
    /// `deadline`.
    pub(super) async fn ask(&self, path_and_query: &str, symbol: &str, deadline: Instant) -> Reply {
        let mut failures = 0;
        loop {
            if let Err(away) = self.pace.turn(deadline).await {
                let seconds = away.as_secs();
                return Reply::Failed(format!(
                    "yahoo wants no requests for {seconds} s more, past the ticker's deadline"
                ));
            }
            let trouble = match timeout_at(deadline, self.ask_once(path_and_query, symbol)).await {
                Err(_) => {
                    return Reply::Failed(LATE.to_owned());
                }
                Ok(Verdict::Chart(answer)) => return Reply::Chart(answer),
                Ok(Verdict::NoData(reason)) => return Reply::NoData(reason),
                Ok(Verdict::Refused(reason)) => return Reply::Failed(reason),
                Ok(Verdict::Again(trouble)) => trouble,
            };
            failures += 1;
            let wait = self.backoff.wait(failures, trouble.retry_after, fastrand::f64());
            if trouble.rate_limited {
                self.pace.pause(wait);
            }
            debug!(symbol, failures, ?wait, "{}", trouble.reason);
            if failures >= self.backoff.attempts {
                return Reply::Failed(format!("{}; given up after {failures} attempts", trouble.reason));
            }
            if Instant::now() + wait > deadline {
                let seconds = wait.as_secs_f64();
                return Reply::Failed(format!(
                    "{}; {seconds:.1} s to wait are past the ticker's deadline",
                    trouble.reason
                ));
            }
            tokio::time::sleep(wait).await;
        }
    }

    async fn ask_once(&self, path_and_query: &str, symbol: &str) -> Verdict {
        debug!(symbol, "get {path_and_query}");
        let url = format!("{}{path_and_query}", self.base);
        let answer = async {
            let response = self.http.get(url).header(ACCEPT, "application/json").send().await?;
            let status = response.status().as_u16();
            let retry_after =
                response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()).map(str::to_owned);
            Ok::<_, reqwest::Error>((status, retry_after, response.text().await?))
        };
        match tokio::time::timeout(self.patience, answer).await {
            Err(_) => Verdict::Again(Trouble::new(format!("no answer within {} s", self.patience.as_secs_f64()))),
            Ok(Err(error)) => Verdict::Again(Trouble::new(transport(&error.without_url()))),
            Ok(Ok((status, retry_after, body))) => judge(status, retry_after.as_deref(), &body, symbol, Utc::now()),
        }
    }
}

/// The error and what caused it: reqwest's own text stops at "error sending request".
fn transport(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
