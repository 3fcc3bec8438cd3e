//! What to do with an HTTP answer.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::answer::{self, Answer, NoChart};

/// What an answer is good for.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Verdict {
    /// A chart.
    Chart(Answer),
    /// Yahoo has no bars there, and says so.
    NoData(String),
    /// Asking again may help.
    Again(Trouble),
    /// Asking again won't help.
    Refused(String),
}

/// A passing trouble.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trouble {
    /// What happened.
    pub reason: String,
    /// How long Yahoo asked us to stay away.
    pub retry_after: Option<Duration>,
    /// True if it is about this machine and not about this request, so that all requests have to wait.
    pub rate_limited: bool,
}

impl Trouble {
    /// A trouble of one request that names no time.
    pub(super) fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), retry_after: None, rate_limited: false }
    }
}

/// Judges an answer of `status` about `symbol` that arrived at `now`.
///
/// The status is not enough: Yahoo sends HTML and "Too Many Requests" with 200, and its reasons for a 4xx as JSON.
pub(super) fn judge(status: u16, retry_after: Option<&str>, body: &str, symbol: &str, now: DateTime<Utc>) -> Verdict {
    const SHORT: usize = 400;
    let retry_after = retry_after.and_then(|value| wait(value, now));
    let says_too_many = body.len() < SHORT && body.contains("Too Many Requests");
    if status == 429 || says_too_many {
        let reason = format!("yahoo answered {status}: too many requests");
        return Verdict::Again(Trouble { reason, retry_after, rate_limited: true });
    }
    if matches!(status, 408 | 425 | 500..=599) {
        let reason = format!("yahoo answered {status}");
        return Verdict::Again(Trouble { reason, retry_after, rate_limited: retry_after.is_some() });
    }
    match (status, answer::read(body, symbol)) {
        (200, Ok(chart)) => Verdict::Chart(chart),
        (200, Err(NoChart::Broken(reason))) => {
            Verdict::Again(Trouble::new(format!("yahoo answered 200 with {reason}")))
        }
        (404, Ok(_) | Err(NoChart::Broken(_))) => Verdict::Refused(format!("yahoo answered 404: it knows no {symbol}")),
        (_, Ok(_) | Err(NoChart::Broken(_))) => Verdict::Refused(format!("yahoo answered {status}")),
        (_, Err(NoChart::NoData(reason))) => Verdict::NoData(reason),
        (_, Err(NoChart::Refused(reason))) => Verdict::Refused(reason),
    }
}

/// The wait that a `Retry-After` header means, in seconds or as a date; `None` for anything else.
///
/// Two days stand for everything longer: no ticker's deadline is that far away.
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

    fn judged(status: u16, retry_after: Option<&str>, body: &str) -> Verdict {
        judge(status, retry_after, body, "PETR4.SA", "2024-01-03T12:00:00Z".parse().unwrap())
    }

    fn trouble(verdict: Verdict) -> Trouble {
        match verdict {
            Verdict::Again(trouble) => trouble,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn too_many_requests_is_heard_in_the_status_and_in_the_body() {
        for (status, body) in [(429, "<html>"), (200, "Too Many Requests\r\n"), (403, "Edge: Too Many Requests")] {
            assert!(trouble(judged(status, None, body)).rate_limited, "{status} {body}");
        }
    }

    #[test]
    fn retry_after_is_read_as_seconds_and_as_a_date() {
        let after = |value: &str| trouble(judged(429, Some(value), "")).retry_after;
        assert_eq!(after("30"), Some(Duration::from_secs(30)));
        assert_eq!(after("Wed, 03 Jan 2024 12:01:00 GMT"), Some(Duration::from_mins(1)));
        assert_eq!(after("Wed, 03 Jan 2024 11:00:00 GMT"), Some(Duration::ZERO));
        assert_eq!(after("soon"), None);
        assert_eq!(after("18446744073709551615"), Some(Duration::from_hours(48)));
        assert_eq!(trouble(judged(503, Some("5"), "")).retry_after, Some(Duration::from_secs(5)));
    }

    #[test]
    fn a_broken_body_with_200_is_asked_for_again() {
        assert_eq!(
            trouble(judged(200, None, "<!doctype html>")).reason,
            "yahoo answered 200 with html where json was expected"
        );
        assert!(trouble(judged(200, None, r#"{"chart":{"res"#)).reason.contains("cut or malformed"));
        assert_eq!(trouble(judged(502, None, "<html>")).reason, "yahoo answered 502");
    }

    #[test]
    fn an_unknown_symbol_is_not_asked_for_again() {
        let body = r#"{"chart":{"result":null,"error":{"code":"Not Found","description":"No data found, symbol may be delisted"}}}"#;
        let reason = "yahoo answered Not Found: No data found, symbol may be delisted";
        assert_eq!(judged(404, None, body), Verdict::Refused(reason.to_owned()));
        assert_eq!(
            judged(404, None, "<html>"),
            Verdict::Refused("yahoo answered 404: it knows no PETR4.SA".to_owned())
        );
        assert_eq!(judged(401, None, "Unauthorized"), Verdict::Refused("yahoo answered 401".to_owned()));
    }
}
