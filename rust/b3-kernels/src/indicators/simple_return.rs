//! Simple return.

use num_bigint::Sign;

use crate::exact::{big, ratio};
use crate::ratio::exact_double;
use crate::rolling::{Output, Series, Values};

/// Price / previous price - 1, correctly rounded: the double nearest to the exact rational.
///
/// Null in the first row, where this or the previous row's price is missing, where the previous is 0, and where the two
/// are more than `max_span` sessions apart. No unit. Costs one division a row, of doubles that are no decimals a long
/// one.
///
/// ```
/// use b3_kernels::indicators::simple_return;
/// use b3_kernels::rolling::{Output, Series, Values};
/// let closes = Series::new(Values::Decimal { unscaled: &[1000, 1010], scale: 2 });
/// let (mut values, mut valid) = ([0.0; 2], [false; 2]);
/// simple_return(&closes, 400, &mut Output { values: &mut values, valid: &mut valid });
/// assert_eq!(values, [0.0, 0.01]);
/// ```
pub fn simple_return(series: &Series<'_>, max_span: u32, out: &mut Output<'_>) {
    each_pair(series, max_span, out, |row| match series.values {
        Values::Decimal { unscaled, .. } => of_integers(unscaled[row], unscaled[row - 1]),
        Values::Float(floats) => of_doubles(floats[row], floats[row - 1]),
    });
}

/// Writes `answer` of every row that is there, as the row before it is, at most `max_span` sessions earlier.
pub(super) fn each_pair(
    series: &Series<'_>,
    max_span: u32,
    out: &mut Output<'_>,
    answer: impl Fn(usize) -> Option<f64>,
) {
    let near = |row: usize| {
        series
            .sessions
            .is_none_or(|sessions| i64::from(sessions[row]) - i64::from(sessions[row - 1]) <= i64::from(max_span))
    };
    for row in 0..series.len() {
        let counts = row > 0 && series.is_usable(row) && series.is_usable(row - 1) && near(row);
        out.set(row, if counts { answer(row) } else { None });
    }
}

fn of_integers(price: i64, previous: i64) -> Option<f64> {
    let change = i128::from(price) - i128::from(previous);
    if let (Some(change), Some(previous)) = (exact_double(change), exact_double(previous.into())) {
        // Adding 0.0 makes no return of -0.0.
        return (previous != 0.0).then(|| change / previous + 0.0);
    }
    let change = if previous < 0 { -change } else { change };
    (previous != 0).then(|| ratio(change, previous.unsigned_abs().into(), 0))
}

/// The difference of two doubles within a factor of 2 is a double; else both become integers.
fn of_doubles(price: f64, previous: f64) -> Option<f64> {
    if previous == 0.0 {
        return None;
    }
    let near = price >= previous * 0.5 && price <= previous * 2.0;
    if near && previous > f64::MIN_POSITIVE {
        // Adding 0.0 makes no return of -0.0.
        return Some((price - previous) / previous + 0.0);
    }
    let (price, previous) = (big::integer(price), big::integer(previous));
    let change = &price - &previous;
    let change = if previous.sign() == Sign::Minus { -change } else { change };
    Some(big::ratio(&change, previous.magnitude(), 0))
}
