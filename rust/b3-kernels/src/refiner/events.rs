//! The columns that tell of corporate actions.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Decimal128Array, Float64Array, Int64Array, StringArray, cast::AsArray};
use arrow::buffer::{Buffer, OffsetBuffer};
use arrow::datatypes::{DataType, Float64Type};

use super::adjustment::Adjustment;
use super::gap::Gap;
use crate::actions::ShareRatio;
use crate::column::room_for;
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
    pub(crate) fn finish(self, simple_returns: &ArrayRef, constants: &mut Constants) -> [ArrayRef; 5] {
        let rows = self.adjustments.len();
        let (new, old) = self.share_columns(rows, constants);
        let returns: &Float64Array = simple_returns.as_primitive::<Float64Type>();
        let total_returns = match self.total_returns.as_slice() {
            [] => Arc::clone(simple_returns),
            patches => Arc::new(patched(returns, patches)),
        };
        let cash = self.cash_column(rows, constants);
        [new, old, cash, total_returns, self.adjustment_column(constants)]
    }

    fn share_columns(&self, rows: usize, constants: &mut Constants) -> (ArrayRef, ArrayRef) {
        if self.shares.is_empty() {
            let ones = constants.ones.rows(rows, |rows| Arc::new(Int64Array::from(vec![1; rows])));
            return (Arc::clone(&ones), ones);
        }
        let column = |of: fn(ShareRatio) -> u64| -> ArrayRef {
            let mut shares = vec![1_i64; rows];
            for (row, ratio) in &self.shares {
                shares[*row] = i64::try_from(of(*ratio)).expect("a ratio's numbers have at most 63 bits");
            }
            Arc::new(Int64Array::from(shares))
        };
        (column(ShareRatio::new_shares), column(ShareRatio::old_shares))
    }

    fn cash_column(&self, rows: usize, constants: &mut Constants) -> ArrayRef {
        let column = |amounts: Vec<i128>| Arc::new(Decimal128Array::new(amounts.into(), None).with_data_type(CASH));
        if self.cash.is_empty() {
            return constants.no_cash.rows(rows, |rows| column(vec![0; rows]));
        }
        let mut amounts = vec![0; rows];
        self.cash.iter().for_each(|(row, amount)| amounts[*row] = *amount);
        column(amounts)
    }

    fn adjustment_column(&self, constants: &mut Constants) -> ArrayRef {
        let rows = self.adjustments.len();
        if self.adjustments.iter().all(|adjustment| *adjustment == Adjustment::NoEvent) {
            return constants.no_event.rows(rows, |rows| repeated(Adjustment::NoEvent.as_str(), rows));
        }
        let runs = || self.adjustments.chunk_by(|a, b| a == b);
        let size = runs().map(|same| same.len() * same[0].as_str().len()).sum();
        let (mut offsets, mut texts): (Vec<i32>, Vec<u8>) = (room_for(rows + 1), room_for(size));
        offsets.push(0);
        for same in runs() {
            let text = same[0].as_str().as_bytes();
            let start = texts.len();
            (0..same.len()).for_each(|_| texts.extend_from_slice(text));
            let ends = (start..=texts.len()).step_by(text.len()).skip(1);
            offsets.extend(ends.map(|end| i32::try_from(end).expect("texts of a batch are below 2 GiB")));
        }
        Arc::new(StringArray::new(OffsetBuffer::new(offsets.into()), Buffer::from(texts), None))
    }
}

/// Columns of one value, made once and lent to batch after batch.
#[derive(Clone, Default)]
pub(crate) struct Constants {
    ones: Constant,
    no_cash: Constant,
    no_event: Constant,
    real: Constant,
}

/// A column of one value, as long as any batch needed it.
#[derive(Clone, Default)]
struct Constant(Option<ArrayRef>);

impl Constant {
    fn rows(&mut self, rows: usize, make: impl FnOnce(usize) -> ArrayRef) -> ArrayRef {
        let longest = self.0.take().filter(|column| column.len() >= rows).unwrap_or_else(|| make(rows));
        let column = longest.slice(0, rows);
        self.0 = Some(longest);
        column
    }
}

impl Constants {
    /// The label of the real in every row.
    pub(crate) fn real(&mut self, rows: usize) -> ArrayRef {
        self.real.rows(rows, |rows| repeated(REAL, rows))
    }
}

/// The label of the real.
pub(crate) const REAL: &str = "BRL";

/// One text in every row.
pub(crate) fn repeated(text: &str, rows: usize) -> ArrayRef {
    let offsets = OffsetBuffer::from_repeated_length(text.len(), rows);
    Arc::new(StringArray::new(offsets, Buffer::from(text.repeat(rows).into_bytes()), None))
}
