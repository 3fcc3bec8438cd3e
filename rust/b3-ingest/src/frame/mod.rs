//! The lake's rows as Polars frames and Parquet files, and back.
//!
//! Rows of raw have the columns of `b3_market::lake::columns::RAW`. Rows of `raw_rejected/` have
//! the same columns and `reason`; when they are read every value except the ticker may be null.
//!
//! Objects are merged and compared as typed rows, not as frames: an error then names the row and
//! the value. Polars is only the Parquet codec, compiled with little optimisation and no joins.

mod columns;
#[cfg(test)]
mod laws;
mod outdated;
mod parquet;
mod rows;

pub(crate) use columns::{decimals, longs, text};
pub use columns::{frame_of_bars, frame_of_rejected};
pub use parquet::encode;
pub(crate) use parquet::{encode_object, has_column};
pub(crate) use rows::Columns;
pub use rows::{Close, bars_of_parquet, closes_of_parquet, rejected_of_parquet};

use b3_market::lake::columns::{Column, ColumnType};
use polars::prelude::{DataType, PlSmallStr, Schema, TimeUnit, TimeZone};

/// Columns of the lake's objects with their types in Polars, in order.
pub(crate) fn schema<'a>(columns: impl IntoIterator<Item = &'a Column>) -> Schema {
    let named = |(name, column_type): &Column| (PlSmallStr::from_static(name), polars_type(*column_type));
    columns.into_iter().map(named).collect()
}

fn polars_type(column_type: ColumnType) -> DataType {
    match column_type {
        ColumnType::Text => DataType::String,
        ColumnType::Short => DataType::Int16,
        ColumnType::Long => DataType::Int64,
        ColumnType::Instant => DataType::Datetime(TimeUnit::Microseconds, Some(TimeZone::UTC)),
        ColumnType::Decimal { precision, scale } => DataType::Decimal(precision.into(), scale.into()),
    }
}
