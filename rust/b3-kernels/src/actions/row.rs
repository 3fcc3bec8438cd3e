//! The rows of a table of actions, checked and converted to one type.

use std::str::FromStr;

use arrow::array::{Array, ArrayRef, Date32Array, Decimal128Array, RecordBatch, StringArray, cast::AsArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Decimal128Type, Float64Type};
use b3_market::lake::columns::CASH_SCALE;
use b3_market::lake::{ActionClass, ActionKind, ActionSource};
use b3_market::price::LARGEST_UNSCALED;
use num_bigint::BigUint;

use super::share_ratio::ShareRatio;
use crate::column::{as_utf8, days};
use crate::column_names;
use crate::error::{Error, Result};
use crate::exact::rounding::LEAST_EXPONENT;
use crate::exact::{big, decimal_to_double};
use crate::table::{Table, index_of};

const EXPECTED_SHARES: &str = "a whole number of shares from 1 to 9223372036854775807";
const EXPECTED_AMOUNT: &str = "an amount from 0 on with at most 10 digits before and 8 behind the point";

/// One row of a table of actions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ActionRow {
    pub(super) ticker: String,
    /// Days since 1970-01-01.
    pub(super) ex_date: i32,
    pub(super) kind: ActionKind,
    pub(super) size: Size,
    /// `None` in a table without a column `source`.
    pub(super) source: Option<ActionSource>,
    pub(super) note: Option<String>,
}

/// The size of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Size {
    /// New shares for old ones: both numbers as the row has them, and their ratio in lowest terms.
    Shares { numerator: i64, denominator: i64, ratio: ShareRatio },
    /// Hundred-millionths of the currency of the ex-date, per share.
    Cash(i64),
    /// The size is unknown.
    Unknown,
}

/// The rows of all batches, in order.
pub(super) fn read(table: &Table) -> Result<Vec<ActionRow>> {
    // A table may have no batch.
    for name in [
        column_names::TICKER,
        column_names::EX_DATE,
        column_names::KIND,
        column_names::AMOUNT,
        column_names::NUMERATOR,
        column_names::DENOMINATOR,
    ] {
        index_of(table.schema(), name)?;
    }
    let mut rows = Vec::with_capacity(table.num_rows());
    for batch in table.batches() {
        let columns = ActionColumns::read(batch, rows.len())?;
        for place in 0..batch.num_rows() {
            rows.push(columns.row(place)?);
        }
    }
    Ok(rows)
}

/// The columns of one batch.
struct ActionColumns {
    /// The number of the batch's first row.
    start: usize,
    ticker: StringArray,
    ex_date: Date32Array,
    kind: StringArray,
    amount: ArrayRef,
    numerator: ArrayRef,
    denominator: ArrayRef,
    source: Option<StringArray>,
    note: Option<StringArray>,
}

impl ActionColumns {
    fn read(batch: &RecordBatch, start: usize) -> Result<Self> {
        let optional = |name: &str| batch.column_by_name(name).map(|column| text_column(name, column)).transpose();
        Ok(Self {
            start,
            ticker: text_column(column_names::TICKER, &batch[column_names::TICKER])?,
            ex_date: date_column(&batch[column_names::EX_DATE])?,
            kind: text_column(column_names::KIND, &batch[column_names::KIND])?,
            amount: amount_column(&batch[column_names::AMOUNT])?,
            numerator: count_column(column_names::NUMERATOR, &batch[column_names::NUMERATOR])?,
            denominator: count_column(column_names::DENOMINATOR, &batch[column_names::DENOMINATOR])?,
            source: optional(column_names::SOURCE)?,
            note: optional(column_names::NOTE)?,
        })
    }

    fn row(&self, place: usize) -> Result<ActionRow> {
        let ticker = self.text(&self.ticker, column_names::TICKER, place, "a ticker")?.to_owned();
        if self.ex_date.is_null(place) {
            return Err(self.refused(column_names::EX_DATE, place, "null", "a date"));
        }
        let kind: ActionKind = self.parsed(&self.kind, column_names::KIND, place, ActionKind::EXPECTED)?;
        let source = self.source.as_ref();
        let source = source
            .map(|source| self.parsed(source, column_names::SOURCE, place, ActionSource::EXPECTED))
            .transpose()?;
        let note = self.note.as_ref().filter(|note| note.is_valid(place)).map(|note| note.value(place).to_owned());
        let (ex_date, size) = (self.ex_date.value(place), self.size(kind, place)?);
        Ok(ActionRow { ticker, ex_date, kind, size, source, note })
    }

    fn size(&self, kind: ActionKind, place: usize) -> Result<Size> {
        match kind.class() {
            ActionClass::Share => {
                let numerator = self.shares(&self.numerator, column_names::NUMERATOR, place)?;
                let denominator = self.shares(&self.denominator, column_names::DENOMINATOR, place)?;
                let ratio = ShareRatio::new(numerator.unsigned_abs(), denominator.unsigned_abs());
                let ratio = ratio.expect("`shares` has refused 0");
                Ok(Size::Shares { numerator, denominator, ratio })
            }
            ActionClass::Cash => Ok(Size::Cash(self.cash(place)?)),
            ActionClass::Unsized => Ok(Size::Unknown),
        }
    }

    fn text<'a>(
        &self,
        column: &'a StringArray,
        name: &'static str,
        place: usize,
        expected: &'static str,
    ) -> Result<&'a str> {
        if column.is_null(place) {
            return Err(self.refused(name, place, "null", expected));
        }
        Ok(column.value(place))
    }

    fn parsed<T: FromStr>(
        &self,
        column: &StringArray,
        name: &'static str,
        place: usize,
        expected: &'static str,
    ) -> Result<T> {
        let text = self.text(column, name, place, expected)?;
        text.parse().map_err(|_| self.refused(name, place, &format!("{text:?}"), expected))
    }

    fn shares(&self, column: &ArrayRef, name: &'static str, place: usize) -> Result<i64> {
        let refused = || self.refused(name, place, &shown(column, place), EXPECTED_SHARES);
        if column.is_null(place) {
            return Err(refused());
        }
        let number = match column.as_primitive_opt::<Float64Type>() {
            Some(floats) => scaled(floats.value(place), 0),
            None => i64::try_from(column.as_primitive::<Decimal128Type>().value(place)).ok(),
        };
        number.filter(|number| *number > 0).ok_or_else(refused)
    }

    fn cash(&self, place: usize) -> Result<i64> {
        let refused = || self.refused(column_names::AMOUNT, place, &shown(&self.amount, place), EXPECTED_AMOUNT);
        if self.amount.is_null(place) {
            return Err(refused());
        }
        let amount = match self.amount.as_primitive_opt::<Float64Type>() {
            Some(floats) => scaled(floats.value(place), CASH_SCALE),
            None => rescaled(self.amount.as_primitive::<Decimal128Type>(), place),
        };
        amount.filter(|amount| (0..=LARGEST_UNSCALED).contains(amount)).ok_or_else(refused)
    }

    fn refused(&self, column: &'static str, place: usize, value: &str, expected: &str) -> Error {
        let row = self.start + place;
        Error::Value(format!("actions, column {column}, row {row}: found {value}, expected {expected}"))
    }
}

fn text_column(name: &str, chunk: &ArrayRef) -> Result<StringArray> {
    match chunk.data_type() {
        DataType::Null => Ok(StringArray::new_null(chunk.len())),
        _ => Ok(as_utf8(name, chunk)?.as_string::<i32>().clone()),
    }
}

fn date_column(chunk: &ArrayRef) -> Result<Date32Array> {
    match chunk.data_type() {
        DataType::Null => Ok(Date32Array::new_null(chunk.len())),
        _ => days(column_names::EX_DATE, chunk),
    }
}

/// A column of amounts as doubles or 128-bit decimals.
fn amount_column(chunk: &ArrayRef) -> Result<ArrayRef> {
    let to = match chunk.data_type() {
        DataType::Decimal128(..) => return Ok(ArrayRef::clone(chunk)),
        DataType::Decimal32(_, scale) | DataType::Decimal64(_, scale) => DataType::Decimal128(38, *scale),
        float if float.is_floating() => DataType::Float64,
        integer if integer.is_integer() => DataType::Decimal128(38, 0),
        DataType::Null => DataType::Float64,
        found => return Err(Error::column_type(column_names::AMOUNT, found, "a decimal, a float or an integer")),
    };
    Ok(cast(chunk, &to)?)
}

/// A column of counts as decimals, which hold every integer, or as doubles, the type that pandas
/// gives integers with nulls.
fn count_column(name: &'static str, chunk: &ArrayRef) -> Result<ArrayRef> {
    let to = match chunk.data_type() {
        float if float.is_floating() => DataType::Float64,
        integer if integer.is_integer() => DataType::Decimal128(38, 0),
        DataType::Null => DataType::Float64,
        found => return Err(Error::column_type(name, found, "an integer")),
    };
    Ok(cast(chunk, &to)?)
}

/// The integer n for which `value` is the double nearest to n * 10^-`scale`; of several the one
/// whose n * 10^-`scale` is nearest to `value`. `None` if there is none of 64 bits.
fn scaled(value: f64, scale: u8) -> Option<i64> {
    if !value.is_finite() {
        return None;
    }
    let one = BigUint::from(1_u8) << LEAST_EXPONENT.unsigned_abs(); // in units of 2^-1074, as `big::integer`
    let nearest = i64::try_from(big::half_to_even(&(big::integer(value) * 10_u64.pow(scale.into())), &one)).ok()?;
    // `value + 0.0` is 0 for -0.
    (decimal_to_double(nearest, scale).to_bits() == (value + 0.0).to_bits()).then_some(nearest)
}

/// A decimal in hundred-millionths; `None` if that is no integer or does not fit 64 bits.
fn rescaled(decimals: &Decimal128Array, place: usize) -> Option<i64> {
    let (value, surplus) = (decimals.value(place), i32::from(decimals.scale()) - i32::from(CASH_SCALE));
    let unit = 10_i128.checked_pow(surplus.unsigned_abs())?;
    let value = if surplus <= 0 { value.checked_mul(unit)? } else { (value % unit == 0).then_some(value / unit)? };
    i64::try_from(value).ok()
}

/// A value as text for an error message.
fn shown(column: &ArrayRef, place: usize) -> String {
    if column.is_null(place) {
        return "null".to_owned();
    }
    if let Some(decimals) = column.as_primitive_opt::<Decimal128Type>() {
        return decimals.value_as_string(place);
    }
    column.as_primitive::<Float64Type>().value(place).to_string()
}
