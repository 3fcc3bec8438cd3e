//! Returns from bar to bar.

use crate::by_series::{Window, by_series};
use crate::error::Result;
use crate::keys::Keys;
use crate::names::SIMPLE_RETURN;
use crate::returns::simple_returns;
use crate::table::Table;

/// `bars` with `simple_return`, price / previous price - 1, in the caller's order.
///
/// Null for a ticker's first bar, where this or the previous price is null or NaN, where the previous one is 0, and
/// where it is more than `max_span` sessions old. Of decimals the correctly rounded double. Costs one pass.
///
/// # Errors
/// A column that is missing or of another type; a null key, a date outside 1990 to 2099.
pub fn simple_return(bars: &Table, keys: &Keys, column: &str, max_span: Option<u32>) -> Result<Table> {
    let window = Window::new(2, Some(max_span.unwrap_or(u32::MAX)));
    let name = SIMPLE_RETURN.to_owned();
    by_series(bars, keys, &[column], &[name], &[window], |series, outputs| {
        let [series] = series else { return };
        let out = &mut outputs[0];
        for row in 0..series.len() {
            out.valid[row] = row > 0
                && series.is_usable(row)
                && series.is_usable(row - 1)
                && series.sessions.is_none_or(|sessions| {
                    i64::from(sessions[row]) - i64::from(sessions[row - 1]) <= i64::from(window.max_span)
                });
        }
        simple_returns(series.values, 0, out.values, out.valid);
    })
}
