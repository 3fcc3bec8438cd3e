//! The kernel `is_session`: whether a date is a session of B3.

use std::sync::Arc;

use arrow::array::timezone::Tz;
use arrow::array::{Array, ArrayRef, BooleanArray, Date32Array};
use arrow::datatypes::DataType;
use b3_market::calendar;
use chrono::{NaiveDate, NaiveTime};

use crate::column::{as_utf8, days, is_text, outside_calendar};
use crate::error::{Error, Result};
use crate::table::{Table, nullable};

/// A table of one column, `is_session`: whether B3 trades spot shares on the date in `column` of
/// each row of `dates`.
///
/// Null where the date is null. Dates are Date32, Date64, timestamps (with a time zone, the days of
/// the zone) or texts, as [`date_of_text`] reads them. Costs two look-ups a row.
///
/// # Errors
/// A column that is missing or of another type; a text that is no date; a date outside 1986 to
/// 2099.
pub fn is_session(dates: &Table, column: &str) -> Result<Table> {
    let mut answers: Vec<Option<bool>> = Vec::with_capacity(dates.num_rows());
    for chunk in dates.column(column)? {
        for day in &dates_of(column, answers.len(), &chunk)? {
            let answer = day.map(|day| is_session_day(column, answers.len(), day)).transpose()?;
            answers.push(answer);
        }
    }
    let answers = Arc::new(BooleanArray::from(answers));
    Table::of_columns(vec![(nullable("is_session", DataType::Boolean), answers)], dates.num_rows())
}

fn dates_of(column: &str, rows_before: usize, chunk: &ArrayRef) -> Result<Date32Array> {
    if chunk.data_type() == &DataType::Null {
        return Ok(Date32Array::new_null(chunk.len()));
    }
    if !is_text(chunk.data_type()) {
        return days(column, chunk);
    }
    let day = |(row, text): (usize, Option<&str>)| {
        let refused = |text| Error::value(column, rows_before + row, format!("{text:?}"), "a date such as 2024-11-08");
        let date = |text| date_of_text(text).map(|date| date.to_epoch_days()).ok_or_else(|| refused(text));
        text.map(date).transpose()
    };
    as_utf8(column, chunk)?.iter().enumerate().map(day).collect()
}

/// The date of a text such as `2024-11-08`. The text may go on with a `T` or a space, and then with
/// a time, as `2024-11-08 17:30:00-03:00` does. The date is the one written, whatever the zone.
#[must_use]
pub fn date_of_text(text: &str) -> Option<NaiveDate> {
    let (date, time) = text.split_once(['T', ' ']).unwrap_or((text, ""));
    if !time.is_empty() {
        let read = |format| NaiveTime::parse_and_remainder(time, format).ok();
        let (_, zone) = read("%H:%M:%S%.f").or_else(|| read("%H:%M"))?;
        let zone = zone.trim_start();
        if !matches!(zone, "" | "Z") {
            zone.parse::<Tz>().ok()?;
        }
    }
    date.parse().ok()
}

fn is_session_day(column: &str, row: usize, day: i32) -> Result<bool> {
    let date = NaiveDate::from_epoch_days(day);
    date.and_then(|date| calendar::is_session(date).ok()).ok_or_else(|| outside_calendar(column, row, day))
}
