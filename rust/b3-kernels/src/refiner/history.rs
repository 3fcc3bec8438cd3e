//! The last bars of one ticker, which the next batch looks back to.

use std::ops::Range;

use arrow::array::{Array, ArrayRef, cast::AsArray};
use arrow::datatypes::{DataType, Decimal128Type, Float64Type};

use super::gap::Price;
use crate::column::{Lane, all, narrow};
use crate::rolling::{Change, Series, Step};
use crate::series::Rows;

/// The last bars of the ticker that the stream has reached, as many as the longest window looks back to.
#[derive(Clone)]
pub(crate) struct History {
    pub(crate) ticker: String,
    pub(crate) days: Vec<i32>,
    closes: Lane,
    /// For each bar whether its close is there.
    valid: Vec<bool>,
    has_nulls: bool,
    /// Where the closes' unit changes.
    steps: Vec<Step>,
}

impl History {
    /// No bars, of closes in decimals or doubles.
    pub(crate) fn empty(close: &DataType) -> Self {
        let closes = match close {
            DataType::Float64 => Lane::Float(Vec::new()),
            _ => Lane::Decimal { unscaled: Vec::new(), scale: 6 },
        };
        Self { ticker: String::new(), days: Vec::new(), closes, valid: Vec::new(), has_nulls: false, steps: Vec::new() }
    }

    /// Forgets the bars of the ticker before.
    pub(crate) fn begin(&mut self, ticker: &str) {
        ticker.clone_into(&mut self.ticker);
        self.keep_last(0);
    }

    /// Forgets all but the last `count` bars.
    pub(crate) fn keep_last(&mut self, count: usize) {
        let surplus = self.days.len().saturating_sub(count);
        self.days.drain(..surplus);
        self.valid.drain(..surplus);
        match &mut self.closes {
            Lane::Decimal { unscaled, .. } => drop(unscaled.drain(..surplus)),
            Lane::Float(floats) => drop(floats.drain(..surplus)),
        }
        self.steps.retain_mut(|step| {
            step.row = step.row.saturating_sub(surplus);
            step.row > 0
        });
    }

    /// The closes from the bar numbered `from` on, as the kernels read them; `steps` is room.
    pub(crate) fn series<'a>(&'a self, from: usize, ordinals: &'a [i32], steps: &'a mut Vec<Step>) -> Series<'a> {
        steps.clear();
        let behind = self.steps.iter().filter(|step| step.row > from);
        steps.extend(behind.map(|step| Step { row: step.row - from, ..*step }));
        Series {
            valid: self.has_nulls.then_some(&self.valid[from..]),
            sessions: Some(&ordinals[from..]),
            steps,
            ..Series::new(self.closes.part(from))
        }
    }

    /// The close of a bar; anything where it is null.
    pub(crate) fn close(&self, bar: usize) -> Price {
        match &self.closes {
            Lane::Decimal { unscaled, .. } => Price::Decimal(unscaled[bar].into()),
            Lane::Float(floats) => Price::Float(floats[bar]),
        }
    }

    /// Says that the unit changes at a bar behind those that said so before.
    pub(crate) fn step(&mut self, row: usize, change: Change) {
        self.steps.push(Step { row, change });
    }

    /// Appends the closes of the rows `run`; false if one has more than 18 digits.
    pub(crate) fn extend(&mut self, run: Range<usize>, days: &[i32], closes: &ArrayRef) -> bool {
        self.days.extend_from_slice(&days[run.clone()]);
        match closes.nulls() {
            Some(nulls) => self.valid.extend(nulls.slice(run.start, run.len()).iter()),
            None => self.valid.resize(self.days.len(), true),
        }
        self.has_nulls = !all(&self.valid);
        match &mut self.closes {
            Lane::Decimal { unscaled, .. } => {
                let closes = closes.as_primitive::<Decimal128Type>();
                narrow(&Rows::Range(run), closes.values(), unscaled)
            }
            Lane::Float(floats) => {
                floats.extend_from_slice(&closes.as_primitive::<Float64Type>().values()[run]);
                true
            }
        }
    }
}
