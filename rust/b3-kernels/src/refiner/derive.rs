//! The columns that look back: averages, returns and differences of dates, carried from batch to batch.

use arrow::array::{Array, ArrayRef, Float64Array, Int32Array, RecordBatch, StringArray, cast::AsArray};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{DataType, Date32Type, Decimal128Type, Float64Type};
use std::sync::Arc;

use super::options::RefineOptions;
use crate::bars::{CLOSE, DATE, TICKER};
use crate::column::{Lane, narrow};
use crate::date_differences::within;
use crate::error::{Error, Result};
use crate::indicators::simple_return;
use crate::period::Every;
use crate::rolling::{Output, Series, sma};
use crate::series::Rows;

/// The last bars of the ticker that the stream has reached, as many as the longest window looks back to.
#[derive(Clone)]
pub(crate) struct History {
    ticker: String,
    days: Vec<i32>,
    closes: Lane,
    /// For each bar whether its close is there.
    valid: Vec<bool>,
}

impl History {
    /// No bars, of closes in decimals or doubles.
    pub(crate) fn empty(close: &DataType) -> Self {
        let closes = match close {
            DataType::Float64 => Lane::Float(Vec::new()),
            _ => Lane::Decimal { unscaled: Vec::new(), scale: 6 },
        };
        Self { ticker: String::new(), days: Vec::new(), closes, valid: Vec::new() }
    }

    fn begin(&mut self, ticker: &str) {
        ticker.clone_into(&mut self.ticker);
        self.keep_last(0);
    }

    fn keep_last(&mut self, count: usize) {
        let surplus = self.days.len().saturating_sub(count);
        self.days.drain(..surplus);
        self.valid.drain(..surplus);
        match &mut self.closes {
            Lane::Decimal { unscaled, .. } => drop(unscaled.drain(..surplus)),
            Lane::Float(floats) => drop(floats.drain(..surplus)),
        }
    }

    /// The closes from the bar numbered `from` on, as the kernels read them.
    fn series<'a>(&'a self, from: usize, ordinals: &'a [i32]) -> Series<'a> {
        let valid = &self.valid[from..];
        Series {
            valid: valid.contains(&false).then_some(valid),
            sessions: Some(&ordinals[from..]),
            ..Series::new(self.closes.part(from))
        }
    }

    /// Appends the closes of `rows`; false if one has more than 18 digits.
    fn extend(&mut self, rows: &Rows<'_>, days: &[i32], closes: &ArrayRef) -> bool {
        self.days.extend(rows.iter().map(|row| days[row]));
        self.valid.extend(rows.iter().map(|row| closes.is_valid(row)));
        match &mut self.closes {
            Lane::Decimal { unscaled, .. } => {
                let closes = closes.as_primitive::<Decimal128Type>();
                narrow(rows, closes.values(), unscaled)
            }
            Lane::Float(floats) => {
                let closes = closes.as_primitive::<Float64Type>().values();
                floats.extend(rows.iter().map(|row| closes[row]));
                true
            }
        }
    }
}

/// The derived columns of bars: one average a window, `simple_return`, `days_since_previous`,
/// `sessions_since_previous`.
pub(crate) fn derive(bars: &RecordBatch, options: &RefineOptions, history: &mut History) -> Result<Vec<ArrayRef>> {
    let tickers: &StringArray = bars.column(TICKER).as_string();
    let days = bars.column(DATE).as_primitive::<Date32Type>().values();
    let lookback = options.lookback()?;
    let mut columns = Columns::new(bars.num_rows(), options.windows.len());
    let mut scratch = Scratch::default();
    let mut bounds = Vec::new();
    crate::column::push_run_bounds(tickers, &mut bounds);
    for run in bounds.windows(2) {
        if history.ticker != tickers.value(run[0]) {
            history.begin(tickers.value(run[0]));
        }
        let before = history.days.len();
        let rows = Rows::Range(run[0]..run[1]);
        if !history.extend(&rows, days, bars.column(CLOSE)) {
            return Err(Error::Value {
                column: crate::names::CLOSE.to_owned(),
                row: run[0],
                value: "a wider decimal".to_owned(),
                expected: "at most 18 digits",
            });
        }
        scratch.measure(&history.days, options.every);
        columns.fill(run[0]..run[1], before, history, &mut scratch, options, lookback);
        history.keep_last(lookback as usize / 2);
    }
    Ok(columns.finish())
}

/// Buffers of one series, reused.
#[derive(Default)]
struct Scratch {
    /// For each bar the distance that windows count in.
    ordinals: Vec<i32>,
    sessions: Vec<i32>,
    values: Vec<f64>,
    valid: Vec<bool>,
}

impl Scratch {
    fn measure(&mut self, days: &[i32], every: Every) {
        let ordinal = |every: Every| move |day: &i32| every.known_ordinal(*day);
        self.sessions.clear();
        self.sessions.extend(days.iter().map(ordinal(Every::Day)));
        self.ordinals.clear();
        match every {
            Every::Day => self.ordinals.extend_from_slice(&self.sessions),
            every => self.ordinals.extend(days.iter().map(ordinal(every))),
        }
    }
}

/// The derived columns of a batch while they are filled.
struct Columns {
    averages: Vec<(Vec<f64>, Vec<bool>)>,
    returns: (Vec<f64>, Vec<bool>),
    days: Vec<i32>,
    sessions: Vec<i32>,
    has_previous: Vec<bool>,
}

impl Columns {
    fn new(rows: usize, windows: usize) -> Self {
        Self {
            averages: vec![(vec![0.0; rows], vec![false; rows]); windows],
            returns: (vec![0.0; rows], vec![false; rows]),
            days: vec![0; rows],
            sessions: vec![0; rows],
            has_previous: vec![false; rows],
        }
    }

    /// Fills the rows of `run`, which are the bars of `history` from the one numbered `before` on.
    fn fill(
        &mut self,
        run: std::ops::Range<usize>,
        before: usize,
        history: &History,
        scratch: &mut Scratch,
        options: &RefineOptions,
        lookback: u32,
    ) {
        let all = history.days.len();
        scratch.values.resize(all, 0.0);
        scratch.valid.resize(all, false);
        for (window, (values, valid)) in options.windows.iter().zip(&mut self.averages) {
            let from = before.saturating_sub(*window as usize - 1);
            let closes = history.series(from, &scratch.ordinals);
            let mut out = Output { values: &mut scratch.values[from..all], valid: &mut scratch.valid[from..all] };
            sma(&closes, *window as usize, 2 * window, &mut out);
            values[run.clone()].copy_from_slice(&scratch.values[before..all]);
            valid[run.clone()].copy_from_slice(&scratch.valid[before..all]);
        }
        self.fill_from_previous(run, before, history, scratch, lookback);
    }

    /// Fills what looks back to the previous bar alone.
    fn fill_from_previous(
        &mut self,
        run: std::ops::Range<usize>,
        before: usize,
        history: &History,
        scratch: &mut Scratch,
        lookback: u32,
    ) {
        let all = history.days.len();
        let from = before.saturating_sub(1);
        let closes = history.series(from, &scratch.ordinals);
        let mut out = Output { values: &mut scratch.values[from..all], valid: &mut scratch.valid[from..all] };
        simple_return(&closes, lookback, &mut out);
        self.returns.0[run.clone()].copy_from_slice(&scratch.values[before..all]);
        self.returns.1[run.clone()].copy_from_slice(&scratch.valid[before..all]);
        for (bar, row) in (before..all).zip(run).filter(|(bar, _)| *bar > 0) {
            let distance = scratch.ordinals[bar] - scratch.ordinals[bar - 1];
            self.has_previous[row] = within(distance, Some(lookback));
            self.days[row] = history.days[bar] - history.days[bar - 1];
            self.sessions[row] = scratch.sessions[bar] - scratch.sessions[bar - 1];
        }
    }

    fn finish(self) -> Vec<ArrayRef> {
        let float = |(values, valid): (Vec<f64>, Vec<bool>)| -> ArrayRef {
            Arc::new(Float64Array::new(values.into(), Some(NullBuffer::from(valid))))
        };
        let has_previous = NullBuffer::from(self.has_previous);
        let whole =
            |values: Vec<i32>| -> ArrayRef { Arc::new(Int32Array::new(values.into(), Some(has_previous.clone()))) };
        let mut columns: Vec<ArrayRef> = self.averages.into_iter().map(float).collect();
        columns.extend([float(self.returns), whole(self.days), whole(self.sessions)]);
        columns
    }
}
