//! The kernel `date_differences`: the time since a ticker's previous bar.

use std::sync::Arc;

use arrow::array::Int32Array;
use arrow::datatypes::DataType;

use crate::column::packed;
use crate::error::Result;
use crate::keys::Keys;
use crate::names::{DAYS_SINCE_PREVIOUS, SESSIONS_SINCE_PREVIOUS};
use crate::period::Every;
use crate::series_index::SeriesIndex;
use crate::table::{Table, nullable};
use crate::window::within;

/// `days_since_previous` and `sessions_since_previous`, row by row of `bars`: calendar days and B3
/// sessions since the same ticker's previous bar.
///
/// Null for a ticker's first bar, and where the previous bar is more than `max_span` sessions old.
/// Bars of one date are 0 days apart. Costs one pass and 8 bytes of result a row.
///
/// # Errors
/// A key that is missing, null, of another type, or a date outside 1986 to 2099.
pub fn date_differences(bars: &Table, keys: &Keys, max_span: Option<u32>) -> Result<Table> {
    let index = SeriesIndex::new(bars, keys)?;
    let rows = bars.num_rows();
    let (mut days, mut sessions, mut valid) = (vec![0; rows], vec![0; rows], vec![false; rows]);
    for series in index.iter() {
        let mut before: Option<(i32, i32)> = None;
        for row in series.iter() {
            let day = index.days()[row];
            let session = Every::Day.known_ordinal(day);
            if let Some((day_before, session_before)) = before
                && max_span.is_none_or(|most| within(session - session_before, most))
            {
                (days[row], sessions[row], valid[row]) = (day - day_before, session - session_before, true);
            }
            before = Some((day, session));
        }
    }
    let valid = packed(&valid);
    let column = |name: &str, values: Vec<i32>| {
        let values = Int32Array::new(values.into(), Some(valid.clone()));
        (nullable(name, DataType::Int32), Arc::new(values) as _)
    };
    let columns = vec![column(DAYS_SINCE_PREVIOUS, days), column(SESSIONS_SINCE_PREVIOUS, sessions)];
    Table::of_columns(columns, rows)
}
