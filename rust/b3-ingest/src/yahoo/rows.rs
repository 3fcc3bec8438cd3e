//! Yahoo's rows joined with the client library's candles.

use b3_market::Price;
use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use yfinance_rs::Candle;

use super::chart::{Chart, FIELDS, ObservedRow};
use super::interval::Interval;
use super::session_date::trade_date;

/// A row with Yahoo's prices: adjusted for splits, with the digits of a float.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    /// The timestamp as sent.
    pub stamp: DateTime<Utc>,
    /// The exchange's date, which need not be a session.
    pub trade_date: NaiveDate,
    /// Open, high, low, close; `None` for what is no number, or too large.
    pub prices: [Option<Decimal>; 4],
    /// Shares; `None` for what is no whole number, or is negative.
    pub volume: Option<i64>,
    /// The reason why the row cannot be written.
    pub problem: Option<String>,
}

impl Row {
    /// Open, high, low and close as floats, to compare their sizes; `None` unless all are above
    /// zero and the row has no problem.
    pub(super) fn prices_unless_problem(&self) -> Option<[f64; 4]> {
        let floats = self.prices.map(|price| price.and_then(|price| price.to_f64()).unwrap_or(0.0));
        (self.problem.is_none() && floats.iter().all(|price| *price > 0.0)).then_some(floats)
    }
}

/// Every row of `chart` sorted by time, with a problem if `candles`, which are in the order of the
/// chart, lack it or differ.
///
/// # Errors
/// The reason, if the library returned a row that Yahoo did not send.
pub(super) fn rows(chart: &Chart, candles: &[Candle], interval: Interval) -> Result<Vec<Row>, String> {
    let mut candles = candles.iter().peekable();
    let mut rows = Vec::with_capacity(chart.rows.len());
    for observed in &chart.rows {
        // Two rows may have one stamp. The library leaves out a row with a null, so that the candle
        // of the stamp is then the other row's.
        let has_null = observed.prices.contains(&None);
        let candle = candles.next_if(|candle| !has_null && candle.ts == observed.stamp);
        rows.push(row(trade_date(observed.stamp, interval), observed, candle));
    }
    if let Some(candle) = candles.next() {
        return Err(format!("the client library returned a row of {} that yahoo did not send", candle.ts));
    }
    rows.sort_by_key(|row| row.stamp);
    Ok(rows)
}

fn row(trade_date: NaiveDate, observed: &ObservedRow, candle: Option<&Candle>) -> Row {
    let sent = observed.prices.map(|price| price.and_then(|price| Decimal::try_from(price).ok()));
    let problem = observed.problem.clone().or_else(|| match candle {
        None => Some("the client library left the row out without a reason".to_owned()),
        Some(candle) => difference(&sent, candle),
    });
    Row { stamp: observed.stamp, trade_date, prices: sent, volume: observed.volume, problem }
}

/// The problem if the library changed the currency or a price.
fn difference(sent: &[Option<Decimal>; 4], candle: &Candle) -> Option<String> {
    if candle.currency.code() != "BRL" {
        return Some(format!("the client library took it for {}, expected BRL", candle.currency.code()));
    }
    let read =
        [&candle.ohlc.open, &candle.ohlc.high, &candle.ohlc.low, &candle.ohlc.close].map(|price| *price.as_decimal());
    let changed = FIELDS.iter().zip(sent).zip(read).find(|((_, sent), read)| **sent != Some(*read));
    changed.map(|((field, sent), read)| {
        format!("the client library read the {field} as {read}, yahoo sent {}", sent.unwrap_or_default())
    })
}

/// A price as text for a message, with at most six decimals.
pub(super) fn shown(price: f64) -> String {
    Decimal::try_from(price)
        .map_or_else(|_| price.to_string(), |price| price.round_dp(Price::SCALE).normalize().to_string())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use yfinance_rs::{Currency, Ohlc, PriceAmount};

    /// A daily row of `date` with `price` for all prices and 100 shares.
    pub(in crate::yahoo) fn flat(date: &str, price: f64) -> Row {
        let price = Decimal::try_from(price).ok();
        Row {
            stamp: format!("{date}T13:00:00Z").parse().unwrap(),
            trade_date: date.parse().unwrap(),
            prices: [price; 4],
            volume: Some(100),
            problem: None,
        }
    }

    fn observed(stamp: i64, price: Option<f64>) -> ObservedRow {
        let problem = price.is_none().then(|| "open is null".to_owned());
        let stamp = DateTime::from_timestamp(stamp, 0).unwrap();
        ObservedRow { stamp, prices: [price; 4], volume: Some(1), problem }
    }

    fn candle(stamp: i64, price: f64, currency: &str) -> Candle {
        let price = PriceAmount::new(Decimal::try_from(price).unwrap());
        let ohlc = Ohlc::new(price.clone(), price.clone(), price.clone(), price);
        Candle::new(DateTime::from_timestamp(stamp, 0).unwrap(), Currency::try_from_str(currency).unwrap(), ohlc)
    }

    fn problems_of(observed: Vec<ObservedRow>, candles: &[Candle]) -> Result<Vec<Option<String>>, String> {
        let chart = Chart { rows: observed, undated: Vec::new(), body: String::new() };
        let rows = rows(&chart, candles, Interval::Day)?;
        Ok(rows.into_iter().map(|row| row.problem).collect())
    }

    #[test]
    fn a_row_that_the_library_drops_is_found_whatever_the_reason() {
        let problems = problems_of(
            vec![observed(1, Some(1.5)), observed(2, None), observed(3, Some(2.5)), observed(4, Some(3.5))],
            &[candle(1, 1.5, "BRL"), candle(4, 3.5, "BRL")],
        );
        let lost = Some("the client library left the row out without a reason".to_owned());
        assert_eq!(problems.unwrap(), [None, Some("open is null".to_owned()), lost, None]);
    }

    #[test]
    fn a_price_or_currency_that_the_library_changes_is_found() {
        let problems = problems_of(vec![observed(1, Some(1.5))], &[candle(1, 1.25, "BRL")]).unwrap();
        assert_eq!(problems[0].as_deref(), Some("the client library read the open as 1.25, yahoo sent 1.5"));
        let problems = problems_of(vec![observed(1, Some(1.5))], &[candle(1, 1.5, "USD")]).unwrap();
        assert_eq!(problems[0].as_deref(), Some("the client library took it for USD, expected BRL"));
    }

    #[test]
    fn a_row_that_yahoo_did_not_send_stops_the_ticker() {
        let error = problems_of(vec![], &[candle(1, 1.5, "BRL")]).unwrap_err();
        assert_eq!(error, "the client library returned a row of 1970-01-01 00:00:01 UTC that yahoo did not send");
    }
}
