//! Conversion of Parquet objects to rows, for merging and comparing.

use b3_market::lake::columns::RAW;
use b3_market::{Money, Price, Ticker};
use bytes::Bytes;
use polars::prelude::{ChunkedArray, DataFrame, DataType, Int64Type, PolarsNumericType, StringChunked};

use super::{decode, rejected_schema, schema};
use crate::bar::{Bar, RejectedBar};
use crate::error::IngestError;

/// The rows of an object of raw.
///
/// # Errors
/// [`IngestError::Parquet`] naming `object` if it is not a Parquet file of raw's schema, and the
/// column and row of a null or a value that raw cannot hold.
pub fn bars_of_parquet(object: &str, bytes: Bytes) -> Result<Vec<Bar>, IngestError> {
    let rows = rows_of_frame(object, &decode(object, bytes, &schema(&RAW))?)?;
    let whole = |(row, values): (usize, RejectedBar)| {
        let required = |column: &str| wrong(object, column, row, "is null");
        Ok(Bar {
            ticker: values.ticker,
            bar_start: values.bar_start,
            open: values.open.ok_or_else(|| required("open"))?,
            high: values.high.ok_or_else(|| required("high"))?,
            low: values.low.ok_or_else(|| required("low"))?,
            close: values.close.ok_or_else(|| required("close"))?,
            volume: values.volume.ok_or_else(|| required("volume"))?,
            turnover: values.turnover,
            trades: values.trades,
            isin: values.isin,
            market: values.market,
            currency: values.currency.ok_or_else(|| required("currency"))?,
            distribution: values.distribution,
            specification: values.specification,
            forward_term: None,
        })
    };
    rows.into_iter().enumerate().map(whole).collect()
}

/// The rows of an object of `raw_rejected/`.
///
/// # Errors
/// Those of [`bars_of_parquet`], except that only the ticker must not be null.
pub fn rejected_of_parquet(object: &str, bytes: Bytes) -> Result<Vec<RejectedBar>, IngestError> {
    let frame = decode(object, bytes, &rejected_schema())?;
    let mut rows = rows_of_frame(object, &frame)?;
    let reasons = Text::of(object, &frame, "reason")?;
    for (row, values) in rows.iter_mut().enumerate() {
        reasons.get(row).unwrap_or_default().clone_into(&mut values.reason);
    }
    Ok(rows)
}

/// The columns that every version of raw has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Close {
    /// B3's code.
    pub ticker: Ticker,
    /// TPMERC.
    pub market: Option<i16>,
    /// Last price.
    pub close: Price,
}

/// The closes of an object of raw, which may have been written before raw had all its columns.
///
/// # Errors
/// Those of [`bars_of_parquet`] for these columns.
pub fn closes_of_parquet(object: &str, bytes: Bytes) -> Result<Vec<Close>, IngestError> {
    let columns = RAW.iter().filter(|(name, _)| ["ticker", "market", "close"].contains(name));
    let frame = decode(object, bytes, &schema(columns))?;
    let tickers = Text::of(object, &frame, "ticker")?;
    let (markets, closes) = (integers(object, &frame, "market")?, integers(object, &frame, "close")?);
    (0..frame.height())
        .map(|row| {
            let ticker = tickers.get(row).ok_or_else(|| wrong(object, "ticker", row, "is null"))?;
            Ok(Close {
                ticker: parsed(object, "ticker", row, ticker)?,
                market: short(markets[row]),
                close: Price::from_unscaled(closes[row].ok_or_else(|| wrong(object, "close", row, "is null"))?),
            })
        })
        .collect()
}

fn rows_of_frame(object: &str, frame: &DataFrame) -> Result<Vec<RejectedBar>, IngestError> {
    let (tickers, isins) = (Text::of(object, frame, "ticker")?, Text::of(object, frame, "isin")?);
    let (currencies, specifications) =
        (Text::of(object, frame, "currency")?, Text::of(object, frame, "specification")?);
    let starts = integers(object, frame, "bar_start")?;
    let open = integers(object, frame, "open")?;
    let high = integers(object, frame, "high")?;
    let low = integers(object, frame, "low")?;
    let close = integers(object, frame, "close")?;
    let volume = integers(object, frame, "volume")?;
    let turnover = integers(object, frame, "turnover")?;
    let trades = integers(object, frame, "trades")?;
    let markets = integers(object, frame, "market")?;
    let distributions = integers(object, frame, "distribution")?;
    (0..frame.height())
        .map(|row| {
            let ticker = tickers.get(row).ok_or_else(|| wrong(object, "ticker", row, "is null"))?;
            Ok(RejectedBar {
                ticker: parsed(object, "ticker", row, ticker)?,
                bar_start: starts[row],
                open: open[row].map(Price::from_unscaled),
                high: high[row].map(Price::from_unscaled),
                low: low[row].map(Price::from_unscaled),
                close: close[row].map(Price::from_unscaled),
                volume: volume[row],
                turnover: turnover[row].map(Money::from_cents),
                trades: trades[row],
                isin: isins.parsed(object, "isin", row)?,
                market: short(markets[row]),
                currency: currencies.parsed(object, "currency", row)?,
                distribution: short(distributions[row]),
                specification: specifications.parsed(object, "specification", row)?,
                reason: String::new(),
            })
        })
        .collect()
}

/// A column of text.
struct Text(StringChunked);

impl Text {
    fn of(object: &str, frame: &DataFrame, column: &'static str) -> Result<Self, IngestError> {
        let found = frame.column(column).and_then(|values| values.str().cloned());
        found.map(|values| Self(values.rechunk().into_owned())).map_err(|error| unreadable(object, &error))
    }

    fn get(&self, row: usize) -> Option<&str> {
        self.0.get(row)
    }

    fn parsed<T>(&self, object: &str, column: &str, row: usize) -> Result<Option<T>, IngestError>
    where
        T: std::str::FromStr,
        T::Err: std::fmt::Display,
    {
        self.get(row).map(|text| parsed(object, column, row, text)).transpose()
    }
}

/// The integers under a column of integers, instants or decimals.
fn integers(object: &str, frame: &DataFrame, column: &'static str) -> Result<Vec<Option<i64>>, IngestError> {
    let values = frame.column(column).map_err(|error| unreadable(object, &error))?.to_physical_repr();
    let values = values.as_materialized_series();
    match values.dtype() {
        DataType::Int128 => values.i128().map(narrowed),
        DataType::Int16 => values.i16().map(narrowed),
        _ => values.i64().map(narrowed::<Int64Type>),
    }
    .map_err(|error| unreadable(object, &error))?
    .ok_or_else(|| IngestError::Parquet {
        object: object.to_owned(),
        reason: format!("column {column} overflows 64 bits"),
    })
}

/// A value as 16 bits.
fn short(value: Option<i64>) -> Option<i16> {
    value.and_then(|value| i16::try_from(value).ok())
}

/// The values as 64 bits, or `None` if one does not fit.
fn narrowed<T: PolarsNumericType>(values: &ChunkedArray<T>) -> Option<Vec<Option<i64>>>
where
    i64: TryFrom<T::Native>,
{
    values.iter().map(|value| value.map(|value| i64::try_from(value).ok().ok_or(())).transpose().ok()).collect()
}

fn parsed<T>(object: &str, column: &str, row: usize, text: &str) -> Result<T, IngestError>
where
    T: std::str::FromStr,
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|error: T::Err| wrong(object, column, row, &error.to_string()))
}

fn wrong(object: &str, column: &str, row: usize, what: &str) -> IngestError {
    IngestError::Parquet { object: object.to_owned(), reason: format!("row {row}, column {column}: {what}") }
}

fn unreadable(object: &str, error: &polars::prelude::PolarsError) -> IngestError {
    IngestError::Parquet { object: object.to_owned(), reason: error.to_string() }
}
