//! Readers of a table's columns as the few types that kernels compute on; builders of results.

mod doubles;
mod numbers;
mod texts;
mod times;

pub(crate) use doubles::{Doubles, all, append_bits};
pub(crate) use numbers::{Numbers, append_decimals};
pub(crate) use texts::{Texts, as_utf8, push_run_bounds};
pub(crate) use times::{Times, days, outside_calendar, require_calendar};

use arrow::array::{Array, ArrayRef};
use arrow::buffer::{BooleanBuffer, NullBuffer};

/// One bit a row, 64 rows at once; `NullBuffer::from(Vec<bool>)` sets bit by bit.
pub(crate) fn packed(valid: &[bool]) -> NullBuffer {
    NullBuffer::new(BooleanBuffer::collect_bool(valid.len(), |row| valid[row]))
}

/// The row of the first null, counted over all chunks; `None` if there is no null.
fn first_null(chunks: &[ArrayRef]) -> Option<usize> {
    let mut start = 0;
    for chunk in chunks {
        if chunk.null_count() > 0 {
            let nulls = chunk.nulls()?;
            return (0..chunk.len()).find(|row| nulls.is_null(*row)).map(|row| start + row);
        }
        start += chunk.len();
    }
    None
}
