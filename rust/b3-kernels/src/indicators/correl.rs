//! Correlation of two columns.

use super::moments::Moments;
use crate::rolling::{Output, Series, each_window};

/// Pearson's correlation of the last `window` numbers of two series, from -1 to 1.
///
/// Null before the window is full, where one of its numbers is missing, where one of the series
/// never moved, where it spans more than `max_span` sessions, and across a change of unknown size;
/// at a step older bars are converted to the last bar's unit. No unit. Costs `3 * window`
/// multiplications a row. TA-Lib's `CORREL`, which is 0 where a series never moved.
///
/// ```
/// use b3_kernels::indicators::correl;
/// use b3_kernels::rolling::{Series, Values, lines};
/// let one = Series::new(Values::Float(&[1.0, 2.0, 3.0]));
/// let other = Series::new(Values::Float(&[9.0, 7.0, 5.0]));
/// let found = lines(3, |[out]| correl(&one, &other, 3, 6, out));
/// assert_eq!(found, [[None, None, Some(-1.0)]]);
/// ```
pub fn correl(one: &Series<'_>, other: &Series<'_>, window: usize, max_span: u32, out: &mut Output<'_>) {
    each_window([one, other], window, max_span, out, |[one, other]| {
        let moments = Moments::of(one.iter().copied().zip(other.iter().copied()))?;
        let scale = (moments.first_squares * moments.second_squares).sqrt();
        (scale > 0.0 && scale.is_finite()).then(|| (moments.products / scale).clamp(-1.0, 1.0))
    });
}
