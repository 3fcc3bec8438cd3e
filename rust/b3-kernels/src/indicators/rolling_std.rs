//! Standard deviation over a window.

use super::ema::as_double;
use crate::rolling::{Output, Series, across_steps, fill_runs, sma};

/// The standard deviation of the last `window` prices, the squares divided by `window - ddof`.
///
/// `ddof` 0 gives the population's, as in TA-Lib's `STDDEV`; 1 the sample's, as in pandas. Null as
/// [`sma`], and where `window <= ddof`. Each window is summed anew around its mean, which [`sma`]
/// rounds once, so that nothing cancels and the bits depend on the window alone, wherever the
/// series began. Prices before a step (a split, for example) are rounded to the nearest double in
/// the last bar's unit. Unit: the price's. Costs `window` multiplications a row.
///
/// ```
/// use b3_kernels::indicators::rolling_std;
/// use b3_kernels::rolling::{Series, Values, lines};
/// let closes = Series::new(Values::Float(&[1.0, 3.0, 7.0]));
/// let found = lines(3, |[out]| rolling_std(&closes, 2, 0, 4, out));
/// assert_eq!(found, [[None, Some(1.0), Some(2.0)]]);
/// ```
pub fn rolling_std(series: &Series<'_>, window: usize, ddof: usize, max_span: u32, out: &mut Output<'_>) {
    sma(series, window, max_span, out);
    let degrees = window.saturating_sub(ddof);
    if degrees == 0 {
        out.set_null(0, series.len());
        return;
    }
    fill_runs(series, window, max_span, out, |run, out| {
        // `out` begins where the run's first window ends, and holds the means that `sma` wrote.
        let means = out.values.to_vec();
        let prices: Vec<f64> = run.clone().map(|row| series.values.at(row)).collect();
        deviations(&prices, window, &means, degrees, out.values);
        // Each group of windows that hold a step is computed again, in its last bar's unit.
        for group in across_steps(series.steps, run, window) {
            let prices = group.doubles(&series.values);
            deviations(&prices, window, &means[group.places.clone()], degrees, &mut out.values[group.places]);
        }
    });
}

/// Writes the standard deviation of each window of `prices` around its mean, the squares divided by
/// `degrees`.
fn deviations(prices: &[f64], window: usize, means: &[f64], degrees: usize, answers: &mut [f64]) {
    for ((prices, mean), answer) in prices.windows(window).zip(means).zip(answers) {
        let squares = prices.iter().map(|price| (price - mean) * (price - mean));
        *answer = (squares.sum::<f64>() / as_double(degrees)).sqrt();
    }
}
