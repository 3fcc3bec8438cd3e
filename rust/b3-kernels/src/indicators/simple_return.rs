//! Simple return.

use num_bigint::{BigInt, Sign};

use crate::exact::big;
use crate::exact::quotient::{Quotients, signed_quotient};
use crate::rolling::{Output, Series, Step, Values, fill_runs, steps_within};
use crate::simd::Isa;

/// The window of a return: two bars. [`fill_runs`] gives each run of rows without a missing price,
/// and the output from its second row on.
const PAIR: usize = 2;

/// Price / previous price - 1, correctly rounded: the double nearest to the exact rational.
///
/// At a step the previous price is multiplied by `old / new`, which converts it to this row's
/// shares.
///
/// Null in the first row, where this or the previous row's price is missing, where the previous is
/// 0, where the two are more than `max_span` sessions apart, and at a change without a factor. No
/// unit. Costs one division a row; of doubles that differ by more than a factor of 2, a long one.
///
/// ```
/// use b3_kernels::indicators::simple_return;
/// use b3_kernels::rolling::{Series, Values, lines};
/// let closes = Series::new(Values::Decimal { unscaled: &[1000, 1010], scale: 2 });
/// let found = lines(2, |[out]| simple_return(&closes, 400, out));
/// assert_eq!(found, [[None, Some(0.01)]]);
/// ```
pub fn simple_return(series: &Series<'_>, max_span: u32, out: &mut Output<'_>) {
    match series.values {
        Values::Decimal { unscaled, .. } => fill_runs(series, PAIR, max_span, out, |run, out| {
            of_integers(&unscaled[run.clone()], out);
            for step in steps_within(series.steps, &run) {
                let [previous, price] = [step.row - 1, step.row].map(|row| BigInt::from(unscaled[row]));
                out.set(step.row - run.start - 1, of_step(&price, &previous, *step));
            }
        }),
        Values::Float(floats) => each_pair(
            series,
            max_span,
            out,
            |row| of_doubles(floats[row], floats[row - 1]),
            |step| of_step(&big::integer(floats[step.row]), &big::integer(floats[step.row - 1]), step),
        ),
    }
}

/// Writes `answer(row)` for each non-null row whose previous row is non-null and at most `max_span`
/// sessions back, or `at_step` where the unit changes between the two.
pub(super) fn each_pair(
    series: &Series<'_>,
    max_span: u32,
    out: &mut Output<'_>,
    answer: impl Fn(usize) -> Option<f64>,
    at_step: impl Fn(Step) -> Option<f64>,
) {
    fill_runs(series, PAIR, max_span, out, |run, out| {
        for row in run.start + 1..run.end {
            out.set(row - run.start - 1, answer(row));
        }
        for step in steps_within(series.steps, &run) {
            out.set(step.row - run.start - 1, at_step(*step));
        }
    });
}

/// The return at a step, from prices as integers of one scale; `None` after a price of 0.
fn of_step(price: &BigInt, previous: &BigInt, step: Step) -> Option<f64> {
    let (new, old) = step.shares();
    of_bigs(&(price * new), &(previous * old))
}

/// Writes the return of each price but the first.
fn of_integers(unscaled: &[i64], out: &mut Output<'_>) {
    let pairs = unscaled.iter().zip(&unscaled[1..]);
    // Unless `previous` has over 51 bits, a wrapped difference has: `Quotients` returns false.
    let changes = pairs.clone().map(|(previous, price)| (price.wrapping_sub(*previous), *previous));
    if Isa::best().run(Quotients { pairs: changes, answers: out.values, valid: out.valid }) {
        return;
    }
    for (place, (previous, price)) in pairs.enumerate() {
        out.set(place, signed_quotient(i128::from(*price) - i128::from(*previous), (*previous).into()));
    }
}

/// The difference of two doubles within a factor of 2 is exact; otherwise both become integers.
fn of_doubles(price: f64, previous: f64) -> Option<f64> {
    if previous == 0.0 {
        return None;
    }
    if price >= previous * 0.5 && price <= previous * 2.0 {
        return Some((price - previous) / previous);
    }
    of_bigs(&big::integer(price), &big::integer(previous))
}

fn of_bigs(price: &BigInt, previous: &BigInt) -> Option<f64> {
    let change = match previous.sign() {
        Sign::NoSign => return None,
        Sign::Minus => previous - price,
        Sign::Plus => price - previous,
    };
    Some(big::nearest_double(&change, previous.magnitude()))
}
