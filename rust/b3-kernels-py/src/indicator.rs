//! The Python function of all indicators.

use b3_kernels::{Derived, IndicatorOptions, SeriesOptions, Settings};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use pyo3_arrow::PyTable;

use crate::kernels::keys;
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

/// The table of the columns that the indicator `kernel` adds, and the names of those that are null
/// throughout only because of `max_span`; `settings` are the indicator's own parameters by name.
#[pyfunction]
#[pyo3(signature = (bars, *, kernel, columns, unit, windows, max_span, series, **settings))]
#[expect(clippy::too_many_arguments, reason = "the keywords of the Python function")]
pub(crate) fn indicator(
    bars: &Bound<'_, PyAny>,
    kernel: &str,
    columns: Vec<String>,
    unit: Option<&str>,
    windows: Vec<u32>,
    max_span: Option<u32>,
    series: SeriesArguments<'_>,
    settings: Option<&Bound<'_, PyDict>>,
) -> PyResult<(PyTable, Vec<String>)> {
    let options = IndicatorOptions {
        columns,
        unit: unit.map(str::parse).transpose().map_err(error::kernel)?,
        windows,
        max_span,
        settings: settings.map(read_settings).transpose()?.unwrap_or_default(),
    };
    let series_options = SeriesOptions {
        keys: keys(series.by, series.time, &series.on_duplicate)?,
        every: series.every.parse().map_err(error::kernel)?,
        actions: actions::read(series.actions.as_ref())?.unwrap_or_default(),
    };
    let (bars, py) = (data::read(bars)?, bars.py());
    let derived = py.detach(|| {
        threads::by_parts(
            &bars,
            &series_options.keys.by,
            series.threads,
            MIN_COLUMN_ROWS_PER_THREAD,
            Derived::joined,
            |part| b3_kernels::indicator(part, &series_options, kernel, &options),
        )
    });
    let Derived { table, emptied_by_max_span } = derived.map_err(error::kernel)?;
    Ok((data::to_python(&table)?, emptied_by_max_span))
}

fn read_settings(given: &Bound<'_, PyDict>) -> PyResult<Settings> {
    let mut settings = Settings::default();
    for (name, value) in given {
        match name.extract()? {
            "seed" => settings.seed = value.extract::<&str>()?.parse().map_err(error::kernel)?,
            "ddof" => settings.ddof = value.extract()?,
            "deviations" => settings.deviations = value.extract()?,
            "multiplier" => settings.multiplier = value.extract()?,
            "atr_window" => settings.atr_window = value.extract()?,
            unknown => return Err(PyTypeError::new_err(format!("indicator() has no setting {unknown:?}"))),
        }
    }
    Ok(settings)
}
