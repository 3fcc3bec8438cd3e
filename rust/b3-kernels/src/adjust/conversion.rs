//! The factors, as exact rationals, that convert a price or a number of shares from one date to
//! another.

use std::collections::BTreeSet;

use b3_market::calendar::day_text;
use num_bigint::{BigInt, BigUint, Sign};

use crate::actions::{CashEvent, ShareRatio, TickerActions};
use crate::error::{Error, Result};
use crate::exact::big;
use crate::rolling::Series;

/// A rational above 0.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ratio {
    pub(super) numerator: BigUint,
    pub(super) denominator: BigUint,
}

impl Ratio {
    pub(super) fn of(numerator: u64, denominator: u64) -> Self {
        Self { numerator: numerator.into(), denominator: denominator.into() }
    }

    fn times(&self, other: &Self) -> Self {
        Self { numerator: &self.numerator * &other.numerator, denominator: &self.denominator * &other.denominator }
    }

    fn inverse(self) -> Self {
        Self { numerator: self.denominator, denominator: self.numerator }
    }
}

/// The bars of a ticker, whose closes cash is compared with.
#[derive(Clone, Copy)]
pub(super) struct Bars<'a> {
    /// Ascending.
    pub(super) days: &'a [i32],
    pub(super) closes: &'a Series<'a>,
    /// The number of each bar's currency; empty where there is only one.
    pub(super) currencies: &'a [u32],
}

/// The factor by which each event of a ticker multiplies a number from before its ex-date. The
/// factor between two dates is the product of the events between them, so that two conversions in a
/// row equal one direct conversion.
#[derive(Debug, Clone, Default)]
pub(super) struct Conversion {
    /// By ascending ex-date; `None` where the factor is unknown.
    events: Vec<(i32, Option<Ratio>)>,
}

impl Conversion {
    /// The factors for prices: old / new shares, and for cash 1 - cash / close with the last close
    /// before the ex-date, in shares of the ex-date. Without `bars` cash is left out.
    pub(super) fn of_prices(ticker: &str, actions: &TickerActions, bars: Option<Bars<'_>>) -> Result<Self> {
        let factor = |ratio: ShareRatio| Some(Ratio::of(ratio.old_shares(), ratio.new_shares()));
        let mut events: Vec<_> =
            actions.share_events().iter().map(|event| (event.ex_date, factor(event.ratio))).collect();
        if let Some(bars) = bars {
            for event in actions.cash_events() {
                events.push((event.ex_date, without_cash(ticker, actions, event, bars)?));
            }
            events.sort_by_key(|(ex_date, _)| *ex_date);
        }
        Ok(Self { events })
    }

    /// The factors for numbers of shares: new / old.
    pub(super) fn of_shares(actions: &TickerActions) -> Self {
        let factor = |ratio: ShareRatio| Some(Ratio::of(ratio.new_shares(), ratio.old_shares()));
        Self { events: actions.share_events().iter().map(|event| (event.ex_date, factor(event.ratio))).collect() }
    }

    /// The factor from the day `from` to the day `to`, which may be earlier; `None` where it is
    /// unknown.
    pub(super) fn between(&self, from: i32, to: i32) -> Option<Ratio> {
        let (first, last) = (from.min(to), from.max(to));
        let passed = self.events.iter().filter(|(ex_date, _)| first < *ex_date && *ex_date <= last);
        let mut factors = passed.map(|(_, factor)| factor.as_ref());
        let product = factors.try_fold(Ratio::of(1, 1), |product, factor| Some(product.times(factor?)))?;
        Some(if from <= to { product } else { product.inverse() })
    }

    /// Runs of the ascending `days` with one factor to the day `to`: the place of each run's first
    /// day, and the factor.
    pub(super) fn runs(&self, days: &[i32], to: i32) -> Vec<(usize, Option<Ratio>)> {
        let after_events = self.events.iter().map(|(ex_date, _)| days.partition_point(|day| day < ex_date));
        let starts: BTreeSet<usize> = after_events.chain([0]).filter(|start| *start < days.len()).collect();
        starts.into_iter().map(|start| (start, self.between(days[start], to))).collect()
    }
}

/// 1 - cash / close for the cash of one ex-date, added up; `None` if there is no close before it,
/// or if that is in another currency than the first bar on or after the ex-date.
fn without_cash(
    ticker: &str,
    actions: &TickerActions,
    event: &CashEvent,
    Bars { days, closes, currencies }: Bars<'_>,
) -> Result<Option<Ratio>> {
    let before = days.partition_point(|day| *day < event.ex_date);
    let Some(row) = (0..before).rev().find(|row| closes.is_usable(*row)) else {
        return Ok(None);
    };
    if currencies.get(before).is_some_and(|after| *after != currencies[row]) {
        return Ok(None);
    }
    let (mut numerator, mut denominator) = closes.values.fraction(row);
    if let Some(ratio) = actions.shares_between(days[row], event.ex_date)? {
        numerator *= ratio.old_shares();
        denominator *= ratio.new_shares();
    }
    // The factor is (close - cash) / close: both terms times 10^8 * `denominator`, as integers.
    let close = numerator * 100_000_000_u64;
    let rest = &close - BigInt::from(event.amount) * BigInt::from(denominator.clone());
    match (close.sign(), rest.sign()) {
        (Sign::Plus, Sign::Plus) => {
            Ok(Some(Ratio { numerator: rest.magnitude().clone(), denominator: close.magnitude().clone() }))
        }
        _ => Err(Error::Value(format!(
            "the distribution of {ticker} on {}: found no less than the close before it, {} in that date's shares, \
             expected less",
            day_text(event.ex_date),
            big::nearest_double(&close, &(denominator * 100_000_000_u64)),
        ))),
    }
}
