//! Arguments and results of the kernels over series.

use b3_kernels::{Derived, Keys, SeriesOptions};
use pyo3::prelude::*;
use pyo3_arrow::PyTable;

use crate::threads::MIN_COLUMN_ROWS_PER_THREAD;
use crate::{actions, data, error, threads};

/// How the rows of a table form series, and how many threads may compute them: a dict that the
/// Python package makes.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct SeriesArguments<'py> {
    by: String,
    time: String,
    on_duplicate: String,
    every: String,
    actions: Option<Bound<'py, PyAny>>,
    threads: Option<usize>,
}

/// A table of the new columns, and the names of those that are null throughout only because of
/// `max_span`.
pub(crate) type NewColumns = (PyTable, Vec<String>);

/// The key columns from their Python arguments.
pub(crate) fn keys(by: String, time: String, on_duplicate: &str) -> PyResult<Keys> {
    Ok(Keys { by, time, on_duplicate: on_duplicate.parse().map_err(error::kernel)? })
}

/// The result of a kernel over the series of `bars`, computed without the GIL.
pub(crate) fn compute(
    bars: &Bound<'_, PyAny>,
    series: SeriesArguments<'_>,
    kernel: impl Fn(&b3_kernels::Table, &SeriesOptions) -> b3_kernels::Result<Derived> + Send + Sync,
) -> PyResult<NewColumns> {
    let options = SeriesOptions {
        keys: keys(series.by, series.time, &series.on_duplicate)?,
        every: series.every.parse().map_err(error::kernel)?,
        actions: actions::read(series.actions.as_ref())?.unwrap_or_default(),
    };
    let rows = data::read(bars)?;
    let by = &options.keys.by;
    let in_parts =
        || threads::by_parts(&rows, by, series.threads, MIN_COLUMN_ROWS_PER_THREAD, |part| kernel(part, &options));
    let derived = bars.py().detach(in_parts);
    let Derived { table, emptied_by_max_span } = derived.map_err(error::kernel)?;
    Ok((data::to_python(&table)?, emptied_by_max_span))
}
