//! Standard deviation over a window.

use super::ema::as_double;
use crate::rolling::{Output, Series, sma};

/// The standard deviation of the last `window` prices, the squares divided by `window - ddof`.
///
/// `ddof` 0 is the population's, as in TA-Lib's `STDDEV`; 1 the sample's, as in pandas. Null as
/// [`sma`], and where `window <= ddof`. Each window is summed anew around its exact mean, so nothing cancels and the
/// bits are the window's alone, wherever the series began. Unit: the price's. Costs `window` multiplications a row.
///
/// ```
/// use b3_kernels::indicators::rolling_std;
/// use b3_kernels::rolling::{Output, Series, Values};
/// let closes = Series::new(Values::Float(&[1.0, 3.0, 7.0]));
/// let (mut values, mut valid) = ([0.0; 3], [false; 3]);
/// rolling_std(&closes, 2, 0, 4, &mut Output { values: &mut values, valid: &mut valid });
/// assert_eq!(values, [0.0, 1.0, 2.0]);
/// ```
pub fn rolling_std(series: &Series<'_>, window: usize, ddof: usize, max_span: u32, out: &mut Output<'_>) {
    sma(series, window, max_span, out);
    let degrees = window.saturating_sub(ddof);
    if degrees == 0 {
        out.set_null(0, series.len());
        return;
    }
    let prices: Vec<f64> = (0..series.len()).map(|row| series.values.at(row)).collect();
    for row in (window - 1)..series.len() {
        if out.valid[row] {
            let mean = out.values[row];
            let squares = prices[row + 1 - window..=row].iter().map(|price| (price - mean) * (price - mean));
            out.values[row] = (squares.sum::<f64>() / as_double(degrees)).sqrt();
        }
    }
}
