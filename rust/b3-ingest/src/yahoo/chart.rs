//! Classification of Yahoo's chart responses, and their parsing, row by row, before yfinance-rs,
//! the client library, parses them.
//!
//! The library drops rows with a null and fails a whole ticker for one volume that is not an
//! integer. Here every row is checked first: its errors are recorded, and the body for the library
//! contains nothing that it cannot read.

use chrono::{DateTime, Utc};
use rust_decimal::prelude::ToPrimitive;
use serde_json::{Map, Value, json};

use crate::report::counted;
use crate::web::{AttemptError, Classified, HttpResponse, NoContent, RetryReason, json_in};

/// The fields of a quote, in the order of every array of four in this module.
pub(super) const FIELDS: [&str; 4] = ["open", "high", "low", "close"];

/// A usable chart.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Chart {
    /// Every row that Yahoo sent with a valid timestamp, in Yahoo's order.
    pub rows: Vec<ObservedRow>,
    /// A message for each row with an invalid timestamp, whose session is therefore unknown.
    pub undated: Vec<String>,
    /// The same chart as a body that the client library reads completely.
    pub body: String,
}

/// One row as sent.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ObservedRow {
    pub stamp: DateTime<Utc>,
    /// Open, high, low, close; `None` for what is no number.
    pub prices: [Option<f64>; 4],
    /// Shares; `None` for what is no whole number, or is negative.
    pub volume: Option<i64>,
    /// The errors that make the row unusable, such as `open is null, volume is null`.
    pub problem: Option<String>,
}

/// Classifies a response about `symbol`; [`Client`](crate::web::Client) has already classified
/// those with a temporary error.
pub(super) fn classify(response: HttpResponse<'_>, symbol: &str) -> Classified<Chart> {
    let status = response.status;
    match (status, read(response.body, symbol)) {
        (200, Ok(chart)) => Ok(chart),
        // Such as HTML.
        (200, Err(AttemptError::Transient(RetryReason { reason, .. }))) => {
            Err(broken(format!("yahoo answered 200 with {reason}")))
        }
        // Yahoo's own reason, as JSON; its status is 200 or a 4xx.
        (_, Err(AttemptError::Permanent(no_content))) => Err(no_content.into()),
        (404, _) => Err(refused(format!("yahoo answered 404: it knows no {symbol}"))),
        _ => Err(refused(format!("yahoo answered {status}"))),
    }
}

/// The chart in `body`, which must be about `symbol` and in BRL.
///
/// # Errors
/// [`AttemptError::Transient`] if the body is damaged, and another request may help; the others are
/// that Yahoo has no bars, or refuses, or that the response is not about this share of B3 in BRL.
fn read(body: &str, symbol: &str) -> Classified<Chart> {
    let mut envelope = json_in(body).map_err(broken)?;
    let chart = envelope.get("chart").ok_or_else(|| broken("json without \"chart\""))?;
    if let Some(error) = chart.get("error").filter(|error| !error.is_null()) {
        return Err(refusal(error));
    }
    let result = envelope.pointer_mut("/chart/result/0").ok_or_else(|| broken("a chart without a result"))?;
    let meta =
        result.get_mut("meta").filter(|meta| meta.is_object()).ok_or_else(|| broken("a chart without \"meta\""))?;
    check_identity(meta, symbol)?;
    let (rows, undated) = observed_rows(result)?;
    rewrite(result, &rows);
    Ok(Chart { rows, undated, body: envelope.to_string() })
}

fn broken(what: impl Into<String>) -> AttemptError<NoContent> {
    AttemptError::transient(what)
}

fn refused(reason: String) -> AttemptError<NoContent> {
    NoContent::Failed(reason).into()
}

fn refusal(error: &Value) -> AttemptError<NoContent> {
    let text = |key| error.get(key).and_then(Value::as_str).unwrap_or_default();
    let (code, description) = (text("code"), text("description"));
    let message = format!("yahoo answered {code}: {description}");
    if description.starts_with("Data doesn't exist") {
        NoContent::NoData(message).into()
    } else if code.eq_ignore_ascii_case("internal server error") {
        broken(format!("{code}: {description}"))
    } else {
        refused(message)
    }
}

/// Checks the symbol and the currency, so that a price in another currency or of another share is
/// never written as this share's price in BRL.
///
/// A chart without a currency is in BRL if it has a symbol or a time zone, which is then the
/// expected one, or names the exchange SAO. The currency is added, because the client library would
/// otherwise send requests to three other addresses to learn it.
fn check_identity(meta: &mut Value, symbol: &str) -> Classified<()> {
    const ZONE: &str = "America/Sao_Paulo";
    let text = |field: &str| meta.get(field).and_then(Value::as_str);
    for (field, expected) in [("symbol", symbol), ("currency", "BRL"), ("exchangeTimezoneName", ZONE)] {
        if let Some(found) = text(field).filter(|found| *found != expected) {
            return Err(refused(format!("the answer's {field} is '{found}', expected '{expected}'")));
        }
    }
    if text("currency").is_none() {
        let says_sao_paulo =
            text("symbol").or(text("exchangeTimezoneName")).is_some() || text("exchangeName") == Some("SAO");
        if !says_sao_paulo {
            return Err(refused("the answer names no currency and no exchange, expected BRL".to_owned()));
        }
        meta["currency"] = json!("BRL");
    }
    Ok(())
}

fn observed_rows(result: &Value) -> Classified<(Vec<ObservedRow>, Vec<String>)> {
    let array = |value: Option<&Value>, name: &str| match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Array(values)) => Ok(Some(values.clone())),
        Some(_) => Err(broken(format!("{name} is no array"))),
    };
    let stamps = array(result.get("timestamp"), "timestamp")?.unwrap_or_default();
    let quote = result.pointer("/indicators/quote/0");
    let column = |name: &str| -> Classified<Vec<Value>> {
        let values = array(quote.and_then(|quote| quote.get(name)), name)?;
        let values = values.unwrap_or_else(|| vec![Value::Null; stamps.len()]);
        if values.len() != stamps.len() {
            let (found, expected) = (counted(values.len(), "value"), counted(stamps.len(), "timestamp"));
            return Err(broken(format!("{found} of {name} for {expected}")));
        }
        Ok(values)
    };
    let prices = [column("open")?, column("high")?, column("low")?, column("close")?];
    let volumes = column("volume")?;
    let mut rows = Vec::with_capacity(stamps.len());
    let mut undated = Vec::new();
    for (index, stamp) in stamps.iter().enumerate() {
        let prices = prices.each_ref().map(|column| &column[index]);
        let seconds = whole_number(stamp).filter(|seconds| *seconds > 0);
        match seconds.and_then(|seconds| DateTime::from_timestamp(seconds, 0)) {
            Some(stamp) => rows.push(observed_row(stamp, prices, &volumes[index])),
            None => undated.push(format!("row {} has the timestamp {stamp}, expected seconds since 1970", index + 1)),
        }
    }
    Ok((rows, undated))
}

fn observed_row(stamp: DateTime<Utc>, prices: [&Value; 4], volume: &Value) -> ObservedRow {
    let mut problems: Vec<String> = Vec::new();
    for (field, value) in FIELDS.iter().zip(prices).filter(|(_, value)| !value.is_number()) {
        problems.push(format!("{field} is {value}"));
    }
    let shares = whole_number(volume).filter(|shares| *shares >= 0);
    if shares.is_none() {
        let expected = if volume.is_null() { "" } else { ", expected a whole number of shares" };
        problems.push(format!("volume is {volume}{expected}"));
    }
    ObservedRow {
        stamp,
        prices: prices.map(Value::as_f64),
        volume: shares,
        problem: (!problems.is_empty()).then(|| problems.join(", ")),
    }
}

/// The integer in a JSON number; a float such as `24043300.0` counts below 2^53, where it is exact.
fn whole_number(value: &Value) -> Option<i64> {
    let is_exact = |number: &f64| number.fract() == 0.0 && number.abs() < 2_f64.powi(53);
    value.as_i64().or_else(|| value.as_f64().filter(is_exact)?.to_i64())
}

/// Writes the rows back to the chart, as complete columns of numbers and nulls.
fn rewrite(result: &mut Value, rows: &[ObservedRow]) {
    let mut quote = Map::new();
    for (index, field) in FIELDS.iter().enumerate() {
        quote.insert((*field).to_owned(), rows.iter().map(|row| row.prices[index]).collect());
    }
    quote.insert("volume".to_owned(), rows.iter().map(|row| row.volume).collect());
    // Without adjclose, which is not used here: one invalid value in it would fail the ticker.
    result["indicators"] = json!({ "quote": [quote] });
    result["timestamp"] = rows.iter().map(|row| row.stamp.timestamp()).collect();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(stamps: &str, open: &str, close: &str, volume: &str) -> String {
        format!(
            r#"{{"chart":{{"error":null,"result":[{{"meta":{{"currency":"BRL","symbol":"PETR4.SA"}},"timestamp":{stamps},
            "indicators":{{"quote":[{{"open":{open},"high":{open},"low":{open},"close":{close},"volume":{volume}}}],
            "adjclose":[{{"adjclose":"odd"}}]}}}}]}}}}"#
        )
    }

    fn error_of(status: u16, body: &str) -> AttemptError<NoContent> {
        classify(HttpResponse { status, retry_after: None, body }, "PETR4.SA").unwrap_err()
    }

    fn problems(body: &str) -> Vec<Option<String>> {
        read(body, "PETR4.SA").unwrap().rows.into_iter().map(|row| row.problem).collect()
    }

    #[test]
    fn a_whole_float_volume_is_read_and_a_negative_or_fractional_one_is_an_error_of_its_row() {
        let body = chart("[1,2,3,4]", "[1.5,1.5,1.5,1.5]", "[1.5,1.5,1.5,1.5]", "[24043300.0,-5,10.5,7]");
        let answer = read(&body, "PETR4.SA").unwrap();
        let volumes = answer.rows.iter().map(|row| row.volume);
        assert_eq!(volumes.collect::<Vec<_>>(), [Some(24_043_300), None, None, Some(7)]);
        let problem = |volume: &str| Some(format!("volume is {volume}, expected a whole number of shares"));
        assert_eq!(problems(&body), [None, problem("-5"), problem("10.5"), None]);
        assert!(answer.body.contains(r#""volume":[24043300,null,null,7]"#), "{}", answer.body);
        assert!(!answer.body.contains("adjclose"));
    }

    #[test]
    fn a_row_without_a_timestamp_is_reported_and_the_others_stay_aligned() {
        for stamp in ["null", "0", "-8334601228800"] {
            let body = chart(&format!("[1,{stamp},3]"), "[1.0,2.0,3.0]", "[1.0,2.0,3.0]", "[1,2,3]");
            let answer = read(&body, "PETR4.SA").unwrap();
            assert_eq!(answer.undated, [format!("row 2 has the timestamp {stamp}, expected seconds since 1970")]);
            assert_eq!(answer.rows[1].prices, [Some(3.0); 4]);
        }
    }

    #[test]
    fn what_is_no_chart_with_200_is_asked_for_again_and_says_what_it_was() {
        let cases = [
            ("<html>Too busy</html>", "html where json was expected"),
            ("{}", "json without \"chart\""),
            (r#"{"chart":{"result":null,"error":null}}"#, "a chart without a result"),
            (&chart("[1,2]", "[1.5]", "[1.5]", "[1]"), "1 value of open for 2 timestamps"),
        ];
        for (body, expected) in cases {
            assert_eq!(error_of(200, body), broken(format!("yahoo answered 200 with {expected}")), "{body}");
        }
    }

    #[test]
    fn another_share_or_currency_is_refused() {
        let body = chart("[1]", "[1.5]", "[1.5]", "[1]");
        let (dollars, silent) =
            (body.replace("BRL", "USD"), body.replace(r#""currency":"BRL","symbol":"PETR4.SA""#, ""));
        for (body, symbol, reason) in [
            (&body, "VALE3.SA", "the answer's symbol is 'PETR4.SA', expected 'VALE3.SA'"),
            (&dollars, "PETR4.SA", "the answer's currency is 'USD', expected 'BRL'"),
            (&silent, "PETR4.SA", "the answer names no currency and no exchange, expected BRL"),
        ] {
            assert_eq!(read(body, symbol), Err(refused(reason.to_owned())));
        }
    }

    #[test]
    fn a_listing_in_sao_paulo_needs_no_currency_to_be_in_brl() {
        let listing = r#""currency":"BRL","symbol":"PETR4.SA""#;
        let body = chart("[1]", "[1.5]", "[1.5]", "[1]").replace(listing, r#""exchangeName":"SAO""#);
        assert!(read(&body, "PETR4.SA").unwrap().body.contains(r#""currency":"BRL""#));
    }

    #[test]
    fn an_error_of_yahoo_is_no_data_a_refusal_or_broken() {
        let error = |code: &str, description: &str| {
            let body = json!({"chart": {"result": null, "error": {"code": code, "description": description}}});
            read(&body.to_string(), "PETR4.SA")
        };
        let no_data = "yahoo answered Bad Request: Data doesn't exist for startDate = 1".to_owned();
        assert_eq!(
            error("Bad Request", "Data doesn't exist for startDate = 1"),
            Err(NoContent::NoData(no_data).into())
        );
        let delisted = "yahoo answered Not Found: No data found, symbol may be delisted".to_owned();
        assert_eq!(error("Not Found", "No data found, symbol may be delisted"), Err(refused(delisted)));
        assert_eq!(error("Internal Server Error", ""), Err(broken("Internal Server Error: ")));
    }

    #[test]
    fn an_unknown_symbol_is_not_asked_for_again() {
        let body = r#"{"chart":{"result":null,"error":{"code":"Not Found","description":"No data found, symbol may be delisted"}}}"#;
        for (status, body, reason) in [
            (404, body, "yahoo answered Not Found: No data found, symbol may be delisted"),
            (404, "<html>", "yahoo answered 404: it knows no PETR4.SA"),
            (401, "Unauthorized", "yahoo answered 401"),
        ] {
            assert_eq!(error_of(status, body), NoContent::Failed(reason.to_owned()).into());
        }
    }
}
