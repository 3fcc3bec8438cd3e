//! Daily bars: the raw bars of each ticker and date reduced to one bar.

use std::ops::Range;

use arrow::array::{Array, Date32Array, RecordBatch, StringArray, TimestampMicrosecondArray, cast::AsArray};
use arrow::datatypes::{Date32Type, TimestampMicrosecondType};
use b3_market::calendar::day_text;
use b3_market::lake::Source;

use super::options::OnInvalid;
use super::rules::{Reason, Rules};
use crate::bar_groups::{Groups, aggregate, row_number};
use crate::bar_layout::{DATE, START, TICKER};
use crate::error::Result;
use crate::every::Every;

/// Bars of days or of periods, and the raw rows that are in none of them.
pub(crate) struct FormedBars {
    pub(crate) bars: RecordBatch,
    /// The raw rows of each bar; `None` where each bar is the raw row of the same number.
    pub(crate) raw_rows: Option<RawRows>,
    /// Raw rows that are in no bar, ascending.
    pub(crate) rejected: Vec<(u32, Reason)>,
}

/// For each bar its first raw row by time, and how many it has.
#[derive(Default)]
pub(crate) struct RawRows {
    pub(crate) first_rows: Vec<u32>,
    pub(crate) counts: Vec<i64>,
}

impl RawRows {
    /// The raw rows of bars that are one raw row each, all in order.
    pub(crate) fn identity(rows: usize) -> Self {
        Self { first_rows: (0..row_number(rows)).collect(), counts: vec![1; rows] }
    }
}

/// Forms daily bars from rows of whole dates; each ticker's must be neighbours in date order.
///
/// First the bars that break a rule are rejected (with [`OnInvalid::Accept`] only those of an
/// unknown source); then, within each source, bars with the same `bar_start`, and a daily bar
/// beside intraday ones; then the bars of every source but the most trusted of those that remain.
/// The remaining bars are aggregated to one.
pub(crate) fn form(rows: &RecordBatch, on_invalid: OnInvalid) -> Result<FormedBars> {
    let keys = RowKeys::new(rows);
    let strict = on_invalid != OnInvalid::Accept;
    let rules = Rules::new(rows, strict);
    if keys.all_distinct() && rules.all_kept() {
        return Ok(FormedBars { bars: rows.clone(), raw_rows: None, rejected: Vec::new() });
    }
    let mut groups = Groups::default();
    let mut raw_rows = RawRows::default();
    let mut rejected = Vec::new();
    for of_day in keys.runs(Every::Day) {
        let day = keys.dates.value(of_day.start);
        let mut candidates = Candidates::of(rows, &rules, of_day);
        candidates.reject_duplicates();
        candidates.keep_most_trusted();
        if let Some(first) = candidates.kept.first() {
            raw_rows.first_rows.push(first.row);
            raw_rows.counts.push(i64::try_from(candidates.kept.len()).unwrap_or(i64::MAX));
            groups.push(day, candidates.kept.iter().map(|bar| bar.row));
        }
        candidates.rejected.sort_unstable_by_key(|(row, _)| *row);
        rejected.append(&mut candidates.rejected);
    }
    Ok(FormedBars { bars: aggregate(rows, &groups)?, raw_rows: Some(raw_rows), rejected })
}

/// Ticker and date of each row.
pub(crate) struct RowKeys<'a> {
    pub(crate) tickers: &'a StringArray,
    pub(crate) dates: &'a Date32Array,
}

impl<'a> RowKeys<'a> {
    /// The keys of rows in the normal form of [`crate::bar_layout`].
    pub(crate) fn new(rows: &'a RecordBatch) -> Self {
        Self { tickers: rows.column(TICKER).as_string(), dates: rows.column(DATE).as_primitive::<Date32Type>() }
    }

    /// A row's ticker and date as text for an error message.
    pub(crate) fn shown(&self, row: usize) -> String {
        format!("{} {}", self.tickers.value(row), day_text(self.dates.value(row)))
    }

    /// The key that a stream is sorted by.
    pub(crate) fn key(&self, row: usize) -> (&str, i32) {
        (self.tickers.value(row), self.dates.value(row))
    }

    /// Whether two rows are of one ticker and period.
    pub(crate) fn same(&self, a: usize, b: usize, every: Every) -> bool {
        every.number(self.dates.value(a)) == every.number(self.dates.value(b))
            && self.tickers.value(a) == self.tickers.value(b)
    }

    #[expect(clippy::needless_bitwise_bool, reason = "without early exit the loop vectorises")]
    fn all_distinct(&self) -> bool {
        const BLOCK: usize = 1024;
        let dates = self.dates.values();
        let starts = (1..dates.len()).step_by(BLOCK);
        let mut blocks = starts.map(|start| start..(start + BLOCK).min(dates.len()));
        blocks.all(|rows| {
            // Neighbouring rows rarely have equal dates.
            let pairs = dates[rows.start - 1..].iter().zip(&dates[rows.clone()]);
            let repeats = pairs.fold(false, |any, (before, date)| any | (before == date));
            !repeats || rows.into_iter().all(|row| !self.same(row, row - 1, Every::Day))
        })
    }

    /// The rows of each ticker and period.
    pub(crate) fn runs(&self, every: Every) -> impl Iterator<Item = Range<usize>> {
        let rows = self.dates.len();
        let mut start = 0;
        std::iter::from_fn(move || {
            let end = (start..rows).find(|row| !self.same(start, *row, every)).unwrap_or(rows);
            let run = start..end;
            start = end;
            (!run.is_empty()).then_some(run)
        })
    }
}

/// The bars of one ticker and date.
struct Candidates {
    kept: Vec<Candidate>,
    rejected: Vec<(u32, Reason)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Candidate {
    /// `None` where it is null, which is trusted least.
    source: Option<Source>,
    /// `None` for a daily bar.
    start: Option<i64>,
    row: u32,
}

impl Candidates {
    /// The bars that break no rule, sorted by source (the most trusted first), then by time.
    fn of(rows: &RecordBatch, rules: &Rules<'_>, range: Range<usize>) -> Self {
        let starts: &TimestampMicrosecondArray = rows.column(START).as_primitive::<TimestampMicrosecondType>();
        let (mut kept, mut rejected) = (Vec::new(), Vec::new());
        for row in range {
            match rules.broken(row) {
                Some(reason) => rejected.push((row_number(row), reason)),
                None => kept.push(Candidate {
                    source: rules.source(row),
                    start: starts.is_valid(row).then(|| starts.value(row)),
                    row: row_number(row),
                }),
            }
        }
        kept.sort_by_key(|bar: &Candidate| (bar.source.is_none(), bar.source, bar.start));
        Self { kept, rejected }
    }

    /// Rejects bars of one source with equal starts, and a daily bar beside intraday bars of that
    /// day.
    fn reject_duplicates(&mut self) {
        let bars = std::mem::take(&mut self.kept);
        for of_source in bars.chunk_by(|a, b| a.source == b.source) {
            for same in of_source.chunk_by(|a, b| a.start == b.start) {
                let whole_day_beside_parts = same[0].start.is_none() && same.len() < of_source.len();
                if same.len() > 1 || whole_day_beside_parts {
                    self.rejected.extend(same.iter().map(|bar| (bar.row, Reason::DuplicateKey)));
                } else {
                    self.kept.extend(same);
                }
            }
        }
    }

    /// Rejects the bars of every source but the most trusted.
    fn keep_most_trusted(&mut self) {
        // If the first bar has no source, none has.
        let Some(best) = self.kept.first().and_then(|bar| bar.source) else {
            return;
        };
        let superseded = self.kept.extract_if(.., |bar| bar.source != Some(best));
        self.rejected.extend(superseded.map(|bar| (bar.row, Reason::SupersededBy(best))));
    }
}
