//! What an indicator carries on, where the unit of its prices changes.

use crate::rolling::Change;

/// Puts into new units what was carried so far; gives false where it must be forgotten.
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
