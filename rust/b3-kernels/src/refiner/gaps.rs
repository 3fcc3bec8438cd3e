//! The gaps between the daily bars of a batch, found without looking at every pair of bars.

use arrow::array::{Array, Int16Array, RecordBatch, StringArray, cast::AsArray};

use super::adjustment::Adjustment;
use super::gap::{Gap, GapColumns, KeptBar};
use super::options::Comparison;
use crate::actions::Actions;
use crate::bar_layout::TICKER;
use crate::column::push_run_bounds;
use crate::error::Result;
use crate::simd::{Isa, Vectorised};

/// The gaps before the bars of a batch.
#[derive(Debug, Default)]
pub(crate) struct Gaps {
    /// The gaps with a known event or a change of distribution number or currency, and the gap to
    /// the batch before, if there is one; each with the row of its later bar, ascending.
    pub(crate) notable: Vec<(usize, Gap)>,
    /// For each bar whether the events in the gap before it are known.
    pub(crate) adjustments: Vec<Adjustment>,
    /// The first row of each ticker, then the number of rows.
    pub(crate) ticker_bounds: Vec<usize>,
}

/// The last bar of a batch, which the next batch's first bar may follow.
#[derive(Debug, Clone, Default)]
pub(crate) struct LastBar {
    /// Its ticker and its values; `None` before the first batch.
    last: Option<(String, KeptBar)>,
}

impl Gaps {
    /// The gaps before `bars`, of which each ticker's are neighbours in date order; afterwards
    /// `last_bar` holds the last bar.
    pub(crate) fn of(
        bars: &RecordBatch,
        actions: &Actions,
        comparison: Comparison,
        last_bar: &mut LastBar,
    ) -> Result<Self> {
        let columns = GapColumns::of(bars);
        let tickers: &StringArray = bars.column(TICKER).as_string();
        let mut gaps = Self { adjustments: Vec::with_capacity(bars.num_rows()), ..Self::default() };
        let mut ticker_bounds = Vec::new();
        push_run_bounds(tickers, &mut ticker_bounds);
        let mut currency_changes = Vec::new();
        if let Some(currencies) = columns.currencies {
            push_run_bounds(currencies, &mut currency_changes);
        }
        for &[start, end] in ticker_bounds.array_windows() {
            let ticker = tickers.value(start);
            let actions = actions.of(ticker);
            let before = last_bar.last.take().filter(|(last, _)| last == ticker).map(|(_, bar)| bar);
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
                let previous = match &before {
                    Some(before) if row == start => before.bar(),
                    _ => columns.bar(row - 1),
                };
                let gap = Gap::between(&previous, &columns.bar(row), actions, comparison)?;
                gaps.adjustments[row] = gap.adjustment;
                gaps.notable.push((row, gap));
            }
        }
        if let Some(last) = bars.num_rows().checked_sub(1) {
            last_bar.last = Some((tickers.value(last).to_owned(), columns.bar(last).keep()));
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
    let numbers = &distributions.values()[run.clone()];
    if Isa::best().run(AllEqual(numbers)) {
        return;
    }
    let changes =
        (1..numbers.len()).filter(|place| numbers[*place] != numbers[*place - 1]).map(|place| run.start + place);
    rows.extend(changes.filter(|row| distributions.is_valid(*row) && distributions.is_valid(*row - 1)));
}

/// Whether all numbers are equal.
struct AllEqual<'a>(&'a [i16]);

impl Vectorised for AllEqual<'_> {
    type Answer = bool;

    #[inline(always)]
    fn run<const FUSED: bool>(self) -> bool {
        let first = self.0.first().copied().unwrap_or_default();
        self.0.iter().fold(0, |other, number| other | (number ^ first)) == 0
    }
}
