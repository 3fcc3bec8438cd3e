//! A builder for result columns of doubles, which are appended series by series.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanBufferBuilder, Float64Array};
use arrow::buffer::{BooleanBuffer, NullBuffer};

/// A growing column of doubles, whose memory is written once and not zeroed before.
pub(crate) struct Doubles {
    values: Vec<f64>,
    valid: BooleanBufferBuilder,
}

impl Doubles {
    pub(crate) fn with_capacity(rows: usize) -> Self {
        Self { values: Vec::with_capacity(rows), valid: BooleanBufferBuilder::new(rows) }
    }

    /// Appends the values of a series and whether each is non-null.
    pub(crate) fn append(&mut self, values: &[f64], valid: &[bool]) {
        self.values.extend_from_slice(values);
        append_bits(&mut self.valid, valid);
    }

    pub(crate) fn finish(mut self) -> ArrayRef {
        let valid = NullBuffer::new(self.valid.finish());
        Arc::new(Float64Array::new(self.values.into(), Some(valid)))
    }
}

/// Appends one bit a row. Most series have nulls only at the start, so whole words are appended.
pub(crate) fn append_bits(bits: &mut BooleanBufferBuilder, valid: &[bool]) {
    let warm_up = valid.iter().position(|valid| *valid).unwrap_or(valid.len());
    let (warm_up, rest) = valid.split_at(warm_up);
    bits.append_n(warm_up.len(), false);
    if all(rest) {
        bits.append_n(rest.len(), true);
    } else {
        bits.append_buffer(&BooleanBuffer::collect_bool(rest.len(), |row| rest[row]));
    }
}

/// Whether every row is non-null; without early exit, so that the loop vectorises.
pub(crate) fn all(valid: &[bool]) -> bool {
    valid.iter().fold(true, |all, valid| all & valid)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn appended_bits_are_the_rows(
            series in proptest::collection::vec(
                (0_usize..70, 0_usize..200, proptest::option::of(0_usize..200)), 0..6,
            ),
        ) {
            let mut bits = BooleanBufferBuilder::new(0);
            let mut all = Vec::new();
            for (warm_up, rest, null) in series {
                let mut valid = [vec![false; warm_up], vec![true; rest]].concat();
                if let Some(valid) = null.and_then(|null| valid.get_mut(null)) {
                    *valid = false;
                }
                append_bits(&mut bits, &valid);
                all.extend(valid);
            }
            prop_assert_eq!(bits.finish().iter().collect::<Vec<_>>(), all);
        }
    }
}
