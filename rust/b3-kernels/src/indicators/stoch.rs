//! Slow stochastic oscillator.

use crate::rolling::{Change, Output, Series, Step, Values, each_window, sma};

/// A window of the stochastic oscillator: its bars, and the sessions that they may span.
pub type Stage = (usize, u32);

/// The position of the close between the lowest low and the highest high of the first stage's bars,
/// from 0 to 100, averaged over the second stage (slow %K), and that averaged over the third (slow
/// %D).
///
/// `prices` are high, low and close. `out` receives slow %K and slow %D, both null in the same
/// rows: before all three windows are full, where one of their prices is missing, where one of the
/// windows spans more than its sessions, and across a change of unknown size. Bars before a step
/// are converted to the last one's unit. The position is 0 where highest high and lowest low are
/// equal, as in TA-Lib. No unit. Costs two comparisons a row for each bar of the first stage. By
/// George Lane; TA-Lib's `STOCH` with simple averages.
///
/// ```
/// use b3_kernels::indicators::stoch;
/// use b3_kernels::rolling::{Series, Values, lines};
/// let closes = Series::new(Values::Float(&[1.0, 3.0, 2.0, 2.5]));
/// let found = lines(4, |out| stoch([&closes; 3], [(3, 6), (1, 2), (2, 4)], out));
/// assert_eq!(found, [[None, None, None, Some(50.0)]; 2]);
/// ```
pub fn stoch(prices: [&Series<'_>; 3], stages: [Stage; 3], out: [&mut Output<'_>; 2]) {
    let [(window, max_span), slow, signal] = stages;
    let [slow_k, slow_d] = out;
    let close = prices[2];
    let rows = close.len();
    let (mut values, mut valid) = (vec![0.0; rows], vec![false; rows]);
    let mut fast_k = Output { values: &mut values, valid: &mut valid };
    each_window(prices, window, max_span, &mut fast_k, |bars| {
        Some(distances_to_extremes(bars).map_or(0.0, |(to_high, to_low)| 100.0 * (to_low / (to_high + to_low))))
    });
    // Positions have no unit to convert, but are not averaged across an unknown change.
    let steps: Vec<Step> = close.steps.iter().filter(|step| step.change == Change::Unknown).copied().collect();
    let average = |values: &[f64], valid: &[bool], (window, max_span): Stage, out: &mut Output<'_>| {
        let line =
            Series { values: Values::Float(values), valid: Some(valid), sessions: close.sessions, steps: &steps };
        sma(&line, window, max_span, out);
    };
    average(&values, &valid, slow, slow_k);
    average(slow_k.values, slow_k.valid, signal, slow_d);
    for row in 0..rows {
        if !slow_d.valid[row] {
            slow_k.set(row, None);
        }
    }
}

/// The distances of the last close from the highest high and from the lowest low; `None` where
/// the highest high equals the lowest low.
pub(super) fn distances_to_extremes([high, low, close]: [&[f64]; 3]) -> Option<(f64, f64)> {
    let highest = high.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let lowest = low.iter().copied().fold(f64::INFINITY, f64::min);
    let last = close.last()?;
    (highest - lowest != 0.0).then(|| (highest - last, last - lowest))
}
