//! Tests of rows that are written and read back, and of the messages about what raw cannot hold.

use b3_market::Money;
use b3_market::lake::Source;
use bytes::Bytes;
use polars::prelude::{Column as PolarsColumn, DataFrame};

use super::*;
use crate::bar::tests::bar;
use crate::bar::{Bar, RejectedBar};

/// A bar with a value in every column that may be null, and one without any.
fn bars() -> [Bar; 2] {
    let price = |text: &str| text.parse().unwrap();
    let full = Bar {
        bar_start: Some(1_731_070_800_000_000), // 2024-11-08T13:00:00Z
        open: price("36.10"),
        high: price("36.50"),
        low: price("35.999999"),
        turnover: Some(Money::from_cents(123_456_789)),
        trades: Some(17),
        isin: Some("BRPETRACNPR6".parse().unwrap()),
        market: Some(20),
        currency: "CR$".parse().unwrap(),
        distribution: Some(180),
        specification: Some("PN  EJ  N2".parse().unwrap()),
        ..bar("PETR4", "36.25", 3_000_000_000)
    };
    [full, Bar { market: None, ..bar("VALE3", "60", 0) }]
}

fn written(frame: &DataFrame) -> Bytes {
    encode(frame).unwrap().into()
}

/// The object of [`bars`] with `column` in the place of its own column of that name.
fn object_with(column: PolarsColumn) -> Bytes {
    let mut frame = frame_of_bars(&bars(), Source::Cotahist).unwrap();
    frame.with_column(column).unwrap();
    written(&frame)
}

fn error_of_bars(column: PolarsColumn) -> String {
    bars_of_parquet("x", object_with(column)).unwrap_err().to_string()
}

fn error_of_closes(column: PolarsColumn) -> String {
    closes_of_parquet("x", object_with(column)).unwrap_err().to_string()
}

#[test]
fn rows_are_read_as_they_were_written() {
    let frame = frame_of_bars(&bars(), Source::Cotahist).unwrap();
    assert_eq!(bars_of_parquet("x", written(&frame)).unwrap(), bars());
    let source = frame.column("source").unwrap().str().unwrap().get(1).map(str::to_owned);
    assert_eq!(source.as_deref(), Some("cotahist"));
    let [full, sparse] = bars().map(|bar| RejectedBar::new(&bar, "too low"));
    let empty = RejectedBar {
        open: None,
        high: None,
        low: None,
        close: None,
        volume: None,
        currency: None,
        reason: "a label".to_owned(),
        ..sparse.clone()
    };
    let rejected = [full, sparse, empty];
    let frame = frame_of_rejected(&rejected, Source::Yahoo).unwrap();
    assert_eq!(rejected_of_parquet("x", written(&frame)).unwrap(), rejected);
}

#[test]
fn closes_are_read_from_objects_that_lack_the_later_columns() {
    let frame = frame_of_bars(&bars(), Source::Cotahist).unwrap();
    let older = frame.drop_many(["currency", "distribution", "specification"]);
    let closes = closes_of_parquet("x", written(&older)).unwrap();
    let expected = bars().map(|Bar { ticker, market, close, .. }| Close { ticker, market, close });
    assert_eq!(closes, expected);
    let refused = bars_of_parquet("x", written(&older)).unwrap_err().to_string();
    assert!(
        refused.starts_with("x: column currency is missing, expected str; the object is older than this column"),
        "{refused}"
    );
}

#[test]
fn a_null_and_a_value_that_raw_cannot_hold_are_named_with_row_and_column() {
    let tickers = |second| text("ticker", [Some("PETR4"), second].into_iter());
    assert_eq!(error_of_bars(tickers(None)), "x: row 1, column ticker: is null");
    assert!(error_of_bars(tickers(Some("vale3"))).starts_with("x: row 1, column ticker: invalid ticker 'vale3'"));
    let isins = text("isin", [None, Some("BRPETRACNPR6X")].into_iter());
    assert!(error_of_bars(isins).starts_with("x: row 1, column isin: "));
    let currencies = text("currency", [Some("BRL"), None].into_iter());
    assert_eq!(error_of_bars(currencies), "x: row 1, column currency: is null");
    let volumes = longs("volume", [Some(1), None].into_iter());
    assert_eq!(error_of_bars(volumes), "x: row 1, column volume: is null");
    let first_null = |name| decimals(name, (18, 6), [None, Some(1_i128)].into_iter()).unwrap();
    for name in ["open", "high", "low", "close"] {
        assert_eq!(error_of_bars(first_null(name)), format!("x: row 0, column {name}: is null"));
    }
    assert_eq!(error_of_closes(first_null("close")), "x: row 0, column close: is null");
    let tickers = text("ticker", [None, Some("VALE3")].into_iter());
    assert_eq!(error_of_closes(tickers), "x: row 0, column ticker: is null");
    let cents = [None, Some(10_i128.pow(19))]; // 64 bits hold up to 9.2 * 10^18
    let turnovers = decimals("turnover", (20, 2), cents.into_iter()).unwrap();
    assert_eq!(error_of_bars(turnovers), "x: row 1, column turnover: overflows 64 bits");
}
