//! Checks of a stream's batches (keys, order, layout), and the start of the last ticker and period,
//! whose rows the refiner keeps because the next batch may continue them.

use arrow::array::{RecordBatch, cast::AsArray};
use arrow::datatypes::{Date32Type, Schema};
use b3_market::calendar;

use super::daily_bars::RowKeys;
use crate::bar_layout::{DATE, TICKER};
use crate::column::{first_null, require_calendar, run_bounds};
use crate::column_names;
use crate::error::{Error, Result};
use crate::every::Every;

/// Refuses null keys, dates outside the calendar and rows that sort before their predecessor, which
/// for the first row is the last of `before` (never empty). `start` is the first row's number in
/// the stream.
pub(crate) fn require_sorted(before: Option<&RecordBatch>, rows: &RecordBatch, start: usize) -> Result<()> {
    require_keys(rows, start)?;
    let keys = RowKeys::new(rows);
    if let Some(before) = before.filter(|_| rows.num_rows() > 0) {
        let (keys_before, last) = (RowKeys::new(before), before.num_rows() - 1);
        if keys.key(0) < keys_before.key(last) {
            return Err(unsorted(start, &keys.shown(0), &keys_before.shown(last)));
        }
    }
    let unsorted_at = |row: usize| Err(unsorted(start + row, &keys.shown(row), &keys.shown(row - 1)));
    for &[first, end] in run_bounds(keys.tickers).array_windows() {
        if first > 0 && keys.tickers.value(first) < keys.tickers.value(first - 1) {
            return unsorted_at(first);
        }
        let dates = &keys.dates.values()[first..end];
        // `is_sorted` is faster than the search for the place.
        if !dates.is_sorted()
            && let Some(before) = dates.array_windows().position(|[before, now]| now < before)
        {
            return unsorted_at(first + before + 1);
        }
    }
    Ok(())
}

fn unsorted(row: usize, found: &str, before: &str) -> Error {
    Error::Value(format!("row {row}: found {found} after {before}, expected rows sorted by ticker, then trade_date"))
}

fn require_keys(rows: &RecordBatch, start: usize) -> Result<()> {
    for (place, name, expected) in
        [(TICKER, column_names::TICKER, "a ticker"), (DATE, column_names::TRADE_DATE, calendar::EXPECTED)]
    {
        if let Some(row) = first_null(std::slice::from_ref(rows.column(place))) {
            return Err(Error::value(name, start + row, "null", expected));
        }
    }
    require_calendar(column_names::TRADE_DATE, rows.column(DATE).as_primitive::<Date32Type>().values(), start)
}

/// The first row of the last ticker and period; 0 if there are no rows.
pub(crate) fn start_of_last(rows: &RecordBatch, every: Every) -> usize {
    let Some(last) = rows.num_rows().checked_sub(1) else {
        return 0;
    };
    let keys = RowKeys::new(rows);
    (0..last).rev().take_while(|row| keys.same(*row, last, every)).last().unwrap_or(last)
}

/// Refuses a batch whose columns, in the normal form of `bar_layout`, have other types than those
/// of the first batch.
pub(crate) fn require_same_layout(before: &Schema, now: &Schema) -> Result<()> {
    let changed = before.fields().iter().zip(now.fields()).find(|(before, now)| before != now);
    changed.map_or(Ok(()), |(before, now)| Err(Error::schema_change(now.name(), now.data_type(), before.data_type())))
}
