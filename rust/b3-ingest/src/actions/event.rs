//! A corporate action, the row type of `actions/`.

use std::fmt;
use std::str::FromStr;

use b3_market::Ticker;
use chrono::NaiveDate;

/// The kinds of actions, in alphabetical order, which is the order of the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// New shares for shares held, from reserves (bonificacao).
    Bonus,
    /// Cash from the company's capital (restituicao de capital, amortizacao).
    CapitalReturn,
    /// Cash from profits.
    Dividend,
    /// Interest on own capital (juros sobre capital proprio), before tax.
    Interest,
    /// Of unknown size: the company becomes part of another one.
    Merger,
    /// Of unknown size: shares are bought back and cancelled.
    Redemption,
    /// Of unknown size: shares of another company are distributed.
    SpinOff,
    /// More shares of less value each, or fewer of more (desdobramento, grupamento).
    Split,
    /// Of unknown size: a right to buy new shares.
    Subscription,
}

/// What the size of an action of a kind is measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// New shares for old ones.
    Share,
    /// An amount a share.
    Cash,
    /// Nothing.
    Unsized,
}

/// A name that is no kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "unknown kind '{found}': expected split, bonus, dividend, interest, capital_return, subscription, spin_off, redemption \
     or merger"
)]
pub struct UnknownKind {
    /// The name as found.
    pub found: String,
}

impl Kind {
    /// Every kind, in order.
    pub const ALL: [Self; 9] = [
        Self::Bonus,
        Self::CapitalReturn,
        Self::Dividend,
        Self::Interest,
        Self::Merger,
        Self::Redemption,
        Self::SpinOff,
        Self::Split,
        Self::Subscription,
    ];

    /// The name in the column `kind`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bonus => "bonus",
            Self::CapitalReturn => "capital_return",
            Self::Dividend => "dividend",
            Self::Interest => "interest",
            Self::Merger => "merger",
            Self::Redemption => "redemption",
            Self::SpinOff => "spin_off",
            Self::Split => "split",
            Self::Subscription => "subscription",
        }
    }

    /// What the size of this kind is measured in.
    #[must_use]
    pub const fn class(self) -> Class {
        match self {
            Self::Split | Self::Bonus => Class::Share,
            Self::Dividend | Self::Interest | Self::CapitalReturn => Class::Cash,
            Self::Merger | Self::Redemption | Self::SpinOff | Self::Subscription => Class::Unsized,
        }
    }
}

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let named = Self::ALL.into_iter().find(|kind| kind.as_str() == name);
        named.ok_or_else(|| UnknownKind { found: name.to_owned() })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The number of decimals of an amount.
pub const AMOUNT_SCALE: u32 = 8;

/// The smallest amount, in hundred-millionths, that `DECIMAL(18,8)` cannot hold.
pub const AMOUNT_LIMIT: i64 = 10_i64.pow(18);

/// A row of `actions/`, without its ex-date, which is in the object's key. The order is that of the
/// rows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Action {
    /// B3's code.
    pub ticker: Ticker,
    /// What the company did.
    pub kind: Kind,
    /// Cash per share in the currency of the ex-date, in hundred-millionths; null except for cash.
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
    #[must_use]
    pub fn new(ticker: Ticker, kind: Kind, note: Option<String>) -> Self {
        Self { ticker, kind, amount: None, numerator: None, denominator: None, note }
    }

    /// The same action with `amount` hundred-millionths per share.
    #[must_use]
    pub fn paying(self, amount: i64) -> Self {
        Self { amount: Some(amount), ..self }
    }

    /// The same action with `numerator` new shares for `denominator` old ones.
    #[must_use]
    pub fn giving(self, numerator: i64, denominator: i64) -> Self {
        Self { numerator: Some(numerator), denominator: Some(denominator), ..self }
    }
}

/// The form in reports: `PETR4 split 2 for 1`, `PETR4 dividend 0.50`.
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
pub struct Event {
    /// The first session without the right.
    pub ex_date: NaiveDate,
    /// The action.
    pub action: Action,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_survives_its_name_and_sorts_like_it() {
        for kind in Kind::ALL {
            assert_eq!(kind.to_string().parse(), Ok(kind));
        }
        assert!(Kind::ALL.is_sorted());
        assert!(Kind::ALL.map(Kind::as_str).is_sorted());
        let error = "capital_gain".parse::<Kind>().unwrap_err().to_string();
        assert!(error.starts_with("unknown kind 'capital_gain': expected split, bonus"), "{error}");
    }

    #[test]
    fn an_action_is_named_with_its_size() {
        let action = |kind| Action::new("PETR4".parse().unwrap(), kind, None);
        assert_eq!(action(Kind::Split).giving(2, 1).to_string(), "PETR4 split 2 for 1");
        assert_eq!(action(Kind::Dividend).paying(47_156_696).to_string(), "PETR4 dividend 0.47156696");
        assert_eq!(action(Kind::Merger).to_string(), "PETR4 merger");
    }
}
