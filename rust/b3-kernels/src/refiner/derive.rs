//! The columns that look back over earlier bars, also over those of earlier batches: averages,
//! returns, events, and the days and sessions since the previous bar.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{BooleanBufferBuilder, Int32Array, RecordBatch, StringArray, cast::AsArray};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{DataType, Date32Type};
use b3_market::calendar::day_text;

use super::adjustment::Adjustment;
use super::constants::{Constant, ResultColumn};
use super::events::EventColumns;
use super::gap::Gap;
use super::gap_finder::BatchGaps;
use super::history::History;
use super::options::RefineOptions;
use super::total_return::TotalReturn;
use crate::actions::ShareRatio;
use crate::bar_layout::{CLOSE, CURRENCY, DATE, TICKER};
use crate::column::{Doubles, append_bits};
use crate::column_names;
use crate::error::{Error, Result};
use crate::every::Every;
use crate::indicators::simple_return;
use crate::lake_columns::{CASH, PRICE};
use crate::rolling::{Output, Step, sma};
use crate::window::{default_span, within};

/// Names and types of the columns of [`derive`], in order; the currency is the bar's own.
pub(crate) fn columns(options: &RefineOptions) -> Vec<(String, DataType)> {
    let averages = options.windows.iter().map(|window| (format!("sma_{window}"), DataType::Float64));
    let others = [
        (column_names::SIMPLE_RETURN, DataType::Float64),
        (column_names::NEW_SHARES, DataType::Int64),
        (column_names::OLD_SHARES, DataType::Int64),
        (column_names::DISTRIBUTIONS, CASH),
        (column_names::TOTAL_RETURN, DataType::Float64),
        (column_names::ADJUSTMENT, DataType::Utf8),
        (column_names::CURRENCY, DataType::Utf8),
        (column_names::DAYS_SINCE_PREVIOUS, DataType::Int32),
        (column_names::SESSIONS_SINCE_PREVIOUS, DataType::Int32),
    ];
    averages.chain(others.map(|(name, data_type)| (name.to_owned(), data_type))).collect()
}

/// The derived [`columns`] of `bars`; `gaps` say which events lie between each bar and the one
/// before it. `history` holds the last bars of earlier batches, and afterwards those of `bars` too.
pub(crate) fn derive(
    bars: &RecordBatch,
    gaps: BatchGaps,
    options: &RefineOptions,
    history: &mut History,
) -> Result<Vec<ResultColumn>> {
    let tickers: &StringArray = bars.column(TICKER).as_string();
    let days = bars.column(DATE).as_primitive::<Date32Type>().values();
    let lookback = options.lookback()?;
    let mut columns = DerivedColumns::new(bars.num_rows(), options.windows.len());
    let mut events = EventColumns::new(gaps.adjustments);
    let mut buffers = SeriesBuffers::default();
    let mut notable = gaps.notable.as_slice();
    for &[start, end] in gaps.ticker_bounds.array_windows() {
        if history.ticker != tickers.value(start) {
            history.begin(tickers.value(start));
        }
        let before = history.days.len();
        if let Some(too_large) = history.extend(start..end, days, bars.column(CLOSE)) {
            let key = format!("{} {}", history.ticker, day_text(days[too_large]));
            return Err(Error::overflow(column_names::CLOSE, key, &PRICE));
        }
        let (in_run, rest) = notable.split_at(notable.partition_point(|(row, _)| *row < end));
        notable = rest;
        for (row, gap) in in_run {
            // In a comparison without `Adjust::Splits` a known factor changes no unit.
            if let Some(change) = gap.change(options.comparison()) {
                history.push_change(before + row - start, change);
            }
        }
        buffers.measure(&history.days, options.every);
        columns.append(before, history, &mut buffers, options, lookback);
        let run = Run { rows: start..end, before, gaps: in_run };
        run.record(history, &buffers, options, &mut events)?;
        // As many bars as the longest window has.
        history.keep_last(lookback as usize / 2);
    }
    let currency = match bars.column(CURRENCY).data_type() {
        // Bars without a column of currencies are in reais.
        DataType::Null => ResultColumn::Constant(Constant::Real),
        _ => ResultColumn::Rows(Arc::clone(bars.column(CURRENCY))),
    };
    Ok(columns.finish(events, currency))
}

/// The bars of one ticker in a batch.
struct Run<'a> {
    rows: Range<usize>,
    /// The number of the ticker's bars in the history before this batch.
    before: usize,
    /// The gaps before these bars with an event or a change ([`BatchGaps::notable`]), each with its
    /// later bar's row.
    gaps: &'a [(usize, Gap)],
}

impl Run<'_> {
    /// Records the gaps in `events`. If a bar's previous bar is too old, no event between them
    /// counts, but a factor missing within the bar (a period) does.
    fn record(
        &self,
        history: &History,
        buffers: &SeriesBuffers,
        options: &RefineOptions,
        events: &mut EventColumns,
    ) -> Result<()> {
        for (row, has_previous) in self.rows.clone().zip(&buffers.has_previous) {
            if !has_previous {
                events.adjustments[row] = Adjustment::NoEvent;
            }
        }
        for (row, gap) in self.gaps {
            let place = row - self.rows.start;
            if !buffers.has_previous[place] {
                if gap.no_factor_inside {
                    events.adjustments[*row] = Adjustment::NoFactor;
                }
                continue;
            }
            let bar = self.before + place;
            events.push(*row, gap, || format!("{} {}", history.ticker, day_text(history.days[bar])))?;
            if gap.cash.is_some() && buffers.has_return[place] {
                let total_return = TotalReturn {
                    before: history.close(bar - 1),
                    now: history.close(bar),
                    cash: gap.cash.as_ref(),
                    ratio: gap.ratio(options.comparison()).unwrap_or(ShareRatio::ONE),
                };
                events.total_returns.push((*row, total_return.value()));
            }
        }
        Ok(())
    }
}

/// Buffers for one series, reused.
#[derive(Default)]
struct SeriesBuffers {
    /// For each bar the number that spans are measured in: of its session, or of its period.
    ordinals: Vec<i32>,
    sessions: Vec<i32>,
    values: Vec<f64>,
    valid: Vec<bool>,
    steps: Vec<Step>,
    /// For each new bar whether it has a return.
    has_return: Vec<bool>,
    /// For each new bar whether its previous bar is recent enough.
    has_previous: Vec<bool>,
}

impl SeriesBuffers {
    fn measure(&mut self, days: &[i32], every: Every) {
        self.sessions.clear();
        self.sessions.extend(days.iter().map(|day| Every::Day.ordinal(*day)));
        self.ordinals.clear();
        match every {
            Every::Day => self.ordinals.extend_from_slice(&self.sessions),
            _ => self.ordinals.extend(days.iter().map(|day| every.ordinal(*day))),
        }
    }
}

/// The derived columns of a batch, while they are built.
struct DerivedColumns {
    averages: Vec<Doubles>,
    returns: Doubles,
    days: Vec<i32>,
    sessions: Vec<i32>,
    has_previous: BooleanBufferBuilder,
}

impl DerivedColumns {
    fn new(rows: usize, windows: usize) -> Self {
        Self {
            averages: (0..windows).map(|_| Doubles::with_capacity(rows)).collect(),
            returns: Doubles::with_capacity(rows),
            days: Vec::with_capacity(rows),
            sessions: Vec::with_capacity(rows),
            has_previous: BooleanBufferBuilder::new(rows),
        }
    }

    /// Appends the results of the bars of `history` from number `before` on; `buffers` then say
    /// which of these bars have a return and a previous bar.
    fn append(
        &mut self,
        before: usize,
        history: &History,
        buffers: &mut SeriesBuffers,
        options: &RefineOptions,
        lookback: u32,
    ) {
        let all = history.days.len();
        buffers.values.resize(all, 0.0);
        buffers.valid.resize(all, false);
        for (window, average) in options.windows.iter().zip(&mut self.averages) {
            let from = before.saturating_sub(*window as usize - 1);
            let closes = history.series(from, &buffers.ordinals, &mut buffers.steps);
            let mut out = Output { values: &mut buffers.values[from..all], valid: &mut buffers.valid[from..all] };
            sma(&closes, *window as usize, default_span(*window), &mut out);
            average.append(&buffers.values[before..all], &buffers.valid[before..all]);
        }
        let from = before.saturating_sub(1);
        let closes = history.series(from, &buffers.ordinals, &mut buffers.steps);
        let mut out = Output { values: &mut buffers.values[from..all], valid: &mut buffers.valid[from..all] };
        simple_return(&closes, lookback, &mut out);
        self.returns.append(&buffers.values[before..all], &buffers.valid[before..all]);
        buffers.has_return.clear();
        buffers.has_return.extend_from_slice(&buffers.valid[before..all]);
        self.append_distances(before, history, buffers, lookback);
    }

    /// Appends for each bar the days and the sessions since the previous bar; 0, under a null, for
    /// the ticker's first.
    fn append_distances(&mut self, before: usize, history: &History, buffers: &mut SeriesBuffers, lookback: u32) {
        buffers.has_previous.clear();
        if before == 0 {
            self.days.push(0);
            self.sessions.push(0);
            buffers.has_previous.push(false);
        }
        let from = before.saturating_sub(1);
        self.days.extend(distances(&history.days[from..]));
        self.sessions.extend(distances(&buffers.sessions[from..]));
        buffers.has_previous.extend(distances(&buffers.ordinals[from..]).map(|distance| within(distance, lookback)));
        append_bits(&mut self.has_previous, &buffers.has_previous);
    }

    fn finish(mut self, events: EventColumns, currency: ResultColumn) -> Vec<ResultColumn> {
        let has_previous = NullBuffer::new(self.has_previous.finish());
        let distances =
            |values: Vec<i32>| ResultColumn::Rows(Arc::new(Int32Array::new(values.into(), Some(has_previous.clone()))));
        let averages = self.averages.into_iter().map(Doubles::finish);
        let mut columns: Vec<ResultColumn> = averages.map(ResultColumn::Rows).collect();
        let returns = self.returns.finish();
        let events = events.finish(&returns);
        columns.push(ResultColumn::Rows(returns));
        columns.extend(events);
        columns.extend([currency, distances(self.days), distances(self.sessions)]);
        columns
    }
}

/// The differences of neighbouring days or sessions, which cannot overflow within the calendar.
fn distances(numbers: &[i32]) -> impl Iterator<Item = i32> {
    let next = numbers.get(1..).unwrap_or_default();
    numbers.iter().zip(next).map(|(before, now)| now.wrapping_sub(*before))
}
