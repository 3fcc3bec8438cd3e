//! A corporate action, the row type of `actions/`.

use std::fmt;

use b3_market::Ticker;
use b3_market::lake::ActionKind;
use b3_market::lake::columns::CASH;
use chrono::NaiveDate;

/// The number of decimals of an amount.
pub(crate) const AMOUNT_SCALE: u32 = CASH.scale as u32;

/// A row of `actions/`, without its ex-date, which is in the object's key. The rows of an object
/// are sorted in the order of this type.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Action {
    pub ticker: Ticker,
    pub kind: ActionKind,
    /// Cash per share in the ex-date's currency, in hundred-millionths; null unless `kind` is cash.
    pub amount: Option<i64>,
    /// New shares; null except for splits and bonuses.
    pub numerator: Option<i64>,
    /// The old shares of the ratio; null where `numerator` is.
    pub denominator: Option<i64>,
    /// The source's name of the action, and other information for the user.
    pub note: Option<String>,
}

impl Action {
    /// An action of unknown size.
    pub(crate) fn new(ticker: Ticker, kind: ActionKind, note: Option<String>) -> Self {
        Self { ticker, kind, amount: None, numerator: None, denominator: None, note }
    }

    /// The same action with `amount` hundred-millionths per share.
    pub(crate) fn paying(self, amount: i64) -> Self {
        Self { amount: Some(amount), ..self }
    }

    /// The same action with `numerator` new shares for `denominator` old ones.
    pub(crate) fn giving(self, numerator: i64, denominator: i64) -> Self {
        Self { numerator: Some(numerator), denominator: Some(denominator), ..self }
    }
}

/// The form in reports: `PETR4 split 2 for 1`, `PETR4 dividend 0.5`.
impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.ticker, self.kind)?;
        if let Some(amount) = self.amount {
            write!(f, " {}", rust_decimal::Decimal::new(amount, AMOUNT_SCALE).normalize())?;
        }
        if let (Some(numerator), Some(denominator)) = (self.numerator, self.denominator) {
            write!(f, " {numerator} for {denominator}")?;
        }
        Ok(())
    }
}

/// An action with its ex-date.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Event {
    /// The first session on which a buyer does not get the dividend or shares.
    pub ex_date: NaiveDate,
    pub action: Action,
}
