//! Columns that have one value in every row.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Decimal128Array, Int64Array, StringArray};
use arrow::buffer::{Buffer, OffsetBuffer};
use arrow::datatypes::DataType;

use super::adjustment::Adjustment;

/// Cash a share.
pub(crate) const CASH: DataType = DataType::Decimal128(18, 8);

/// The label of the real.
const REAL: &str = "BRL";

/// A column of refined rows.
pub(crate) enum Column {
    /// With its own value in each row.
    Rows(ArrayRef),
    /// With one value in every row; no row of it is written before it is asked for.
    Same(Same),
}

/// What a column may have in every row.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Same {
    /// The number 1.
    One,
    /// No cash.
    NoCash,
    /// [`Adjustment::NoEvent`] as text.
    NoEvent,
    /// The label of the real.
    Real,
}

/// Columns of one value, made once and lent to batch after batch.
#[derive(Clone, Default)]
pub(crate) struct Constants([Option<ArrayRef>; 4]);

impl Constants {
    /// The value in `rows` rows, cut from the longest column that any batch needed.
    pub(crate) fn column(&mut self, same: Same, rows: usize) -> ArrayRef {
        let lent = &mut self.0[same as usize];
        let longest = lent.take().filter(|column| column.len() >= rows).unwrap_or_else(|| same.column(rows));
        lent.insert(longest).slice(0, rows)
    }
}

impl Same {
    fn column(self, rows: usize) -> ArrayRef {
        match self {
            Self::One => Arc::new(Int64Array::from(vec![1; rows])),
            Self::NoCash => Arc::new(Decimal128Array::from(vec![0; rows]).with_data_type(CASH)),
            Self::NoEvent => repeated(Adjustment::NoEvent.as_str(), rows),
            Self::Real => repeated(REAL, rows),
        }
    }
}

/// One text in every row.
fn repeated(text: &str, rows: usize) -> ArrayRef {
    let offsets = OffsetBuffer::from_repeated_length(text.len(), rows);
    Arc::new(StringArray::new(offsets, Buffer::from(text.repeat(rows).into_bytes()), None))
}
