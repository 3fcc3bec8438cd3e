//! The columns of the objects of raw and actions. Their Polars, Arrow and Spark schemas are made
//! from [`RAW`] and [`ACTIONS`].

#![expect(clippy::cast_possible_truncation, reason = "a scale is a few digits")]

use crate::{Money, Price};

/// The type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// Text.
    Text,
    /// 16-bit integers.
    Short,
    /// 64-bit integers.
    Long,
    /// Microseconds since 1970-01-01T00:00:00Z.
    Instant,
    /// Decimals.
    Decimal(DecimalType),
}

/// The type of a column of decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecimalType {
    /// All digits.
    pub precision: u8,
    /// The digits after the point.
    pub scale: u8,
}

use ColumnType::{Decimal, Instant, Long, Short, Text};

/// A column's name and type.
pub type Column = (&'static str, ColumnType);

/// The type of a [`Price`], money a share.
pub const PRICE: DecimalType = DecimalType { precision: 18, scale: Price::SCALE as u8 };
/// The type of an amount of [`Money`].
pub const MONEY: DecimalType = DecimalType { precision: 20, scale: Money::SCALE as u8 };
/// The type of cash a share.
pub const CASH: DecimalType = DecimalType { precision: 18, scale: 8 };

/// The columns of an object of raw, in order. Its trade date is in its key.
///
/// `bar_start` is null in daily bars; `turnover`, `trades`, `isin`, `market`, `distribution` and
/// `specification` are null where the source has none. The others are never null.
pub const RAW: [Column; 15] = [
    ("ticker", Text),
    ("bar_start", Instant),
    ("open", Decimal(PRICE)),
    ("high", Decimal(PRICE)),
    ("low", Decimal(PRICE)),
    ("close", Decimal(PRICE)),
    ("volume", Long), // shares
    ("turnover", Decimal(MONEY)),
    ("trades", Long),
    ("isin", Text),
    ("market", Short), // TPMERC, such as 10 for spot
    ("currency", Text),
    ("distribution", Short), // DISMES
    ("specification", Text), // ESPECI
    ("source", Text),
];

/// The columns of an object of actions, in order. Its ex-date and source are in its key.
///
/// `amount` is money a share in the currency of the ex-date, null except for cash. `numerator` new
/// shares replace `denominator` old ones, both null except for splits and bonuses. `note` is what
/// the source calls the action, null if it has none.
pub const ACTIONS: [Column; 6] = [
    ("ticker", Text),
    ("kind", Text),
    ("amount", Decimal(CASH)),
    ("numerator", Long),
    ("denominator", Long),
    ("note", Text),
];
