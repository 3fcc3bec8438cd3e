//! The streaming refiner.

use pyo3::prelude::*;
use pyo3_arrow::{PyRecordBatch, PySchema};

use crate::{data, error, kernels::refine_options};

#[pyclass(module = "b3_kernels._native")]
pub(crate) struct Refiner {
    inner: b3_kernels::Refiner,
}

#[pymethods]
impl Refiner {
    #[new]
    #[pyo3(signature = (*, every, windows, rename, on_invalid))]
    #[expect(clippy::needless_pass_by_value, reason = "pyo3 hands over owned lists")]
    fn new(every: &str, windows: Vec<i64>, rename: bool, on_invalid: &str) -> PyResult<Self> {
        let options = refine_options(every, &windows, rename, on_invalid).map_err(error::kernel)?;
        let inner = b3_kernels::Refiner::new(options).map_err(error::kernel)?;
        Ok(Self { inner })
    }

    #[getter]
    fn output_schema(&self) -> PySchema {
        PySchema::new(self.inner.output_schema().clone())
    }

    fn push(&mut self, batch: &Bound<'_, PyAny>) -> PyResult<PyRecordBatch> {
        let py = batch.py();
        let table = data::read(py, batch)?;
        let refined = py.detach(|| self.inner.push_table(&table)).map_err(error::kernel)?;
        Ok(PyRecordBatch::new(refined))
    }

    fn finish(&mut self, py: Python<'_>) -> PyResult<PyRecordBatch> {
        let refined = py.detach(|| self.inner.finish()).map_err(error::kernel)?;
        Ok(PyRecordBatch::new(refined))
    }
}
