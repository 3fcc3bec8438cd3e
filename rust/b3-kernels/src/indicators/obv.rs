//! On-balance volume.

use super::convert_state::{CarriedPrice, convert, convert_price};
use crate::rolling::{Output, Series, StepCursor};

/// The running sum of volumes, added where the close rose and subtracted where it fell.
///
/// Begins with the first row's volume, as TA-Lib's `OBV`, so it depends on where the series began.
/// A row without close or volume is skipped: it is null, and the next close is compared with the
/// last one. A step of `closes` converts that close; a step of `volumes`, whose new and old are
/// swapped, converts the sum; a change without a factor restarts the sum. Unit: shares. Exact while
/// the sum is below 2^53 shares and no step divides it. Costs one addition a row.
///
/// ```
/// use b3_kernels::indicators::obv;
/// use b3_kernels::rolling::{Series, Values, lines};
/// let closes = Series::new(Values::Float(&[1.0, 2.0, 1.5]));
/// let volumes = Series::new(Values::Decimal { unscaled: &[100, 50, 30], scale: 0 });
/// let found = lines(3, |[out]| obv(&closes, &volumes, out));
/// assert_eq!(found, [[Some(100.0), Some(150.0), Some(120.0)]]);
/// ```
pub fn obv(closes: &Series<'_>, volumes: &Series<'_>, out: &mut Output<'_>) {
    let (mut last_close, mut last_balance): (CarriedPrice, Option<f64>) = (None, None);
    let (mut close_steps, mut volume_steps) = (StepCursor::new(closes.steps), StepCursor::new(volumes.steps));
    for row in 0..closes.len() {
        if close_steps.at(row).is_some() {
            last_close = convert_price(closes, last_close, row);
        }
        if volume_steps.at(row).is_some_and(|change| !convert(change, &mut last_balance)) {
            last_balance = None;
        }
        let Some((close, volume)) = closes.at(row).zip(volumes.at(row)) else {
            out.set(row, None);
            continue;
        };
        let balance = match last_close.zip(last_balance) {
            None => volume,
            Some(((_, last_close), balance)) if close > last_close => balance + volume,
            Some(((_, last_close), balance)) if close < last_close => balance - volume,
            Some((_, balance)) => balance,
        };
        out.set(row, Some(balance));
        (last_close, last_balance) = (Some((row, close)), Some(balance));
    }
}
