//! The columns that tell of corporate actions.

use std::sync::Arc;

use arrow::array::{ArrayRef, Decimal128Array, Float64Array, Int64Array, StringArray, cast::AsArray};
use arrow::buffer::{Buffer, OffsetBuffer};
use arrow::datatypes::{DataType, Float64Type};

use super::adjustment::Adjustment;
use super::gap::Gap;
use crate::actions::ShareRatio;
use crate::error::{Error, Result};
use crate::names;
use crate::units::patched;

/// Cash a share.
pub(crate) const CASH: DataType = DataType::Decimal128(18, 8);

/// What is not as it is in a bar without an event, by row.
#[derive(Default)]
pub(crate) struct Events {
    shares: Vec<(usize, ShareRatio)>,
    cash: Vec<(usize, i128)>,
    total_returns: Vec<(usize, Option<f64>)>,
    adjustments: Vec<Adjustment>,
}

impl Events {
    /// Bars without events, of which the `adjustments` are known.
    pub(crate) fn new(adjustments: Vec<Adjustment>) -> Self {
        Self { adjustments, ..Self::default() }
    }

    /// Tells of the gap before the bar `row`, which `key` names in an error.
    pub(crate) fn push(&mut self, row: usize, gap: &Gap, key: impl FnOnce() -> String) -> Result<()> {
        if let Some(ratio) = gap.shares.filter(|ratio| *ratio != ShareRatio::ONE) {
            self.shares.push((row, ratio));
        }
        if let Some(cash) = &gap.cash {
            let rounded = cash.rounded().ok_or_else(|| Error::Overflow {
                column: names::DISTRIBUTIONS.to_owned(),
                key: key(),
                expected: CASH,
            })?;
            self.cash.push((row, rounded));
        }
        Ok(())
    }

    /// The total return of the bar `row`, where it is not the simple one.
    pub(crate) fn total_return(&mut self, row: usize, value: Option<f64>) {
        self.total_returns.push((row, value));
    }

    /// What is known of the gap before the bar `row`.
    pub(crate) fn adjustment(&mut self, row: usize, adjustment: Adjustment) {
        self.adjustments[row] = adjustment;
    }

    /// New and old shares, distributions, total return and adjustment of all bars.
    pub(crate) fn finish(self, simple_returns: &ArrayRef) -> [ArrayRef; 5] {
        let rows = self.adjustments.len();
        let (new, old) = self.share_columns(rows);
        let mut cash = vec![0_i128; rows];
        self.cash.iter().for_each(|(row, amount)| cash[*row] = *amount);
        let cash = Decimal128Array::new(cash.into(), None).with_data_type(CASH);
        let returns: &Float64Array = simple_returns.as_primitive::<Float64Type>();
        let total_returns = match self.total_returns.as_slice() {
            [] => Arc::clone(simple_returns),
            patches => Arc::new(patched(returns, patches)),
        };
        [new, old, Arc::new(cash), total_returns, adjustments(&self.adjustments)]
    }

    fn share_columns(&self, rows: usize) -> (ArrayRef, ArrayRef) {
        let column = |of: fn(ShareRatio) -> u64| -> ArrayRef {
            let mut shares = vec![1_i64; rows];
            for (row, ratio) in &self.shares {
                shares[*row] = i64::try_from(of(*ratio)).expect("a ratio's numbers have at most 63 bits");
            }
            Arc::new(Int64Array::from(shares))
        };
        let new = column(ShareRatio::new_shares);
        if self.shares.is_empty() {
            return (Arc::clone(&new), new);
        }
        (new, column(ShareRatio::old_shares))
    }
}

fn adjustments(adjustments: &[Adjustment]) -> ArrayRef {
    if adjustments.iter().all(|adjustment| *adjustment == Adjustment::NoEvent) {
        return repeated(Adjustment::NoEvent.as_str(), adjustments.len());
    }
    Arc::new(StringArray::from_iter_values(adjustments.iter().map(|adjustment| adjustment.as_str())))
}

/// One text in every row.
pub(crate) fn repeated(text: &str, rows: usize) -> ArrayRef {
    let offsets = OffsetBuffer::from_repeated_length(text.len(), rows);
    Arc::new(StringArray::new(offsets, Buffer::from(text.repeat(rows).into_bytes()), None))
}
