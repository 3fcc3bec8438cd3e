//! Logarithmic return.

use super::simple_return::each_pair;
use crate::rolling::{Output, Series, Step};

/// The natural logarithm of price / previous price.
///
/// At a step the previous price is multiplied by `old / new`, rounded once. Null in the first row,
/// where this or the previous row's price is missing or not above 0, where the two are more than
/// `max_span` sessions apart, and at a change without a factor. No unit. Costs one logarithm a row.
///
/// ```
/// use b3_kernels::indicators::log_return;
/// use b3_kernels::rolling::{Series, Values, lines};
/// let closes = Series::new(Values::Float(&[1.0, 2.0]));
/// let found = lines(2, |[out]| log_return(&closes, 400, out));
/// assert_eq!(found, [[None, Some(2_f64.ln())]]);
/// ```
pub fn log_return(series: &Series<'_>, max_span: u32, out: &mut Output<'_>) {
    let values = &series.values;
    let answer = |price: f64, previous: f64| (price > 0.0 && previous > 0.0).then(|| (price / previous).ln());
    let in_one_unit = |row: usize| answer(values.at(row), values.at(row - 1));
    let at_step = |step: Step| answer(values.at(step.row), values.converted(step.row - 1, &[step]));
    each_pair(series, max_span, out, in_one_unit, at_step);
}
