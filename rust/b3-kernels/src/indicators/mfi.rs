//! Money flow index.

use super::typical_price::typical_price;
use crate::rolling::{Output, Series, each_window_with_previous};

/// 100 * incoming / (incoming + outgoing) money of the last `window` bars, from 0 to 100.
///
/// A bar's money is its typical price, (high + low + close) / 3, times its volume. It is incoming
/// where the typical price rose from the bar before, outgoing where it fell, and neither where it
/// stayed. So a window uses `window + 1` bars. 0 where less than 1 unit of money moved, as in
/// TA-Lib. Null before the window is full, where one of its prices or volumes is missing, where it
/// spans more than `max_span` sessions, and across a change of unknown size. At a step older prices
/// and volumes are converted to the last bar's shares, which does not change the money. No unit.
/// Costs `window` multiplications and divisions a row. TA-Lib's `MFI`.
///
/// ```
/// use b3_kernels::indicators::mfi;
/// use b3_kernels::rolling::{Series, Values, lines};
/// let closes = Series::new(Values::Float(&[1.0, 3.0, 2.0]));
/// let volumes = Series::new(Values::Float(&[9.0, 2.0, 1.0]));
/// let found = lines(3, |[out]| mfi([&closes; 3], &volumes, 2, 4, out));
/// assert_eq!(found, [[None, None, Some(75.0)]]);
/// ```
pub fn mfi(prices: [&Series<'_>; 3], volume: &Series<'_>, window: usize, max_span: u32, out: &mut Output<'_>) {
    let [high, low, close] = prices;
    each_window_with_previous([high, low, close, volume], window, max_span, out, |[high, low, close, volume]| {
        let (mut inflow, mut outflow) = (0.0, 0.0);
        let mut previous = typical_price([high, low, close], 0);
        for (row, volume) in volume.iter().enumerate().skip(1) {
            let price = typical_price([high, low, close], row);
            let money = price * volume;
            if price > previous {
                inflow += money;
            } else if price < previous {
                outflow += money;
            }
            previous = price;
        }
        let moved = inflow + outflow;
        Some(if moved < 1.0 { 0.0 } else { 100.0 * (inflow / moved) })
    });
}
