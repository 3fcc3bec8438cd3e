//! Readers of a table's columns as the few types that kernels compute on; builders of results.

mod doubles;
mod numbers;
mod texts;
mod times;

pub(crate) use doubles::{Doubles, all, append_bits};
pub(crate) use numbers::{Numbers, append_decimals};
pub use texts::as_utf8;
pub(crate) use texts::{Texts, as_nullable_utf8, is_text, run_bounds};
pub(crate) use times::{Times, days, outside_calendar, require_calendar};

use arrow::array::{Array, ArrowPrimitiveType, PrimitiveArray, cast::AsArray};
use arrow::buffer::{BooleanBuffer, NullBuffer};
use arrow::compute::concat;

use crate::error::Result;

/// One bit a row, 64 rows at once; `NullBuffer::from(Vec<bool>)` sets bit by bit.
pub(crate) fn packed(valid: &[bool]) -> NullBuffer {
    NullBuffer::new(BooleanBuffer::collect_bool(valid.len(), |row| valid[row]))
}

/// The row of the first null, counted over all chunks; `None` if there is no null.
pub(crate) fn first_null<A: Array>(chunks: &[A]) -> Option<usize> {
    if chunks.iter().all(|chunk| chunk.null_count() == 0) {
        return None;
    }
    chunks.iter().flat_map(|chunk| (0..chunk.len()).map(|row| chunk.is_null(row))).position(|is_null| is_null)
}

/// All chunks in one array; a single chunk is shared, not copied.
fn joined<T: ArrowPrimitiveType>(chunks: &[PrimitiveArray<T>]) -> Result<PrimitiveArray<T>> {
    if chunks.is_empty() {
        return Ok(PrimitiveArray::new_null(0));
    }
    let chunks: Vec<&dyn Array> = chunks.iter().map(|chunk| chunk as &dyn Array).collect();
    Ok(concat(&chunks)?.as_primitive().clone())
}
