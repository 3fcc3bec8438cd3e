//! Returns of one series.

use crate::column::LaneSlice;
use crate::ratio::ratio;

/// For each bar from the one numbered `first` on, close / previous close - 1.
///
/// A place of `valid` that is false stays so, as does one whose previous close is missing; one whose previous close
/// is 0 becomes false. Of decimals the correctly rounded double, of doubles the double expression.
pub(crate) fn simple_returns(closes: LaneSlice<'_>, first: usize, values: &mut [f64], valid: &mut [bool]) {
    let outputs = values.iter_mut().zip(valid).enumerate();
    for (place, (value, valid)) in outputs.filter(|(_, (_, valid))| **valid) {
        let bar = first + place;
        let change = bar.checked_sub(1).and_then(|previous| match closes {
            LaneSlice::Decimal { unscaled, .. } => {
                let (close, before) = (i128::from(unscaled[bar]), i128::from(unscaled[previous]));
                ratio(close - before, before)
            }
            LaneSlice::Float(floats) => (floats[previous] != 0.0).then(|| floats[bar] / floats[previous] - 1.0),
        });
        *valid = change.is_some();
        *value = change.unwrap_or_default();
    }
}
