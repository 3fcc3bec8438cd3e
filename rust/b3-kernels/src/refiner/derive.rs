//! The columns that look back: averages, returns and differences of dates, carried from batch to batch.

use arrow::array::{Array, ArrayRef, BooleanBufferBuilder, Int32Array, RecordBatch, StringArray, cast::AsArray};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{DataType, Date32Type, Decimal128Type, Float64Type};
use std::ops::Range;
use std::sync::Arc;

use super::options::RefineOptions;
use crate::bars::{CLOSE, DATE, TICKER};
use crate::column::{Doubles, Lane, append_bits, narrow, room_for};
use crate::date_differences::within;
use crate::error::{Error, Result};
use crate::indicators::simple_return;
use crate::names;
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
    has_nulls: bool,
}

impl History {
    /// No bars, of closes in decimals or doubles.
    pub(crate) fn empty(close: &DataType) -> Self {
        let closes = match close {
            DataType::Float64 => Lane::Float(Vec::new()),
            _ => Lane::Decimal { unscaled: Vec::new(), scale: 6 },
        };
        Self { ticker: String::new(), days: Vec::new(), closes, valid: Vec::new(), has_nulls: false }
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
        Series {
            valid: self.has_nulls.then_some(&self.valid[from..]),
            sessions: Some(&ordinals[from..]),
            ..Series::new(self.closes.part(from))
        }
    }

    /// Appends the closes of the rows `run`; false if one has more than 18 digits.
    fn extend(&mut self, run: Range<usize>, days: &[i32], closes: &ArrayRef) -> bool {
        self.days.extend_from_slice(&days[run.clone()]);
        match closes.nulls() {
            Some(nulls) => self.valid.extend(nulls.slice(run.start, run.len()).iter()),
            None => self.valid.resize(self.days.len(), true),
        }
        self.has_nulls = self.valid.contains(&false);
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

/// Names and types of what `derive` answers, in its order.
pub(crate) fn columns(options: &RefineOptions) -> Vec<(String, DataType)> {
    let averages = options.windows.iter().map(|window| (format!("sma_{window}"), DataType::Float64));
    let others = [
        (names::SIMPLE_RETURN, DataType::Float64),
        (names::DAYS_SINCE_PREVIOUS, DataType::Int32),
        (names::SESSIONS_SINCE_PREVIOUS, DataType::Int32),
    ];
    averages.chain(others.map(|(name, data_type)| (name.to_owned(), data_type))).collect()
}

/// The `columns` of bars, those of earlier batches in `history`.
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
        if !history.extend(run[0]..run[1], days, bars.column(CLOSE)) {
            return Err(Error::Value {
                column: names::CLOSE.to_owned(),
                row: run[0],
                value: "a wider decimal".to_owned(),
                expected: "at most 18 digits",
            });
        }
        scratch.measure(&history.days, options.every);
        columns.append(before, history, &mut scratch, options, lookback);
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

/// The derived columns of a batch while they grow.
struct Columns {
    averages: Vec<Doubles>,
    returns: Doubles,
    days: Vec<i32>,
    sessions: Vec<i32>,
    has_previous: BooleanBufferBuilder,
}

impl Columns {
    fn new(rows: usize, windows: usize) -> Self {
        Self {
            averages: (0..windows).map(|_| Doubles::with_capacity(rows)).collect(),
            returns: Doubles::with_capacity(rows),
            days: room_for(rows),
            sessions: room_for(rows),
            has_previous: BooleanBufferBuilder::new(rows),
        }
    }

    /// Appends the bars of `history` from the one numbered `before` on.
    fn append(
        &mut self,
        before: usize,
        history: &History,
        scratch: &mut Scratch,
        options: &RefineOptions,
        lookback: u32,
    ) {
        let all = history.days.len();
        scratch.values.resize(all, 0.0);
        scratch.valid.resize(all, false);
        for (window, average) in options.windows.iter().zip(&mut self.averages) {
            let from = before.saturating_sub(*window as usize - 1);
            let closes = history.series(from, &scratch.ordinals);
            let mut out = Output { values: &mut scratch.values[from..all], valid: &mut scratch.valid[from..all] };
            sma(&closes, *window as usize, 2 * window, &mut out);
            average.append(&scratch.values[before..all], &scratch.valid[before..all]);
        }
        let from = before.saturating_sub(1);
        let closes = history.series(from, &scratch.ordinals);
        let mut out = Output { values: &mut scratch.values[from..all], valid: &mut scratch.valid[from..all] };
        simple_return(&closes, lookback, &mut out);
        self.returns.append(&scratch.values[before..all], &scratch.valid[before..all]);
        self.append_distances(before, history, scratch, lookback);
    }

    /// Appends how far each bar is from the one before; 0 for the first.
    fn append_distances(&mut self, before: usize, history: &History, scratch: &mut Scratch, lookback: u32) {
        scratch.valid.clear();
        if before == 0 {
            self.days.push(0);
            self.sessions.push(0);
            scratch.valid.push(false);
        }
        let from = before.saturating_sub(1);
        let near = |distance| within(distance, Some(lookback));
        self.days.extend(distances(&history.days[from..]));
        self.sessions.extend(distances(&scratch.sessions[from..]));
        scratch.valid.extend(distances(&scratch.ordinals[from..]).map(near));
        append_bits(&mut self.has_previous, &scratch.valid);
    }

    fn finish(mut self) -> Vec<ArrayRef> {
        let has_previous = NullBuffer::new(self.has_previous.finish());
        let whole =
            |values: Vec<i32>| -> ArrayRef { Arc::new(Int32Array::new(values.into(), Some(has_previous.clone()))) };
        let mut columns: Vec<ArrayRef> = self.averages.into_iter().map(Doubles::finish).collect();
        columns.extend([self.returns.finish(), whole(self.days), whole(self.sessions)]);
        columns
    }
}

/// From each number to the next; days and sessions of the calendar are far from wrapping.
fn distances(numbers: &[i32]) -> impl Iterator<Item = i32> {
    let next = numbers.get(1..).unwrap_or_default();
    numbers.iter().zip(next).map(|(before, now)| now.wrapping_sub(*before))
}
