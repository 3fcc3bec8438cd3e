//! Logarithmic return.

use super::simple_return::each_pair;
use crate::rolling::{Output, Series};

/// The natural logarithm of price / previous price.
///
/// Null in the first row, where this or the previous row's price is missing or not above 0, and where the two are more
/// than `max_span` sessions apart. No unit. Costs one logarithm a row.
///
/// ```
/// use b3_kernels::indicators::log_return;
/// use b3_kernels::rolling::{Output, Series, Values};
/// let closes = Series::new(Values::Float(&[1.0, 2.0]));
/// let (mut values, mut valid) = ([0.0; 2], [false; 2]);
/// log_return(&closes, 400, &mut Output { values: &mut values, valid: &mut valid });
/// assert_eq!(values, [0.0, 2_f64.ln()]);
/// ```
pub fn log_return(series: &Series<'_>, max_span: u32, out: &mut Output<'_>) {
    each_pair(series, max_span, out, |row| {
        let (price, previous) = (series.values.at(row), series.values.at(row - 1));
        (price > 0.0 && previous > 0.0).then(|| (price / previous).ln())
    });
}
