//! The compiled module `b3_kernels._native` of the wheel: it converts Python data to Arrow tables,
//! calls [`b3_kernels`] and converts the results back.
//!
//! It contains no arithmetic. Data is exchanged through the Arrow `PyCapsule` interface; the GIL is
//! released while rows are read and computed. Only `Refiner` and `PartitionFiles` keep state for
//! the next call, and no thread is kept for it (reading a ZIP and computing a large table start
//! threads), so a forked Spark worker may use every function.

mod actions;
mod adjust;
mod calendar;
mod cotahist;
mod cotahist_fields;
mod data;
mod error;
mod huge_pages;
mod indicator;
mod kernels;
mod parquet_encoder;
mod partition_files;
mod refiner;
mod threads;

use pyo3::pymodule;

/// The compiled part of `b3_kernels`, which re-exports it under documented names.
#[pymodule]
mod _native {
    #[pymodule_export]
    use super::actions::resolve_actions;
    #[pymodule_export]
    use super::adjust::adjust;
    #[pymodule_export]
    use super::calendar::{
        add_sessions, are_sessions, count_sessions, date_of_text, is_session, last_closed_session, period, sessions,
    };
    #[pymodule_export]
    use super::cotahist::read_cotahist;
    #[pymodule_export]
    use super::data::{concat_tables, distinct, join_names, read_table, select_columns, split_names, with_columns};
    #[pymodule_export]
    use super::error::SchemaError;
    #[pymodule_export]
    use super::indicator::indicator;
    #[pymodule_export]
    use super::kernels::{
        aggregate_ohlcv, date_differences, input_columns, published, rename_columns, require_renaming,
    };
    #[pymodule_export]
    use super::partition_files::{PartitionFiles, encode_parquet};
    #[pymodule_export]
    use super::refiner::{Refiner, refine};
    // The results' classes: they call themselves `arro3.core`'s, which need not be installed.
    #[pymodule_export]
    use pyo3_arrow::{PyRecordBatch, PySchema, PyTable};

    use b3_market::lake::{ActionsKey, RawKey, columns};
    use pyo3::prelude::*;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("FIRST_DATE", b3_market::calendar::FIRST_DATE)?;
        module.add("LAST_DATE", b3_market::calendar::LAST_DATE)?;
        module.add("RAW", PySchema::new(b3_kernels::lake_schema(&columns::RAW)))?;
        module.add("ACTIONS", PySchema::new(b3_kernels::lake_schema(&columns::ACTIONS)))?;
        module.add("RAW_KEY", RawKey::FORM)?;
        module.add("ACTIONS_KEY", ActionsKey::FORM)?;
        module.add("LONGEST_WINDOW", b3_kernels::LONGEST_WINDOW)?;
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
