//! Simple moving average.

use super::mean::mean;
use super::series::{Output, Series};
use crate::exact::Weights;
use crate::exact::narrow::Mean;
use crate::simd::Isa;

/// The mean of the last `window` prices, correctly rounded.
///
/// Nulls, warm-up and `max_span` as for all of [`rolling`](super). Unit: the price's.
///
/// Costs about one addition and one division a row, whatever the window. A block of doubles whose
/// exact sums need more than 63 bits costs ten times as much: with a window of 20, none whose
/// largest price is at most 51 times its smallest, and each whose largest is more than 102 times.
///
/// ```
/// use b3_kernels::rolling::{Series, Values, lines, sma};
/// let closes = Series::new(Values::Decimal { unscaled: &[110, 220, 331], scale: 2 });
/// let found = lines(3, |[out]| sma(&closes, 2, 4, out));
/// assert_eq!(found, [[None, Some(1.65), Some(2.755)]]);
/// ```
pub fn sma(series: &Series<'_>, window: usize, max_span: u32, out: &mut Output<'_>) {
    let average = Mean { weights: Weights::Equal, window, divisor: Weights::Equal.total(window) };
    mean(series, max_span, &average, Isa::best(), out);
}
