//! Drawdown from the highest price so far.

use super::convert_state::{CarriedPrice, convert_price};
use crate::rolling::{Output, Series, StepCursor};

/// Price / highest price so far - 1: 0 at a new high, -0.25 a quarter below the last one.
///
/// A missing price is skipped: its row is null, and the highest price stays. Null also until a
/// price is above 0. A step (a split, for example) converts the highest price, or restarts the
/// indicator. Depends on where the series began. No unit. Costs one division a row.
///
/// ```
/// use b3_kernels::indicators::drawdown;
/// use b3_kernels::rolling::{Series, Values, lines};
/// let closes = Series::new(Values::Float(&[4.0, 3.0, 5.0]));
/// let found = lines(3, |[out]| drawdown(&closes, out));
/// assert_eq!(found, [[Some(0.0), Some(-0.25), Some(0.0)]]);
/// ```
pub fn drawdown(series: &Series<'_>, out: &mut Output<'_>) {
    let mut highest: CarriedPrice = None;
    let mut steps = StepCursor::new(series.steps);
    for row in 0..series.len() {
        if steps.at(row).is_some() {
            highest = convert_price(series, highest, row);
        }
        let fall = series.at(row).and_then(|price| {
            let (top_row, top) = highest.filter(|(_, top)| *top > price).unwrap_or((row, price));
            highest = Some((top_row, top));
            (top > 0.0).then(|| (price - top) / top)
        });
        out.set(row, fall);
    }
}
