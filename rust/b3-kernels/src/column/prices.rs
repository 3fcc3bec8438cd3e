//! Columns of numbers: exact decimals, or floats.

use arrow::array::{Array, ArrayRef, Decimal128Array, Float64Array, Int64Array, cast::AsArray};
use arrow::buffer::NullBuffer;
use arrow::compute::{cast, concat};
use arrow::datatypes::{DataType, Decimal128Type, Float64Type, Int64Type};

use crate::error::{Error, Result};
use crate::series::Rows;
use crate::table::Table;

/// A column of numbers, which may hold nulls.
pub(crate) struct Prices {
    name: String,
    values: Values,
}

enum Values {
    Wide(Decimal128Array, u8),
    Narrow(Int64Array, u8),
    Float(Float64Array),
}

/// The numbers of one series in time order; reused from series to series.
pub(crate) struct Series {
    /// The numbers, of one kind for the whole column.
    pub(crate) values: Lane,
    /// For each number whether it is there: neither null nor NaN.
    pub(crate) valid: Vec<bool>,
}

/// Numbers as kernels compute on them.
#[derive(Debug, Clone)]
pub(crate) enum Lane {
    /// Integers that count 10^-scale.
    Decimal {
        /// The integers; 0 where null.
        unscaled: Vec<i64>,
        /// Digits behind the point.
        scale: u8,
    },
    /// Doubles.
    Float(Vec<f64>),
}

/// A part of a [`Lane`].
#[derive(Debug, Clone, Copy)]
pub(crate) enum LaneSlice<'a> {
    /// Integers that count 10^-scale.
    Decimal {
        /// The integers; any where null.
        unscaled: &'a [i64],
        /// Digits behind the point.
        scale: u8,
    },
    /// Doubles.
    Float(&'a [f64]),
}

impl Lane {
    /// The numbers from the one numbered `from` on.
    pub(crate) fn part(&self, from: usize) -> LaneSlice<'_> {
        match self {
            Self::Decimal { unscaled, scale } => LaneSlice::Decimal {
                unscaled: &unscaled[from..],
                scale: *scale,
            },
            Self::Float(floats) => LaneSlice::Float(&floats[from..]),
        }
    }
}

impl Prices {
    /// Reads a column of decimals, integers or floats.
    ///
    /// A single chunk of decimals or doubles is shared; else each value takes 8 bytes.
    pub(crate) fn read(table: &Table, name: &str) -> Result<Self> {
        let chunks = table.column(name)?;
        let data_type = table.schema().field_with_name(name)?.data_type().clone();
        let values = match &data_type {
            DataType::Float64 | DataType::Float32 | DataType::Float16 => Values::Float(floats(&chunks)?),
            DataType::Decimal128(_, scale) if chunks.len() == 1 && *scale >= 0 => {
                Values::Wide(chunks[0].as_primitive::<Decimal128Type>().clone(), scale.unsigned_abs())
            }
            DataType::Decimal128(_, scale) if *scale >= 0 => {
                Values::Narrow(narrow_all(name, &chunks)?, scale.unsigned_abs())
            }
            DataType::Decimal32(_, scale) | DataType::Decimal64(_, scale) if *scale >= 0 => {
                let wide = chunks.iter().map(|chunk| cast(chunk, &DataType::Decimal128(18, *scale)));
                let wide = wide.collect::<std::result::Result<Vec<_>, _>>()?;
                Values::Narrow(narrow_all(name, &wide)?, scale.unsigned_abs())
            }
            integer if integer.is_signed_integer() || matches!(integer, DataType::UInt8 | DataType::UInt16 | DataType::UInt32) => {
                Values::Narrow(integers(&chunks)?, 0)
            }
            found => {
                return Err(Error::ColumnType {
                    column: name.to_owned(),
                    found: found.clone(),
                    expected: "a decimal, an integer or a float",
                });
            }
        };
        Ok(Self {
            name: name.to_owned(),
            values,
        })
    }

    /// Room for a series of this column.
    pub(crate) fn series(&self) -> Series {
        let values = match &self.values {
            Values::Wide(_, scale) | Values::Narrow(_, scale) => Lane::Decimal {
                unscaled: Vec::new(),
                scale: *scale,
            },
            Values::Float(_) => Lane::Float(Vec::new()),
        };
        Series {
            values,
            valid: Vec::new(),
        }
    }

    /// Replaces `series` by the numbers of `rows`.
    pub(crate) fn gather(&self, rows: &Rows<'_>, series: &mut Series) -> Result<()> {
        match (&self.values, &mut series.values) {
            (Values::Wide(array, _), Lane::Decimal { unscaled, .. }) => {
                unscaled.clear();
                gather_valid(array.nulls(), rows, &mut series.valid);
                if !narrow(rows, array.values(), &series.valid, unscaled) {
                    return Err(self.too_wide(array, rows));
                }
            }
            (Values::Narrow(array, _), Lane::Decimal { unscaled, .. }) => {
                gather_valid(array.nulls(), rows, &mut series.valid);
                rows.copy(array.values(), unscaled);
            }
            (Values::Float(array), Lane::Float(floats)) => {
                gather_valid(array.nulls(), rows, &mut series.valid);
                rows.copy(array.values(), floats);
                for (valid, value) in series.valid.iter_mut().zip(floats) {
                    *valid &= !value.is_nan();
                }
            }
            _ => unreachable!("the series was made by this column"),
        }
        Ok(())
    }

    fn too_wide(&self, array: &Decimal128Array, rows: &Rows<'_>) -> Error {
        let wide = |row: &usize| array.is_valid(*row) && i64::try_from(array.value(*row)).is_err();
        let row = rows.iter().find(wide).unwrap_or_default();
        too_wide(&self.name, row, array.value_as_string(row))
    }
}

fn too_wide(name: &str, row: usize, value: String) -> Error {
    Error::Value {
        column: name.to_owned(),
        row,
        value,
        expected: "a decimal of at most 18 digits",
    }
}

fn gather_valid(nulls: Option<&NullBuffer>, rows: &Rows<'_>, valid: &mut Vec<bool>) {
    valid.clear();
    match nulls {
        None => valid.resize(rows.len(), true),
        Some(nulls) => valid.extend(rows.iter().map(|row| nulls.is_valid(row))),
    }
}

/// Appends the numbers of `rows` as 64 bits; says whether all valid ones fit.
pub(crate) fn narrow(rows: &Rows<'_>, values: &[i128], valid: &[bool], unscaled: &mut Vec<i64>) -> bool {
    let mut fits = true;
    let mut each = |(value, valid): (&i128, &bool)| {
        let low = low_half(*value);
        fits &= i128::from(low) == *value || !*valid;
        low
    };
    match rows {
        Rows::Range(range) => unscaled.extend(values[range.clone()].iter().zip(valid).map(&mut each)),
        Rows::Listed(listed) => {
            let picked = listed.iter().map(|row| &values[*row as usize]);
            unscaled.extend(picked.zip(valid).map(&mut each));
        }
    }
    fits
}

#[expect(clippy::cast_possible_truncation, reason = "the caller compares the half with the whole")]
fn low_half(value: i128) -> i64 {
    value as i64
}

fn narrow_all(name: &str, chunks: &[ArrayRef]) -> Result<Int64Array> {
    let mut parts: Vec<ArrayRef> = Vec::with_capacity(chunks.len());
    let mut start = 0;
    for chunk in chunks {
        let wide = chunk.as_primitive::<Decimal128Type>();
        let narrow: Int64Array = wide.try_unary(|value| {
            i64::try_from(value).map_err(|_| value)
        })
        .map_err(|value| {
            let row = wide.iter().position(|other| other == Some(value)).unwrap_or_default();
            too_wide(name, start + row, wide.value_as_string(row))
        })?;
        start += chunk.len();
        parts.push(std::sync::Arc::new(narrow));
    }
    joined(&parts, &DataType::Int64).map(|all| all.as_primitive::<Int64Type>().clone())
}

fn integers(chunks: &[ArrayRef]) -> Result<Int64Array> {
    let parts = chunks.iter().map(|chunk| cast(chunk, &DataType::Int64));
    let parts = parts.collect::<std::result::Result<Vec<_>, _>>()?;
    joined(&parts, &DataType::Int64).map(|all| all.as_primitive::<Int64Type>().clone())
}

fn floats(chunks: &[ArrayRef]) -> Result<Float64Array> {
    let parts = chunks.iter().map(|chunk| cast(chunk, &DataType::Float64));
    let parts = parts.collect::<std::result::Result<Vec<_>, _>>()?;
    joined(&parts, &DataType::Float64).map(|all| all.as_primitive::<Float64Type>().clone())
}

fn joined(parts: &[ArrayRef], data_type: &DataType) -> Result<ArrayRef> {
    match parts {
        [] => Ok(arrow::array::new_empty_array(data_type)),
        [only] => Ok(std::sync::Arc::clone(only)),
        many => {
            let many: Vec<&dyn Array> = many.iter().map(AsRef::as_ref).collect();
            Ok(concat(&many)?)
        }
    }
}
