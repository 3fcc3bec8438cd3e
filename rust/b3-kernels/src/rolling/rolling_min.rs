//! Minimum over a window.

use super::extreme::extreme;
use super::series::{Output, Series};

/// The smallest of the last `window` numbers: of a decimal the nearest double.
///
/// Nulls, warm-up and `max_span` as for all of [`rolling`](super). Unit: the numbers'. Costs a
/// comparison a row for each binary digit of `window`.
///
/// ```
/// use b3_kernels::rolling::{Series, Values, lines, rolling_min};
/// let closes = Series::new(Values::Float(&[37.0, 38.5, 38.0]));
/// let found = lines(3, |[out]| rolling_min(&closes, 2, 4, out));
/// assert_eq!(found, [[None, Some(37.0), Some(38.0)]]);
/// ```
pub fn rolling_min(series: &Series<'_>, window: usize, max_span: u32, out: &mut Output<'_>) {
    let largest = false;
    extreme(series, window, max_span, largest, out);
}
