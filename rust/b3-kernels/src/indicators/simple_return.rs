//! Simple return.

use num_bigint::Sign;

use crate::exact::big;
use crate::paths::Path;
use crate::ratio::{Quotients, quotient};
use crate::rolling::{Output, Series, Values, fill_runs};

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
    match series.values {
        Values::Decimal { unscaled, .. } => fill_runs(series, 2, max_span, out, |run, answers, valid| {
            of_integers(&unscaled[run], answers, valid);
        }),
        Values::Float(floats) => each_pair(series, max_span, out, |row| of_doubles(floats[row], floats[row - 1])),
    }
}

/// Writes `answer` of every row that is there, as the row before it is, at most `max_span` sessions earlier.
pub(super) fn each_pair(
    series: &Series<'_>,
    max_span: u32,
    out: &mut Output<'_>,
    answer: impl Fn(usize) -> Option<f64>,
) {
    fill_runs(series, 2, max_span, out, |run, answers, valid| {
        for (row, (value, valid)) in (run.start + 1..).zip(answers.iter_mut().zip(valid)) {
            let answer = answer(row);
            (*value, *valid) = (answer.unwrap_or(0.0), answer.is_some());
        }
    });
}

fn of_integers(unscaled: &[i64], answers: &mut [f64], valid: &mut [bool]) {
    let pairs = unscaled.iter().zip(&unscaled[1..]);
    let small = pairs.clone().map(|(previous, price)| (price.wrapping_sub(*previous), *previous));
    if Path::best().run(Quotients { pairs: small, answers, valid }) {
        return;
    }
    for ((previous, price), (value, valid)) in pairs.zip(answers.iter_mut().zip(valid)) {
        let answer = quotient(i128::from(*price) - i128::from(*previous), (*previous).into());
        (*value, *valid) = (answer.unwrap_or(0.0), answer.is_some());
    }
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
