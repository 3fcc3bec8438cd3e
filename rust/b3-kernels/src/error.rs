//! The error type of this crate; each message is one line about a table, a value or an option.

use std::fmt::Display;

use arrow::datatypes::DataType;
use arrow::error::ArrowError;
use b3_market::calendar::day_text;

/// An error of this crate, by the exception that the wheel raises for it.
///
/// Rows are counted from 0, over all batches of the input.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The table's shape is at fault: a column that is missing, of another type, or named twice.
    #[error("{0}")]
    Schema(String),

    /// A value, a row or an option that the kernel does not accept.
    #[error("{0}")]
    Value(String),

    /// A result that its column cannot hold.
    #[error("{0}")]
    Overflow(String),

    /// Arrow refused an operation, such as a cast of more than 2 GiB of text to Utf8.
    #[error(transparent)]
    Arrow(#[from] ArrowError),
}

impl Error {
    /// The error for a column that is not among those of the table.
    pub(crate) fn missing_column(column: &str, found: &[String]) -> Self {
        Self::Schema(format!("column {column}: not found, expected one of {found:?}"))
    }

    /// The error for a column whose type cannot be read.
    pub(crate) fn column_type(column: &str, found: &DataType, expected: &str) -> Self {
        Self::Schema(format!("column {column}: found {found}, expected {expected}"))
    }

    /// The error for a column of text with bytes that are none.
    pub(crate) fn not_utf8(column: &str) -> Self {
        Self::Schema(format!("column {column}: found bytes that are not UTF-8, expected text"))
    }

    /// The error for a column of times whose days are not known, because its time zone is not.
    pub(crate) fn time_zone(column: &str, found: &str) -> Self {
        let expected = "one such as America/Sao_Paulo, UTC or -03:00";
        Self::Schema(format!("column {column}: found the time zone {found:?}, expected {expected}"))
    }

    /// The error for a column of another type than in the batches before.
    pub(crate) fn schema_change(column: &str, found: impl Display, before: impl Display) -> Self {
        let expected = "expected one type throughout";
        Self::Schema(format!("column {column}: found {found} after {before} in an earlier batch, {expected}"))
    }

    /// The error for a value of a column that the kernel does not accept.
    pub(crate) fn value(column: &str, row: usize, value: impl Display, expected: &str) -> Self {
        Self::Value(format!("column {column}, row {row}: found {value}, expected {expected}"))
    }

    /// The error for an option with a value that it cannot take.
    pub(crate) fn option(option: &str, found: impl Display, expected: &str) -> Self {
        Self::Value(format!("{option}: found {found}, expected {expected}"))
    }

    /// The error for a result that its column cannot hold; `key` is the ticker, and the date where
    /// there is one.
    pub(crate) fn overflow(column: &str, key: impl Display, expected: &DataType) -> Self {
        Self::Overflow(format!("column {column}: the result for {key} does not fit {expected}"))
    }

    /// The error for a product of the share events up to `day` that does not fit its columns.
    pub(crate) fn share_ratio(ticker: &str, day: i32) -> Self {
        let date = day_text(day);
        Self::Overflow(format!("the share events of {ticker} up to {date}, multiplied, do not fit 64-bit integers"))
    }
}

/// The result of a kernel.
pub type Result<T> = std::result::Result<T, Error>;
