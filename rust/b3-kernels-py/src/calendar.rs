//! The Python functions of B3's trading calendar.

use b3_kernels::Every;
use b3_market::calendar;
use chrono::{DateTime, NaiveDate, Utc};
use pyo3::prelude::*;
use pyo3_arrow::PyTable;

use crate::{data, error};

#[pyfunction]
pub(crate) fn is_session(date: NaiveDate) -> PyResult<bool> {
    calendar::is_session(date).map_err(error::calendar)
}

/// The date of a text; None for a text that is no date.
#[pyfunction]
pub(crate) fn date_of_text(text: &str) -> Option<NaiveDate> {
    b3_kernels::date_of_text(text)
}

#[pyfunction]
pub(crate) fn are_sessions(dates: &Bound<'_, PyAny>, column: &str) -> PyResult<PyTable> {
    data::compute(dates, |dates| b3_kernels::is_session(dates, column))
}

#[pyfunction]
pub(crate) fn sessions(start: NaiveDate, end: NaiveDate) -> PyResult<Vec<NaiveDate>> {
    Ok(calendar::sessions(start, end).map_err(error::calendar)?.collect())
}

#[pyfunction]
pub(crate) fn add_sessions(date: NaiveDate, n: i32) -> PyResult<NaiveDate> {
    calendar::add_sessions(date, n).map_err(error::calendar)
}

#[pyfunction]
pub(crate) fn count_sessions(after: NaiveDate, until: NaiveDate) -> PyResult<i32> {
    calendar::count_sessions(after, until).map_err(error::calendar)
}

#[pyfunction]
pub(crate) fn period(date: NaiveDate, every: &str) -> PyResult<(NaiveDate, NaiveDate)> {
    let every: Every = every.parse().map_err(error::kernel)?;
    every.days(date).map_err(error::calendar)
}

#[pyfunction]
pub(crate) fn last_closed_session(now: DateTime<Utc>) -> PyResult<NaiveDate> {
    calendar::last_closed_session(now).map_err(error::calendar)
}
