//! Raw bars, actions and options for the tests of this crate, and the results for them.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, Date32Array, Decimal128Array, Float64Array, Int16Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray, cast::AsArray,
};
use arrow::compute::concat_batches;
use arrow::datatypes::{Decimal128Type, Float64Type, Int64Type};
use b3_market::calendar::add_sessions;
use chrono::NaiveDate;

use super::{OnInvalid, RefineOptions, Refiner, refine};
use crate::actions::Actions;
use crate::every::Every;
use crate::table::{Table, nullable};

/// The windows of [`options`].
pub(crate) const WINDOWS: [u32; 3] = [1, 2, 5];

/// One raw bar; open, high, low and close are one price.
#[derive(Debug, Clone)]
pub(crate) struct Raw {
    pub(crate) ticker: &'static str,
    /// Days since 1970-01-01.
    pub(crate) day: i32,
    /// Microseconds since 1970-01-01; `None` for a daily bar.
    pub(crate) start: Option<i64>,
    /// Millionths.
    pub(crate) price: Option<i128>,
    pub(crate) volume: i64,
    pub(crate) source: Option<&'static str>,
    pub(crate) currency: &'static str,
    pub(crate) distribution: Option<i16>,
    pub(crate) specification: Option<&'static str>,
}

/// A bar of COTAHIST at a price in cents.
pub(crate) fn raw(ticker: &'static str, day: i32, cents: i128) -> Raw {
    Raw {
        ticker,
        day,
        start: None,
        price: Some(cents * 10_000),
        volume: 100,
        source: Some("cotahist"),
        currency: "BRL",
        distribution: Some(100),
        specification: Some("ON      NM"),
    }
}

/// A bar of COTAHIST at 1.00 on the session with that number.
pub(crate) fn bar_of(ticker: &'static str, number: i32) -> Raw {
    raw(ticker, session(number), 100)
}

/// The session that is `number` sessions after 2021-01-04.
pub(crate) fn session(number: i32) -> i32 {
    let first = NaiveDate::from_ymd_opt(2021, 1, 4).unwrap();
    add_sessions(first, number).unwrap().to_epoch_days()
}

/// The bars as a batch of the raw columns.
pub(crate) fn batch(rows: &[Raw]) -> RecordBatch {
    let price = || -> ArrayRef {
        let prices: Decimal128Array = rows.iter().map(|row| row.price).collect();
        Arc::new(prices.with_precision_and_scale(18, 6).unwrap())
    };
    let text =
        |of: fn(&Raw) -> Option<&'static str>| -> ArrayRef { Arc::new(rows.iter().map(of).collect::<StringArray>()) };
    let starts: TimestampMicrosecondArray = rows.iter().map(|row| row.start).collect();
    RecordBatch::try_from_iter_with_nullable([
        ("ticker", text(|row| Some(row.ticker)), true),
        ("trade_date", Arc::new(rows.iter().map(|row| Some(row.day)).collect::<Date32Array>()) as ArrayRef, true),
        ("bar_start", Arc::new(starts), true),
        ("open", price(), true),
        ("high", price(), true),
        ("low", price(), true),
        ("close", price(), true),
        ("volume", Arc::new(rows.iter().map(|row| Some(row.volume)).collect::<Int64Array>()), true),
        ("source", text(|row| row.source), true),
        ("currency", text(|row| Some(row.currency)), true),
        ("distribution", Arc::new(rows.iter().map(|row| row.distribution).collect::<Int16Array>()), true),
        ("specification", text(|row| row.specification), true),
    ])
    .unwrap()
}

/// The batch with one more column, or with this column in place of the one of that name.
pub(crate) fn with_column(batch: &RecordBatch, name: &str, column: ArrayRef) -> RecordBatch {
    let field = nullable(name, column.data_type().clone());
    one_batch(&Table::from(batch.clone()).with_columns(&[(field, column)]).unwrap())
}

/// An action: cash in hundred-millionths, or new shares for old ones.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Action {
    Cash(i128),
    Shares(i64, i64),
}

/// A table of actions of one source.
pub(crate) fn actions(rows: &[(&str, i32, Action)]) -> Actions {
    let shares = |of: fn(i64, i64) -> i64| -> ArrayRef {
        let numbers = rows.iter().map(|(_, _, action)| match action {
            Action::Shares(new, old) => Some(of(*new, *old)),
            Action::Cash(_) => None,
        });
        Arc::new(numbers.collect::<Int64Array>())
    };
    let amounts = rows.iter().map(|(_, _, action)| match action {
        Action::Cash(amount) => Some(*amount),
        Action::Shares(..) => None,
    });
    let amounts = amounts.collect::<Decimal128Array>().with_precision_and_scale(18, 8).unwrap();
    let kinds = rows.iter().map(|(_, _, action)| match action {
        Action::Cash(_) => "dividend",
        Action::Shares(..) => "split",
    });
    let batch = RecordBatch::try_from_iter_with_nullable([
        ("ticker", Arc::new(StringArray::from_iter_values(rows.iter().map(|(ticker, _, _)| ticker))) as ArrayRef, true),
        ("ex_date", Arc::new(Date32Array::from_iter_values(rows.iter().map(|(_, ex_date, _)| *ex_date))), true),
        ("kind", Arc::new(StringArray::from_iter_values(kinds)), true),
        ("amount", Arc::new(amounts), true),
        ("numerator", shares(|new, _| new), true),
        ("denominator", shares(|_, old| old), true),
    ]);
    Actions::read(&Table::from(batch.unwrap())).unwrap()
}

/// The rows of a table in one batch.
pub(crate) fn one_batch(table: &Table) -> RecordBatch {
    concat_batches(table.schema(), table.batches()).unwrap()
}

/// Options with small windows that keep invalid bars.
pub(crate) fn options(every: Every) -> RefineOptions {
    RefineOptions { every, windows: WINDOWS.to_vec(), rename: false, on_invalid: OnInvalid::Keep, ..Default::default() }
}

/// The result of a refiner for the rows in one batch.
pub(crate) fn refined(rows: &[Raw], options: &RefineOptions) -> RecordBatch {
    refined_in_batches(rows, options, &[])
}

/// The result of a refiner for the rows in batches cut at `cuts`: any numbers, each taken modulo
/// (number of rows + 1).
pub(crate) fn refined_in_batches(rows: &[Raw], options: &RefineOptions, cuts: &[usize]) -> RecordBatch {
    let mut refiner = Refiner::new(options.clone()).unwrap();
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (rows.len() + 1)).chain([0, rows.len()]).collect();
    cuts.sort_unstable();
    let mut batches: Vec<RecordBatch> =
        cuts.array_windows().map(|[from, to]| refiner.push(&batch(&rows[*from..*to])).unwrap()).collect();
    batches.push(refiner.finish().unwrap());
    concat_batches(&batches[0].schema(), &batches).unwrap()
}

/// The result of `refine` for the rows as one table.
pub(crate) fn refined_table(rows: RecordBatch, options: &RefineOptions) -> RecordBatch {
    one_batch(&refine(&Table::from(rows), options).unwrap())
}

/// A column of texts.
pub(crate) fn texts<'a>(batch: &'a RecordBatch, name: &str) -> Vec<Option<&'a str>> {
    batch.column_by_name(name).unwrap().as_string::<i32>().iter().collect()
}

/// A column of doubles.
pub(crate) fn doubles(batch: &RecordBatch, name: &str) -> Vec<Option<f64>> {
    let column: &Float64Array = batch.column_by_name(name).unwrap().as_primitive::<Float64Type>();
    column.iter().collect()
}

/// A column of integers.
pub(crate) fn integers(batch: &RecordBatch, name: &str) -> Vec<Option<i64>> {
    batch.column_by_name(name).unwrap().as_primitive::<Int64Type>().iter().collect()
}

/// A column of decimals, unscaled.
pub(crate) fn decimals(batch: &RecordBatch, name: &str) -> Vec<Option<i128>> {
    batch.column_by_name(name).unwrap().as_primitive::<Decimal128Type>().iter().collect()
}
