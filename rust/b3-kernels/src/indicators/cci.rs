//! Commodity channel index.

use super::ema::as_double;
use super::typical_price::typical_price;
use crate::rolling::{Output, Series, each_window};

/// How far the typical price, (high + low + close) / 3, is from its mean over `window` bars, in
/// units of 0.015 mean absolute deviations.
///
/// `prices` are high, low and close. 0 where the typical price never moved. Null before the window
/// is full, where one of its prices is missing, where it spans more than `max_span` sessions, and
/// across a change of unknown size; at a step older bars are converted to the last bar's unit. No
/// unit. Costs `2 * window` divisions a row. Lambert, Commodity Channel Index (1980); TA-Lib's
/// `CCI`.
///
/// ```
/// use b3_kernels::indicators::cci;
/// use b3_kernels::rolling::{Series, Values, lines};
/// let closes = Series::new(Values::Float(&[1.0, 2.0, 6.0]));
/// let found = lines(3, |[out]| cci([&closes; 3], 3, 6, out));
/// assert_eq!(found, [[None, None, Some(3.0 / (0.015 * 2.0))]]);
/// ```
pub fn cci(prices: [&Series<'_>; 3], window: usize, max_span: u32, out: &mut Output<'_>) {
    each_window(prices, window, max_span, out, |bars| {
        // Distances from the first price: their mean is exact where the price never moved.
        let first = typical_price(bars, 0);
        let distances = || (0..window).map(|row| typical_price(bars, row) - first);
        let mean = distances().sum::<f64>() / as_double(window);
        let deviation = distances().map(|distance| (distance - mean).abs()).sum::<f64>() / as_double(window);
        let last = distances().next_back()? - mean;
        Some(if deviation == 0.0 { 0.0 } else { last / (0.015 * deviation) })
    });
}
