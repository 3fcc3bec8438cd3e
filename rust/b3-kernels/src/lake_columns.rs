//! The columns of the lake's objects as Arrow schemas.

use std::sync::Arc;

use arrow::datatypes::{DataType, Schema, SchemaRef, TimeUnit};
use b3_market::lake::columns::{self, Column, ColumnType, DecimalType};

use crate::table::nullable;

/// The type of a price.
pub const PRICE: DataType = decimal(columns::PRICE);
/// The type of a turnover.
pub const MONEY: DataType = decimal(columns::MONEY);
/// The type of cash per share.
pub(crate) const CASH: DataType = decimal(columns::CASH);

const fn decimal(DecimalType { precision, scale }: DecimalType) -> DataType {
    DataType::Decimal128(precision, scale.cast_signed())
}

/// Columns of [`b3_market::lake::columns`] as an Arrow schema, all nullable.
#[must_use]
pub fn lake_schema(columns: &[Column]) -> SchemaRef {
    let fields = columns.iter().map(|(name, column_type)| nullable(*name, arrow_type(*column_type)));
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

fn arrow_type(column_type: ColumnType) -> DataType {
    match column_type {
        ColumnType::Text => DataType::Utf8,
        ColumnType::Short => DataType::Int16,
        ColumnType::Long => DataType::Int64,
        ColumnType::Instant => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        ColumnType::Decimal(decimals) => decimal(decimals),
    }
}
