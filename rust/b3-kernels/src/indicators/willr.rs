//! Williams' %R.

use super::stoch::distances_to_extremes;
use crate::rolling::{Output, Series, each_window};

/// The position of the close between the highest high and the lowest low of `window` bars: from
/// -100 (lowest) to 0 (highest).
///
/// `prices` are high, low and close. 0 where highest high and lowest low are equal. Null before the
/// window is full, where one of its prices is missing, where it spans more than `max_span`
/// sessions, and across a change of unknown size; bars before a split or bonus are converted to the
/// last one's unit. No unit. Costs `2 * window` comparisons a row. Williams, How I Made One Million
/// Dollars (1973); TA-Lib's `WILLR`.
///
/// ```
/// use b3_kernels::indicators::willr;
/// use b3_kernels::rolling::{Series, Values, lines};
/// let closes = Series::new(Values::Float(&[1.0, 5.0, 4.0]));
/// let found = lines(3, |[out]| willr([&closes; 3], 3, 6, out));
/// assert_eq!(found, [[None, None, Some(-25.0)]]);
/// ```
pub fn willr(prices: [&Series<'_>; 3], window: usize, max_span: u32, out: &mut Output<'_>) {
    each_window(prices, window, max_span, out, |bars| {
        // Adding 0.0 turns -0.0 into 0.0.
        Some(distances_to_extremes(bars).map_or(0.0, |(to_high, to_low)| -100.0 * (to_high / (to_high + to_low)) + 0.0))
    });
}
