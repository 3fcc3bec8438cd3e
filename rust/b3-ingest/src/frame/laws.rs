//! Tests of rows that are written and read back, and of the messages about what raw cannot hold.

use polars::prelude::{Column as PolarsColumn, DataFrame, Int64Chunked, Int128Chunked, IntoColumn, NewChunkedArray};

use b3_market::lake::Source;

use super::*;
use crate::bar::tests::bar;
use crate::bar::{Bar, RejectedBar};

/// A bar with a value in every column that may be null, and one without any.
fn bars() -> [Bar; 2] {
    let price = |text: &str| text.parse().unwrap();
    let full = Bar {
        bar_start: Some(1_731_070_800_000_000),
        open: price("36.10"),
        high: price("36.50"),
        low: price("35.999999"),
        turnover: Some("1234567.89".parse().unwrap()),
        trades: Some(17),
        isin: Some("BRPETRACNPR6".parse().unwrap()),
        market: Some(20),
        currency: "CR$".parse().unwrap(),
        distribution: Some(-180),
        specification: Some("PN  EJ  N2".parse().unwrap()),
        ..bar("PETR4", "36.25", 3_000_000_000)
    };
    [full, Bar { market: None, ..bar("VALE3", "60", 0) }]
}

fn written(frame: &DataFrame) -> bytes::Bytes {
    encode(frame).unwrap().into()
}

/// The frame with another column in the place of its own.
fn with(frame: &DataFrame, column: PolarsColumn) -> DataFrame {
    let mut frame = frame.clone();
    frame.with_column(column).unwrap();
    frame
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
    let frame = frame_of_bars(&bars(), Source::Cotahist).unwrap();
    let message = |column: PolarsColumn| bars_of_parquet("x", written(&with(&frame, column))).unwrap_err().to_string();
    let texts = |name: &str, values: [Option<&str>; 2]| PolarsColumn::new(name.into(), values);
    assert_eq!(message(texts("ticker", [Some("PETR4"), None])), "x: row 1, column ticker: is null");
    assert!(
        message(texts("ticker", [Some("PETR4"), Some("vale3")]))
            .starts_with("x: row 1, column ticker: invalid ticker 'vale3'")
    );
    assert!(message(texts("isin", [None, Some("BRPETRACNPR6X")])).starts_with("x: row 1, column isin: "));
    assert_eq!(message(texts("currency", [Some("BRL"), None])), "x: row 1, column currency: is null");
    let volume = Int64Chunked::from_iter_options("volume".into(), [Some(1), None].into_iter()).into_column();
    assert_eq!(message(volume), "x: row 1, column volume: is null");
    for name in ["open", "high", "low", "close"] {
        let prices = Int128Chunked::from_iter_options(name.into(), [None, Some(1_i128)].into_iter());
        let prices = prices.into_decimal(18, 6).unwrap().into_column();
        let expected = format!("x: row 0, column {name}: is null");
        assert_eq!(message(prices.clone()), expected);
        if name == "close" {
            let refused = closes_of_parquet("x", written(&with(&frame, prices))).unwrap_err().to_string();
            assert_eq!(refused, expected);
        }
    }
    let wide = Int128Chunked::from_iter_options("turnover".into(), [Some(10_i128.pow(19)), None].into_iter());
    let wide = wide.into_decimal(20, 2).unwrap().into_column();
    assert_eq!(message(wide), "x: column turnover overflows 64 bits");
    let closes = closes_of_parquet("x", written(&with(&frame, texts("ticker", [None, Some("VALE3")]))));
    assert_eq!(closes.unwrap_err().to_string(), "x: row 0, column ticker: is null");
}
