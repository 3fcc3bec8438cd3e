//! The last bars of the current ticker, which the windows of its bars in the next batch need.

use std::ops::Range;

use arrow::array::{Array, ArrayRef, cast::AsArray};
use arrow::datatypes::{DataType, Decimal128Type, Float64Type};
use b3_market::lake::columns::PRICE;

use super::total_return::Close;
use crate::column::{all, append_decimals};
use crate::rolling::{Change, Series, Step, Values};
use crate::series_index::Rows;

/// The last bars of the current ticker, as many as the longest window.
#[derive(Clone)]
pub(crate) struct History {
    pub(crate) ticker: String,
    pub(crate) days: Vec<i32>,
    closes: Closes,
    /// For each bar whether its close is non-null; kernels take one that is not finite as null too.
    valid: Vec<bool>,
    has_nulls: bool,
    /// The changes of the closes' unit.
    steps: Vec<Step>,
}

#[derive(Clone)]
enum Closes {
    /// Millionths; undefined where null.
    Decimal(Vec<i64>),
    Float(Vec<f64>),
}

impl History {
    /// A history without bars; `close` is the type of the closes in a normal batch.
    pub(crate) fn empty(close: &DataType) -> Self {
        let closes = match close {
            DataType::Float64 => Closes::Float(Vec::new()),
            _ => Closes::Decimal(Vec::new()),
        };
        Self { ticker: String::new(), days: Vec::new(), closes, valid: Vec::new(), has_nulls: false, steps: Vec::new() }
    }

    /// Starts a new ticker: drops all bars.
    pub(crate) fn begin(&mut self, ticker: &str) {
        ticker.clone_into(&mut self.ticker);
        self.keep_last(0);
    }

    /// Drops all but the last `count` bars.
    pub(crate) fn keep_last(&mut self, count: usize) {
        let surplus = self.days.len().saturating_sub(count);
        self.days.drain(..surplus);
        self.valid.drain(..surplus);
        match &mut self.closes {
            Closes::Decimal(millionths) => drop(millionths.drain(..surplus)),
            Closes::Float(floats) => drop(floats.drain(..surplus)),
        }
        // A change of unit at the first bar has no bar before it to convert.
        self.steps.retain_mut(|step| {
            step.row = step.row.saturating_sub(surplus);
            step.row > 0
        });
    }

    /// The closes from the bar numbered `from` on as a kernel's input; `steps` is a reused buffer.
    pub(crate) fn series<'a>(&'a self, from: usize, ordinals: &'a [i32], steps: &'a mut Vec<Step>) -> Series<'a> {
        steps.clear();
        let behind = self.steps.iter().filter(|step| step.row > from);
        steps.extend(behind.map(|step| Step { row: step.row - from, ..*step }));
        let closes = match &self.closes {
            Closes::Decimal(millionths) => Values::Decimal { unscaled: &millionths[from..], scale: PRICE.scale },
            Closes::Float(floats) => Values::Float(&floats[from..]),
        };
        Series {
            valid: self.has_nulls.then_some(&self.valid[from..]),
            sessions: Some(&ordinals[from..]),
            steps,
            ..Series::new(closes)
        }
    }

    /// The close of a bar; undefined where it is null.
    pub(crate) fn close(&self, bar: usize) -> Close {
        match &self.closes {
            Closes::Decimal(millionths) => Close::Decimal(millionths[bar].into()),
            Closes::Float(floats) => Close::Float(floats[bar]),
        }
    }

    /// Records a change of unit at a bar of the history, later than the changes so far.
    pub(crate) fn push_change(&mut self, row: usize, change: Change) {
        self.steps.push(Step { row, change });
    }

    /// Appends the closes of the rows `run`, and returns the first row whose close does not fit 64
    /// bits.
    pub(crate) fn extend(&mut self, run: Range<usize>, days: &[i32], closes: &ArrayRef) -> Option<usize> {
        self.days.extend_from_slice(&days[run.clone()]);
        match closes.nulls() {
            Some(nulls) => self.valid.extend(nulls.slice(run.start, run.len()).iter()),
            None => self.valid.resize(self.days.len(), true),
        }
        self.has_nulls = !all(&self.valid);
        match &mut self.closes {
            Closes::Decimal(millionths) => {
                append_decimals(&Rows::Range(run), closes.as_primitive::<Decimal128Type>(), millionths)
            }
            Closes::Float(floats) => {
                floats.extend_from_slice(&closes.as_primitive::<Float64Type>().values()[run]);
                None
            }
        }
    }
}
