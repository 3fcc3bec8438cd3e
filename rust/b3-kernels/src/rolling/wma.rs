//! Linearly weighted moving average.

use super::mean::mean;
use super::series::{Output, Series};
use crate::exact::Weights;
use crate::exact::narrow::Mean;
use crate::simd::Isa;

/// The mean of the last `window` prices, the oldest counting once and the newest `window` times,
/// correctly rounded.
///
/// Nulls, warm-up and `max_span` as for all of [`rolling`](super). Unit: the price's. Costs about
/// twice what [`sma`](super::sma) costs. TA-Lib's `WMA`.
///
/// ```
/// use b3_kernels::rolling::{Series, Values, lines, wma};
/// let closes = Series::new(Values::Float(&[1.0, 2.0, 4.0]));
/// let found = lines(3, |[out]| wma(&closes, 2, 4, out));
/// assert_eq!(found, [[None, Some(5.0 / 3.0), Some(10.0 / 3.0)]]);
/// ```
pub fn wma(series: &Series<'_>, window: usize, max_span: u32, out: &mut Output<'_>) {
    let average = Mean { weights: Weights::Linear, window, divisor: Weights::Linear.total(window) };
    mean(series, max_span, &average, Isa::best(), out);
}
