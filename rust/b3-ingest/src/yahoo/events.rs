//! Conversion of Yahoo's splits, dividends and capital gains to events as they happened; a capital
//! gain is stored as a return of capital.

use std::collections::BTreeSet;

use b3_market::Ticker;
use b3_market::lake::{ActionClass, ActionKind};
use b3_market::price::in_18_digits;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use yfinance_rs::{Action as YahooAction, Price as YahooPrice};

use super::split_ratio::SplitRatio;
use super::splits::{Split, Splits, Untrusted};
use crate::actions::{AMOUNT_SCALE, Action, Event};

/// The splits among `actions`.
pub(super) fn splits(actions: &[YahooAction]) -> Result<Splits, String> {
    let split = |action: &YahooAction| match action {
        YahooAction::Split { date, numerator, denominator } => {
            Some(Split { ex_date: *date, numerator: numerator.get(), denominator: denominator.get() })
        }
        _ => None,
    };
    Splits::new(actions.iter().filter_map(split).collect())
}

/// The actions of `ticker` as events; `unread` gets the reasons why others cannot be used. Yahoo
/// divides amounts, like prices, by all later splits; this is reversed here.
pub(super) fn events(ticker: Ticker, actions: &[YahooAction], splits: &Splits, unread: &mut Vec<String>) -> Vec<Event> {
    let without_note = |kind| Action::new(ticker, kind, None);
    let paid = |ex_date: NaiveDate, kind, cash: &YahooPrice| {
        let amount = as_paid(cash.amount(), splits.after(ex_date)).filter(|_| cash.currency().code() == "BRL");
        let amount = amount.ok_or_else(|| {
            let (amount, currency) = (cash.amount().normalize(), cash.currency().code());
            format!("{kind} of {ex_date}: {amount} {currency}, expected BRL that decimal(18,8) holds, not negative")
        })?;
        Ok(Event { ex_date, action: without_note(kind).paying(amount) })
    };
    let event = |found: &YahooAction| match found {
        YahooAction::Dividend { date, amount } => paid(*date, ActionKind::Dividend, amount),
        YahooAction::CapitalGain { date, gain } => paid(*date, ActionKind::CapitalReturn, gain),
        YahooAction::Split { date, numerator, denominator } => {
            let (new, old) = (numerator.get().into(), denominator.get().into());
            Ok(Event { ex_date: *date, action: without_note(ActionKind::Split).giving(new, old) })
        }
        other => Err(format!("an event of a kind that is not known here: {other:?}")),
    };
    actions.iter().filter_map(|found| event(found).map_err(|reason| unread.push(reason)).ok()).collect()
}

/// What the prices of a response say against its events.
pub(super) struct Doubts<'a> {
    pub splits: &'a Splits,
    /// The reason why no price of the response can be trusted.
    pub far_reason: Option<&'a str>,
    /// The date before which prices contradict the splits, by which amounts are multiplied too.
    pub untrusted: Option<&'a Untrusted>,
    /// Sessions whose bar is on another level, such as in cents; an amount may be so too.
    pub wrong_level: BTreeSet<NaiveDate>,
}

impl Doubts<'_> {
    /// The events that may be written; `unread` gets the reasons for the others.
    pub(super) fn believed(&self, events: Vec<Event>, unread: &mut Vec<String>) -> Vec<Event> {
        events.into_iter().filter(|event| self.about(event).map(|reason| unread.push(reason)).is_none()).collect()
    }

    /// The reason why an event must not be written, `None` if it may.
    fn about(&self, Event { ex_date, action }: &Event) -> Option<String> {
        let reason = if self.far_reason.is_some() {
            self.far_reason
        } else if action.kind.class() == ActionClass::Share {
            self.splits.is_doubled(*ex_date).then_some("yahoo lists the split twice")
        } else if let Some(untrusted) = self.untrusted.filter(|untrusted| *ex_date < untrusted.until) {
            Some(untrusted.reason.as_str())
        } else {
            self.wrong_level.contains(ex_date).then_some("the bar of the date is on another level")
        };
        reason.map(|reason| format!("event left out: {ex_date} {action}: {reason}"))
    }
}

/// The amount before the splits of `ratio`, in units of 10^-8; `None` if it is negative or does not
/// fit.
fn as_paid(amount: Decimal, ratio: SplitRatio) -> Option<i64> {
    // The decimals of the quoted amount that count; more could exceed 128 bits.
    const QUOTED_PLACES: u32 = 14;
    in_18_digits(ratio.multiply(amount, QUOTED_PLACES, AMOUNT_SCALE)?).filter(|scaled| *scaled >= 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use yfinance_rs::Currency;

    fn ticker() -> Ticker {
        "PETR4".parse().unwrap()
    }

    fn dividend(date: &str, amount: &str) -> YahooAction {
        dividend_in("BRL", date, amount)
    }

    fn dividend_in(currency: &str, date: &str, amount: &str) -> YahooAction {
        let amount = YahooPrice::new(amount.parse().unwrap(), Currency::try_from_str(currency).unwrap());
        YahooAction::Dividend { date: date.parse().unwrap(), amount }
    }

    /// The events of actions that can all be read, as text.
    fn shown(actions: &[YahooAction]) -> Vec<String> {
        let mut unread = Vec::new();
        let events = events(ticker(), actions, &splits(actions).unwrap(), &mut unread);
        assert_eq!(unread, Vec::<String>::new());
        events.iter().map(|event| event.action.to_string()).collect()
    }

    fn split(date: &str, numerator: u32) -> YahooAction {
        YahooAction::Split {
            date: date.parse().unwrap(),
            numerator: numerator.try_into().unwrap(),
            denominator: 1.try_into().unwrap(),
        }
    }

    #[test]
    fn a_dividend_is_what_was_paid_before_a_later_split() {
        let actions = [dividend("2024-01-03", "0.472961"), split("2024-02-01", 2), dividend("2024-03-01", "0.5")];
        assert_eq!(shown(&actions), ["PETR4 dividend 0.945922", "PETR4 split 2 for 1", "PETR4 dividend 0.5"]);
    }

    #[test]
    fn a_third_of_an_amount_is_restored_to_the_whole_amount() {
        let actions = [dividend("2024-01-03", "0.3333333333333333"), split("2024-02-01", 3)];
        assert_eq!(shown(&actions)[0], "PETR4 dividend 1");
    }

    #[test]
    fn an_amount_that_does_not_fit_is_negative_or_in_another_currency_is_named() {
        for (currency, amount) in [("BRL", "99999999999"), ("BRL", "-0.5"), ("USD", "0.5")] {
            let mut unread = Vec::new();
            let actions = [dividend_in(currency, "2024-01-03", amount), dividend("2024-01-04", "1")];
            let events = events(ticker(), &actions, &Splits::default(), &mut unread);
            assert_eq!(events.len(), 1);
            let expected = "expected BRL that decimal(18,8) holds, not negative";
            assert_eq!(unread, [format!("dividend of 2024-01-03: {amount} {currency}, {expected}")]);
        }
    }

    #[test]
    fn an_event_is_left_out_if_the_prices_speak_against_it() {
        let date = |text: &str| text.parse::<NaiveDate>().unwrap();
        let actions = [
            dividend("2024-01-03", "1"),
            split("2024-02-01", 2),
            split("2024-02-05", 2),
            split("2024-06-03", 3),
            dividend("2024-07-01", "1"),
            dividend("2024-07-02", "1"),
        ];
        let splits = splits(&actions).unwrap();
        let events = events(ticker(), &actions, &splits, &mut Vec::new());
        let untrusted = Untrusted { until: date("2024-02-05"), reason: "a contradiction".to_owned() };
        let left_out = |far_reason| -> Vec<String> {
            let wrong_level = BTreeSet::from([date("2024-07-02")]);
            let doubts = Doubts { splits: &splits, far_reason, untrusted: Some(&untrusted), wrong_level };
            events.iter().filter_map(|event| doubts.about(event)).collect()
        };
        let expected = [
            "2024-01-03 PETR4 dividend 12: a contradiction",
            "2024-02-01 PETR4 split 2 for 1: yahoo lists the split twice",
            "2024-02-05 PETR4 split 2 for 1: yahoo lists the split twice",
            "2024-07-02 PETR4 dividend 1: the bar of the date is on another level",
        ];
        assert_eq!(left_out(None), expected.map(|text| format!("event left out: {text}")));
        assert_eq!(left_out(Some("far")).len(), events.len());
    }
}
