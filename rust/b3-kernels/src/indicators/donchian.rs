//! Donchian channels.

use crate::rolling::{Output, Series, rolling_max, rolling_min};

/// The highest high and the lowest low of `window` bars, and the middle between them.
///
/// `out` receives the upper line, the middle and the lower line. The outer two are [`rolling_max`]
/// and [`rolling_min`], including their nulls and steps; the middle is null where either is. Unit:
/// the price's. Costs two comparisons a row for each binary digit of `window`.
///
/// ```
/// use b3_kernels::indicators::donchian;
/// use b3_kernels::rolling::{Series, Values, lines};
/// let (high, low) = (Series::new(Values::Float(&[2.0, 3.0])), Series::new(Values::Float(&[1.0, 2.0])));
/// let channels = lines(2, |out| donchian(&high, &low, 2, 4, out));
/// assert_eq!(channels, [[None, Some(3.0)], [None, Some(2.0)], [None, Some(1.0)]]);
/// ```
pub fn donchian(high: &Series<'_>, low: &Series<'_>, window: usize, max_span: u32, out: [&mut Output<'_>; 3]) {
    let [upper, middle, lower] = out;
    rolling_max(high, window, max_span, upper);
    rolling_min(low, window, max_span, lower);
    for row in 0..high.len() {
        let both = upper.valid[row] && lower.valid[row];
        middle.set(row, both.then(|| f64::midpoint(upper.values[row], lower.values[row])));
    }
}
