//! The classes of HTTP response: usable, worth another attempt, or neither.

use std::time::Duration;

use chrono::{DateTime, Utc};

/// An HTTP response, reduced to what its class depends on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HttpResponse<'a> {
    pub status: u16,
    pub retry_after: Option<&'a str>,
    pub body: &'a str,
}

/// The content of a response, or why there is none.
pub(crate) type Classified<T> = Result<T, AttemptError<NoContent>>;

/// Why a request has no content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NoContent {
    /// The server says that it has no such content.
    NoData(String),
    /// There is no usable response, for this reason.
    Failed(String),
}

/// Why an attempt failed. Another attempt can only help after a transient error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AttemptError<E> {
    Transient(RetryReason),
    Permanent(E),
}

impl<E> AttemptError<E> {
    /// A reason to send one request again, without a wait that the server asks for.
    pub(crate) fn transient(reason: impl Into<String>) -> Self {
        Self::Transient(RetryReason { reason: reason.into(), retry_after: None, rate_limited: false })
    }
}

impl<E> From<E> for AttemptError<E> {
    fn from(error: E) -> Self {
        Self::Permanent(error)
    }
}

/// The reason why a request should be sent again, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RetryReason {
    pub reason: String,
    /// The wait that the server asks for.
    pub retry_after: Option<Duration>,
    /// Whether the server limits this client and not only this request, so that all requests must
    /// wait.
    pub rate_limited: bool,
}

/// The reason to send a request again: the response says that there were too many requests, or is
/// a temporary error. `None` for every other response.
///
/// The status is not sufficient: "Too Many Requests" also comes with status 200, as a short body. A
/// temporary error with `Retry-After` counts as a limit of this client.
pub(crate) fn retry_reason(server: &str, response: HttpResponse<'_>, now: DateTime<Utc>) -> Option<RetryReason> {
    const SHORT: usize = 400;
    let retry_after = response.retry_after.and_then(|value| parse_retry_after(value, now));
    let status = response.status;
    let says_too_many = response.body.len() < SHORT && response.body.contains("Too Many Requests");
    if status == 429 || says_too_many {
        let reason = format!("{server} answered {status}: too many requests");
        return Some(RetryReason { reason, retry_after, rate_limited: true });
    }
    let is_temporary = matches!(status, 408 | 425 | 500..=599);
    is_temporary.then(|| RetryReason {
        reason: format!("{server} answered {status}"),
        retry_after,
        rate_limited: retry_after.is_some(),
    })
}

/// The wait of a `Retry-After` header, in seconds or as a date; `None` for anything else.
///
/// One of more than two days becomes two days, because a later `Instant` may not exist, and no
/// deadline is that far away.
fn parse_retry_after(value: &str, now: DateTime<Utc>) -> Option<Duration> {
    const LONGEST: Duration = Duration::from_hours(48);
    let wait = if let Ok(seconds) = value.trim().parse() {
        Duration::from_secs(seconds)
    } else {
        let until = DateTime::parse_from_rfc2822(value.trim()).ok()?;
        (until.to_utc() - now).to_std().unwrap_or(Duration::ZERO)
    };
    Some(wait.min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn retry(status: u16, retry_after: Option<&str>, body: &str) -> Option<RetryReason> {
        retry_reason("yahoo", HttpResponse { status, retry_after, body }, "2024-01-03T12:00:00Z".parse().unwrap())
    }

    #[test]
    fn too_many_requests_is_read_in_the_status_and_in_the_body() {
        for (status, body) in [(429, "<html>"), (200, "Too Many Requests\r\n"), (403, "Edge: Too Many Requests")] {
            assert!(retry(status, None, body).unwrap().rate_limited, "{status} {body}");
        }
    }

    #[test]
    fn retry_after_is_read_as_seconds_and_as_a_date() {
        let after = |value: &str| retry(429, Some(value), "").unwrap().retry_after;
        assert_eq!(after("30"), Some(Duration::from_secs(30)));
        assert_eq!(after("Wed, 03 Jan 2024 12:01:00 GMT"), Some(Duration::from_mins(1)));
        assert_eq!(after("Wed, 03 Jan 2024 11:00:00 GMT"), Some(Duration::ZERO));
        assert_eq!(after("soon"), None);
        assert_eq!(after(&u64::MAX.to_string()), Some(Duration::from_hours(48)));
        assert_eq!(retry(503, Some("5"), "").unwrap().retry_after, Some(Duration::from_secs(5)));
    }

    #[test]
    fn a_server_error_is_worth_another_attempt_and_other_statuses_are_not() {
        assert_eq!(retry(502, None, "<html>").unwrap().reason, "yahoo answered 502");
        assert_eq!(retry(520, None, "").unwrap().reason, "yahoo answered 520");
        for status in [200, 401, 403, 404] {
            assert_eq!(retry(status, None, "<html>"), None, "{status}");
        }
    }
}
