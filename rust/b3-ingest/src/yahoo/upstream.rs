//! Yahoo's address, and the classification of its responses.

use super::chart::{self, Chart};
use crate::web::{AttemptError, Classified, HttpResponse, NoContent, RetryReason, Server};

/// Yahoo's own address.
pub(super) const YAHOO: &str = "https://query1.finance.yahoo.com";

/// What messages say of Yahoo.
pub(super) const SERVER_NAMES: Server = Server { name: "yahoo", address: YAHOO, subject: "ticker" };

/// Classifies a response about `symbol`; [`Client`](crate::web::Client) has already classified
/// those with a temporary error. Yahoo sends HTML with status 200, and its reasons for a 4xx as
/// JSON.
pub(super) fn classify(response: HttpResponse<'_>, symbol: &str) -> Classified<Chart> {
    let status = response.status;
    let no_content = match (status, chart::read(response.body, symbol)) {
        (200, Ok(chart)) => return Ok(chart),
        (200, Err(AttemptError::Transient(RetryReason { reason, .. }))) => {
            return Err(AttemptError::transient(format!("yahoo answered 200 with {reason}")));
        }
        (404, Ok(_) | Err(AttemptError::Transient(_))) => {
            NoContent::Failed(format!("yahoo answered 404: it knows no {symbol}"))
        }
        (_, Ok(_) | Err(AttemptError::Transient(_))) => NoContent::Failed(format!("yahoo answered {status}")),
        (_, Err(AttemptError::Permanent(no_content))) => no_content,
    };
    Err(no_content.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(status: u16, body: &str) -> AttemptError<NoContent> {
        classify(HttpResponse { status, retry_after: None, body }, "PETR4.SA").unwrap_err()
    }

    #[test]
    fn a_broken_body_with_200_is_asked_for_again() {
        let expected = AttemptError::transient("yahoo answered 200 with html where json was expected");
        assert_eq!(error(200, "<!doctype html>"), expected);
    }

    #[test]
    fn an_unknown_symbol_is_not_asked_for_again() {
        let body = r#"{"chart":{"result":null,"error":{"code":"Not Found","description":"No data found, symbol may be delisted"}}}"#;
        for (status, body, reason) in [
            (404, body, "yahoo answered Not Found: No data found, symbol may be delisted"),
            (404, "<html>", "yahoo answered 404: it knows no PETR4.SA"),
            (401, "Unauthorized", "yahoo answered 401"),
        ] {
            assert_eq!(error(status, body), NoContent::Failed(reason.to_owned()).into());
        }
    }
}
