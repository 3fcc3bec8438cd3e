//! The gap between two bars of a ticker: its share events, its cash, and changes without a known
//! factor.

use arrow::array::{Array, Decimal128Array, Float64Array, Int16Array, RecordBatch, StringArray, cast::AsArray};
use arrow::datatypes::{DataType, Date32Type, Decimal128Type, Float64Type, Int16Type};

use super::adjustment::{Adjustment, Evidence, adjustment};
use super::options::{Adjust, Comparison, UnknownActions};
use super::total_return::{Close, TotalReturn};
use crate::actions::{Cash, ShareRatio, TickerActions};
use crate::bar_layout::{CLOSE, CURRENCY, DATE, DISTRIBUTION, SPECIFICATION};
use crate::error::Result;
use crate::exact::big;
use crate::rolling::Change;

/// What lies between a bar and the one before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Gap {
    /// The product of the known share events; `None` if there is none.
    pub(crate) shares: Option<ShareRatio>,
    /// The known cash, per share of the later bar; `None` if there is none.
    pub(crate) cash: Option<Cash>,
    pub(crate) adjustment: Adjustment,
    /// Why the bars on both sides are not comparable, if they are not.
    pub(crate) breaks: Option<Break>,
    /// Whether a factor is missing within the later bar, where that is a period. The column
    /// `adjustment` says so even if the previous bar is too old.
    pub(crate) no_factor_inside: bool,
}

/// Why the bars on both sides of a gap are not comparable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Break {
    /// Shares changed by an unknown factor.
    NoFactor,
    /// The prices of the bars are in two currencies; null differs from every label.
    Currency,
}

/// The values of a bar that the next bar is compared with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bar<'a> {
    day: i32,
    close: Option<Close>,
    /// DISMES.
    distribution: Option<i16>,
    /// ESPECI.
    specification: Option<&'a str>,
    currency: Option<&'a str>,
}

/// The columns, in the normal form of [`crate::bar_layout`], that bars are compared by; `None`
/// where the input lacks the column.
pub(crate) struct GapColumns<'a> {
    pub(crate) days: &'a [i32],
    closes: CloseColumn<'a>,
    pub(crate) distributions: Option<&'a Int16Array>,
    specifications: Option<&'a StringArray>,
    pub(crate) currencies: Option<&'a StringArray>,
}

enum CloseColumn<'a> {
    Decimal(&'a Decimal128Array),
    Float(&'a Float64Array),
}

impl<'a> GapColumns<'a> {
    pub(crate) fn of(bars: &'a RecordBatch) -> Self {
        let present = |place: usize| Some(bars.column(place)).filter(|column| *column.data_type() != DataType::Null);
        let closes = bars.column(CLOSE);
        Self {
            days: bars.column(DATE).as_primitive::<Date32Type>().values(),
            closes: match closes.as_primitive_opt::<Float64Type>() {
                Some(floats) => CloseColumn::Float(floats),
                None => CloseColumn::Decimal(closes.as_primitive::<Decimal128Type>()),
            },
            distributions: present(DISTRIBUTION).map(AsArray::as_primitive::<Int16Type>),
            specifications: present(SPECIFICATION).map(AsArray::as_string),
            currencies: present(CURRENCY).map(AsArray::as_string),
        }
    }

    /// The bar of a row.
    pub(crate) fn bar(&self, row: usize) -> Bar<'a> {
        let text =
            |texts: Option<&'a StringArray>| texts.filter(|texts| texts.is_valid(row)).map(|texts| texts.value(row));
        let close = match self.closes {
            CloseColumn::Decimal(closes) => closes.is_valid(row).then(|| Close::Decimal(closes.value(row))),
            CloseColumn::Float(closes) => {
                let price = closes.is_valid(row).then(|| closes.value(row)).filter(|price| price.is_finite());
                price.map(Close::Float)
            }
        };
        Bar {
            day: self.days[row],
            close,
            distribution: self.distributions.filter(|all| all.is_valid(row)).map(|all| all.value(row)),
            specification: text(self.specifications),
            currency: text(self.currencies),
        }
    }
}

impl Gap {
    /// The gap between neighbouring bars of a ticker with these `actions`.
    pub(crate) fn between(
        before: &Bar<'_>,
        now: &Bar<'_>,
        actions: Option<&TickerActions>,
        comparison: Comparison,
    ) -> Result<Self> {
        let shares = actions.map(|actions| actions.shares_between(before.day, now.day)).transpose()?.flatten();
        let cash = actions.and_then(|actions| actions.cash_between(before.day, now.day));
        let adjustment = adjustment(&Evidence {
            shares_known: shares.is_some(),
            cash_known: cash.is_some(),
            distributions: [before.distribution, now.distribution],
            specifications: [before.specification, now.specification],
            price_ratio: before.close.zip(now.close).and_then(|closes| price_ratio(closes, cash.as_ref())),
        });
        let factor_is_needed =
            comparison == Comparison { adjust: Adjust::Splits, unknown_actions: UnknownActions::Null };
        let breaks = match adjustment {
            _ if before.currency != now.currency => Some(Break::Currency),
            Adjustment::NoFactor if factor_is_needed => Some(Break::NoFactor),
            _ => None,
        };
        Ok(Self { shares, cash, adjustment, breaks, no_factor_inside: false })
    }

    /// This gap joined with the `next` one, which begins where this one ends; `None` if the product
    /// of share events needs more than 63 bits.
    pub(crate) fn then(self, next: Self) -> Option<Self> {
        let shares = match (self.shares, next.shares) {
            (Some(before), Some(now)) => Some(before.then(now)?),
            (before, now) => before.or(now),
        };
        let cash = self.cash.map(|mut cash| {
            cash.divide_among(next.shares.unwrap_or(ShareRatio::ONE));
            cash
        });
        let cash = match (cash, next.cash) {
            (Some(before), Some(now)) => Some(before.plus(now)),
            (before, now) => before.or(now),
        };
        Some(Self {
            shares,
            cash,
            adjustment: self.adjustment.max(next.adjustment),
            breaks: self.breaks.max(next.breaks),
            no_factor_inside: self.no_factor_inside || next.no_factor_inside,
        })
    }

    /// The change of unit that windows see; `None` if there is none.
    pub(crate) fn change(&self, comparison: Comparison) -> Option<Change> {
        if self.breaks.is_some() {
            return Some(Change::Unknown);
        }
        let ratio = self.ratio(comparison)?;
        Some(Change::Shares { new: ratio.new_shares(), old: ratio.old_shares() })
    }

    /// The factor of the known share events; `None` if prices are not converted.
    pub(crate) fn ratio(&self, comparison: Comparison) -> Option<ShareRatio> {
        let changed = self.shares.filter(|ratio| *ratio != ShareRatio::ONE);
        changed.filter(|_| comparison.adjust == Adjust::Splits)
    }
}

/// (Close + cash paid since the previous close) / previous close; `None` if the previous close is
/// not above 0.
fn price_ratio((before, now): (Close, Close), cash: Option<&Cash>) -> Option<f64> {
    let total = TotalReturn { before, now, cash, ratio: ShareRatio::ONE };
    let (received, paid) = total.received_and_paid()?;
    Some(big::nearest_double(&received, &paid))
}
