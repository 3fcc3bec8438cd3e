//! Columns of numbers, read as exact decimals or as floats.

use arrow::array::{Array, ArrayRef, Decimal128Array, Float64Array, Int64Array, cast::AsArray};
use arrow::buffer::{NullBuffer, ScalarBuffer};
use arrow::compute::cast;
use arrow::datatypes::{
    ArrowNativeType, DataType, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type, DecimalType, UInt64Type,
};

use super::joined;
use crate::error::{Error, Result};
use crate::rolling::{Series, Values};
use crate::series_index::Rows;
use crate::simd::{Isa, Vectorised, prefetched_pages};
use crate::table::Table;

/// The scales (digits after the point) for which 10^scale fits the kernels' arithmetic.
const SCALES: std::ops::RangeInclusive<i8> = 0..=18;

/// A column of numbers, which may hold nulls.
pub(crate) struct Numbers {
    name: String,
    values: Stored,
    /// Whether each number of one series is non-null, in time order; reused for each series.
    valid: Vec<bool>,
}

/// The values, of decimals also the scale; and a buffer, reused for each series, for its values in
/// time order where they cannot be borrowed.
enum Stored {
    Wide(Decimal128Array, u8, Vec<i64>),
    Narrow(Int64Array, u8, Vec<i64>),
    Float(Float64Array, Vec<f64>),
}

impl Numbers {
    /// Reads a column of decimals, integers or floats; one of the type Null as integers, all null.
    ///
    /// A single chunk of 128-bit decimals, 64-bit integers or doubles is shared; otherwise each
    /// value takes 8 bytes.
    pub(crate) fn read(table: &Table, name: &str) -> Result<Self> {
        let chunks = table.column(name)?;
        let data_type = table.schema().field_with_name(name)?.data_type().clone();
        let values = match &data_type {
            DataType::Float64 | DataType::Float32 | DataType::Float16 => Stored::Float(floats(&chunks)?, Vec::new()),
            DataType::Decimal128(_, scale) if chunks.len() == 1 && SCALES.contains(scale) => {
                Stored::Wide(chunks[0].as_primitive::<Decimal128Type>().clone(), scale.unsigned_abs(), Vec::new())
            }
            DataType::Decimal32(_, scale)
            | DataType::Decimal64(_, scale)
            | DataType::Decimal128(_, scale)
            | DataType::Decimal256(_, scale)
                if SCALES.contains(scale) =>
            {
                let narrow = match data_type {
                    DataType::Decimal32(..) => narrow_all::<Decimal32Type>,
                    DataType::Decimal64(..) => narrow_all::<Decimal64Type>,
                    DataType::Decimal128(..) => narrow_all::<Decimal128Type>,
                    _ => narrow_all::<Decimal256Type>,
                };
                Stored::Narrow(narrow(name, &chunks)?, scale.unsigned_abs(), Vec::new())
            }
            DataType::Null => Stored::Narrow(Int64Array::new_null(table.num_rows()), 0, Vec::new()),
            integer if integer.is_integer() => Stored::Narrow(integers(name, &chunks)?, 0, Vec::new()),
            found => {
                let expected = "a decimal of 0 to 18 digits after the point, an integer or a float";
                return Err(Error::column_type(name, found, expected));
            }
        };
        Ok(Self { name: name.to_owned(), values, valid: Vec::new() })
    }

    /// Whether the numbers are doubles, not decimals.
    pub(crate) fn is_float(&self) -> bool {
        matches!(self.values, Stored::Float(..))
    }

    /// The numbers of `rows`, borrowed if the rows are neighbours and the numbers have 64 bits,
    /// else gathered.
    pub(crate) fn series(&mut self, rows: &Rows<'_>) -> Result<Series<'_>> {
        let (values, nulls) = match &mut self.values {
            Stored::Wide(array, scale, gathered) => {
                gathered.clear();
                if let Some(row) = append_decimals(rows, array, gathered) {
                    return Err(beyond_63_bits(&self.name, row, array.value_as_string(row)));
                }
                (Values::Decimal { unscaled: gathered, scale: *scale }, array.nulls())
            }
            Stored::Narrow(array, scale, gathered) => {
                (Values::Decimal { unscaled: rows.values(array.values(), gathered), scale: *scale }, array.nulls())
            }
            Stored::Float(array, gathered) => (Values::Float(rows.values(array.values(), gathered)), array.nulls()),
        };
        Ok(Series { valid: validity(nulls, rows, &mut self.valid), ..Series::new(values) })
    }
}

/// For each of `rows` whether its number is non-null; `None` where the column has no null.
fn validity<'a>(nulls: Option<&NullBuffer>, rows: &Rows<'_>, valid: &'a mut Vec<bool>) -> Option<&'a [bool]> {
    let nulls = nulls.filter(|nulls| nulls.null_count() > 0)?;
    valid.clear();
    match rows {
        Rows::Range(range) => valid.extend(nulls.slice(range.start, range.len()).iter()),
        Rows::Listed(rows) => valid.extend(rows.iter().map(|row| nulls.is_valid(*row as usize))),
    }
    Some(valid)
}

fn beyond_63_bits(name: &str, row: usize, value: String) -> Error {
    Error::value(name, row, value, "a decimal of at most 63 bits")
}

/// Appends the decimals of `rows` as 64 bits, and returns the first row whose decimal needs more,
/// if any. Under a null any bits are accepted.
pub(crate) fn append_decimals(rows: &Rows<'_>, array: &Decimal128Array, unscaled: &mut Vec<i64>) -> Option<usize> {
    if append_as_64_bits(rows, array.values(), unscaled) {
        return None;
    }
    rows.iter().find(|row| array.is_valid(*row) && i64::try_from(array.value(*row)).is_err())
}

/// Appends the numbers of `rows` as 64 bits, and returns whether all of them, nulls included, fit.
fn append_as_64_bits(rows: &Rows<'_>, values: &ScalarBuffer<i128>, unscaled: &mut Vec<i64>) -> bool {
    // The compiler vectorises reads of 64-bit halves, but not of 128-bit integers.
    let (halves, _) = values.inner().typed_data::<i64>().as_chunks::<2>();
    match rows {
        Rows::Range(range) => Isa::best().run(Narrowed { blocks: prefetched_pages(&halves[range.clone()]), unscaled }),
        Rows::Listed(rows) => {
            let halves = rows.iter().map(|row| &halves[*row as usize]);
            Isa::best().run(Narrowed { blocks: std::iter::once(halves), unscaled })
        }
    }
}

/// Blocks of numbers as the two halves of their 128 bits.
struct Narrowed<'a, B> {
    blocks: B,
    unscaled: &'a mut Vec<i64>,
}

impl<'h, B: Iterator<Item: IntoIterator<Item = &'h [i64; 2]>>> Vectorised for Narrowed<'_, B> {
    type Answer = bool;

    /// A number fits if its upper half repeats the sign of the lower one; bits that differ are
    /// collected without a branch.
    #[inline(always)]
    fn run<const _FUSED: bool>(self) -> bool {
        const LOWER: usize = if cfg!(target_endian = "little") { 0 } else { 1 };
        let mut beyond = 0;
        for block in self.blocks {
            self.unscaled.extend(block.into_iter().map(|halves| {
                let (lower, upper) = (halves[LOWER], halves[1 - LOWER]);
                beyond |= upper ^ (lower >> 63);
                lower
            }));
        }
        beyond == 0
    }
}

fn narrow_all<T: DecimalType>(name: &str, chunks: &[ArrayRef]) -> Result<Int64Array> {
    let mut parts: Vec<Int64Array> = Vec::with_capacity(chunks.len());
    let mut start = 0;
    for chunk in chunks {
        let wide = chunk.as_primitive::<T>();
        let narrow = wide.try_unary(|value| value.to_i64().ok_or(value)).map_err(|value| {
            let row = wide.iter().position(|other| other == Some(value)).unwrap_or_default();
            beyond_63_bits(name, start + row, wide.value_as_string(row))
        })?;
        start += chunk.len();
        parts.push(narrow);
    }
    joined(&parts)
}

fn integers(name: &str, chunks: &[ArrayRef]) -> Result<Int64Array> {
    let mut parts: Vec<Int64Array> = Vec::with_capacity(chunks.len());
    let mut start = 0;
    for chunk in chunks {
        let part = cast(chunk, &DataType::Int64)?;
        // Only unsigned 64-bit integers can be too large; the cast makes such integers null.
        if part.null_count() > chunk.null_count() {
            let unsigned = chunk.as_primitive::<UInt64Type>();
            let beyond = |row: &usize| unsigned.is_valid(*row) && part.is_null(*row);
            let row = (0..chunk.len()).find(beyond).unwrap_or_default();
            return Err(Error::value(name, start + row, unsigned.value(row), "an integer of at most 63 bits"));
        }
        start += chunk.len();
        parts.push(part.as_primitive().clone());
    }
    joined(&parts)
}

fn floats(chunks: &[ArrayRef]) -> Result<Float64Array> {
    let parts = chunks.iter().map(|chunk| Ok(cast(chunk, &DataType::Float64)?.as_primitive().clone()));
    joined(&parts.collect::<Result<Vec<_>>>()?)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::datatypes::{Field, Schema};

    use super::*;
    use crate::table::batch_of;

    #[test]
    fn decimals_of_any_width_are_read_and_those_of_more_than_63_bits_refused_with_their_row() {
        let read = |kind: &DataType, cents: i128| -> Result<(Vec<Option<i64>>, u8)> {
            let cents = Decimal128Array::from(vec![Some(100), None, Some(cents)]);
            let cents = cast(&cents.with_data_type(DataType::Decimal128(38, 2)), kind).unwrap();
            let schema = Arc::new(Schema::new(vec![Field::new("close", kind.clone(), true)]));
            let batch = batch_of(&schema, vec![cents], 3).unwrap();
            let table = Table::try_new(schema, vec![batch.slice(0, 2), batch.slice(2, 1)]).unwrap();
            match Numbers::read(&table, "close")?.values {
                Stored::Narrow(numbers, scale, _) => Ok((numbers.iter().collect(), scale)),
                _ => unreachable!("decimals in several chunks"),
            }
        };
        let narrow = [DataType::Decimal32(9, 2), DataType::Decimal64(18, 2)];
        let wide = [DataType::Decimal128(38, 2), DataType::Decimal256(76, 2)];
        for kind in narrow.iter().chain(&wide) {
            assert_eq!(read(kind, -5).unwrap(), (vec![Some(100), None, Some(-5)], 2));
        }
        for kind in &wide {
            assert_eq!(
                read(kind, 1 << 63).unwrap_err().to_string(),
                "column close, row 2: found 92233720368547758.08, expected a decimal of at most 63 bits"
            );
        }
    }
}
