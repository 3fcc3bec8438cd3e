//! Relative strength index.

use super::convert_state::{CarriedPrice, convert_price};
use super::wilder::Wilder;
use crate::rolling::{Output, Series, StepCursor};

/// Wilder's relative strength index, from 0 to 100: 100 * gains / (gains + losses), each smoothed
/// over `window` moves of the price.
///
/// The first value is in row `window`; the index is 0 where nothing ever moved, as in TA-Lib. A
/// missing price is skipped: its row is null, and the next move is from the last price. A step
/// converts that price and both averages, or restarts the indicator. Depends on where the series
/// began. Costs three divisions a row. TA-Lib's `RSI`.
///
/// ```
/// use b3_kernels::indicators::rsi;
/// use b3_kernels::rolling::{Series, Values, lines};
/// let closes = Series::new(Values::Float(&[10.0, 13.0, 12.0]));
/// let found = lines(3, |[out]| rsi(&closes, 2, out));
/// assert_eq!(found, [[None, None, Some(75.0)]]);
/// ```
pub fn rsi(series: &Series<'_>, window: usize, out: &mut Output<'_>) {
    let (mut gains, mut losses) = (Wilder::new(window), Wilder::new(window));
    let mut previous: CarriedPrice = None;
    let mut steps = StepCursor::new(series.steps);
    for row in 0..series.len() {
        if let Some(change) = steps.at(row) {
            gains.convert(change);
            losses.convert(change);
            previous = convert_price(series, previous, row);
        }
        let Some(price) = series.at(row) else {
            out.set(row, None);
            continue;
        };
        let index = previous.and_then(|(_, previous)| {
            let rise = price - previous;
            let (gain, loss) = (gains.push(rise.max(0.0)), losses.push((-rise).max(0.0)));
            gain.zip(loss).map(|(gain, loss)| match gain + loss {
                0.0 => 0.0,
                moved => 100.0 * (gain / moved),
            })
        });
        out.set(row, index);
        previous = Some((row, price));
    }
}
