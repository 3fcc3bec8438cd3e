//! The kernel `date_differences`: the time since a ticker's previous bar.

use std::sync::Arc;

use arrow::array::Int32Array;
use arrow::datatypes::DataType;

use crate::column::packed;
use crate::column_names::{DAYS_SINCE_PREVIOUS, SESSIONS_SINCE_PREVIOUS};
use crate::error::Result;
use crate::every::Every;
use crate::keys::Keys;
use crate::series_index::SeriesIndex;
use crate::table::{Table, nullable};
use crate::window::within;

/// `days_since_previous` and `sessions_since_previous`, row by row of `bars`: calendar days and B3
/// sessions since the same ticker's previous bar.
///
/// Null for a ticker's first bar; where the previous bar is more than `max_span` sessions old
/// (`None`: no limit); and for a duplicate, a second bar of the same time, that does not count.
/// Bars of one date at different times are 0 days apart. On a day without a session the last one
/// before it is counted. Costs one pass and 8 bytes of result a row.
///
/// # Errors
/// A key that is missing, null, of another type or refused as a duplicate, or a date outside 1986
/// to 2099.
pub fn date_differences(bars: &Table, keys: &Keys, max_span: Option<u32>) -> Result<Table> {
    let index = SeriesIndex::new(bars, keys)?;
    let rows = bars.num_rows();
    let (mut days, mut sessions, mut valid) = (vec![0; rows], vec![0; rows], vec![false; rows]);
    for series in index.iter() {
        let mut before: Option<(i32, i32)> = None;
        for row in series.iter() {
            let day = index.days()[row];
            let session = Every::Day.ordinal(day);
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

#[cfg(test)]
mod tests {
    use arrow::array::cast::AsArray;
    use arrow::datatypes::Int32Type;

    use super::*;
    use crate::refiner::samples::{bar_of, batch};
    use crate::table::names_of;

    /// Days and sessions since the previous bar, of `bars` given by ticker and number of session.
    fn differences(bars: &[(&'static str, i32)], max_span: Option<u32>) -> [Vec<Option<i32>>; 2] {
        let rows: Vec<_> = bars.iter().map(|(ticker, session)| bar_of(ticker, *session)).collect();
        let found = date_differences(&Table::from(batch(&rows)), &Keys::default(), max_span).unwrap();
        assert_eq!(names_of(found.schema()), ["days_since_previous", "sessions_since_previous"]);
        [0, 1].map(|place| found.batches()[0].column(place).as_primitive::<Int32Type>().iter().collect())
    }

    #[test]
    fn a_difference_is_from_the_tickers_previous_bar_wherever_it_stands() {
        // Sessions 4 and 5 are a Friday and a Monday.
        let sorted = [("ABEV3", 0), ("ABEV3", 4), ("ABEV3", 5), ("PETR4", 2), ("PETR4", 4)];
        let (days, sessions) = ([None, Some(4), Some(3), None, Some(2)], [None, Some(4), Some(1), None, Some(2)]);
        assert_eq!(differences(&sorted, None), [days.to_vec(), sessions.to_vec()]);
        let order = [4, 2, 0, 3, 1];
        let shuffled = order.map(|row: usize| sorted[row]);
        let expected = [days, sessions].map(|column| order.map(|row: usize| column[row]).to_vec());
        assert_eq!(differences(&shuffled, None), expected);
    }

    #[test]
    fn a_previous_bar_counts_as_long_as_it_is_at_most_max_span_sessions_old() {
        // The bar after a gap that is too long has no previous bar, but is one for the next.
        let bars = [("PETR4", 0), ("PETR4", 5), ("PETR4", 11), ("PETR4", 12)];
        for (max_span, days, sessions) in [
            (4, [None, None, None, Some(1)], [None, None, None, Some(1)]),
            (5, [None, Some(7), None, Some(1)], [None, Some(5), None, Some(1)]),
            (6, [None, Some(7), Some(8), Some(1)], [None, Some(5), Some(6), Some(1)]),
        ] {
            assert_eq!(differences(&bars, Some(max_span)), [days, sessions]);
        }
    }
}
