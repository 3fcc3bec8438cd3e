//! The lake's rows as Polars frames and Parquet files, and back.
//!
//! Rows of raw have the columns of `b3_market::lake::columns::RAW`. Rows of `raw_rejected/` have
//! the same columns and `reason`; when they are read every value except the ticker may be null.
//!
//! A source's rows are typed ([`Bar`](crate::Bar)) until they are checked; from then on rows are
//! frames, which are merged with the stored ones, compared and encoded. Corporate actions stay
//! typed, because `actions::merge` merges them by other rules.

mod columns;
mod joins;
mod outdated;
mod parquet;
mod rows;
#[cfg(test)]
pub(crate) mod tests;

pub(crate) use columns::{decimals, frame_of_tickers, longs, text};
pub use columns::{frame_of_bars, frame_of_rejected};
pub(crate) use joins::{anti_join, inner_join, semi_join};
pub use parquet::encode;
pub(crate) use parquet::{encode_object, has_column};
pub(crate) use rows::Columns;
pub use rows::{Close, closes_of_parquet, raw_of_parquet, rejected_of_parquet};

use b3_market::lake::columns::{Column, ColumnType, DecimalType, RAW};
use polars::prelude::{DataType, PlSmallStr, Schema, TimeUnit, TimeZone};

/// Columns of the lake's objects with their types in Polars, in order.
pub(crate) fn schema<'a>(columns: impl IntoIterator<Item = &'a Column>) -> Schema {
    let named = |(name, column_type): &Column| (PlSmallStr::from_static(name), polars_type(*column_type));
    columns.into_iter().map(named).collect()
}

/// The schema of raw's objects.
pub(crate) fn raw_schema() -> Schema {
    schema(&RAW)
}

/// The schema of the objects of `raw_rejected/`.
pub(crate) fn rejected_schema() -> Schema {
    schema(RAW.iter().chain(&[("reason", ColumnType::Text)]))
}

fn polars_type(column_type: ColumnType) -> DataType {
    match column_type {
        ColumnType::Text => DataType::String,
        ColumnType::Short => DataType::Int16,
        ColumnType::Long => DataType::Int64,
        ColumnType::Instant => DataType::Datetime(TimeUnit::Microseconds, Some(TimeZone::UTC)),
        ColumnType::Decimal(DecimalType { precision, scale }) => DataType::Decimal(precision.into(), scale.into()),
    }
}
