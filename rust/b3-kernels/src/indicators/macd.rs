//! Moving average convergence/divergence.

use super::ema::{Average, Seed};
use crate::rolling::{Change, Output, Series, StepCursor};

/// The line (the exponential average over `fast` prices less that over `slow`), its signal (the
/// average of the line over `signal` rows) and the histogram (the line less its signal).
///
/// As TA-Lib's `MACD`: both averages begin in row `slow - 1` (the fast one with the mean of the
/// `fast` prices up to it), and the three lines are null until the signal begins, `signal - 1` rows
/// later. A `fast` above `slow` is swapped with it. A missing price is skipped: its row is null. A
/// step converts all three averages, or restarts them. Depends on where the series began. Unit: the
/// price's. Costs three multiplications a row.
///
/// ```
/// use b3_kernels::indicators::macd;
/// use b3_kernels::rolling::{Series, Values, lines};
/// let closes = Series::new(Values::Float(&[1.0, 2.0, 4.0]));
/// let [line, signal, histogram] = lines(3, |out| macd(&closes, [1, 2, 1], out));
/// assert_eq!((line[1], &signal), (Some(0.5), &line));
/// assert_eq!(histogram, [None, Some(0.0), Some(0.0)]);
/// ```
pub fn macd(series: &Series<'_>, [fast, slow, signal]: [usize; 3], out: [&mut Output<'_>; 3]) {
    let [line_out, signal_out, histogram_out] = out;
    let (fast, slow) = (fast.min(slow), fast.max(slow));
    let mut averages = [fast, slow, signal].map(|window| Average::new(window, Seed::Sma));
    let mut steps = StepCursor::new(series.steps);
    let mut price_count = 0;
    for row in 0..series.len() {
        if let Some(change) = steps.at(row) {
            for average in &mut averages {
                average.convert(change);
            }
            price_count = if change == Change::Unknown { 0 } else { price_count };
        }
        let lines = series.at(row).and_then(|price| {
            price_count += 1;
            let [fast_average, slow_average, signal_average] = &mut averages;
            // Without the first `slow - fast` prices, so that both averages begin in one row.
            let fast_mean = if price_count > slow - fast { fast_average.push(price) } else { None };
            let line = slow_average.push(price).zip(fast_mean).map(|(slow_mean, fast_mean)| fast_mean - slow_mean)?;
            signal_average.push(line).map(|signal| (line, signal))
        });
        line_out.set(row, lines.map(|(line, _)| line));
        signal_out.set(row, lines.map(|(_, signal)| signal));
        histogram_out.set(row, lines.map(|(line, signal)| line - signal));
    }
}
