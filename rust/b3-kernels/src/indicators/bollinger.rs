//! Bollinger bands.

use super::rolling_std::rolling_std;
use crate::rolling::{Output, Series, sma};

/// The simple average of `window` prices, and the lines `deviations` standard deviations above and
/// below it.
///
/// `out` receives the upper line, the middle and the lower line. The middle is exact, as [`sma`];
/// the deviation is the population's, as TA-Lib's `BBANDS` takes it. Null as [`sma`], the three in
/// the same rows. Unit: the price's. Costs `window` multiplications a row.
///
/// ```
/// use b3_kernels::indicators::bollinger;
/// use b3_kernels::rolling::{Series, Values, lines};
/// let closes = Series::new(Values::Float(&[1.0, 3.0]));
/// let bands = lines(2, |out| bollinger(&closes, 2, 2.0, 4, out));
/// assert_eq!(bands, [[None, Some(4.0)], [None, Some(2.0)], [None, Some(0.0)]]);
/// ```
pub fn bollinger(series: &Series<'_>, window: usize, deviations: f64, max_span: u32, out: [&mut Output<'_>; 3]) {
    let [upper, middle, lower] = out;
    sma(series, window, max_span, middle);
    let ddof = 0;
    rolling_std(series, window, ddof, max_span, lower);
    set_outer_lines(upper, middle, lower, deviations);
}

/// Sets the lines `multiple` distances above and below the middle; `lower` holds the distances.
pub(super) fn set_outer_lines(upper: &mut Output<'_>, middle: &Output<'_>, lower: &mut Output<'_>, multiple: f64) {
    for row in 0..middle.values.len() {
        let both = middle.valid[row] && lower.valid[row];
        let band = both.then(|| (middle.values[row], multiple * lower.values[row]));
        upper.set(row, band.map(|(mean, width)| mean + width));
        lower.set(row, band.map(|(mean, width)| mean - width));
    }
}
