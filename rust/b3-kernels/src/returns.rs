//! Returns of one series.

use crate::ratio::quotient;
use crate::rolling::Values;

/// For each bar from the one numbered `first` on, close / previous close - 1.
///
/// A place of `valid` that is false stays so; one whose previous close is 0 becomes false. Of decimals the correctly
/// rounded double, of doubles the double expression.
pub(crate) fn simple_returns(closes: Values<'_>, first: usize, values: &mut [f64], valid: &mut [bool]) {
    for (place, (value, valid)) in values.iter_mut().zip(valid).enumerate() {
        if !*valid {
            continue;
        }
        let bar = first + place;
        let change = match closes {
            Values::Decimal { unscaled, .. } => {
                let (close, before) = (i128::from(unscaled[bar]), i128::from(unscaled[bar - 1]));
                quotient(close - before, before)
            }
            Values::Float(floats) => (floats[bar - 1] != 0.0).then(|| floats[bar] / floats[bar - 1] - 1.0),
        };
        *valid = change.is_some();
        *value = change.unwrap_or_default();
    }
}
