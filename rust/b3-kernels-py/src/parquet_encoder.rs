//! An encoder for many small Parquet files in memory that have the same columns.
//!
//! Writing a one-row file mostly costs what is the same in every file: schema and properties. They
//! are made once here; each file adds its values and its footer. The bytes depend on the rows and
//! the key-value metadata alone.

use std::sync::Arc;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Date32Type, Decimal128Type, Field, Float64Type, Int32Type, Int64Type, Schema};
use parquet::basic::{LogicalType, Repetition, Type as PhysicalType};
use parquet::data_type::{
    ByteArray, ByteArrayType, DataType as ParquetType, DoubleType, FixedLenByteArray, FixedLenByteArrayType,
    Int32Type as ParquetInt32, Int64Type as ParquetInt64,
};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesPtr};
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::{Type, TypePtr};

/// The most decimal digits that always fit an `INT64`.
const INT64_DIGITS: u8 = 18;
/// The initial capacity: a one-row file of a refined table has some 3,700 bytes.
const CAPACITY: usize = 4_096;

/// Encodes batches of one schema, each into a file.
pub(crate) struct ParquetEncoder {
    schema: Arc<Schema>,
    columns: TypePtr,
    properties: WriterPropertiesPtr,
}

impl ParquetEncoder {
    /// An encoder of `schema`, whose columns may be `date32`, `int32`, `int64`, `float64`,
    /// `decimal128` and `utf8`; all are written as nullable. There must be one: without columns a
    /// file would lose the number of its rows.
    pub(crate) fn try_new(schema: Arc<Schema>) -> Result<Self> {
        if schema.fields().is_empty() {
            return Err(ParquetError::General("found no column, expected one or more".to_owned()));
        }
        let fields = schema.fields().iter().map(|field| column(field)).collect::<Result<Vec<_>>>()?;
        let columns = Type::group_type_builder("schema").with_fields(fields).build()?;
        // For few rows a dictionary, compression (off by default) or a page index would only
        // enlarge the footer, which is most of the file.
        let properties = WriterProperties::builder()
            .set_dictionary_enabled(false)
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_offset_index_disabled(true)
            .build();
        Ok(Self { schema, columns: Arc::new(columns), properties: Arc::new(properties) })
    }

    /// The columns that every batch must have.
    pub(crate) fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    /// A file with these rows, which have the encoder's schema, in one row group, and with the
    /// key-value metadata in its footer.
    pub(crate) fn encode(&self, rows: &RecordBatch, metadata: Vec<KeyValue>) -> Result<Vec<u8>> {
        let buffer = Vec::with_capacity(CAPACITY);
        let mut file = SerializedFileWriter::new(buffer, Arc::clone(&self.columns), Arc::clone(&self.properties))?;
        for pair in metadata {
            file.append_key_value_metadata(pair);
        }
        let mut group = file.next_row_group()?;
        for array in rows.columns() {
            let mut column = group.next_column()?.expect("the file has the columns of the batch");
            write(&mut column, array.as_ref())?;
            column.close()?;
        }
        group.close()?;
        file.into_inner()
    }
}

/// The Parquet column of a field: decimals as `INT64` if their digits fit, else in as few bytes as
/// possible.
fn column(field: &Field) -> Result<TypePtr> {
    let (physical, logical) = match field.data_type() {
        DataType::Date32 => (PhysicalType::INT32, Some(LogicalType::Date)),
        DataType::Int32 => (PhysicalType::INT32, None),
        DataType::Int64 => (PhysicalType::INT64, None),
        DataType::Float64 => (PhysicalType::DOUBLE, None),
        DataType::Utf8 => (PhysicalType::BYTE_ARRAY, Some(LogicalType::String)),
        DataType::Decimal128(precision, scale) => {
            let physical =
                if *precision <= INT64_DIGITS { PhysicalType::INT64 } else { PhysicalType::FIXED_LEN_BYTE_ARRAY };
            let (precision, scale) = (i32::from(*precision), i32::from(*scale));
            (physical, Some(LogicalType::decimal(scale, precision)))
        }
        found => {
            let expected = "date32, int32, int64, float64, decimal128 or utf8";
            return Err(ParquetError::General(format!("column {} is {found}, expected {expected}", field.name())));
        }
    };
    let mut builder = Type::primitive_type_builder(field.name(), physical)
        .with_repetition(Repetition::OPTIONAL)
        .with_logical_type(logical);
    if let DataType::Decimal128(precision, scale) = field.data_type() {
        builder = builder.with_precision(i32::from(*precision)).with_scale(i32::from(*scale));
        if physical == PhysicalType::FIXED_LEN_BYTE_ARRAY {
            let bytes = i32::try_from(decimal_bytes(*precision)).expect("at most 16");
            builder = builder.with_length(bytes);
        }
    }
    builder.build().map(Arc::new)
}

/// The fewest bytes that hold every number with this many digits in two's complement.
fn decimal_bytes(precision: u8) -> usize {
    let most = 10_i128.pow(u32::from(precision)) - 1;
    (1..16).find(|bytes| most < 1_i128 << (8 * bytes - 1)).unwrap_or(16)
}

/// Writes an array of the type that the column was made for.
fn write(column: &mut SerializedColumnWriter<'_>, array: &dyn Array) -> Result<()> {
    match array.data_type() {
        DataType::Date32 => values::<ParquetInt32>(column, array, array.as_primitive::<Date32Type>().iter().flatten()),
        DataType::Int32 => values::<ParquetInt32>(column, array, array.as_primitive::<Int32Type>().iter().flatten()),
        DataType::Int64 => values::<ParquetInt64>(column, array, array.as_primitive::<Int64Type>().iter().flatten()),
        DataType::Float64 => values::<DoubleType>(column, array, array.as_primitive::<Float64Type>().iter().flatten()),
        DataType::Utf8 => {
            let texts = array.as_string::<i32>().iter().flatten().map(ByteArray::from);
            values::<ByteArrayType>(column, array, texts)
        }
        DataType::Decimal128(precision, _) => decimals(column, array, *precision),
        other => unreachable!("try_new refuses {other}"),
    }
}

fn decimals(column: &mut SerializedColumnWriter<'_>, array: &dyn Array, precision: u8) -> Result<()> {
    let array = array.as_primitive::<Decimal128Type>();
    array.validate_decimal_precision(precision).map_err(|error| ParquetError::External(error.into()))?;
    let unscaled = array.iter().flatten();
    if precision <= INT64_DIGITS {
        let narrow = unscaled.map(|value| i64::try_from(value).expect("at most 18 digits"));
        return values::<ParquetInt64>(column, array, narrow);
    }
    let skipped = 16 - decimal_bytes(precision);
    let bytes = unscaled.map(|value| FixedLenByteArray::from(value.to_be_bytes()[skipped..].to_vec()));
    values::<FixedLenByteArrayType>(column, array, bytes)
}

/// Writes the non-null values and the positions of the nulls.
fn values<T: ParquetType>(
    column: &mut SerializedColumnWriter<'_>,
    array: &dyn Array,
    valid: impl IntoIterator<Item = T::T>,
) -> Result<()> {
    let levels: Vec<i16> = (0..array.len()).map(|row| i16::from(array.is_valid(row))).collect();
    let valid: Vec<T::T> = valid.into_iter().collect();
    column.typed::<T>().write_batch(&valid, Some(&levels), None)?;
    Ok(())
}
