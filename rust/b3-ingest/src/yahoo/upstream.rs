//! Yahoo's address, and the classification of its responses.

use super::chart::{self, Chart, NoChart};
use crate::web::{HttpResponse, ResponseClass, RetryReason, Server};

/// Yahoo's own address.
pub(super) const YAHOO: &str = "https://query1.finance.yahoo.com";

/// What messages say of Yahoo.
pub(super) const SERVER_NAMES: Server = Server { name: "yahoo", address: YAHOO, subject: "ticker" };

/// Classifies a response about `symbol`; [`Client`](crate::web::Client) has already classified
/// those with a temporary error. Yahoo sends HTML with status 200, and its reasons for a 4xx as
/// JSON.
pub(super) fn classify(response: HttpResponse<'_>, symbol: &str) -> ResponseClass<Chart> {
    let status = response.status;
    match (status, chart::read(response.body, symbol)) {
        (200, Ok(chart)) => ResponseClass::Good(chart),
        (200, Err(NoChart::Broken(reason))) => {
            ResponseClass::Retry(RetryReason::new(format!("yahoo answered 200 with {reason}")))
        }
        (404, Ok(_) | Err(NoChart::Broken(_))) => {
            ResponseClass::Refused(format!("yahoo answered 404: it knows no {symbol}"))
        }
        (_, Ok(_) | Err(NoChart::Broken(_))) => ResponseClass::Refused(format!("yahoo answered {status}")),
        (_, Err(NoChart::NoData(reason))) => ResponseClass::NoData(reason),
        (_, Err(NoChart::Refused(reason))) => ResponseClass::Refused(reason),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classified(status: u16, body: &str) -> ResponseClass<Chart> {
        classify(HttpResponse { status, retry_after: None, body }, "PETR4.SA")
    }

    fn retry(class: ResponseClass<Chart>) -> RetryReason {
        match class {
            ResponseClass::Retry(retry) => retry,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_broken_body_with_200_is_asked_for_again() {
        assert_eq!(
            retry(classified(200, "<!doctype html>")).reason,
            "yahoo answered 200 with html where json was expected"
        );
        assert!(retry(classified(200, r#"{"chart":{"res"#)).reason.contains("cut or malformed"));
    }

    #[test]
    fn an_unknown_symbol_is_not_asked_for_again() {
        let body = r#"{"chart":{"result":null,"error":{"code":"Not Found","description":"No data found, symbol may be delisted"}}}"#;
        let reason = "yahoo answered Not Found: No data found, symbol may be delisted";
        assert_eq!(classified(404, body), ResponseClass::Refused(reason.to_owned()));
        assert_eq!(
            classified(404, "<html>"),
            ResponseClass::Refused("yahoo answered 404: it knows no PETR4.SA".to_owned())
        );
        assert_eq!(classified(401, "Unauthorized"), ResponseClass::Refused("yahoo answered 401".to_owned()));
    }
}
