//! Conversion of a Python table of corporate actions.

use b3_kernels::Actions;
use pyo3::prelude::*;
use pyo3_arrow::PyTable;

use crate::{data, error};

/// The actions of a table; `None` where there is no table.
pub(crate) fn read(py: Python<'_>, table: Option<&Bound<'_, PyAny>>) -> PyResult<Option<Actions>> {
    let table = table.map(|table| data::read_argument(py, "actions", table)).transpose()?;
    table.map(|table| py.detach(|| Actions::read(&table)).map_err(error::kernel)).transpose()
}

/// Takes each corporate action from one source, one row for each event.
#[pyfunction]
pub(crate) fn resolve_actions(actions: &Bound<'_, PyAny>) -> PyResult<PyTable> {
    let py = actions.py();
    let table = data::read_argument(py, "actions", actions)?;
    data::to_python(&py.detach(|| b3_kernels::resolve_actions(&table)).map_err(error::kernel)?)
}
