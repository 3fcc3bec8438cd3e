//! Conversion of rows to the columns of a Polars frame.

use b3_market::lake::Source;
use b3_market::{Currency, Money, Price};
use b3_market::{Isin, Specification};
use polars::prelude::{
    Column, DataFrame, Int16Chunked, Int64Chunked, Int128Chunked, IntoColumn, NewChunkedArray, PlSmallStr,
    PolarsResult, StringChunked, TimeUnit, TimeZone,
};

use crate::bar::{Bar, RejectedBar};

/// The columns of raw for these rows.
///
/// # Errors
/// Polars' error if a price or turnover has more digits than its column.
pub fn frame_of_bars(bars: &[Bar], source: Source) -> PolarsResult<DataFrame> {
    let rows: Vec<_> = bars.iter().map(|bar| RejectedBar::new(bar, "")).collect();
    frame_of_rejected(&rows, source)?.drop("reason")
}

/// The columns of `raw_rejected/` for these rows.
///
/// # Errors
/// Polars' error if a price or turnover has more digits than its column.
pub fn frame_of_rejected(bars: &[RejectedBar], source: Source) -> PolarsResult<DataFrame> {
    DataFrame::new(
        bars.len(),
        vec![
            text("ticker", bars.iter().map(|bar| Some(bar.ticker.as_str()))),
            instants("bar_start", bars.iter().map(|bar| bar.bar_start)),
            prices("open", bars.iter().map(|bar| bar.open))?,
            prices("high", bars.iter().map(|bar| bar.high))?,
            prices("low", bars.iter().map(|bar| bar.low))?,
            prices("close", bars.iter().map(|bar| bar.close))?,
            longs("volume", bars.iter().map(|bar| bar.volume)),
            money("turnover", bars.iter().map(|bar| bar.turnover))?,
            longs("trades", bars.iter().map(|bar| bar.trades)),
            text("isin", bars.iter().map(|bar| bar.isin.as_ref().map(Isin::as_str))),
            shorts("market", bars.iter().map(|bar| bar.market)),
            text("currency", bars.iter().map(|bar| bar.currency.as_ref().map(Currency::as_str))),
            shorts("distribution", bars.iter().map(|bar| bar.distribution)),
            specifications(bars.iter().map(|bar| bar.specification.as_ref())),
            text("source", bars.iter().map(|_| Some(source.as_str()))),
            text("reason", bars.iter().map(|bar| Some(bar.reason.as_str()))),
        ],
    )
}

fn text<'a>(name: &'static str, values: impl Iterator<Item = Option<&'a str>>) -> Column {
    StringChunked::from_iter_options(PlSmallStr::from_static(name), values).into_column()
}

fn specifications<'a>(values: impl Iterator<Item = Option<&'a Specification>>) -> Column {
    let texts = values.map(|value| value.map(Specification::to_text));
    StringChunked::from_iter_options(PlSmallStr::from_static("specification"), texts).into_column()
}

fn longs(name: &'static str, values: impl Iterator<Item = Option<i64>>) -> Column {
    Int64Chunked::from_iter_options(PlSmallStr::from_static(name), values).into_column()
}

fn shorts(name: &'static str, values: impl Iterator<Item = Option<i16>>) -> Column {
    Int16Chunked::from_iter_options(PlSmallStr::from_static(name), values).into_column()
}

fn instants(name: &'static str, values: impl Iterator<Item = Option<i64>>) -> Column {
    Int64Chunked::from_iter_options(PlSmallStr::from_static(name), values)
        .into_datetime(TimeUnit::Microseconds, Some(TimeZone::UTC))
        .into_column()
}

fn prices(name: &'static str, values: impl Iterator<Item = Option<Price>>) -> PolarsResult<Column> {
    let unscaled = values.map(|value| value.map(|price| i128::from(price.unscaled())));
    let column = Int128Chunked::from_iter_options(PlSmallStr::from_static(name), unscaled);
    Ok(column.into_decimal(18, 6)?.into_column())
}

fn money(name: &'static str, values: impl Iterator<Item = Option<Money>>) -> PolarsResult<Column> {
    let cents = values.map(|value| value.map(|money| i128::from(money.cents())));
    let column = Int128Chunked::from_iter_options(PlSmallStr::from_static(name), cents);
    Ok(column.into_decimal(20, 2)?.into_column())
}
