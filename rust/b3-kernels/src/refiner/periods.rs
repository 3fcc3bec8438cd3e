//! Daily bars to one bar a ticker and period.

use arrow::array::{StringArray, cast::AsArray};
use arrow::datatypes::Date32Type;

use super::days::{Formed, Origins, row_number};
use crate::bars::{DATE, TICKER};
use crate::error::Result;
use crate::ohlcv::{Groups, aggregate};
use crate::period::Every;

/// Aggregates daily bars that hold whole periods; rejected rows stay rejected.
pub(crate) fn form(days: Formed, every: Every) -> Result<Formed> {
    if every == Every::Day {
        return Ok(days);
    }
    let rows = days.bars.num_rows();
    let parts = days.origins.unwrap_or_else(|| Origins::identity(rows));
    let tickers: &StringArray = days.bars.column(TICKER).as_string();
    let dates = days.bars.column(DATE).as_primitive::<Date32Type>().values();
    let same =
        |a: usize, b: usize| every.number(dates[a]) == every.number(dates[b]) && tickers.value(a) == tickers.value(b);
    let mut groups = Groups::default();
    let mut origins = Origins::default();
    let mut start = 0;
    while start < rows {
        let end = (start + 1..rows).find(|row| !same(start, *row)).unwrap_or(rows);
        (start..end).for_each(|row| groups.push(row_number(row)));
        groups.end(every.first_session(dates[start]).unwrap_or(dates[start]));
        origins.first_rows.push(parts.first_rows[start..end].iter().copied().min().unwrap_or_default());
        origins.counts.push(parts.counts[start..end].iter().sum());
        start = end;
    }
    Ok(Formed { bars: aggregate(&days.bars, &groups)?, origins: Some(origins), rejected: days.rejected })
}
