//! Maximum over a window.

use super::extreme::extreme;
use super::series::{Output, Series};

/// The largest of the last `window` numbers: of a decimal the nearest double.
///
/// Nulls, warm-up and `max_span` as for all of [`rolling`](super). Unit: the numbers'. Costs a
/// comparison a row for each binary digit of `window`.
///
/// ```
/// use b3_kernels::rolling::{Series, Values, lines, rolling_max};
/// let closes = Series::new(Values::Float(&[37.0, 38.5, 38.0]));
/// let found = lines(3, |[out]| rolling_max(&closes, 2, 4, out));
/// assert_eq!(found, [[None, Some(38.5), Some(38.5)]]);
/// ```
pub fn rolling_max(series: &Series<'_>, window: usize, max_span: u32, out: &mut Output<'_>) {
    let largest = true;
    extreme(series, window, max_span, largest, out);
}
