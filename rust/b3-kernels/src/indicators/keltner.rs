//! Keltner channels.

use super::atr::atr;
use super::bollinger::set_outer_lines;
use super::ema::{Seed, ema};
use crate::rolling::{Output, Series};

/// The exponential average of `window` closes, and the lines `multiplier` average true ranges above
/// and below it.
///
/// `prices` are high, low and close; `out` receives the upper line, the average and the lower line.
/// The true range is averaged over `atr_window` bars. Nulls, steps and the state as for [`ema`] and
/// [`atr`]; the outer lines are null where either is. Unit: the price's. Costs three
/// multiplications and a division a row. Raschke's form of Keltner's channels; TA-Lib's `EMA` and
/// `ATR`.
///
/// ```
/// use b3_kernels::indicators::keltner;
/// use b3_kernels::rolling::{Series, Values, lines};
/// let closes = Series::new(Values::Float(&[1.0, 3.0]));
/// let channels = lines(2, |out| keltner([&closes; 3], 2, 1, 1.5, out));
/// assert_eq!(channels, [[None, Some(5.0)], [None, Some(2.0)], [None, Some(-1.0)]]);
/// ```
pub fn keltner(prices: [&Series<'_>; 3], window: usize, atr_window: usize, multiplier: f64, out: [&mut Output<'_>; 3]) {
    let [high, low, close] = prices;
    let [upper, middle, lower] = out;
    ema(close, window, Seed::Sma, middle);
    atr(high, low, close, atr_window, lower); // the distances, until the next line overwrites them
    set_outer_lines(upper, middle, lower, multiplier);
}
