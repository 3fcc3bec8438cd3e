//! The rows of a table of actions, checked and converted to one type.

use std::str::FromStr;

use arrow::array::{Array, ArrayRef, Date32Array, Decimal128Array, RecordBatch, StringArray, cast::AsArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Decimal128Type, Float64Type};
use b3_market::lake::columns::CASH;
use b3_market::lake::{ActionClass, ActionKind, ActionSource};
use b3_market::price::LARGEST_UNSCALED;

use super::share_ratio::ShareRatio;
use crate::column::{as_nullable_utf8, days};
use crate::column_names::{AMOUNT, DENOMINATOR, EX_DATE, KIND, NOTE, NUMERATOR, SOURCE, TICKER};
use crate::error::{Error, Result};
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
    for name in [TICKER, EX_DATE, KIND, AMOUNT, NUMERATOR, DENOMINATOR] {
        index_of(table.schema(), name)?;
    }
    let mut rows = Vec::with_capacity(table.num_rows());
    for batch in table.batches() {
        let columns = ActionColumns::read(batch, rows.len())?;
        for row in 0..batch.num_rows() {
            rows.push(columns.action(row)?);
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
        let optional = |name: &str| batch.column_by_name(name).map(|column| as_nullable_utf8(name, column)).transpose();
        Ok(Self {
            start,
            ticker: as_nullable_utf8(TICKER, &batch[TICKER])?,
            ex_date: date_column(&batch[EX_DATE])?,
            kind: as_nullable_utf8(KIND, &batch[KIND])?,
            amount: number_column(AMOUNT, &batch[AMOUNT])?,
            numerator: number_column(NUMERATOR, &batch[NUMERATOR])?,
            denominator: number_column(DENOMINATOR, &batch[DENOMINATOR])?,
            source: optional(SOURCE)?,
            note: optional(NOTE)?,
        })
    }

    fn action(&self, row: usize) -> Result<ActionRow> {
        let ticker = self.text(&self.ticker, TICKER, row, "a ticker")?.to_owned();
        if self.ex_date.is_null(row) {
            return Err(self.refused(EX_DATE, row, "null", "a date"));
        }
        let kind: ActionKind = self.parsed(&self.kind, KIND, row, ActionKind::EXPECTED)?;
        let source = self.source.as_ref();
        let source = source.map(|source| self.parsed(source, SOURCE, row, ActionSource::EXPECTED)).transpose()?;
        let note = self.note.as_ref().filter(|note| note.is_valid(row)).map(|note| note.value(row).to_owned());
        let (ex_date, size) = (self.ex_date.value(row), self.size(kind, row)?);
        Ok(ActionRow { ticker, ex_date, kind, size, source, note })
    }

    fn size(&self, kind: ActionKind, row: usize) -> Result<Size> {
        match kind.class() {
            ActionClass::Share => {
                let shares = |column: &ArrayRef, name| {
                    let count = number(column, row, 0).filter(|count| *count > 0);
                    count.ok_or_else(|| self.refused(name, row, &shown(column, row), EXPECTED_SHARES))
                };
                let numerator = shares(&self.numerator, NUMERATOR)?;
                let denominator = shares(&self.denominator, DENOMINATOR)?;
                let ratio = ShareRatio::new(numerator.unsigned_abs(), denominator.unsigned_abs());
                Ok(Size::Shares { numerator, denominator, ratio: ratio.expect("both are above 0") })
            }
            ActionClass::Cash => {
                let column = &self.amount;
                let amount = number(column, row, CASH.scale).filter(|amount| (0..=LARGEST_UNSCALED).contains(amount));
                let refused = || self.refused(AMOUNT, row, &shown(column, row), EXPECTED_AMOUNT);
                amount.map(Size::Cash).ok_or_else(refused)
            }
            ActionClass::Unsized => Ok(Size::Unknown),
        }
    }

    fn text<'a>(
        &self,
        column: &'a StringArray,
        name: &'static str,
        row: usize,
        expected: &'static str,
    ) -> Result<&'a str> {
        if column.is_null(row) {
            return Err(self.refused(name, row, "null", expected));
        }
        Ok(column.value(row))
    }

    fn parsed<T: FromStr>(
        &self,
        column: &StringArray,
        name: &'static str,
        row: usize,
        expected: &'static str,
    ) -> Result<T> {
        let text = self.text(column, name, row, expected)?;
        text.parse().map_err(|_| self.refused(name, row, &format!("{text:?}"), expected))
    }

    fn refused(&self, column: &'static str, row: usize, value: &str, expected: &str) -> Error {
        let row = self.start + row;
        Error::Value(format!("actions, column {column}, row {row}: found {value}, expected {expected}"))
    }
}

fn date_column(chunk: &ArrayRef) -> Result<Date32Array> {
    match chunk.data_type() {
        DataType::Null => Ok(Date32Array::new_null(chunk.len())),
        _ => days(EX_DATE, chunk),
    }
}

/// A column of numbers as doubles, the type that pandas gives integers with nulls, or as 128-bit
/// decimals, which hold every integer; decimals are accepted for amounts alone.
fn number_column(name: &'static str, chunk: &ArrayRef) -> Result<ArrayRef> {
    let is_amount = name == AMOUNT;
    let to = match chunk.data_type() {
        DataType::Decimal128(..) if is_amount => return Ok(ArrayRef::clone(chunk)),
        DataType::Decimal32(_, scale) | DataType::Decimal64(_, scale) if is_amount => DataType::Decimal128(38, *scale),
        float if float.is_floating() => DataType::Float64,
        integer if integer.is_integer() => DataType::Decimal128(38, 0),
        DataType::Null => DataType::Float64,
        found => {
            let expected = if is_amount { "a decimal, a float or an integer" } else { "an integer" };
            return Err(Error::column_type(name, found, expected));
        }
    };
    Ok(cast(chunk, &to)?)
}

/// The number of a [`number_column`] in units of 10^-`scale`; `None` if it is null, no integer in
/// these units, or does not fit 64 bits.
fn number(column: &ArrayRef, row: usize, scale: u8) -> Option<i64> {
    if column.is_null(row) {
        return None;
    }
    match column.as_primitive_opt::<Float64Type>() {
        Some(floats) => scaled(floats.value(row), scale),
        None => rescaled(column.as_primitive(), row, scale),
    }
}

/// The integer n for which `value` is the double nearest to n * 10^-`scale`; of several the one
/// whose n * 10^-`scale` is nearest to `value`. `None` if there is none of 64 bits.
fn scaled(value: f64, scale: u8) -> Option<i64> {
    if !value.is_finite() {
        return None;
    }
    let (numerator, denominator) = big::fraction(value);
    let nearest = i64::try_from(big::half_to_even(&(numerator * 10_u64.pow(scale.into())), &denominator)).ok()?;
    // `value + 0.0` is 0 for -0.
    (decimal_to_double(nearest, scale).to_bits() == (value + 0.0).to_bits()).then_some(nearest)
}

/// A decimal in units of 10^-`scale`; `None` if that is no integer or does not fit 64 bits.
fn rescaled(decimals: &Decimal128Array, row: usize, scale: u8) -> Option<i64> {
    let (value, surplus) = (decimals.value(row), i32::from(decimals.scale()) - i32::from(scale));
    let unit = 10_i128.checked_pow(surplus.unsigned_abs())?;
    let value = if surplus <= 0 { value.checked_mul(unit)? } else { (value % unit == 0).then_some(value / unit)? };
    i64::try_from(value).ok()
}

/// A value as text for an error message.
fn shown(column: &ArrayRef, row: usize) -> String {
    if column.is_null(row) {
        return "null".to_owned();
    }
    if let Some(decimals) = column.as_primitive_opt::<Decimal128Type>() {
        return decimals.value_as_string(row);
    }
    column.as_primitive::<Float64Type>().value(row).to_string()
}
