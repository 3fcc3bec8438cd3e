//! The result columns about corporate actions: new and old shares, distributions, total return and
//! adjustment.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Decimal128Array, Float64Array, Int64Array, cast::AsArray};
use arrow::compute::concat;
use arrow::datatypes::Float64Type;

use super::adjustment::Adjustment;
use super::constants::{Constant, ResultColumn, repeated};
use super::gap::Gap;
use crate::actions::ShareRatio;
use crate::column_names;
use crate::error::{Error, Result};
use crate::lake_columns::CASH;
use crate::period_units::patched;

/// The columns while they are recorded: the adjustment of every bar, and by row the other values
/// that differ from those of a bar without an event.
#[derive(Default)]
pub(crate) struct EventColumns {
    shares: Vec<(usize, ShareRatio)>,
    cash: Vec<(usize, i128)>,
    /// Total returns (`None`: null), where cash makes them differ from the simple ones.
    pub(crate) total_returns: Vec<(usize, Option<f64>)>,
    pub(crate) adjustments: Vec<Adjustment>,
}

impl EventColumns {
    /// The columns of bars with these adjustments, before any event is recorded.
    pub(crate) fn new(adjustments: Vec<Adjustment>) -> Self {
        Self { adjustments, ..Self::default() }
    }

    /// Records shares and cash of the gap before the bar `row`, which `key` names in an error.
    pub(crate) fn push(&mut self, row: usize, gap: &Gap, key: impl FnOnce() -> String) -> Result<()> {
        if let Some(ratio) = gap.shares.filter(|ratio| *ratio != ShareRatio::ONE) {
            self.shares.push((row, ratio));
        }
        if let Some(cash) = &gap.cash {
            let rounded = cash.rounded().ok_or_else(|| Error::overflow(column_names::DISTRIBUTIONS, key(), &CASH))?;
            self.cash.push((row, rounded));
        }
        Ok(())
    }

    /// New and old shares, distributions, total return and adjustment of all bars.
    pub(crate) fn finish(self, simple_returns: &ArrayRef) -> [ResultColumn; 5] {
        let [new, old] = self.share_columns();
        let returns: &Float64Array = simple_returns.as_primitive::<Float64Type>();
        let total_returns = match self.total_returns.as_slice() {
            [] => Arc::clone(simple_returns),
            patches => Arc::new(patched(returns, patches)),
        };
        [new, old, self.cash_column(), ResultColumn::Rows(total_returns), self.adjustment_column()]
    }

    fn share_columns(&self) -> [ResultColumn; 2] {
        if self.shares.is_empty() {
            return [ResultColumn::Constant(Constant::One), ResultColumn::Constant(Constant::One)];
        }
        [ShareRatio::new_shares, ShareRatio::old_shares].map(|of| {
            let mut shares = vec![1_i64; self.adjustments.len()];
            for (row, ratio) in &self.shares {
                shares[*row] = i64::try_from(of(*ratio)).expect("a ratio's numbers have at most 63 bits");
            }
            ResultColumn::Rows(Arc::new(Int64Array::from(shares)))
        })
    }

    fn cash_column(&self) -> ResultColumn {
        if self.cash.is_empty() {
            return ResultColumn::Constant(Constant::NoCash);
        }
        let mut amounts = vec![0; self.adjustments.len()];
        self.cash.iter().for_each(|(row, amount)| amounts[*row] = *amount);
        ResultColumn::Rows(Arc::new(Decimal128Array::new(amounts.into(), None).with_data_type(CASH)))
    }

    /// The texts; those of neighbouring rows with one value are written at once.
    #[expect(clippy::needless_bitwise_bool, reason = "without early exit the loop vectorises")]
    fn adjustment_column(&self) -> ResultColumn {
        if self.adjustments.iter().fold(true, |all, adjustment| all & (*adjustment == Adjustment::NoEvent)) {
            return ResultColumn::Constant(Constant::NoEvent);
        }
        let runs = self.adjustments.chunk_by(|a, b| a == b);
        let runs: Vec<ArrayRef> = runs.map(|same| repeated(same[0].as_str(), same.len())).collect();
        let runs: Vec<&dyn Array> = runs.iter().map(AsRef::as_ref).collect();
        ResultColumn::Rows(concat(&runs).expect("texts of a batch are below 2 GiB"))
    }
}
