//! Conversion of tables from and to Python.

use std::collections::{BTreeSet, HashSet};

use arrow::array::cast::AsArray;
use arrow::datatypes::Int16Type;
use b3_kernels::Table;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3_arrow::PyTable;
use pyo3_arrow::error::PyArrowError;
use pyo3_arrow::input::AnyRecordBatch;

use crate::error;

/// A table of any object with the Arrow `PyCapsule` interface.
pub(crate) fn read(data: &Bound<'_, PyAny>) -> PyResult<Table> {
    let mut reader = data.extract::<AnyRecordBatch>()?.into_reader()?;
    // Polars gives a column of type Null a buffer, which only pyarrow accepts.
    if reader.schema().fields().iter().any(|field| field.data_type().is_null()) && data.hasattr("to_arrow")? {
        reader = data.call_method0("to_arrow")?.extract::<AnyRecordBatch>()?.into_reader()?;
    }
    // Reading a stream may run a query, or wait for the GIL in another thread.
    let (schema, batches) = data.py().detach(|| (reader.schema(), reader.collect::<Result<Vec<_>, _>>()));
    let batches = batches.map_err(PyArrowError::from)?;
    Table::try_new(schema, batches).map_err(error::kernel)
}

/// Reads `data` once, into a table that later calls can use without a copy.
#[pyfunction]
pub(crate) fn read_table(data: &Bound<'_, PyAny>) -> PyResult<PyTable> {
    to_python(&read(data)?)
}

/// `table` with the columns of the table `columns`, which has as many rows; columns of the same
/// names are replaced.
#[pyfunction]
pub(crate) fn with_columns(table: &Bound<'_, PyAny>, columns: &Bound<'_, PyAny>) -> PyResult<PyTable> {
    let columns = read(columns)?;
    compute(table, |table| table.with_columns_of(&columns))
}

/// `table` with the columns `names` alone, in that order.
#[pyfunction]
#[expect(clippy::needless_pass_by_value, reason = "pyo3 hands over owned lists")]
pub(crate) fn select_columns(table: &Bound<'_, PyAny>, names: Vec<String>) -> PyResult<PyTable> {
    compute(table, |table| table.select(&names))
}

/// The distinct values of a column of `Utf8` or `Int16`, as a set of text without nulls.
#[pyfunction]
pub(crate) fn distinct(py: Python<'_>, table: PyTable, column: &str) -> PyResult<BTreeSet<String>> {
    let (batches, schema) = table.into_inner();
    let table = Table::try_new(schema, batches).map_err(error::kernel)?;
    let chunks = table.column(column).map_err(error::kernel)?;
    Ok(py.detach(|| {
        let integers = chunks.iter().filter_map(|chunk| chunk.as_primitive_opt::<Int16Type>()).flatten().flatten();
        let texts = chunks.iter().filter_map(|chunk| chunk.as_string_opt::<i32>()).flatten().flatten();
        // A column has one type, so one of the two is empty.
        let (integers, texts): (HashSet<i16>, HashSet<&str>) = (integers.collect(), texts.collect());
        integers.iter().map(i16::to_string).chain(texts.into_iter().map(str::to_owned)).collect()
    }))
}

/// One table with the rows of all `tables`, which must have the same columns; it has the metadata
/// of the first.
#[pyfunction]
pub(crate) fn concat_tables(tables: Vec<PyTable>) -> PyResult<PyTable> {
    let mut tables = tables.into_iter().map(PyTable::into_inner);
    let (mut batches, schema) = tables.next().ok_or_else(|| PyValueError::new_err("tables: found none to join"))?;
    batches.extend(tables.flat_map(|(batches, _)| batches));
    to_python(&Table::try_new(schema, batches).map_err(error::kernel)?)
}

/// `table` with a column `joint` in place of the columns `by`: equal in two rows if and only if all
/// of `by` are.
#[pyfunction]
#[expect(clippy::needless_pass_by_value, reason = "pyo3 hands over owned lists")]
pub(crate) fn join_names(table: &Bound<'_, PyAny>, by: Vec<String>, joint: &str) -> PyResult<PyTable> {
    compute(table, |table| b3_kernels::join_names(table, &by, joint))
}

/// `table` with the columns `by` in place of the column `joint` that [`join_names`] made of them.
#[pyfunction]
#[expect(clippy::needless_pass_by_value, reason = "pyo3 hands over owned lists")]
pub(crate) fn split_names(table: &Bound<'_, PyAny>, by: Vec<String>, joint: &str) -> PyResult<PyTable> {
    compute(table, |table| b3_kernels::split_names(table, &by, joint))
}

/// A table as a Python object.
pub(crate) fn to_python(table: &Table) -> PyResult<PyTable> {
    PyTable::try_new(table.batches().to_vec(), table.schema().clone())
}

/// The result of a kernel on `data`, computed without the GIL.
pub(crate) fn compute(
    data: &Bound<'_, PyAny>,
    kernel: impl FnOnce(&Table) -> b3_kernels::Result<Table> + Send,
) -> PyResult<PyTable> {
    let table = read(data)?;
    to_python(&data.py().detach(|| kernel(&table)).map_err(error::kernel)?)
}
