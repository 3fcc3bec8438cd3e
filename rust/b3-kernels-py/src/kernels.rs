//! The Python functions of the kernels over whole tables.

use b3_kernels::{Every, Keys, Table};
use pyo3::prelude::*;
use pyo3_arrow::PyTable;

use crate::threads::{MIN_BARS_PER_THREAD, MIN_COLUMN_ROWS_PER_THREAD};
use crate::{actions, data, error, threads};

/// The key columns from their Python arguments.
pub(crate) fn keys(by: String, time: String, on_duplicate: &str) -> PyResult<Keys> {
    Ok(Keys { by, time, on_duplicate: on_duplicate.parse().map_err(error::kernel)? })
}

#[pyfunction]
#[pyo3(signature = (bars, *, by, time, on_duplicate, max_span, threads))]
pub(crate) fn date_differences(
    bars: &Bound<'_, PyAny>,
    by: String,
    time: String,
    on_duplicate: &str,
    max_span: Option<u32>,
    threads: Option<usize>,
) -> PyResult<PyTable> {
    let keys = keys(by, time, on_duplicate)?;
    data::compute(bars, |bars| {
        threads::by_parts(bars, &keys.by, threads, MIN_COLUMN_ROWS_PER_THREAD, Table::joined, |part| {
            b3_kernels::date_differences(part, &keys, max_span)
        })
    })
}

#[pyfunction]
#[expect(clippy::needless_pass_by_value, reason = "pyo3 hands over owned lists")]
pub(crate) fn rename_columns(bars: &Bound<'_, PyAny>, mapping: Vec<(String, String)>) -> PyResult<PyTable> {
    data::compute(bars, |bars| b3_kernels::rename_columns(bars, &mapping))
}

/// Raises the error that [`rename_columns`] would raise for a table with these columns.
#[pyfunction]
#[expect(clippy::needless_pass_by_value, reason = "pyo3 hands over owned lists")]
pub(crate) fn require_renaming(names: Vec<String>, mapping: Vec<(String, String)>) -> PyResult<()> {
    b3_kernels::require_renaming(&names, &mapping).map_err(error::kernel)
}

/// All input columns of `refine`, the optional ones too.
#[pyfunction]
pub(crate) fn input_columns() -> Vec<String> {
    b3_kernels::Refiner::input_columns()
}

/// The published name of a column of the refined table; any other name stays as it is.
#[pyfunction]
pub(crate) fn published(name: &str) -> String {
    b3_kernels::published(name)
}

#[pyfunction]
#[pyo3(signature = (bars, *, every, by, time, on_duplicate, actions, threads))]
pub(crate) fn aggregate_ohlcv(
    bars: &Bound<'_, PyAny>,
    every: &str,
    by: String,
    time: String,
    on_duplicate: &str,
    actions: Option<&Bound<'_, PyAny>>,
    threads: Option<usize>,
) -> PyResult<PyTable> {
    let every: Every = every.parse().map_err(error::kernel)?;
    let keys = keys(by, time, on_duplicate)?;
    let actions = actions::read(actions)?;
    data::compute(bars, |bars| {
        threads::by_parts(bars, &keys.by, threads, MIN_BARS_PER_THREAD, Table::joined, |part| {
            b3_kernels::aggregate_ohlcv(part, &keys, every, actions.as_ref())
        })
    })
}
