//! What an HTTP answer is good for.

use std::time::Duration;

use chrono::{DateTime, Utc};

/// An answer as it came over the wire.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Answer<'a> {
    /// The HTTP status.
    pub status: u16,
    /// The header `Retry-After`.
    pub retry_after: Option<&'a str>,
    /// The body as text.
    pub body: &'a str,
}

/// What an answer is good for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Verdict<T> {
    /// It holds what was asked for.
    Good(T),
    /// The server has nothing there, and says so.
    NoData(String),
    /// Asking again may help.
    Again(Trouble),
    /// Asking again won't help.
    Refused(String),
}

impl<T> Verdict<T> {
    /// What `judge` says of what was asked for, where it is there.
    pub(crate) fn and_then<U>(self, judge: impl FnOnce(T) -> Verdict<U>) -> Verdict<U> {
        match self {
            Self::Good(answer) => judge(answer),
            Self::NoData(reason) => Verdict::NoData(reason),
            Self::Again(trouble) => Verdict::Again(trouble),
            Self::Refused(reason) => Verdict::Refused(reason),
        }
    }
}

/// A passing trouble.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trouble {
    /// What happened.
    pub reason: String,
    /// How long the server asked us to stay away.
    pub retry_after: Option<Duration>,
    /// True if it is about this machine and not about this request, so that all requests have to wait.
    pub rate_limited: bool,
}

impl Trouble {
    /// A trouble of one request that names no time.
    pub(crate) fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), retry_after: None, rate_limited: false }
    }
}

/// The trouble that an answer of `server`, arrived at `now`, tells whatever was asked for: too many requests, or a server
/// that is out of order. `None` for every other answer.
///
/// The status is not enough: "Too Many Requests" comes with 200 too.
pub(crate) fn passing(server: &str, answer: Answer<'_>, now: DateTime<Utc>) -> Option<Trouble> {
    const SHORT: usize = 400;
    let retry_after = answer.retry_after.and_then(|value| wait(value, now));
    let status = answer.status;
    let says_too_many = answer.body.len() < SHORT && answer.body.contains("Too Many Requests");
    if status == 429 || says_too_many {
        let reason = format!("{server} answered {status}: too many requests");
        return Some(Trouble { reason, retry_after, rate_limited: true });
    }
    let out_of_order = matches!(status, 408 | 425 | 500..=599);
    let reason = || format!("{server} answered {status}");
    out_of_order.then(|| Trouble { reason: reason(), retry_after, rate_limited: retry_after.is_some() })
}

/// The wait that a `Retry-After` header means, in seconds or as a date; `None` for anything else.
///
/// Two days stand for everything longer: no deadline is that far away.
fn wait(value: &str, now: DateTime<Utc>) -> Option<Duration> {
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

    fn trouble(status: u16, retry_after: Option<&str>, body: &str) -> Option<Trouble> {
        passing("yahoo", Answer { status, retry_after, body }, "2024-01-03T12:00:00Z".parse().unwrap())
    }

    #[test]
    fn too_many_requests_is_read_in_the_status_and_in_the_body() {
        for (status, body) in [(429, "<html>"), (200, "Too Many Requests\r\n"), (403, "Edge: Too Many Requests")] {
            assert!(trouble(status, None, body).unwrap().rate_limited, "{status} {body}");
        }
    }

    #[test]
    fn retry_after_is_read_as_seconds_and_as_a_date() {
        let after = |value: &str| trouble(429, Some(value), "").unwrap().retry_after;
        assert_eq!(after("30"), Some(Duration::from_secs(30)));
        assert_eq!(after("Wed, 03 Jan 2024 12:01:00 GMT"), Some(Duration::from_mins(1)));
        assert_eq!(after("Wed, 03 Jan 2024 11:00:00 GMT"), Some(Duration::ZERO));
        assert_eq!(after("soon"), None);
        assert_eq!(after("18446744073709551615"), Some(Duration::from_hours(48)));
        assert_eq!(trouble(503, Some("5"), "").unwrap().retry_after, Some(Duration::from_secs(5)));
    }

    #[test]
    fn a_server_out_of_order_is_passing_and_an_answer_is_not() {
        assert_eq!(trouble(502, None, "<html>").unwrap().reason, "yahoo answered 502");
        assert_eq!(trouble(520, None, "").unwrap().reason, "yahoo answered 520");
        for status in [200, 401, 403, 404] {
            assert_eq!(trouble(status, None, "<html>"), None, "{status}");
        }
    }
}
