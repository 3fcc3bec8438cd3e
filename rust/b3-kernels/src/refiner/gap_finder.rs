//! The gaps between the daily bars of a batch, found without looking at every pair of bars.

use arrow::array::{Array, Int16Array, RecordBatch, StringArray, cast::AsArray};

use super::adjustment::Adjustment;
use super::gap::{Gap, GapColumns};
use super::options::Comparison;
use crate::actions::Actions;
use crate::bar_layout::TICKER;
use crate::column::run_bounds;
use crate::error::Result;

/// The gaps before the bars of a batch.
#[derive(Debug, Default)]
pub(crate) struct BatchGaps {
    /// The gaps with a known event or a change of distribution number or currency, and the gap to
    /// the batch before, if there is one; each with the row of its later bar, ascending.
    pub(crate) notable: Vec<(usize, Gap)>,
    /// For each bar whether the events in the gap before it are known.
    pub(crate) adjustments: Vec<Adjustment>,
    /// The first row of each ticker, then the number of rows.
    pub(crate) ticker_bounds: Vec<usize>,
}

impl BatchGaps {
    /// The gaps before `bars`, of which each ticker's are neighbours in date order; the first may
    /// follow `last_bar`, the last bar of the batch before.
    pub(crate) fn of(
        bars: &RecordBatch,
        last_bar: Option<&RecordBatch>,
        actions: &Actions,
        comparison: Comparison,
    ) -> Result<Self> {
        let columns = GapColumns::of(bars);
        let last_bar =
            last_bar.map(|last| (last.column(TICKER).as_string::<i32>().value(0), GapColumns::of(last).bar(0)));
        let tickers: &StringArray = bars.column(TICKER).as_string();
        let mut gaps = Self { adjustments: Vec::with_capacity(bars.num_rows()), ..Self::default() };
        let ticker_bounds = run_bounds(tickers);
        let currency_changes = columns.currencies.map(run_bounds).unwrap_or_default();
        for &[start, end] in ticker_bounds.array_windows() {
            let ticker = tickers.value(start);
            let actions = actions.of(ticker);
            let before = last_bar.filter(|(last, _)| start == 0 && *last == ticker).map(|(_, bar)| bar);
            gaps.push_defaults(columns.distributions, start..end);
            // The rows to compare with the row before. The ticker's first row is one of them only
            // if the batch before ended with this ticker; what follows never adds it.
            let mut rows = if before.is_some() { vec![start] } else { Vec::new() };
            if let Some(actions) = actions {
                rows.extend(actions.event_rows(&columns.days[start..end]).iter().map(|row| start + row));
            }
            if let Some(distributions) = columns.distributions {
                push_changes(distributions, start..end, &mut rows);
            }
            let first = currency_changes.partition_point(|row| *row <= start);
            rows.extend(currency_changes[first..].iter().take_while(|row| **row < end));
            rows.sort_unstable();
            rows.dedup();
            for row in rows {
                let previous = before.filter(|_| row == start).unwrap_or_else(|| columns.bar(row - 1));
                let gap = Gap::between(&previous, &columns.bar(row), actions, comparison)?;
                gaps.adjustments[row] = gap.adjustment;
                gaps.notable.push((row, gap));
            }
        }
        Ok(Self { ticker_bounds, ..gaps })
    }

    /// Records the adjustments of gaps without a known event; a ticker's first bar has no gap.
    fn push_defaults(&mut self, distributions: Option<&Int16Array>, run: std::ops::Range<usize>) {
        self.adjustments.push(Adjustment::NoEvent);
        match distributions {
            None => self.adjustments.resize(run.end, Adjustment::Unverifiable),
            Some(all) if all.null_count() == 0 => self.adjustments.resize(run.end, Adjustment::NoEvent),
            Some(all) => self.adjustments.extend((run.start + 1..run.end).map(|row| {
                let both_numbered = all.is_valid(row - 1) && all.is_valid(row);
                if both_numbered { Adjustment::NoEvent } else { Adjustment::Unverifiable }
            })),
        }
    }
}

/// Appends the rows of `run`, except the first, whose distribution number differs from the row
/// before.
fn push_changes(distributions: &Int16Array, run: std::ops::Range<usize>, rows: &mut Vec<usize>) {
    let (values, first) = (distributions.values(), distributions.value(run.start));
    // Usually all numbers are equal; without early exit this loop vectorises.
    if values[run.clone()].iter().fold(0, |differing_bits, number| differing_bits | (number ^ first)) == 0 {
        return;
    }
    let is_change = |row: &usize| values[*row] != values[*row - 1];
    let both_numbered = |row: &usize| distributions.is_valid(*row) && distributions.is_valid(*row - 1);
    rows.extend((run.start + 1..run.end).filter(is_change).filter(both_numbered));
}
