//! Tests of rows that are written and read back, and of the messages about what raw cannot hold.

use b3_market::Money;
use b3_market::lake::Source;
use b3_market::lake::columns::{MONEY, PRICE};
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

/// The rows with a space between values, which are as stored: instants in microseconds, decimals
/// unscaled.
pub(crate) fn lines(frame: &DataFrame) -> Vec<String> {
    let columns: Vec<_> = frame.columns().iter().map(PolarsColumn::to_physical_repr).collect();
    let value = |row| move |column: &PolarsColumn| column.get(row).unwrap().to_string();
    (0..frame.height())
        .map(|row| columns.iter().map(value(row)).collect::<Vec<_>>().join(" ").replace('"', ""))
        .collect()
}

fn error_of_bars(column: PolarsColumn) -> String {
    raw_of_parquet("x", object_with(column)).unwrap_err().to_string()
}

fn error_of_closes(column: PolarsColumn) -> String {
    closes_of_parquet("x", object_with(column)).unwrap_err().to_string()
}

#[test]
fn rows_are_read_as_they_were_written() {
    let frame = frame_of_bars(&bars(), Source::Cotahist).unwrap();
    let found = raw_of_parquet("x", written(&frame)).unwrap();
    assert!(found.equals_missing(&frame));
    let full = "PETR4 1731070800000000 36100000 36500000 35999999 36250000 3000000000 123456789 17 BRPETRACNPR6 20 \
                CR$ 180 PN  EJ  N2 cotahist";
    let sparse = "VALE3 null 60000000 60000000 60000000 60000000 0 null null null null BRL null null cotahist";
    assert_eq!(lines(&found), [full, sparse]);
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
    let found = rejected_of_parquet("x", written(&frame)).unwrap();
    assert!(found.equals_missing(&frame));
}

#[test]
fn closes_are_read_from_objects_that_lack_the_later_columns() {
    let frame = frame_of_bars(&bars(), Source::Cotahist).unwrap();
    let older = frame.drop_many(["currency", "distribution", "specification"]);
    let closes = closes_of_parquet("x", written(&older)).unwrap();
    let expected = bars().map(|Bar { ticker, market, close, .. }| Close { ticker, market, close });
    assert_eq!(closes, expected);
    let refused = raw_of_parquet("x", written(&older)).unwrap_err().to_string();
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
    let first_null = |name| decimals(name, PRICE, [None, Some(1_i128)].into_iter()).unwrap();
    for name in ["open", "high", "low", "close"] {
        assert_eq!(error_of_bars(first_null(name)), format!("x: row 0, column {name}: is null"));
    }
    assert_eq!(error_of_closes(first_null("close")), "x: row 0, column close: is null");
    let tickers = text("ticker", [None, Some("VALE3")].into_iter());
    assert_eq!(error_of_closes(tickers), "x: row 0, column ticker: is null");
    let cents = [None, Some(10_i128.pow(19))]; // 64 bits hold up to 9.2 * 10^18
    let turnovers = decimals("turnover", MONEY, cents.into_iter()).unwrap();
    assert_eq!(error_of_bars(turnovers), "x: row 1, column turnover: overflows 64 bits");
    let sources = text("source", [None, Some("yahoo")].into_iter());
    assert_eq!(error_of_bars(sources), "x: row 0, column source: is null");
}
