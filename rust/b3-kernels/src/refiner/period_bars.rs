//! Periods: the daily bars of each ticker and period aggregated to one bar, in the units of its
//! last day.

use arrow::array::cast::AsArray;

use super::adjustment::Adjustment;
use super::daily_bars::{FormedBars, RawRows, RowKeys};
use super::gap::{Break, Gap};
use super::gap_finder::BatchGaps;
use super::options::Comparison;
use crate::bar_groups::{Groups, aggregate, row_number};
use crate::bar_layout::TICKER;
use crate::column::push_run_bounds;
use crate::error::{Error, Result};
use crate::every::Every;
use crate::period_units::{Changes, UnitChange, convert};

/// Aggregates daily bars and the gaps before them to periods; every period must be complete.
/// Rejected rows stay rejected.
///
/// A period's gap goes from the last bar of the previous period to its own last bar: it joins its
/// days' gaps in `gaps.notable`, which are those with an event or a change. Its adjustment is the
/// greatest of all its days, in the order of [`Adjustment`].
pub(crate) fn form(
    days: FormedBars,
    gaps: BatchGaps,
    every: Every,
    comparison: Comparison,
) -> Result<(FormedBars, BatchGaps)> {
    if every == Every::Day {
        return Ok((days, gaps));
    }
    let rows = days.bars.num_rows();
    let of_days = days.raw_rows.unwrap_or_else(|| RawRows::identity(rows));
    let keys = RowKeys::new(&days.bars);
    let mut groups = Groups::default();
    let mut raw_rows = RawRows::default();
    let mut of_periods = BatchGaps::default();
    let mut changes: Vec<Changes> = Vec::new();
    let mut notable = gaps.notable.into_iter().peekable();
    let mut start = 0;
    while start < rows {
        let end = keys.end(start, every);
        let period = groups.len();
        (start..end).for_each(|row| groups.push(row_number(row)));
        groups.end(every.first_session(keys.dates.value(start)));
        raw_rows.first_rows.push(of_days.first_rows[start..end].iter().copied().min().unwrap_or_default());
        raw_rows.counts.push(of_days.counts[start..end].iter().sum());
        let adjustment = gaps.adjustments[start..end].iter().copied().max().unwrap_or(Adjustment::NoEvent);
        let mut inside = Vec::new();
        let mut period_gap: Option<Gap> = None;
        while let Some((row, mut gap)) = notable.next_if(|(row, _)| *row < end) {
            // The gap before the period's first day is not inside the period.
            if row > start {
                inside.extend(change_inside(&gap, comparison).map(|change| (row - start, change)));
                // For the column `adjustment`, which names it whatever the options.
                gap.no_factor_inside = gap.adjustment == Adjustment::NoFactor;
            }
            let too_large = || Error::share_ratio(keys.tickers.value(row), keys.dates.value(row));
            period_gap = Some(match period_gap {
                Some(before) => before.then(gap).ok_or_else(too_large)?,
                None => gap,
            });
        }
        of_periods.adjustments.push(adjustment);
        of_periods.notable.extend(period_gap.map(|gap| (period, Gap { adjustment, ..gap })));
        if !inside.is_empty() {
            changes.push(Changes { period, inside });
        }
        start = end;
    }
    let bars = convert(&days.bars, &groups, aggregate(&days.bars, &groups)?, &changes)?;
    push_run_bounds(bars.column(TICKER).as_string(), &mut of_periods.ticker_bounds);
    Ok((FormedBars { bars, raw_rows: Some(raw_rows), rejected: days.rejected }, of_periods))
}

/// The change of unit in a gap between two bars of a period; `None` if nothing is converted.
pub(crate) fn change_inside(gap: &Gap, comparison: Comparison) -> Option<UnitChange> {
    match gap.breaks {
        Some(Break::Currency) => Some(UnitChange::Currency),
        Some(Break::NoFactor) => Some(UnitChange::NoFactor),
        None => gap.ratio(comparison).map(UnitChange::Shares),
    }
}
