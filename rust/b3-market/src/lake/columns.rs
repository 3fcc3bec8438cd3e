//! The columns of the objects of raw and actions. Their Polars, Arrow and Spark schemas are made
//! from [`RAW`] and [`ACTIONS`].
//!
//! # Raw
//!
//! | column | type | null |
//! | --- | --- | --- |
//! | `ticker` | string | |
//! | `bar_start` | timestamp(us, UTC) | in daily bars |
//! | `open`, `high`, `low`, `close` | decimal(18,6), money a share | |
//! | `volume` | int64, shares | |
//! | `turnover` | decimal(20,2), money | where the source has none |
//! | `trades` | int64 | where the source has none |
//! | `isin` | string | where the source has none |
//! | `market` | int16, TPMERC, such as 10 for spot | where the source has none |
//! | `currency` | string | |
//! | `distribution` | int16, DISMES | where the source has none |
//! | `specification` | string, ESPECI | where the source has none |
//! | `source` | string | |
//!
//! # Actions
//!
//! | column | type | null |
//! | --- | --- | --- |
//! | `ticker` | string | |
//! | `kind` | string, such as `split` or `dividend` | |
//! | `amount` | decimal(18,8), money a share in the currency of the ex-date | except for cash |
//! | `numerator`, `denominator` | int64, new shares for old ones | except for splits and bonuses |
//! | `note` | string, what the source calls it | if the source has none |

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
    Decimal {
        /// All digits.
        precision: u8,
        /// The digits after the point.
        scale: u8,
    },
}

use ColumnType::{Decimal, Instant, Long, Short, Text};

/// A column's name and type.
pub type Column = (&'static str, ColumnType);

/// The type of a [`Price`].
pub const PRICE: ColumnType = Decimal { precision: 18, scale: Price::SCALE as u8 };
/// The type of an amount of [`Money`].
pub const MONEY: ColumnType = Decimal { precision: 20, scale: Money::SCALE as u8 };
/// The type of cash a share.
pub const CASH: ColumnType = Decimal { precision: 18, scale: 8 };

/// The columns of an object of raw, in order. Its trade date is in its key.
pub const RAW: [Column; 15] = [
    ("ticker", Text),
    ("bar_start", Instant),
    ("open", PRICE),
    ("high", PRICE),
    ("low", PRICE),
    ("close", PRICE),
    ("volume", Long),
    ("turnover", MONEY),
    ("trades", Long),
    ("isin", Text),
    ("market", Short),
    ("currency", Text),
    ("distribution", Short),
    ("specification", Text),
    ("source", Text),
];

/// The columns of an object of actions, in order. Its ex-date and source are in its key.
pub const ACTIONS: [Column; 6] =
    [("ticker", Text), ("kind", Text), ("amount", CASH), ("numerator", Long), ("denominator", Long), ("note", Text)];
