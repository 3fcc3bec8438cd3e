//! Conversion of an indicator's state where the unit of its prices changes.

use crate::rolling::Change;

/// Converts the `carried` numbers to the new unit; returns false if the change has no factor, so
/// that they must be dropped.
pub(super) fn convert<'a>(change: Change, carried: impl IntoIterator<Item = &'a mut f64>) -> bool {
    let Change::Shares { new, old } = change else {
        return false;
    };
    for value in carried {
        *value = *value * shares(old) / shares(new);
    }
    true
}

#[expect(clippy::cast_precision_loss, reason = "what is carried is rounded in every row")]
fn shares(count: u64) -> f64 {
    count as f64
}
