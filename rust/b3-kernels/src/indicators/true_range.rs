//! True range.

use crate::rolling::{Output, Series, StepCursor};

/// The largest of high - low and the distances of high and low from the previous close.
///
/// At a step of `close` the previous close counts times `old / new`, as the nearest double; steps
/// of `high` and `low` are ignored. Null in the first row, where high, low or the previous row's
/// close is missing, and at a change without a factor. Unit: the price's. Costs three subtractions
/// a row. Wilder, New Concepts in Technical Trading Systems (1978); TA-Lib's `TRANGE`.
///
/// ```
/// use b3_kernels::indicators::true_range;
/// use b3_kernels::rolling::{Series, Values, lines};
/// let [high, low, close] = [[3.0, 5.0], [1.0, 4.0], [2.0, 4.5]];
/// let [high, low, close] = [&high, &low, &close].map(|prices| Series::new(Values::Float(prices)));
/// let found = lines(2, |[out]| true_range(&high, &low, &close, out));
/// assert_eq!(found, [[None, Some(3.0)]]);
/// ```
pub fn true_range(high: &Series<'_>, low: &Series<'_>, close: &Series<'_>, out: &mut Output<'_>) {
    let mut steps = StepCursor::new(close.steps);
    for row in 0..close.len() {
        let change = steps.at(row);
        let row_before = row.checked_sub(1).filter(|before| close.is_usable(*before));
        let previous = row_before.and_then(|before| match change {
            None => Some(close.values.at(before)),
            Some(_) => close.converted(before, row),
        });
        let bar = high.at(row).zip(low.at(row)).zip(previous);
        out.set(row, bar.map(|((high, low), previous)| range(high, low, previous)));
    }
}

/// The true range of one bar.
pub(super) fn range(high: f64, low: f64, previous_close: f64) -> f64 {
    (high - low).max((high - previous_close).abs()).max((low - previous_close).abs())
}
