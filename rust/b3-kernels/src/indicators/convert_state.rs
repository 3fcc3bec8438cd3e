//! Conversion of an indicator's state where the unit of its prices changes.

use crate::rolling::{Change, Series};

/// A price of a series, carried to later rows: the row that it is of, and the price in the unit of
/// the later row.
pub(super) type CarriedPrice = Option<(usize, f64)>;

/// The `carried` price of `series` in the unit of `row`, rounded once however many steps it has
/// crossed, so that a close that only a split changed equals it; `None` across a change without a
/// factor.
pub(super) fn convert_price(series: &Series<'_>, carried: CarriedPrice, row: usize) -> CarriedPrice {
    carried.and_then(|(before, _)| Some((before, series.converted(before, row)?)))
}

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
