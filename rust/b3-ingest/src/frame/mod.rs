//! Raw's rows as Polars frames and Parquet files, and back.
//!
//! | column | type | null |
//! | --- | --- | --- |
//! | `ticker` | string | |
//! | `bar_start` | timestamp(us, UTC) | in daily bars |
//! | `open`, `high`, `low`, `close` | decimal(18,6) | |
//! | `volume` | int64 | |
//! | `turnover` | decimal(20,2) | where the source has none |
//! | `trades` | int64 | where the source has none |
//! | `isin` | string | where the source has none |
//! | `market` | int16 | where the source has none |
//! | `currency` | string | |
//! | `distribution` | int16 | where the source has none |
//! | `specification` | string | where the source has none |
//! | `source` | string | |
//!
//! Rows of `raw_rejected/` have the same columns, all nullable except the ticker, and `reason`.

mod columns;
mod outdated;
mod parquet;
mod rows;

pub use columns::{frame_of_bars, frame_of_rejected};
pub use parquet::{decode, encode, has_column};
pub use rows::{Close, bars_of_parquet, closes_of_parquet, rejected_of_parquet};

use polars::prelude::{DataType, PlSmallStr, Schema, TimeUnit, TimeZone};

/// Precision and scale of prices.
pub const PRICE: DataType = DataType::Decimal(18, 6);
/// Precision and scale of turnover.
pub const TURNOVER: DataType = DataType::Decimal(20, 2);

/// The columns of raw with their types, in order.
#[must_use]
pub fn raw_schema() -> Schema {
    let columns = [
        ("ticker", DataType::String),
        ("bar_start", DataType::Datetime(TimeUnit::Microseconds, Some(TimeZone::UTC))),
        ("open", PRICE),
        ("high", PRICE),
        ("low", PRICE),
        ("close", PRICE),
        ("volume", DataType::Int64),
        ("turnover", TURNOVER),
        ("trades", DataType::Int64),
        ("isin", DataType::String),
        ("market", DataType::Int16),
        ("currency", DataType::String),
        ("distribution", DataType::Int16),
        ("specification", DataType::String),
        ("source", DataType::String),
    ];
    columns.into_iter().map(|(name, dtype)| (PlSmallStr::from_static(name), dtype)).collect()
}

/// The columns of `raw_rejected/` with their types, in order.
#[must_use]
pub fn rejected_schema() -> Schema {
    let mut schema = raw_schema();
    schema.with_column(PlSmallStr::from_static("reason"), DataType::String);
    schema
}
