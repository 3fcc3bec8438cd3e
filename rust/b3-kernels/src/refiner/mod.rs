//! The refiner: turns raw bars into refined rows, batch by batch.

mod adjustment;
#[cfg(test)]
mod bar_columns;
mod constants;
#[cfg(test)]
mod contract;
mod daily_bars;
mod derive;
mod events;
mod gap;
mod gap_finder;
mod history;
#[cfg(test)]
mod laws;
mod options;
mod order;
mod output;
mod period_bars;
#[cfg(test)]
mod rejections;
mod rules;
#[cfg(test)]
pub(crate) mod samples;
mod total_return;
mod whole_table;

use std::ops::Range;

use arrow::array::{RecordBatch, UInt32Array};
use arrow::compute::{concat_batches, take_record_batch};
use arrow::datatypes::SchemaRef;

pub(crate) use gap::{Gap, GapColumns};
pub(crate) use options::Comparison;
pub use options::{Adjust, OnInvalid, RefineOptions, UnknownActions};
pub(crate) use output::Refined;
pub(crate) use period_bars::change_inside;
pub use whole_table::refine;

use crate::bar_groups::row_number;
use crate::bar_layout::{CLOSE, Layout};
use crate::error::{Error, Result};
use crate::keys::Keys;
use crate::table::{Table, names_of};
use constants::Constants;
use daily_bars::{FormedBars, RowKeys};
use derive::derive;
use gap_finder::BatchGaps;
use history::History;
use rules::Reason;

/// Turns raw bars into refined rows in bounded memory; this is what the Glue job computes.
///
/// Rows must be sorted by ticker and trade date; batches may be cut anywhere. For each ticker and
/// date the bars of the most trusted source make one bar; daily bars make periods; averages,
/// returns and the days and sessions since the previous bar look back over at most twice the
/// longest window. The result does not depend on where the rows are cut, nor does a row's result
/// depend on where the stream starts, if it starts at least that far back.
///
/// Null: `vwap` without turnover or volume; an average whose window is not full, lacks a price or
/// spans more than twice its length in sessions (weeks, months); returns, days and sessions without
/// a previous bar within that bound; averages, returns and a period's open, high, low and volume
/// across an unknown factor or two currencies; a period's turnover across two currencies.
///
/// Memory: the last date (period) of the previous batch, and the closes of one ticker over the
/// longest window.
#[derive(Clone)]
pub struct Refiner {
    options: RefineOptions,
    /// How batches get the normal form of [`crate::bar_layout`].
    layout: Layout,
    /// The schema of the last batch: the next batch is checked only if it has another.
    input: Option<SchemaRef>,
    output: SchemaRef,
    /// Rows of the last ticker and period, which may go on in the next batch.
    pending: RecordBatch,
    history: History,
    /// The last daily bar so far, in one row.
    last_bar: Option<RecordBatch>,
    /// Columns with the same value in every row, shared by the results.
    constants: Constants,
    /// The number of rows pushed so far.
    rows: usize,
}

impl Refiner {
    /// A refiner at the start of a stream.
    ///
    /// # Errors
    /// [`Error::Value`] if there is no window, or one is 0, too long or given twice.
    pub fn new(options: RefineOptions) -> Result<Self> {
        // Checks the windows.
        options.lookback()?;
        Ok(Self::of_layout(options, Layout::of_raw()))
    }

    /// A refiner for rows in the normal form of `layout`.
    pub(crate) fn of_layout(options: RefineOptions, layout: Layout) -> Self {
        Self {
            output: output::schema(layout.schema(), &options),
            pending: RecordBatch::new_empty(layout.schema().clone()),
            history: History::empty(layout.schema().field(CLOSE).data_type()),
            last_bar: None,
            constants: Constants::default(),
            input: None,
            rows: 0,
            options,
            layout,
        }
    }

    /// The raw columns that a refiner reads, in order; keys, prices and `volume` are required.
    #[must_use]
    pub fn input_columns() -> Vec<String> {
        names_of(Layout::of_raw().schema())
    }

    /// The result's columns; prices are decimals, or doubles if the first batch had doubles.
    #[must_use]
    pub fn output_schema(&self) -> &SchemaRef {
        &self.output
    }

    /// The refined rows that `batch` completes; the rows of its last ticker and date (period) are
    /// kept for the next call.
    ///
    /// # Errors
    /// A column that is missing or of another type, a row out of order, a null key, a date outside
    /// 1986 to 2099, a bar that is an error by [`OnInvalid`], and a result that does not fit its
    /// type. The refiner's state is then unchanged.
    pub fn push(&mut self, batch: &RecordBatch) -> Result<RecordBatch> {
        if self.input.as_ref() == Some(batch.schema_ref()) {
            return self.push_accepted(batch);
        }
        let mut accepted = self.accept(batch)?;
        let refined = accepted.push_accepted(batch)?;
        *self = accepted;
        Ok(refined)
    }

    /// [`Self::push`] of a batch with the schema of the last one.
    fn push_accepted(&mut self, batch: &RecordBatch) -> Result<RecordBatch> {
        let batch = self.layout.normal(batch, self.rows)?;
        let before = (self.pending.num_rows() > 0).then_some(&self.pending);
        order::require_sorted(before, &batch, self.rows)?;
        self.push_normal(&batch)
    }

    /// [`Self::push`] of each batch of `table`, with one result; a table without batches is one
    /// batch without rows.
    ///
    /// # Errors
    /// As [`Self::push`]; the refiner's state is then unchanged.
    pub fn push_table(&mut self, table: &Table) -> Result<RecordBatch> {
        match table.batches() {
            [] => return self.push(&RecordBatch::new_empty(table.schema().clone())),
            [only] => return self.push(only),
            _ => {}
        }
        let before = self.clone();
        let refined = table.batches().iter().map(|batch| self.push(batch)).collect::<Result<Vec<_>>>();
        let joined = refined.and_then(|refined| Ok(concat_batches(&self.output, &refined)?));
        if joined.is_err() {
            *self = before;
        }
        joined
    }

    /// [`Self::push`] of rows in the normal form; each ticker's must be neighbours in date order.
    pub(crate) fn push_normal(&mut self, batch: &RecordBatch) -> Result<RecordBatch> {
        let start = self.rows - self.pending.num_rows();
        let rows = if self.pending.num_rows() == 0 {
            batch.clone()
        } else {
            concat_batches(self.layout.schema(), [&self.pending, batch])?
        };
        let complete = order::start_of_last(&rows, self.options.every);
        let pending = copied(&rows, complete..rows.num_rows())?;
        let refined = self.refine(&rows.slice(0, complete), RowNumbers::From(start))?;
        let result = refined.part(0..refined.rows, &mut self.constants);
        self.pending = pending;
        self.rows += batch.num_rows();
        Ok(result)
    }

    /// The refined rows of the last ticker and date (period), which [`Self::push`] kept; afterwards
    /// the refiner is at the start of a stream.
    ///
    /// # Errors
    /// As [`Self::push`].
    pub fn finish(&mut self) -> Result<RecordBatch> {
        let start = self.rows - self.pending.num_rows();
        let refined = self.refine(&self.pending.clone(), RowNumbers::From(start))?;
        let refined = refined.part(0..refined.rows, &mut self.constants);
        *self = Self::of_layout(self.options.clone(), self.layout.clone());
        Ok(refined)
    }

    /// This refiner with the types of the first batch; refuses other types afterwards.
    fn accept(&self, batch: &RecordBatch) -> Result<Self> {
        let layout = Layout::of(batch.schema_ref(), &Keys::default())?;
        if self.rows == 0 {
            return Ok(Self { input: Some(batch.schema()), ..Self::of_layout(self.options.clone(), layout) });
        }
        order::require_same_layout(self.layout.schema(), layout.schema())?;
        Ok(Self { input: Some(batch.schema()), ..self.clone() })
    }

    /// Refines rows of whole dates (periods) in the normal form; each ticker's must be neighbours
    /// in date order.
    pub(crate) fn refine(&mut self, rows: &RecordBatch, numbers: RowNumbers<'_>) -> Result<Refined> {
        let days = daily_bars::form(rows, self.options.on_invalid)?;
        if self.options.on_invalid != OnInvalid::Keep {
            raise_invalid(rows, &days, numbers)?;
        }
        let comparison = self.options.comparison();
        let gaps = BatchGaps::of(&days.bars, self.last_bar.as_ref(), &self.options.actions, comparison)?;
        let last_bar =
            days.bars.num_rows().checked_sub(1).map(|last| copied(&days.bars, last..last + 1)).transpose()?;
        let (formed, gaps) = period_bars::form(days, gaps, self.options.every, comparison)?;
        let mut history = self.history.clone();
        let derived = derive(&formed.bars, gaps, &self.options, &mut history)?;
        let keep = self.options.on_invalid == OnInvalid::Keep;
        let refined = output::assemble(rows, &formed, derived, &self.output, keep, &mut self.constants)?;
        (self.history, self.last_bar) = (history, last_bar.or_else(|| self.last_bar.take()));
        Ok(refined)
    }
}

/// A copy of some rows, without the memory of the others, which a slice would hold.
fn copied(batch: &RecordBatch, rows: Range<usize>) -> Result<RecordBatch> {
    let rows = UInt32Array::from_iter_values(rows.map(row_number));
    Ok(take_record_batch(batch, &rows)?)
}

/// The row numbers that a batch's rows have in the input.
#[derive(Clone, Copy)]
pub(crate) enum RowNumbers<'a> {
    /// Consecutive ones, from this one on.
    From(usize),
    /// These, row by row.
    Listed(&'a [u32]),
}

impl RowNumbers<'_> {
    fn of(self, row: u32) -> usize {
        match self {
            Self::From(start) => start + row as usize,
            Self::Listed(numbers) => numbers[row as usize] as usize,
        }
    }
}

/// Fails at the first row that broke a rule; one superseded by a more trusted source broke none.
fn raise_invalid(rows: &RecordBatch, days: &FormedBars, numbers: RowNumbers<'_>) -> Result<()> {
    let invalid = days.rejected.iter().find(|(_, reason)| !matches!(reason, Reason::SupersededBy(_)));
    let Some((row, reason)) = invalid else { return Ok(()) };
    let (number, key) = (numbers.of(*row), RowKeys::new(rows).shown(*row as usize));
    Err(Error::Value(format!("row {number} ({key}): {}, expected {}", reason.text(), reason.expected())))
}
