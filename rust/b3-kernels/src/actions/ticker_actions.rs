//! The corporate actions of one ticker, sorted by ex-date.

use b3_market::calendar::day_text;
use b3_market::price::{LARGEST_UNSCALED, in_18_digits};
use num_bigint::{BigInt, BigUint};

use super::row::{ActionRow, Size};
use super::share_ratio::ShareRatio;
use crate::column_names::AMOUNT;
use crate::error::{Error, Result};
use crate::exact::big::half_to_even;
use crate::lake_columns::CASH;

/// The share events of a ticker on one ex-date, multiplied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ShareEvent {
    /// Days since 1970-01-01.
    pub(crate) ex_date: i32,
    pub(crate) ratio: ShareRatio,
}

/// The cash that a ticker pays on one ex-date, added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CashEvent {
    /// Days since 1970-01-01.
    pub(crate) ex_date: i32,
    /// Hundred-millionths of the currency per share of the ex-date, after a split on that date.
    pub(crate) amount: i64,
}

/// The corporate actions of one ticker.
#[derive(Debug, Clone)]
pub(crate) struct TickerActions {
    ticker: String,
    shares: Vec<ShareEvent>,
    cash: Vec<CashEvent>,
}

/// Cash per share as an exact rational: `numerator / denominator` hundred-millionths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cash {
    pub(crate) numerator: BigInt,
    /// Above 0.
    pub(crate) denominator: BigUint,
}

impl TickerActions {
    pub(super) fn of(ticker: &str) -> Self {
        Self { ticker: ticker.to_owned(), shares: Vec::new(), cash: Vec::new() }
    }

    /// Adds an event whose ex-date is not before those already added of its class.
    pub(super) fn push(&mut self, row: &ActionRow) -> Result<()> {
        let ex_date = row.ex_date;
        match row.size {
            Size::Shares { ratio, .. } => {
                let same = self.shares.pop_if(|last| last.ex_date == ex_date);
                let ratio = same.map_or(Some(ratio), |same| same.ratio.then(ratio));
                let ratio = ratio.ok_or_else(|| self.too_many_shares(ex_date))?;
                self.shares.push(ShareEvent { ex_date, ratio });
            }
            Size::Cash(amount) => {
                let same = self.cash.pop_if(|last| last.ex_date == ex_date);
                let amount = same.map_or(Some(amount), |same| same.amount.checked_add(amount));
                let amount =
                    amount.filter(|sum| *sum <= LARGEST_UNSCALED).ok_or_else(|| self.too_much_cash(ex_date))?;
                self.cash.push(CashEvent { ex_date, amount });
            }
            Size::Unknown => {}
        }
        Ok(())
    }

    /// Splits and bonuses by ascending ex-date, at most one a date.
    pub(crate) fn share_events(&self) -> &[ShareEvent] {
        &self.shares
    }

    /// Dividends, interest and returns of capital by ascending ex-date, at most one a date.
    pub(crate) fn cash_events(&self) -> &[CashEvent] {
        &self.cash
    }

    /// The product of the share events with `after < ex-date <= until` (days since 1970-01-01);
    /// `None` if there is no such event. Fails if a partial product in lowest terms needs more than
    /// 63 bits.
    pub(crate) fn shares_between(&self, after: i32, until: i32) -> Result<Option<ShareRatio>> {
        let events = between(&self.shares, |event| event.ex_date, after, until);
        let Some((first, rest)) = events.split_first() else {
            return Ok(None);
        };
        let product = rest.iter().try_fold(first.ratio, |product, event| product.then(event.ratio));
        product.map(Some).ok_or_else(|| self.too_many_shares(until))
    }

    /// The index of each bar that is the first on or after a share event's ex-date, and the product
    /// of the events since the bar before it. `days` are the bars' days, ascending; the first bar
    /// is left out.
    pub(crate) fn share_steps(&self, days: &[i32]) -> Result<Vec<(usize, ShareRatio)>> {
        let rows = first_rows(days, self.shares.iter().map(|event| event.ex_date)).into_iter();
        let steps = rows.filter_map(|row| {
            let ratio = self.shares_between(days[row - 1], days[row]).transpose()?;
            Some(ratio.map(|ratio| (row, ratio)))
        });
        steps.collect()
    }

    /// The cash with `after < ex-date <= until`, converted by later share events to cash per share
    /// of the day `until`; `None` if no cash is known.
    pub(crate) fn cash_between(&self, after: i32, until: i32) -> Option<Cash> {
        let events = between(&self.cash, |event| event.ex_date, after, until);
        let first_day = events.first()?.ex_date;
        let mut shares = between(&self.shares, |event| event.ex_date, first_day, until).iter().peekable();
        let mut cash = Cash { numerator: BigInt::ZERO, denominator: BigUint::from(1_u8) };
        for event in events {
            while let Some(split) = shares.next_if(|split| split.ex_date <= event.ex_date) {
                cash.divide_among(split.ratio);
            }
            cash.numerator += BigInt::from(cash.denominator.clone()) * event.amount;
        }
        shares.for_each(|split| cash.divide_among(split.ratio));
        Some(cash)
    }

    /// The ascending indexes of the bars that are the first on or after the ex-date of a share
    /// event or of cash; `days` and the first bar as in [`Self::share_steps`].
    pub(crate) fn event_rows(&self, days: &[i32]) -> Vec<usize> {
        let shares = self.shares.iter().map(|event| event.ex_date);
        first_rows(days, shares.chain(self.cash.iter().map(|event| event.ex_date)))
    }

    fn too_many_shares(&self, until: i32) -> Error {
        Error::share_ratio(&self.ticker, until)
    }

    fn too_much_cash(&self, ex_date: i32) -> Error {
        let key = format!("{} on {}", self.ticker, day_text(ex_date));
        Error::overflow(AMOUNT, key, &CASH)
    }
}

impl Cash {
    /// Converts cash per old share to cash per new share.
    pub(crate) fn divide_among(&mut self, ratio: ShareRatio) {
        self.numerator *= ratio.old_shares();
        self.denominator *= ratio.new_shares();
    }

    pub(crate) fn plus(self, other: Self) -> Self {
        let [denominator, other_denominator] = [&self, &other].map(|cash| BigInt::from(cash.denominator.clone()));
        Self {
            numerator: self.numerator * other_denominator + other.numerator * denominator,
            denominator: self.denominator * other.denominator,
        }
    }

    /// Hundred-millionths, rounded half to even; `None` if DECIMAL(18,8) cannot hold them.
    pub(crate) fn rounded(&self) -> Option<i128> {
        let rounded = i128::try_from(half_to_even(&self.numerator, &self.denominator)).ok();
        rounded.and_then(in_18_digits).map(i128::from)
    }
}

/// The ascending indexes of the bars, except the first, that are the first on or after one of
/// `ex_dates`.
fn first_rows(days: &[i32], ex_dates: impl Iterator<Item = i32>) -> Vec<usize> {
    let rows = ex_dates.map(|ex_date| days.partition_point(|day| *day < ex_date));
    let mut rows: Vec<usize> = rows.filter(|row| (1..days.len()).contains(row)).collect();
    rows.sort_unstable();
    rows.dedup();
    rows
}

/// The events with `after < ex-date <= until`.
fn between<T>(events: &[T], ex_date: impl Fn(&T) -> i32, after: i32, until: i32) -> &[T] {
    let first = events.partition_point(|event| ex_date(event) <= after);
    let end = events.partition_point(|event| ex_date(event) <= until);
    &events[first..end.max(first)]
}
