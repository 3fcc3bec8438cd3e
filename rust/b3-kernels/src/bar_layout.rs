//! The normal form of a batch of bars, which aggregation and the refiner compute on: the columns
//! that they need, at fixed positions and with fixed types.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, BooleanArray, Decimal128Array, Float64Array, Int64Array, RecordBatch, cast::AsArray,
    new_null_array,
};
use arrow::compute::{cast, nullif};
use arrow::datatypes::{DataType, Decimal128Type, Schema, SchemaRef, TimeUnit};
use b3_market::lake::columns;

use crate::column::{as_utf8, days};
use crate::column_names;
use crate::error::{Error, Result};
use crate::keys::Keys;
use crate::lake_columns::{MONEY, PRICE, lake_schema};
use crate::table::{Table, batch_of, index_of, nullable};

/// Columns of a normal batch, by position.
pub(crate) const TICKER: usize = 0;
pub(crate) const DATE: usize = 1;
pub(crate) const START: usize = 2;
pub(crate) const OPEN: usize = 3;
pub(crate) const HIGH: usize = 4;
pub(crate) const LOW: usize = 5;
pub(crate) const CLOSE: usize = 6;
pub(crate) const VOLUME: usize = 7;
pub(crate) const TURNOVER: usize = 8;
pub(crate) const TRADES: usize = 9;
pub(crate) const SOURCE: usize = 10;
pub(crate) const CURRENCY: usize = 11;
pub(crate) const DISTRIBUTION: usize = 12;
pub(crate) const SPECIFICATION: usize = 13;

/// How to convert batches to the normal form. Prices become doubles if one of the four columns is a
/// float and none a decimal, else DECIMAL(18,6). A turnover becomes doubles if it is a float, else
/// DECIMAL(20,2); a missing one has the kind of the prices. NaN becomes null. Optional columns that
/// are missing are null.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    keys: Keys,
    schema: SchemaRef,
}

impl Layout {
    /// The layout for the lake's raw bars.
    pub(crate) fn of_raw() -> Self {
        Self::of(&lake_schema(&columns::RAW), &Keys::default()).expect("raw has columns of prices")
    }

    /// The layout for bars of a schema. Missing columns that bars are compared by (currency,
    /// distribution number, specification) have the type Null, which takes no memory.
    pub(crate) fn of(schema: &Schema, keys: &Keys) -> Result<Self> {
        let prices = [column_names::OPEN, column_names::HIGH, column_names::LOW, column_names::CLOSE];
        let prices = prices.into_iter().map(|name| Ok(schema.field(index_of(schema, name)?).data_type()));
        let prices = prices.collect::<Result<Vec<_>>>()?;
        let any = |is: fn(&DataType) -> bool| prices.iter().any(|price| is(price));
        let price = if any(DataType::is_floating) && !any(DataType::is_decimal) { DataType::Float64 } else { PRICE };
        let turnover = match schema.field_with_name(column_names::TURNOVER) {
            Ok(field) if field.data_type().is_floating() => DataType::Float64,
            Ok(_) => MONEY,
            Err(_) if price == PRICE => MONEY,
            Err(_) => DataType::Float64,
        };
        let compared = |name, data_type| match schema.field_with_name(name) {
            Ok(field) if *field.data_type() != DataType::Null => (name, data_type),
            _ => (name, DataType::Null),
        };
        let instant = DataType::Timestamp(TimeUnit::Microsecond, None);
        let columns = [
            (column_names::TICKER, DataType::Utf8),
            (column_names::TRADE_DATE, DataType::Date32),
            (column_names::BAR_START, instant),
            (column_names::OPEN, price.clone()),
            (column_names::HIGH, price.clone()),
            (column_names::LOW, price.clone()),
            (column_names::CLOSE, price),
            (column_names::VOLUME, DataType::Int64),
            (column_names::TURNOVER, turnover),
            (column_names::TRADES, DataType::Int64),
            (column_names::SOURCE, DataType::Utf8),
            compared(column_names::CURRENCY, DataType::Utf8),
            compared(column_names::DISTRIBUTION, DataType::Int16),
            compared(column_names::SPECIFICATION, DataType::Utf8),
        ];
        let schema = Schema::new(columns.map(|(name, data_type)| nullable(name, data_type)).to_vec());
        Ok(Self { keys: keys.clone(), schema: Arc::new(schema) })
    }

    pub(crate) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The normal form of all batches.
    pub(crate) fn normal_batches(&self, bars: &Table) -> Result<Vec<RecordBatch>> {
        let mut first_row = 0;
        let normal = bars.batches().iter().map(|batch| {
            let normal = self.normal(batch, first_row);
            first_row += batch.num_rows();
            normal
        });
        normal.collect()
    }

    /// The normal form of `batch`, whose first row is the row `first_row` of the input.
    pub(crate) fn normal(&self, batch: &RecordBatch, first_row: usize) -> Result<RecordBatch> {
        let columns = self.schema.fields().iter().enumerate().map(|(place, field)| {
            let name = match place {
                TICKER => &self.keys.by,
                DATE => &self.keys.time,
                _ => field.name(),
            };
            let is_optional = matches!(place, START | TURNOVER..);
            if is_optional && batch.column_by_name(name).is_none() {
                return Ok(new_null_array(field.data_type(), batch.num_rows()));
            }
            let column = batch.column(index_of(batch.schema_ref(), name)?);
            normal_column(name, column, place, field.data_type(), first_row)
        });
        batch_of(&self.schema, columns.collect::<Result<_>>()?, batch.num_rows())
    }
}

/// `column` as the column at `place`, whose type is `to`; a number that would change is refused.
fn normal_column(name: &str, column: &ArrayRef, place: usize, to: &DataType, first_row: usize) -> Result<ArrayRef> {
    match place {
        // A column of nothing but nulls may have the type `Null`, except keys.
        START.. if *column.data_type() == DataType::Null => Ok(new_null_array(to, column.len())),
        TICKER | SOURCE | CURRENCY | SPECIFICATION => Ok(Arc::new(as_utf8(name, column)?)),
        DATE => Ok(Arc::new(days(name, column)?)),
        START if matches!(column.data_type(), DataType::Timestamp(..)) => Ok(cast(column, to)?),
        START => Err(Error::column_type(name, column.data_type(), "a timestamp")),
        VOLUME | TRADES | DISTRIBUTION => count(name, column, to, first_row),
        _ => amount(name, column, to, first_row),
    }
}

fn count(name: &str, column: &ArrayRef, to: &DataType, first_row: usize) -> Result<ArrayRef> {
    match column.data_type() {
        decimal if decimal.is_decimal() => {
            let whole = amount(name, column, &DataType::Decimal128(38, 0), first_row)?;
            exact_cast(name, &whole, to, first_row)
        }
        found if found.is_integer() => exact_cast(name, column, to, first_row),
        found if found.is_floating() => exact_cast(name, &whole_numbers(name, column, first_row)?, to, first_row),
        found => Err(Error::column_type(name, found, "an integer, or a decimal or float of whole numbers")),
    }
}

/// The scales of decimals that can hold a price or turnover.
const SCALES: std::ops::RangeInclusive<i8> = -18..=38;

/// Prices or turnover.
fn amount(name: &str, column: &ArrayRef, to: &DataType, first_row: usize) -> Result<ArrayRef> {
    match column.data_type() {
        float if float.is_floating() && *to == DataType::Float64 => without_nan(column),
        float if float.is_floating() => Err(Error::column_type(name, float, "a decimal, as other prices are")),
        integer if integer.is_integer() && *to == DataType::Float64 => exact_doubles(name, column, first_row),
        integer if integer.is_integer() => exact_cast(name, column, to, first_row),
        DataType::Decimal128(_, scale) if SCALES.contains(scale) => exact_decimal(name, column, to, first_row),
        DataType::Decimal32(_, scale) | DataType::Decimal64(_, scale) | DataType::Decimal256(_, scale)
            if SCALES.contains(scale) =>
        {
            let wide = exact_cast(name, column, &DataType::Decimal128(38, *scale), first_row)?;
            exact_decimal(name, &wide, to, first_row)
        }
        found if found.is_decimal() => Err(Error::column_type(name, found, "a decimal with a scale from -18 to 38")),
        found => Err(Error::column_type(name, found, "a decimal or a float")),
    }
}

/// A decimal at another scale, if every value fits it exactly.
fn exact_decimal(name: &str, column: &ArrayRef, to: &DataType, first_row: usize) -> Result<ArrayRef> {
    if column.data_type() == to {
        return Ok(Arc::clone(column));
    }
    let decimals: &Decimal128Array = column.as_primitive::<Decimal128Type>();
    let surplus = if let DataType::Decimal128(_, scale) = to { decimals.scale() - scale } else { 0 };
    if surplus <= 0 {
        return exact_cast(name, column, to, first_row);
    }
    let unit = 10_i128.pow(u32::from(surplus.unsigned_abs()));
    let inexact = (0..decimals.len()).find(|row| decimals.is_valid(*row) && decimals.value(*row) % unit != 0);
    match inexact {
        Some(row) => Err(does_not_fit(name, column, first_row, row, to)),
        None => exact_cast(name, column, to, first_row),
    }
}

/// A cast that changes no value.
fn exact_cast(name: &str, column: &ArrayRef, to: &DataType, first_row: usize) -> Result<ArrayRef> {
    let found = cast(column, to)?;
    if found.null_count() > column.null_count() {
        let row = (0..column.len()).find(|row| column.is_valid(*row) && found.is_null(*row));
        return Err(does_not_fit(name, column, first_row, row.unwrap_or_default(), to));
    }
    Ok(found)
}

/// Integers as doubles that equal them.
fn exact_doubles(name: &str, column: &ArrayRef, first_row: usize) -> Result<ArrayRef> {
    let doubles = cast(column, &DataType::Float64)?;
    let back = cast(&doubles, column.data_type())?;
    if back.as_ref() == column.as_ref() {
        return Ok(doubles);
    }
    let row = (0..column.len()).find(|row| back.slice(*row, 1) != column.slice(*row, 1));
    Err(does_not_fit(name, column, first_row, row.unwrap_or_default(), &DataType::Float64))
}

/// Floats as doubles, NaN as null.
fn without_nan(column: &ArrayRef) -> Result<ArrayRef> {
    let doubles = cast(column, &DataType::Float64)?;
    let floats: &Float64Array = doubles.as_primitive();
    // Without early exit, so that the loop vectorises.
    if !floats.values().iter().fold(false, |any, number| any | number.is_nan()) {
        return Ok(doubles);
    }
    Ok(nullif(floats, &BooleanArray::from_unary(floats, f64::is_nan))?)
}

/// Floats that are whole numbers as integers, NaN as null: pandas turns integer columns with
/// missing values into such floats.
fn whole_numbers(name: &str, column: &ArrayRef, first_row: usize) -> Result<ArrayRef> {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    let floats = without_nan(column)?;
    let floats: &Float64Array = floats.as_primitive();
    let is_whole = |number: f64| number.fract() == 0.0 && (-LIMIT..LIMIT).contains(&number);
    let numbers = floats.iter().enumerate().map(|(row, number)| match number {
        #[expect(clippy::cast_possible_truncation, reason = "it is whole and within the range")]
        Some(number) if is_whole(number) => Ok(Some(number as i64)),
        Some(number) => Err(Error::value(name, first_row + row, number, "a whole number of 64 bits")),
        None => Ok(None),
    });
    Ok(Arc::new(numbers.collect::<Result<Int64Array>>()?))
}

fn does_not_fit(name: &str, column: &ArrayRef, first_row: usize, row: usize, to: &DataType) -> Error {
    let text = cast(&column.slice(row, 1), &DataType::Utf8);
    let value = text.map_or_else(|error| error.to_string(), |text| text.as_string::<i32>().value(0).to_owned());
    let expected = match *to {
        DataType::Int64 => "a 64-bit integer",
        DataType::Int16 => "a 16-bit integer",
        DataType::Float64 => "an integer that a double holds exactly",
        PRICE => "at most 12 digits before and 6 behind the point",
        DataType::Decimal128(38, 0) => "a whole number of at most 38 digits",
        DataType::Decimal128(38, _) => "at most 38 digits",
        _ => "at most 18 digits before and 2 behind the point",
    };
    Error::value(name, first_row + row, value, expected)
}

#[cfg(test)]
mod laws;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::refiner::samples::{batch, raw, session};

    fn volumes(floats: &[Option<f64>]) -> Result<Vec<Option<i64>>> {
        let column: ArrayRef = Arc::new(Float64Array::from(floats.to_vec()));
        let first_row = 7;
        let whole = normal_column(column_names::VOLUME, &column, VOLUME, &DataType::Int64, first_row)?;
        let whole: &Int64Array = whole.as_primitive();
        Ok(whole.iter().collect())
    }

    #[test]
    fn a_float_volume_passes_where_it_is_whole_and_nan_is_null() {
        let limit = 2.0_f64.powi(63);
        assert_eq!(
            volumes(&[Some(100.0), None, Some(f64::NAN), Some(-0.0), Some(-limit)]).unwrap(),
            [Some(100), None, None, Some(0), Some(i64::MIN)]
        );
    }

    #[test]
    fn a_float_volume_that_is_no_count_is_refused_with_its_row() {
        for (number, shown) in [(0.5, "0.5"), (f64::INFINITY, "inf"), (2.0_f64.powi(63), "9223372036854776000")] {
            assert_eq!(
                volumes(&[Some(1.0), Some(number)]).unwrap_err().to_string(),
                format!("column volume, row 8: found {shown}, expected a whole number of 64 bits")
            );
        }
    }

    proptest! {
        #[test]
        fn a_decimal_of_any_scale_keeps_its_value_or_is_refused_with_its_row(
            unscaled in prop::collection::vec((-1_000_000_i128..1_000_000, 0_u32..4), 1..6), scale in 0_u32..10, start in 0_usize..9,
        ) {
            let unscaled: Vec<i128> = unscaled.into_iter().map(|(number, zeros)| number * 10_i128.pow(zeros)).collect();
            let type_ = DataType::Decimal128(30, i8::try_from(scale).unwrap());
            let column: ArrayRef = Arc::new(Decimal128Array::from(unscaled.clone()).with_data_type(type_));
            let found = normal_column(column_names::CLOSE, &column, CLOSE, &PRICE, start);
            // Both scales are at most 9, so units of 10^-9 hold every value.
            let billionths = |number: i128, scale: u32| number * 10_i128.pow(9 - scale);
            match unscaled.iter().position(|number| billionths(*number, scale) % 1_000 != 0) {
                None => {
                    let prices = found.unwrap();
                    let prices = prices.as_primitive::<Decimal128Type>().values().iter().map(|price| billionths(*price, 6));
                    prop_assert_eq!(prices.collect::<Vec<_>>(), unscaled.iter().map(|number| billionths(*number, scale)).collect::<Vec<_>>());
                }
                Some(row) => {
                    let place = format!("column close, row {}: found ", start + row);
                    prop_assert!(found.unwrap_err().to_string().starts_with(&place));
                }
            }
        }
    }

    #[test]
    fn a_batch_in_the_normal_form_stays_as_it_is() {
        let batch = batch(&[raw("PETR4", session(0), 1_000), raw("VALE3", session(1), 2_000)]);
        let normal = |batch: &RecordBatch| Layout::of(batch.schema_ref(), &Keys::default())?.normal(batch, 0);
        let once = normal(&batch).unwrap();
        assert_eq!(normal(&once).unwrap(), once);
    }

    #[test]
    fn a_missing_key_price_or_volume_is_refused_and_other_missing_columns_are_null() {
        let whole = batch(&[raw("PETR4", session(0), 1_000)]);
        for (place, field) in whole.schema().fields().iter().enumerate() {
            let kept: Vec<usize> = (0..whole.num_columns()).filter(|other| *other != place).collect();
            let part = whole.project(&kept).unwrap();
            let normal = Layout::of(part.schema_ref(), &Keys::default()).and_then(|layout| layout.normal(&part, 0));
            let name = field.name().as_str();
            if ["ticker", "trade_date", "open", "high", "low", "close", "volume"].contains(&name) {
                let refused = normal.unwrap_err().to_string();
                assert!(refused.starts_with(&format!("column {name}: not found")), "{refused}");
            } else {
                assert_eq!(normal.unwrap().column_by_name(name).unwrap().logical_null_count(), 1, "{name}");
            }
        }
    }
}
