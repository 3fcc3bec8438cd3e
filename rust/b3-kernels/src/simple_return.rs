//! The kernel `simple_return`: the return from bar to bar.

use crate::by_series::{Input, by_series};
use crate::column_unit::Unit;
use crate::error::Result;
use crate::indicators;
use crate::names::SIMPLE_RETURN;
use crate::series_options::{Derived, SeriesOptions};
use crate::table::Table;
use crate::window::Window;

/// `simple_return`, price / previous price - 1, row by row of `bars`.
///
/// Null for a ticker's first bar, where this or the previous price is null, NaN or infinite, where
/// the previous one is 0, where it is more than `max_span` sessions (or weeks, or months) old, and
/// where the currency changes. Across a share event the previous price is converted to this bar's
/// shares. `unit` says what the column counts; `None` means what its name says. The result is the
/// double nearest to the exact quotient. Costs one pass.
///
/// # Errors
/// A column that is missing or of another type; a null key, a date outside 1986 to 2099.
pub fn simple_return(
    bars: &Table,
    options: &SeriesOptions,
    column: &str,
    unit: Option<Unit>,
    max_span: Option<u32>,
) -> Result<Derived> {
    let window = Window::new(2, Some(max_span.unwrap_or(u32::MAX)));
    let name = SIMPLE_RETURN.to_owned();
    by_series(bars, options, &[Input::new(column, unit)], &[name], &[window], None, |series, outputs| {
        indicators::simple_return(&series[0], window.max_span, &mut outputs[0]);
    })
}
