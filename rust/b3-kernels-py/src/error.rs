//! Conversion of the crates' errors to Python exceptions.

use b3_market::calendar::OutOfCalendar;
use pyo3::create_exception;
use pyo3::exceptions::{PyOverflowError, PyValueError};
use pyo3::prelude::*;

create_exception!(
    b3_kernels,
    SchemaError,
    PyValueError,
    "A table lacks a column, or has it with a type that cannot be read; the message names both."
);

/// The exception for an error of the kernels.
#[expect(clippy::needless_pass_by_value, reason = "the form that map_err takes")]
pub(crate) fn kernel(error: b3_kernels::Error) -> PyErr {
    let message = error.to_string();
    match error {
        b3_kernels::Error::Schema(_) => SchemaError::new_err(message),
        b3_kernels::Error::Overflow(_) => PyOverflowError::new_err(message),
        _ => PyValueError::new_err(message),
    }
}

/// The exception for a date outside the calendar.
#[expect(clippy::needless_pass_by_value, reason = "the form that map_err takes")]
pub(crate) fn calendar(error: OutOfCalendar) -> PyErr {
    PyValueError::new_err(error.to_string())
}
