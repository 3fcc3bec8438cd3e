//! Sum over a window.

use super::mean::mean;
use super::series::{Output, Series};
use crate::exact::Weights;
use crate::exact::narrow::Mean;
use crate::simd::Isa;

/// The sum of the last `window` numbers, correctly rounded.
///
/// Nulls, warm-up and `max_span` as for all of [`rolling`](super). Unit: the numbers'. Costs what
/// [`sma`](super::sma) costs.
///
/// ```
/// use b3_kernels::rolling::{Series, Values, lines, rolling_sum};
/// let volumes = Series::new(Values::Decimal { unscaled: &[100, 200, 400], scale: 0 });
/// let found = lines(3, |[out]| rolling_sum(&volumes, 2, 4, out));
/// assert_eq!(found, [[None, Some(300.0), Some(600.0)]]);
/// ```
pub fn rolling_sum(series: &Series<'_>, window: usize, max_span: u32, out: &mut Output<'_>) {
    let sum = Mean { weights: Weights::Equal, window, divisor: 1 };
    mean(series, max_span, &sum, Isa::best(), out);
}
