//! Result columns that have one value in every row, shared by the batches.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Decimal128Array, Int64Array, StringArray};
use arrow::buffer::{Buffer, OffsetBuffer};

use super::adjustment::Adjustment;
use crate::lake_columns::CASH;

/// A column of refined rows.
pub(crate) enum ResultColumn {
    /// Each row has its own value.
    Rows(ArrayRef),
    /// Every row has the same value; the column is made only when it is asked for.
    Constant(Constant),
}

/// The constant values of result columns.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Constant {
    /// The number 1.
    One,
    /// Cash of 0.
    NoCash,
    /// [`Adjustment::NoEvent`] as text.
    NoEvent,
    /// The currency code of the real.
    Real,
}

/// The longest column so far of each [`Constant`].
#[derive(Clone, Default)]
pub(crate) struct Constants([Option<ArrayRef>; 4]);

impl Constants {
    /// A column of `rows` equal values: a slice of the longest such column so far.
    pub(crate) fn column(&mut self, constant: Constant, rows: usize) -> ArrayRef {
        match &mut self.0[constant as usize] {
            Some(longest) if longest.len() >= rows => longest.slice(0, rows),
            shorter => Arc::clone(shorter.insert(constant.column(rows))),
        }
    }
}

impl Constant {
    fn column(self, rows: usize) -> ArrayRef {
        match self {
            Self::One => Arc::new(Int64Array::from(vec![1; rows])),
            Self::NoCash => Arc::new(Decimal128Array::from(vec![0; rows]).with_data_type(CASH)),
            Self::NoEvent => repeated(Adjustment::NoEvent.as_str(), rows),
            Self::Real => repeated("BRL", rows),
        }
    }
}

/// A column with one text in every row.
pub(super) fn repeated(text: &str, rows: usize) -> ArrayRef {
    let offsets = OffsetBuffer::from_repeated_length(text.len(), rows);
    Arc::new(StringArray::new(offsets, Buffer::from(text.repeat(rows).into_bytes()), None))
}
