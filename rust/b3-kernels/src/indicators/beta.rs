//! Beta: the slope of a price's returns over the market's.

use super::moments::Moments;
use crate::rolling::{Output, Series, each_window_with_previous};

/// The covariance of the price's returns with those of `market`, divided by the variance of the
/// market's, of the last `window` returns.
///
/// A window uses `window + 1` bars. Null before it is full, where one of its numbers is missing or
/// the base of a return is 0, where the market's returns are all equal, where it spans more than
/// `max_span` sessions, and across a change of unknown size; bars before a step are converted to
/// the last one's unit. No unit. Costs `4 * window` divisions a row. TA-Lib's `BETA`, whose first
/// series is the market.
///
/// ```
/// use b3_kernels::indicators::beta;
/// use b3_kernels::rolling::{Series, Values, lines};
/// let market = Series::new(Values::Float(&[100.0, 200.0, 300.0]));
/// let closes = Series::new(Values::Float(&[1.0, 3.0, 6.0]));
/// let found = lines(3, |[out]| beta(&closes, &market, 2, 4, out));
/// assert_eq!(found, [[None, None, Some(2.0)]]);
/// ```
pub fn beta(price: &Series<'_>, market: &Series<'_>, window: usize, max_span: u32, out: &mut Output<'_>) {
    each_window_with_previous([price, market], window, max_span, out, |[price, market]| {
        // 1 + the return: adding 1 to each number changes no moment.
        let growth = |numbers: &[f64], row: usize| numbers[row] / numbers[row - 1];
        let pairs = (1..price.len()).map(|row| (growth(market, row), growth(price, row)));
        // Not finite, so null, where the market's returns are all equal.
        Moments::of(pairs).map(|moments| moments.products / moments.first_squares)
    });
}
