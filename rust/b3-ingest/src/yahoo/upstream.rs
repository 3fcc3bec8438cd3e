//! Yahoo as a server: its address, and what its answers are good for.

use tokio::time::Instant;

use super::answer::{self, Answer, NoChart};
use crate::IngestError;
use crate::web::{self, Client, Limits, Server, Trouble, Verdict};

/// Yahoo's own address.
pub(super) const YAHOO: &str = "https://query1.finance.yahoo.com";

/// How a question ended.
pub(super) type Reply = web::Reply<Answer>;

/// The server behind all requests of a run.
#[derive(Debug, Clone)]
pub(super) struct Upstream {
    client: Client,
}

impl Upstream {
    /// Yahoo, or a server in its place, at `base`.
    ///
    /// # Errors
    /// Those of [`Client::new`].
    pub(super) fn new(base: &str, limits: Limits) -> Result<Self, IngestError> {
        let server = Server { name: "yahoo", address: YAHOO, subject: "ticker" };
        Ok(Self { client: Client::new(server, base, limits)? })
    }

    /// Said of a ticker whose time is up.
    pub(super) fn late(&self) -> String {
        self.client.late()
    }

    /// The answer to `path_and_query`, which is about `symbol`; asked for again after every passing trouble until
    /// `deadline`.
    pub(super) async fn ask(&self, path_and_query: &str, symbol: &str, deadline: Instant) -> Reply {
        self.client.ask(path_and_query, deadline, |answer| judge(answer, symbol)).await
    }
}

/// Judges an answer about `symbol`. Yahoo sends HTML with 200, and its reasons for a 4xx as JSON.
fn judge(answer: web::Answer<'_>, symbol: &str) -> Verdict<Answer> {
    let status = answer.status;
    match (status, answer::read(answer.body, symbol)) {
        (200, Ok(chart)) => Verdict::Good(chart),
        (200, Err(NoChart::Broken(reason))) => {
            Verdict::Again(Trouble::new(format!("yahoo answered 200 with {reason}")))
        }
        (404, Ok(_) | Err(NoChart::Broken(_))) => Verdict::Refused(format!("yahoo answered 404: it knows no {symbol}")),
        (_, Ok(_) | Err(NoChart::Broken(_))) => Verdict::Refused(format!("yahoo answered {status}")),
        (_, Err(NoChart::NoData(reason))) => Verdict::NoData(reason),
        (_, Err(NoChart::Refused(reason))) => Verdict::Refused(reason),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(status: u16, body: &str) -> Verdict<Answer> {
        judge(web::Answer { status, retry_after: None, body }, "PETR4.SA")
    }

    fn trouble(verdict: Verdict<Answer>) -> Trouble {
        match verdict {
            Verdict::Again(trouble) => trouble,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_broken_body_with_200_is_asked_for_again() {
        assert_eq!(
            trouble(judged(200, "<!doctype html>")).reason,
            "yahoo answered 200 with html where json was expected"
        );
        assert!(trouble(judged(200, r#"{"chart":{"res"#)).reason.contains("cut or malformed"));
    }

    #[test]
    fn an_unknown_symbol_is_not_asked_for_again() {
        let body = r#"{"chart":{"result":null,"error":{"code":"Not Found","description":"No data found, symbol may be delisted"}}}"#;
        let reason = "yahoo answered Not Found: No data found, symbol may be delisted";
        assert_eq!(judged(404, body), Verdict::Refused(reason.to_owned()));
        assert_eq!(judged(404, "<html>"), Verdict::Refused("yahoo answered 404: it knows no PETR4.SA".to_owned()));
        assert_eq!(judged(401, "Unauthorized"), Verdict::Refused("yahoo answered 401".to_owned()));
    }
}
