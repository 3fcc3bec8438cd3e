//! Periods: the daily bars of each ticker and period aggregated to one bar, in the units of its
//! last day.

use std::ops::Range;

use arrow::array::cast::AsArray;

use super::adjustment::Adjustment;
use super::daily_bars::{FormedBars, RawRows, RowKeys};
use super::gap::{Break, Gap};
use super::gap_finder::BatchGaps;
use super::options::Comparison;
use crate::bar_groups::{Groups, aggregate, row_number};
use crate::bar_layout::TICKER;
use crate::column::run_bounds;
use crate::error::{Error, Result};
use crate::every::Every;
use crate::period_units::{Changes, UnitChange, convert};

/// Aggregates daily bars and the gaps before them to periods; every period must be complete.
/// Rejected rows stay rejected.
pub(crate) fn form(
    days: FormedBars,
    gaps: BatchGaps,
    every: Every,
    comparison: Comparison,
) -> Result<(FormedBars, BatchGaps)> {
    if every == Every::Day {
        return Ok((days, gaps));
    }
    let keys = RowKeys::new(&days.bars);
    let of_days = days.raw_rows.unwrap_or_else(|| RawRows::identity(days.bars.num_rows()));
    let mut groups = Groups::default();
    let mut raw_rows = RawRows::default();
    let periods: Vec<Range<usize>> = keys.runs(every).collect();
    for rows in &periods {
        groups.push(every.first_session(keys.dates.value(rows.start)), rows.clone().map(row_number));
        raw_rows.first_rows.push(of_days.first_rows[rows.start]);
        raw_rows.counts.push(of_days.counts[rows.clone()].iter().sum());
    }
    let PeriodGaps { notable, adjustments, changes } = join_gaps(gaps, &keys, &periods, comparison)?;
    let bars = convert(&days.bars, &groups, aggregate(&days.bars, &groups)?, &changes)?;
    let ticker_bounds = run_bounds(bars.column(TICKER).as_string());
    let formed = FormedBars { bars, raw_rows: Some(raw_rows), rejected: days.rejected };
    Ok((formed, BatchGaps { notable, adjustments, ticker_bounds }))
}

/// The gaps before the periods, as in [`BatchGaps`], and the changes of unit within periods.
#[derive(Default)]
struct PeriodGaps {
    notable: Vec<(usize, Gap)>,
    adjustments: Vec<Adjustment>,
    changes: Vec<Changes>,
}

/// Joins the gaps before all days of a period to the gap before the period, which goes from the
/// last bar of the previous period to its own last bar. Days whose gap is not notable, which has no
/// event and no change, add nothing to it but their adjustment: the period's is the greatest one of
/// its days, in the order of [`Adjustment`]. `periods` are the rows of each period's days.
fn join_gaps(
    days: BatchGaps,
    keys: &RowKeys<'_>,
    periods: &[Range<usize>],
    comparison: Comparison,
) -> Result<PeriodGaps> {
    let mut gaps = PeriodGaps::default();
    let mut notable = days.notable.into_iter().peekable();
    for (period, rows) in periods.iter().enumerate() {
        let adjustment = days.adjustments[rows.clone()].iter().copied().max().unwrap_or(Adjustment::NoEvent);
        gaps.adjustments.push(adjustment);
        let mut inside = Vec::new();
        let mut joined: Option<Gap> = None;
        while let Some((row, mut gap)) = notable.next_if(|(row, _)| rows.contains(row)) {
            // The gap before the period's first day is not inside the period.
            if row > rows.start {
                inside.extend(change_inside(&gap, comparison).map(|change| (row - rows.start, change)));
                // Known apart from `adjustment`, which counts the gap before the first day too: if
                // the period has no previous bar that is recent enough, only the inside counts.
                gap.no_factor_inside = gap.adjustment == Adjustment::NoFactor;
            }
            let too_large = || Error::share_ratio(keys.tickers.value(row), keys.dates.value(row));
            joined = Some(match joined {
                Some(before) => before.then(gap).ok_or_else(too_large)?,
                None => gap,
            });
        }
        gaps.notable.extend(joined.map(|gap| (period, Gap { adjustment, ..gap })));
        if !inside.is_empty() {
            gaps.changes.push(Changes { period, inside });
        }
    }
    Ok(gaps)
}

/// The change of unit in a gap between two bars of a period; `None` if nothing is converted.
pub(crate) fn change_inside(gap: &Gap, comparison: Comparison) -> Option<UnitChange> {
    match gap.breaks {
        Some(Break::Currency) => Some(UnitChange::Currency),
        Some(Break::NoFactor) => Some(UnitChange::NoFactor),
        None => gap.ratio(comparison).map(UnitChange::Shares),
    }
}
