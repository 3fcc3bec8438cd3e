//! Conversion of a Python table of corporate actions.

use b3_kernels::Actions;
use pyo3::prelude::*;
use pyo3_arrow::PyTable;

use crate::{data, error};

/// The actions of a table; `None` where there is no table.
pub(crate) fn read(table: Option<&Bound<'_, PyAny>>) -> PyResult<Option<Actions>> {
    let Some(actions) = table else { return Ok(None) };
    let table = data::read(actions)?;
    Ok(Some(actions.py().detach(|| Actions::read(&table)).map_err(error::kernel)?))
}

/// Takes each corporate action from one source, one row for each event.
#[pyfunction]
pub(crate) fn resolve_actions(actions: &Bound<'_, PyAny>) -> PyResult<PyTable> {
    data::compute(actions, b3_kernels::resolve_actions)
}
