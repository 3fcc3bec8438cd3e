//! Rate of change.

use crate::rolling::{Output, Series, each_window_with_previous};

/// The percentage by which the price is above that of `window` bars ago.
///
/// Null in the first `window` rows, where one of the `window + 1` prices up to this one is missing,
/// where the older one is 0, where they span more than `max_span` sessions, and across a change of
/// unknown size; at a step the older price is converted to this row's unit. Unit: percent. Costs
/// one division a row. TA-Lib's `ROC`, which is 0 where the older price is 0.
///
/// ```
/// use b3_kernels::indicators::roc;
/// use b3_kernels::rolling::{Series, Values, lines};
/// let closes = Series::new(Values::Float(&[2.0, 9.0, 3.0]));
/// let found = lines(3, |[out]| roc(&closes, 2, 4, out));
/// assert_eq!(found, [[None, None, Some(50.0)]]);
/// ```
pub fn roc(series: &Series<'_>, window: usize, max_span: u32, out: &mut Output<'_>) {
    each_window_with_previous([series], window, max_span, out, |[prices]| {
        // Not finite, so null, where the older price is 0.
        Some((prices[window] / prices[0] - 1.0) * 100.0)
    });
}
