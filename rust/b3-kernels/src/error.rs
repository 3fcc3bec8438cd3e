//! The error type of this crate; each message is one line about a table, a value or an option.

use arrow::datatypes::DataType;
use arrow::error::ArrowError;

/// An error of this crate.
///
/// Rows are counted from 0, over all batches of the input.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A column that the kernel needs is not in the table.
    #[error("column {column}: not found, expected one of {found:?}")]
    MissingColumn {
        /// The column that was asked for.
        column: String,
        /// The columns that the table has.
        found: Vec<String>,
    },

    /// A column has a type that the kernel cannot read.
    #[error("column {column}: found {found}, expected {expected}")]
    ColumnType {
        /// The column.
        column: String,
        /// Its type.
        found: DataType,
        /// The accepted types.
        expected: &'static str,
    },

    /// A batch has another schema than the batches before it.
    #[error("column {column}: found {found} after {before} in an earlier batch, expected one type throughout")]
    SchemaChange {
        /// The column.
        column: String,
        /// Its type now, or `no such column`.
        found: String,
        /// Its type before, or `no such column`.
        before: String,
    },

    /// Names to rename that the table does not have.
    #[error("columns {unknown:?}: not found, expected some of {found:?}")]
    UnknownColumns {
        /// The unknown names, in the order of the mapping.
        unknown: Vec<String>,
        /// The columns that the table has.
        found: Vec<String>,
    },

    /// Names that more than one column would have.
    #[error("columns {clashing:?}: each would name more than one column, expected distinct names")]
    ClashingColumns {
        /// The names, in the order of the table.
        clashing: Vec<String>,
    },

    /// A value of a column that the kernel does not accept.
    #[error("column {column}, row {row}: found {value}, expected {expected}")]
    Value {
        /// The column.
        column: String,
        /// The row.
        row: usize,
        /// The value, as text.
        value: String,
        /// The accepted values.
        expected: &'static str,
    },

    /// An impossible value in the table of actions.
    #[error("actions, column {column}, row {row}: found {value}, expected {expected}")]
    Action {
        /// The column.
        column: &'static str,
        /// The row of the table of actions.
        row: usize,
        /// The value, as text.
        value: String,
        /// The accepted values.
        expected: &'static str,
    },

    /// A product of share events that does not fit its columns.
    #[error("the share events of {ticker} up to {date}, multiplied, do not fit 64-bit integers")]
    ShareRatio {
        /// The ticker.
        ticker: String,
        /// The date up to which events were multiplied.
        date: String,
    },

    /// A distribution that is not less than the close before its ex-date, so that no factor can
    /// adjust older prices.
    #[error("the distribution of {ticker} on {date}: found no less than the close before it, {close}, expected less")]
    Distribution {
        /// The ticker.
        ticker: String,
        /// The ex-date.
        date: String,
        /// The close, as traded.
        close: String,
    },

    /// A row that sorts before its predecessor in the stream.
    #[error("row {row}: found {found} after {before}, expected rows sorted by ticker, then trade_date")]
    Unsorted {
        /// The row.
        row: usize,
        /// Its key.
        found: String,
        /// The key of the row before it.
        before: String,
    },

    /// A second bar of one series and time.
    #[error("row {row} ({key}): duplicate key, expected one bar for each {expected}")]
    DuplicateKey {
        /// The row.
        row: usize,
        /// Its series and time.
        key: String,
        /// The key columns, and the option that accepts several bars.
        expected: String,
    },

    /// A bar that breaks a rule of the market.
    #[error("row {row} ({key}): {reason}, expected {expected}")]
    InvalidBar {
        /// The row.
        row: usize,
        /// Ticker and date.
        key: String,
        /// The rule that it breaks.
        reason: &'static str,
        /// The rule's condition.
        expected: &'static str,
    },

    /// An option with a value that it cannot take.
    #[error("{option}: found {found}, expected {expected}")]
    Option {
        /// The option's name.
        option: &'static str,
        /// What was given.
        found: String,
        /// The accepted values.
        expected: &'static str,
    },

    /// A result that its column cannot hold.
    #[error("column {column}: the result for {key} does not fit {expected}")]
    Overflow {
        /// The column.
        column: String,
        /// Ticker, and the date where there is one.
        key: String,
        /// The column's type.
        expected: DataType,
    },

    /// Arrow refused an operation, such as a cast of more than 2 GiB of text to Utf8.
    #[error(transparent)]
    Arrow(#[from] ArrowError),
}

impl Error {
    /// The error for a column whose type cannot be read.
    pub(crate) fn column_type(column: &str, found: &DataType, expected: &'static str) -> Self {
        Self::ColumnType { column: column.to_owned(), found: found.clone(), expected }
    }

    /// The error for a value that its column cannot hold.
    pub(crate) fn value(column: &str, row: usize, value: impl Into<String>, expected: &'static str) -> Self {
        Self::Value { column: column.to_owned(), row, value: value.into(), expected }
    }

    /// Whether the table's shape, rather than a value or an option, is at fault; the wheel raises
    /// such an error as `SchemaError`.
    #[must_use]
    pub fn is_schema(&self) -> bool {
        matches!(
            self,
            Self::MissingColumn { .. }
                | Self::ColumnType { .. }
                | Self::SchemaChange { .. }
                | Self::UnknownColumns { .. }
                | Self::ClashingColumns { .. }
        )
    }
}

/// The result of a kernel.
pub type Result<T> = std::result::Result<T, Error>;
