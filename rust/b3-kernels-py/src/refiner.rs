//! The Python class `Refiner`, which refines bars batch by batch, and `refine` for whole tables.

use b3_kernels::{RefineOptions, TICKER, Table};
use pyo3::prelude::*;
use pyo3_arrow::{PyRecordBatch, PySchema, PyTable};

use crate::threads::MIN_BARS_PER_THREAD;
use crate::{actions, data, error, threads};

/// The options of [`b3_kernels::refine`], a dict that the Python package makes.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct RefineArguments<'py> {
    every: String,
    windows: Vec<u32>,
    rename: bool,
    on_invalid: String,
    actions: Option<Bound<'py, PyAny>>,
    adjust: String,
    unknown_actions: String,
}

impl RefineArguments<'_> {
    fn options(self) -> PyResult<RefineOptions> {
        Ok(RefineOptions {
            every: self.every.parse().map_err(error::kernel)?,
            windows: self.windows,
            rename: self.rename,
            on_invalid: self.on_invalid.parse().map_err(error::kernel)?,
            adjust: self.adjust.parse().map_err(error::kernel)?,
            unknown_actions: self.unknown_actions.parse().map_err(error::kernel)?,
            actions: actions::read(self.actions.as_ref())?.unwrap_or_default(),
        })
    }
}

#[pyfunction]
pub(crate) fn refine(
    bars: &Bound<'_, PyAny>,
    options: RefineArguments<'_>,
    threads: Option<usize>,
) -> PyResult<PyTable> {
    let options = options.options()?;
    data::compute(bars, |bars| {
        threads::by_parts(bars, TICKER, threads, MIN_BARS_PER_THREAD, Table::joined, |part| {
            b3_kernels::refine(part, &options)
        })
    })
}

#[pyclass(module = "b3_kernels._native")]
pub(crate) struct Refiner {
    inner: b3_kernels::Refiner,
}

#[pymethods]
impl Refiner {
    #[new]
    fn new(options: RefineArguments<'_>) -> PyResult<Self> {
        let inner = b3_kernels::Refiner::new(options.options()?).map_err(error::kernel)?;
        Ok(Self { inner })
    }

    #[getter]
    fn output_schema(&self) -> PySchema {
        PySchema::new(self.inner.output_schema().clone())
    }

    fn push(&mut self, batch: &Bound<'_, PyAny>) -> PyResult<PyRecordBatch> {
        let table = data::read(batch)?;
        let refined = batch.py().detach(|| self.inner.push_table(&table)).map_err(error::kernel)?;
        Ok(PyRecordBatch::new(refined))
    }

    fn finish(&mut self, py: Python<'_>) -> PyResult<PyRecordBatch> {
        let refined = py.detach(|| self.inner.finish()).map_err(error::kernel)?;
        Ok(PyRecordBatch::new(refined))
    }
}
