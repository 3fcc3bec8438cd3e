//! The Python function of the kernel `adjust`.

use b3_kernels::{Keys, OnDuplicate};
use chrono::NaiveDate;
use pyo3::prelude::*;
use pyo3_arrow::PyTable;

use crate::{actions, data};

#[pyfunction]
#[pyo3(signature = (bars, *, actions, as_of, distributions, by, time))]
pub(crate) fn adjust(
    bars: &Bound<'_, PyAny>,
    actions: &Bound<'_, PyAny>,
    as_of: Option<NaiveDate>,
    distributions: bool,
    by: String,
    time: String,
) -> PyResult<PyTable> {
    // Each row is converted by itself, so rows of equal time may repeat.
    let keys = Keys { by, time, on_duplicate: OnDuplicate::Keep };
    let actions = actions::read(bars.py(), Some(actions))?.unwrap_or_default();
    data::compute(bars.py(), bars, |bars| b3_kernels::adjust(bars, &keys, &actions, as_of, distributions))
}
