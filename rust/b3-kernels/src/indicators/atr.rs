//! Average true range.

use super::convert_state::{CarriedPrice, convert_price};
use super::true_range::range;
use super::wilder::Wilder;
use crate::rolling::{Output, Series, StepCursor};

/// Wilder's average of the true range over `window` bars.
///
/// The first value is the mean of the first `window` true ranges, in row `window`. A row without
/// high, low or close is skipped: it is null, and the next row's previous close is that of the last
/// complete bar. A step of `close` converts that close and the average, or restarts the indicator
/// if the factor is unknown; the steps of `high` and `low` are ignored. Depends on where the series
/// began. Unit: the price's. Costs one division a row. TA-Lib's `ATR`.
///
/// ```
/// use b3_kernels::indicators::atr;
/// use b3_kernels::rolling::{Series, Values, lines};
/// let [high, low, close] = [[3.0, 5.0, 5.0], [1.0, 4.0, 4.0], [2.0, 4.5, 4.5]];
/// let [high, low, close] = [&high, &low, &close].map(|prices| Series::new(Values::Float(prices)));
/// let found = lines(3, |[out]| atr(&high, &low, &close, 2, out));
/// assert_eq!(found, [[None, None, Some(2.0)]]);
/// ```
pub fn atr(high: &Series<'_>, low: &Series<'_>, close: &Series<'_>, window: usize, out: &mut Output<'_>) {
    let mut smooth = Wilder::new(window);
    let mut previous: CarriedPrice = None;
    let mut steps = StepCursor::new(close.steps);
    for row in 0..close.len() {
        if let Some(change) = steps.at(row) {
            smooth.convert(change);
            previous = convert_price(close, previous, row);
        }
        let (Some(highest), Some(lowest), Some(last)) = (high.at(row), low.at(row), close.at(row)) else {
            out.set(row, None);
            continue;
        };
        out.set(row, previous.and_then(|(_, previous)| smooth.push(range(highest, lowest, previous))));
        previous = Some((row, last));
    }
}
