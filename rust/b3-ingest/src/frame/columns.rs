//! Conversion of rows to the columns of a Polars frame.

use b3_market::lake::Source;
use b3_market::lake::columns::{DecimalType, MONEY, PRICE};
use b3_market::{Currency, Isin, Money, Price, Specification, Ticker};
use polars::prelude::{
    Column, DataFrame, Int16Chunked, Int64Chunked, Int128Chunked, IntoColumn, NewChunkedArray, PolarsResult,
    StringChunked, TimeUnit, TimeZone,
};

use crate::bar::{Bar, RejectedBar};

/// The columns of raw for these rows.
///
/// # Errors
/// Polars' error if a price has more digits than its column.
pub fn frame_of_bars(bars: &[Bar], source: Source) -> PolarsResult<DataFrame> {
    // The columns of raw are those of `raw_rejected/` without the reason.
    let rows: Vec<_> = bars.iter().map(|bar| RejectedBar::new(bar, "")).collect();
    frame_of_rejected(&rows, source)?.drop("reason")
}

/// The columns of `raw_rejected/` for these rows.
///
/// # Errors
/// Polars' error if a price has more digits than its column.
pub fn frame_of_rejected(bars: &[RejectedBar], source: Source) -> PolarsResult<DataFrame> {
    let price = |name, of: fn(&RejectedBar) -> Option<Price>| {
        decimals(name, PRICE, bars.iter().map(|bar| of(bar).map(Price::unscaled)))
    };
    let shorts = |name: &'static str, of: fn(&RejectedBar) -> Option<i16>| {
        Int16Chunked::from_iter_options(name.into(), bars.iter().map(of)).into_column()
    };
    let starts = Int64Chunked::from_iter_options("bar_start".into(), bars.iter().map(|bar| bar.bar_start));
    DataFrame::new(
        bars.len(),
        vec![
            text("ticker", bars.iter().map(|bar| Some(bar.ticker.as_str()))),
            starts.into_datetime(TimeUnit::Microseconds, Some(TimeZone::UTC)).into_column(),
            price("open", |bar| bar.open)?,
            price("high", |bar| bar.high)?,
            price("low", |bar| bar.low)?,
            price("close", |bar| bar.close)?,
            longs("volume", bars.iter().map(|bar| bar.volume)),
            decimals("turnover", MONEY, bars.iter().map(|bar| bar.turnover.map(Money::cents)))?,
            longs("trades", bars.iter().map(|bar| bar.trades)),
            text("isin", bars.iter().map(|bar| bar.isin.as_ref().map(Isin::as_str))),
            shorts("market", |bar| bar.market),
            text("currency", bars.iter().map(|bar| bar.currency.as_ref().map(Currency::as_str))),
            shorts("distribution", |bar| bar.distribution),
            text("specification", bars.iter().map(|bar| bar.specification.as_ref().map(Specification::to_text))),
            text("source", bars.iter().map(|_| Some(source.as_str()))),
            text("reason", bars.iter().map(|bar| Some(bar.reason.as_str()))),
        ],
    )
}

/// The column `ticker` with these tickers, to join with.
pub(crate) fn frame_of_tickers<'a>(tickers: impl IntoIterator<Item = &'a Ticker>) -> PolarsResult<DataFrame> {
    DataFrame::new_infer_height(vec![text("ticker", tickers.into_iter().map(|ticker| Some(ticker.as_str())))])
}

pub(crate) fn text<T: AsRef<str>>(name: &'static str, values: impl Iterator<Item = Option<T>>) -> Column {
    StringChunked::from_iter_options(name.into(), values).into_column()
}

pub(crate) fn longs(name: &'static str, values: impl Iterator<Item = Option<i64>>) -> Column {
    Int64Chunked::from_iter_options(name.into(), values).into_column()
}

/// Decimals from their unscaled values.
pub(crate) fn decimals<N: Into<i128>>(
    name: &'static str,
    DecimalType { precision, scale }: DecimalType,
    unscaled: impl Iterator<Item = Option<N>>,
) -> PolarsResult<Column> {
    let unscaled = unscaled.map(|value| value.map(Into::into));
    let column = Int128Chunked::from_iter_options(name.into(), unscaled);
    Ok(column.into_decimal(precision.into(), scale.into())?.into_column())
}
