//! The Python function of the kernel `adjust`.

use b3_kernels::{Keys, OnDuplicate, Table};
use chrono::NaiveDate;
use pyo3::prelude::*;
use pyo3_arrow::PyTable;

use crate::threads::MIN_BARS_PER_THREAD;
use crate::{actions, data, threads};

#[pyfunction]
#[pyo3(signature = (bars, *, actions, as_of, distributions, by, time, threads))]
pub(crate) fn adjust(
    bars: &Bound<'_, PyAny>,
    actions: &Bound<'_, PyAny>,
    as_of: Option<NaiveDate>,
    distributions: bool,
    by: String,
    time: String,
    threads: Option<usize>,
) -> PyResult<PyTable> {
    // Each row is converted by itself, so rows of equal time may repeat.
    let keys = Keys { by, time, on_duplicate: OnDuplicate::Keep };
    let actions = actions::read(Some(actions))?.unwrap_or_default();
    data::compute(bars, |bars| {
        // Without `as_of` every part is adjusted to the last date of the whole table. An error here
        // is dropped, because the kernel reports it too.
        let as_of = as_of.or_else(|| b3_kernels::last_date(bars, &keys.time).ok().flatten());
        threads::by_parts(bars, &keys.by, threads, MIN_BARS_PER_THREAD, Table::joined, |part| {
            b3_kernels::adjust(part, &keys, &actions, as_of, distributions)
        })
    })
}
