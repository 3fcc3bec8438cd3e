//! Conversion of frames to Parquet files and back.

use std::io::Cursor;

use bytes::Bytes;
use polars::polars_utils::compression::ZstdLevel;
use polars::prelude::{
    Column, DataFrame, DataType, IntoColumn, ParallelStrategy, ParquetCompression, ParquetReader, ParquetWriter,
    PolarsError, PolarsResult, Schema, SerReader,
};

use super::outdated;
use crate::error::IngestError;

/// Zstandard's lowest positive level. Higher ones take twice the time and save no space on quotes.
const COMPRESSION_LEVEL: i32 = 1;

/// The frame as one Parquet file, encoded by this thread alone, because several objects are written
/// at the same time. Equal frames give equal bytes.
///
/// The footer does not contain Polars' own Arrow schema, because with it Arrow readers would read
/// strings as string views.
///
/// # Errors
/// Polars' error if a column cannot be written.
pub fn encode(frame: &DataFrame) -> PolarsResult<Vec<u8>> {
    let mut bytes = Vec::new();
    let compression = ParquetCompression::Zstd(Some(ZstdLevel::try_new(COMPRESSION_LEVEL)?));
    let writer = ParquetWriter::new(&mut bytes).with_compression(compression).set_parallel(false);
    let mut writer = writer.batched(frame.schema())?;
    let mut frame = frame.clone();
    writer.write_batch(frame.rechunk_mut())?; // each chunk would be a row group
    // With no metadata: `writer.finish()`, like `end(None)`, would add the Arrow schema.
    writer.get_writer().lock().unwrap_or_else(std::sync::PoisonError::into_inner).end(Some(Vec::new()))?;
    drop(writer);
    Ok(bytes)
}

/// [`encode`], with errors that name the object.
pub(crate) fn encode_object(object: &str, frame: PolarsResult<DataFrame>) -> Result<Vec<u8>, IngestError> {
    frame.and_then(|frame| encode(&frame)).map_err(|error| IngestError::parquet(object, error))
}

/// The columns of `schema` in a Parquet file, which may have them in any order, and others too.
///
/// # Errors
/// [`IngestError::Parquet`] naming `object` if it is not a Parquet file, lacks a column or has one
/// of another type. If the column was added to raw later, the message says how to rewrite the
/// object.
pub(super) fn decode(object: &str, bytes: Bytes, schema: &Schema) -> Result<DataFrame, IngestError> {
    let wrong = |reason: String| IngestError::parquet(object, reason);
    let frame = ParquetReader::new(Cursor::new(bytes))
        .read_parallel(ParallelStrategy::None)
        .finish()
        .map_err(|error| unreadable(object, &error))?;
    for (name, expected) in schema.iter() {
        match frame.schema().get(name) {
            Some(found) if same_type(found, expected) => {}
            Some(found) => {
                return Err(wrong(format!("column {name} is {found}, expected {expected}")));
            }
            None => {
                let remedy = outdated::remedy(object, name).map_or_else(String::new, |remedy| format!("; {remedy}"));
                return Err(wrong(format!("column {name} is missing, expected {expected}{remedy}")));
            }
        }
    }
    let columns = schema.iter().map(|(name, expected)| with_zone_of(expected, frame.column(name)?));
    let frame = columns.collect::<PolarsResult<_>>().and_then(|columns| DataFrame::new(frame.height(), columns));
    frame.map_err(|error| IngestError::parquet(object, error))
}

/// The column; if it holds instants, with the name that `expected` has for their zone.
fn with_zone_of(expected: &DataType, column: &Column) -> PolarsResult<Column> {
    Ok(match expected {
        DataType::Datetime(unit, zone) => {
            column.datetime()?.physical().clone().into_datetime(*unit, zone.clone()).into_column()
        }
        _ => column.clone(),
    })
}

/// Whether the Parquet file has a column of that name.
pub(crate) fn has_column(object: &str, bytes: Bytes, name: &str) -> Result<bool, IngestError> {
    let schema = ParquetReader::new(Cursor::new(bytes)).schema();
    Ok(schema.map_err(|error| unreadable(object, &error))?.contains(name))
}

fn unreadable(object: &str, error: &PolarsError) -> IngestError {
    IngestError::parquet(object, format!("not a readable Parquet file: {error}"))
}

/// Whether two types are equal except for the zones of instants: Parquet stores an instant without
/// its zone's name, and each reader has its own name for UTC.
fn same_type(found: &DataType, expected: &DataType) -> bool {
    match (found, expected) {
        (DataType::Datetime(found, Some(_)), DataType::Datetime(expected, Some(_))) => found == expected,
        _ => found == expected,
    }
}

#[cfg(test)]
mod tests {
    use polars::prelude::{PlSmallStr, TimeUnit, TimeZone};

    use super::*;

    fn frame() -> DataFrame {
        DataFrame::new(2, vec![Column::new("a".into(), [1_i64, 2]), Column::new("b".into(), ["x", "y"])]).unwrap()
    }

    fn schema(columns: &[(&'static str, DataType)]) -> Schema {
        columns.iter().map(|(name, data_type)| (PlSmallStr::from_static(name), data_type.clone())).collect()
    }

    #[test]
    fn what_was_written_is_read_in_the_order_of_the_schema_and_equal_frames_are_equal_bytes() {
        let bytes = encode(&frame()).unwrap();
        assert_eq!(encode(&frame()).unwrap(), bytes);
        let in_two_chunks = frame().slice(0, 1).vstack(&frame().slice(1, 1)).unwrap();
        assert_eq!(encode(&in_two_chunks).unwrap(), bytes);
        let turned = schema(&[("b", DataType::String), ("a", DataType::Int64)]);
        let found = decode("x", bytes.into(), &turned).unwrap();
        assert_eq!(found, frame().select(["b", "a"]).unwrap());
    }

    #[test]
    fn another_type_a_missing_column_and_no_file_at_all_are_named() {
        let bytes = Bytes::from(encode(&frame()).unwrap());
        let message = |bytes: &Bytes, columns| decode("x", bytes.clone(), &schema(columns)).unwrap_err().to_string();
        assert_eq!(message(&bytes, &[("a", DataType::Int16)]), "x: column a is i64, expected i16");
        assert_eq!(message(&bytes, &[("c", DataType::Int16)]), "x: column c is missing, expected i16");
        let text = Bytes::from_static(b"no file");
        assert!(message(&text, &[]).starts_with("x: not a readable Parquet file: "));
        assert!(has_column("x", text, "a").unwrap_err().to_string().starts_with("x: not a readable Parquet file: "));
        assert_eq!((has_column("x", bytes.clone(), "a").unwrap(), has_column("x", bytes, "c").unwrap()), (true, false));
    }

    #[test]
    fn instants_of_one_unit_are_equal_whatever_the_name_of_their_zone_but_not_without_one() {
        let zone = |name: &str| TimeZone::opt_try_new(Some(name)).unwrap();
        let instant = |unit, zone| DataType::Datetime(unit, zone);
        let utc = instant(TimeUnit::Microseconds, zone("UTC"));
        assert!(same_type(&instant(TimeUnit::Microseconds, zone("Etc/UTC")), &utc));
        assert!(!same_type(&instant(TimeUnit::Milliseconds, zone("UTC")), &utc));
        assert!(!same_type(&instant(TimeUnit::Microseconds, None), &utc));
        assert!(!same_type(&DataType::Int64, &utc) && same_type(&DataType::Int64, &DataType::Int64));
    }
}
