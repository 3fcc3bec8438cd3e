//! Reading of Parquet objects: as frames whose values have been checked, and as typed values.

use std::fmt::Display;
use std::str::FromStr;

use b3_market::lake::columns::RAW;
use b3_market::{Currency, Isin, Price, Specification, Ticker};
use bytes::Bytes;
use polars::prelude::{Column, DataFrame, DataType, PolarsError, Schema, StringChunked};

use super::parquet::decode;
use super::{raw_schema, rejected_schema, schema};
use crate::error::IngestError;

/// The rows of an object of raw.
///
/// # Errors
/// [`IngestError::Parquet`] naming `object` if it is not a Parquet file of raw's schema, with the
/// column and row (from 0) if a required value is null, or a [`Bar`](crate::Bar) cannot hold the
/// value.
pub fn raw_of_parquet(object: &str, bytes: Bytes) -> Result<DataFrame, IngestError> {
    let columns = Columns::decode(object, bytes, &raw_schema())?;
    columns.check_values()?;
    for name in ["open", "high", "low", "close", "volume", "currency", "source"] {
        columns.check_not_null(name)?;
    }
    Ok(columns.frame)
}

/// The rows of an object of `raw_rejected/`.
///
/// # Errors
/// Those of [`raw_of_parquet`], except that only the ticker must not be null.
pub fn rejected_of_parquet(object: &str, bytes: Bytes) -> Result<DataFrame, IngestError> {
    let columns = Columns::decode(object, bytes, &rejected_schema())?;
    columns.check_values()?;
    Ok(columns.frame)
}

/// The close of one row of raw, with the columns that say what was quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Close {
    /// B3's code.
    pub ticker: Ticker,
    /// TPMERC, such as 10 for spot.
    pub market: Option<i16>,
    /// Last price.
    pub close: Price,
}

/// The closes of an object of raw. An object from before raw had all its columns is read too,
/// because a run that writes such a lake anew compares each session with earlier ones.
///
/// # Errors
/// Those of [`raw_of_parquet`] for these columns.
pub fn closes_of_parquet(object: &str, bytes: Bytes) -> Result<Vec<Close>, IngestError> {
    let in_every_version = RAW.iter().filter(|(name, _)| ["ticker", "market", "close"].contains(name));
    let columns = Columns::decode(object, bytes, &schema(in_every_version))?;
    let tickers = columns.texts("ticker")?;
    let (markets, closes) = (columns.integers("market")?, columns.integers("close")?);
    let close = |row: usize| {
        let close = closes[row].ok_or_else(|| columns.wrong("close", row, "is null"))?;
        let market = markets[row].and_then(|market| market.try_into().ok()); // a column of 16 bits
        Ok(Close { ticker: tickers.required(row)?, market, close: Price::from_unscaled(close) })
    };
    (0..columns.height()).map(close).collect()
}

/// The decoded columns of an object, and the object's name for errors.
pub(crate) struct Columns<'a> {
    object: &'a str,
    frame: DataFrame,
}

impl<'a> Columns<'a> {
    /// The columns of `schema` in an object.
    pub(crate) fn decode(object: &'a str, bytes: Bytes, schema: &Schema) -> Result<Self, IngestError> {
        Ok(Self { object, frame: decode(object, bytes, schema)? })
    }

    /// The number of rows.
    pub(crate) fn height(&self) -> usize {
        self.frame.height()
    }

    fn check_not_null(&self, name: &str) -> Result<(), IngestError> {
        let column = self.frame.column(name).map_err(|error| self.unreadable(&error))?;
        let first_null = column.is_null().first_true_idx();
        first_null.map_or(Ok(()), |row| Err(self.wrong(name, row, "is null")))
    }

    /// Checks that each row has a ticker, and that its other values are null or those of a bar.
    fn check_values(&self) -> Result<(), IngestError> {
        for name in ["open", "high", "low", "close", "turnover"] {
            self.integers(name)?; // each fits 64 bits
        }
        let (tickers, isins) = (self.texts("ticker")?, self.texts("isin")?);
        let (currencies, specifications) = (self.texts("currency")?, self.texts("specification")?);
        for row in 0..self.height() {
            tickers.required::<Ticker>(row)?;
            isins.parsed::<Isin>(row)?;
            currencies.parsed::<Currency>(row)?;
            specifications.parsed::<Specification>(row)?;
        }
        Ok(())
    }

    pub(crate) fn texts(&self, name: &'static str) -> Result<Texts<'_>, IngestError> {
        let found = self.frame.column(name).and_then(Column::str);
        let values = found.map_err(|error| self.unreadable(&error))?.rechunk().into_owned();
        Ok(Texts { columns: self, name, values })
    }

    /// The integers under a column of integers, instants (microseconds) or decimals (unscaled).
    pub(crate) fn integers(&self, name: &'static str) -> Result<Vec<Option<i64>>, IngestError> {
        let column = self.frame.column(name).and_then(|column| column.to_physical_repr().cast(&DataType::Int128));
        let column = column.map_err(|error| self.unreadable(&error))?;
        let values = column.i128().map_err(|error| self.unreadable(&error))?;
        let narrow = |(row, value): (usize, Option<i128>)| {
            value.map(i64::try_from).transpose().map_err(|_overflow| self.wrong(name, row, "overflows 64 bits"))
        };
        values.iter().enumerate().map(narrow).collect()
    }

    fn wrong(&self, column: &str, row: usize, what: &str) -> IngestError {
        IngestError::parquet(self.object, format!("row {row}, column {column}: {what}"))
    }

    fn unreadable(&self, error: &PolarsError) -> IngestError {
        IngestError::parquet(self.object, error)
    }
}

/// A column of text.
pub(crate) struct Texts<'a> {
    columns: &'a Columns<'a>,
    name: &'static str,
    values: StringChunked,
}

impl Texts<'_> {
    pub(crate) fn get(&self, row: usize) -> Option<&str> {
        self.values.get(row)
    }

    /// The value of a row that must not be null.
    ///
    /// # Errors
    /// The row with the null, or with text that is no such value.
    pub(crate) fn required<T: FromStr<Err: Display>>(&self, row: usize) -> Result<T, IngestError> {
        self.parsed(row)?.ok_or_else(|| self.columns.wrong(self.name, row, "is null"))
    }

    fn parsed<T: FromStr<Err: Display>>(&self, row: usize) -> Result<Option<T>, IngestError> {
        let parse =
            |text: &str| text.parse().map_err(|error: T::Err| self.columns.wrong(self.name, row, &error.to_string()));
        self.get(row).map(parse).transpose()
    }
}
