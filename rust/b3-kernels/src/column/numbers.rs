//! Columns of numbers, read as exact decimals or as floats.

use arrow::array::{
    Array, ArrayRef, ArrowPrimitiveType, Decimal128Array, Float64Array, Int64Array, PrimitiveArray, cast::AsArray,
};
use arrow::buffer::ScalarBuffer;
use arrow::compute::{cast, concat};
use arrow::datatypes::{DataType, Decimal128Type, UInt64Type};

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
}

/// The values; of decimals also the scale.
enum Stored {
    Wide(Decimal128Array, u8),
    Narrow(Int64Array, u8),
    Float(Float64Array),
}

/// A buffer for the numbers of one series in time order, used where they cannot be borrowed; reused
/// for each series.
pub(crate) struct NumberBuffer {
    values: OwnedValues,
    valid: Vec<bool>,
}

impl NumberBuffer {
    /// Whether the buffer holds doubles, not decimals.
    pub(crate) fn is_float(&self) -> bool {
        matches!(self.values, OwnedValues::Float(_))
    }
}

/// Numbers as kernels compute on them.
#[derive(Debug, Clone)]
pub(crate) enum OwnedValues {
    /// Integers in units of 10^-scale.
    Decimal {
        /// The integers; undefined where null.
        unscaled: Vec<i64>,
        /// Digits after the decimal point.
        scale: u8,
    },
    Float(Vec<f64>),
}

impl OwnedValues {
    /// The numbers from index `from` on.
    pub(crate) fn part(&self, from: usize) -> Values<'_> {
        match self {
            Self::Decimal { unscaled, scale } => Values::Decimal { unscaled: &unscaled[from..], scale: *scale },
            Self::Float(floats) => Values::Float(&floats[from..]),
        }
    }
}

impl Numbers {
    /// Reads a column of decimals, integers or floats.
    ///
    /// A single chunk of 128-bit decimals, 64-bit integers or doubles is shared; otherwise each
    /// value takes 8 bytes.
    pub(crate) fn read(table: &Table, name: &str) -> Result<Self> {
        let chunks = table.column(name)?;
        let data_type = table.schema().field_with_name(name)?.data_type().clone();
        let values = match &data_type {
            DataType::Float64 | DataType::Float32 | DataType::Float16 => Stored::Float(floats(&chunks)?),
            DataType::Decimal128(_, scale) if chunks.len() == 1 && SCALES.contains(scale) => {
                Stored::Wide(chunks[0].as_primitive::<Decimal128Type>().clone(), scale.unsigned_abs())
            }
            DataType::Decimal128(_, scale) if SCALES.contains(scale) => {
                Stored::Narrow(narrow_all(name, &chunks)?, scale.unsigned_abs())
            }
            DataType::Decimal32(_, scale) | DataType::Decimal64(_, scale) if SCALES.contains(scale) => {
                let wide = chunks.iter().map(|chunk| cast(chunk, &DataType::Decimal128(18, *scale)));
                let wide = wide.collect::<std::result::Result<Vec<_>, _>>()?;
                Stored::Narrow(narrow_all(name, &wide)?, scale.unsigned_abs())
            }
            integer if integer.is_integer() => Stored::Narrow(integers(name, &chunks)?, 0),
            found => {
                let expected = "a decimal of 0 to 18 digits after the point, an integer or a float";
                return Err(Error::column_type(name, found, expected));
            }
        };
        Ok(Self { name: name.to_owned(), values })
    }

    /// A buffer for a series of this column.
    pub(crate) fn buffer(&self) -> NumberBuffer {
        let values = match &self.values {
            Stored::Wide(_, scale) | Stored::Narrow(_, scale) => {
                OwnedValues::Decimal { unscaled: Vec::new(), scale: *scale }
            }
            Stored::Float(_) => OwnedValues::Float(Vec::new()),
        };
        NumberBuffer { values, valid: Vec::new() }
    }

    /// The numbers of `rows`, borrowed if the rows are neighbours and the numbers have 64 bits,
    /// else gathered in `buffer`, which [`Self::buffer`] made.
    pub(crate) fn series<'a>(&'a self, rows: &Rows<'_>, buffer: &'a mut NumberBuffer) -> Result<Series<'a>> {
        let values = match (&self.values, rows, &mut buffer.values) {
            (Stored::Narrow(array, scale), Rows::Range(range), _) => {
                Values::Decimal { unscaled: &array.values()[range.clone()], scale: *scale }
            }
            (Stored::Float(array), Rows::Range(range), _) => Values::Float(&array.values()[range.clone()]),
            (Stored::Wide(array, scale), _, OwnedValues::Decimal { unscaled, .. }) => {
                unscaled.clear();
                if let Some(row) = append_decimals(rows, array, unscaled) {
                    return Err(beyond_63_bits(&self.name, row, array.value_as_string(row)));
                }
                Values::Decimal { unscaled, scale: *scale }
            }
            (Stored::Narrow(array, scale), Rows::Listed(_), OwnedValues::Decimal { unscaled, .. }) => {
                rows.copy(array.values(), unscaled);
                Values::Decimal { unscaled, scale: *scale }
            }
            (Stored::Float(array), Rows::Listed(_), OwnedValues::Float(floats)) => {
                rows.copy(array.values(), floats);
                Values::Float(floats)
            }
            _ => unreachable!("the buffer was made by this column"),
        };
        Ok(Series { valid: self.valid(rows, &mut buffer.valid), ..Series::new(values) })
    }

    /// For each of `rows` whether its number is non-null; `None` where the column has no null.
    fn valid<'a>(&self, rows: &Rows<'_>, buffer: &'a mut Vec<bool>) -> Option<&'a [bool]> {
        let nulls = match &self.values {
            Stored::Wide(array, _) => array.nulls(),
            Stored::Narrow(array, _) => array.nulls(),
            Stored::Float(array) => array.nulls(),
        };
        let nulls = nulls.filter(|nulls| nulls.null_count() > 0)?;
        buffer.clear();
        match rows {
            Rows::Range(range) => buffer.extend(nulls.slice(range.start, range.len()).iter()),
            Rows::Listed(rows) => buffer.extend(rows.iter().map(|row| nulls.is_valid(*row as usize))),
        }
        Some(buffer)
    }
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
    let (halves, _) = values.inner().typed_data().as_chunks();
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
    fn run<const FUSED: bool>(self) -> bool {
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

fn narrow_all(name: &str, chunks: &[ArrayRef]) -> Result<Int64Array> {
    let mut parts: Vec<ArrayRef> = Vec::with_capacity(chunks.len());
    let mut start = 0;
    for chunk in chunks {
        let wide = chunk.as_primitive::<Decimal128Type>();
        let narrow: Int64Array = wide.try_unary(|value| i64::try_from(value).map_err(|_| value)).map_err(|value| {
            let row = wide.iter().position(|other| other == Some(value)).unwrap_or_default();
            beyond_63_bits(name, start + row, wide.value_as_string(row))
        })?;
        start += chunk.len();
        parts.push(std::sync::Arc::new(narrow));
    }
    joined(&parts)
}

fn integers(name: &str, chunks: &[ArrayRef]) -> Result<Int64Array> {
    let mut parts = Vec::with_capacity(chunks.len());
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
        parts.push(part);
    }
    joined(&parts)
}

fn floats(chunks: &[ArrayRef]) -> Result<Float64Array> {
    let parts = chunks.iter().map(|chunk| cast(chunk, &DataType::Float64));
    let parts = parts.collect::<std::result::Result<Vec<_>, _>>()?;
    joined(&parts)
}

/// All parts in one array; a single part is shared, not copied.
fn joined<T: ArrowPrimitiveType>(parts: &[ArrayRef]) -> Result<PrimitiveArray<T>> {
    if parts.is_empty() {
        return Ok(PrimitiveArray::new_null(0));
    }
    let parts: Vec<&dyn Array> = parts.iter().map(AsRef::as_ref).collect();
    Ok(concat(&parts)?.as_primitive().clone())
}
