//! The quality gate: which rows and sessions may be written to raw.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::sync::Arc;

use b3_market::lake::Source;
use b3_market::{Price, Ticker};
use chrono::NaiveDate;

use crate::bar::{Bar, RejectedBar};
use crate::error::IngestError;
use crate::frame::closes_of_parquet;
use crate::report::counted;
use crate::session::{Policy, Scope};
use crate::sink::Lake;
use crate::stored::{sessions_before, stored_rows};

/// How the reason for rows with equal keys begins; their tickers count as failed, not as rejected.
pub(crate) const DUPLICATE_KEY: &str = "duplicate key";

/// Separates valid rows, sorted by ticker, from invalid ones with the reason.
///
/// A row is valid if its prices are positive, open and close lie between low and high, its volume,
/// turnover and trades are not negative, and no other row has its ticker, market, forward term and
/// start. Rows with equal keys are all invalid, because nothing says which one is right.
pub(crate) fn separate_invalid(mut bars: Vec<Bar>) -> (Vec<Bar>, Vec<RejectedBar>) {
    bars.sort_by_key(Bar::key);
    let (mut valid, mut rejected) = (Vec::with_capacity(bars.len()), Vec::new());
    for same_key in bars.chunk_by(|a, b| a.key() == b.key()) {
        for bar in same_key {
            let reason = if same_key.len() > 1 { Some(repeated_key(bar)) } else { broken_rule(bar) };
            match reason {
                Some(reason) => rejected.push(RejectedBar::new(bar, reason)),
                None => valid.push(*bar),
            }
        }
    }
    (valid, rejected)
}

fn repeated_key(bar: &Bar) -> String {
    let market = bar.market.map_or_else(String::new, |market| format!(", market {market}"));
    let term = bar.forward_term.map_or_else(String::new, |term| format!(", forward term {term}"));
    format!("{DUPLICATE_KEY}: {}{market}{term} has more than one row", bar.ticker)
}

/// The rule that a row by itself breaks; `None` if it breaks none.
fn broken_rule(bar: &Bar) -> Option<String> {
    let prices = [("open", bar.open), ("high", bar.high), ("low", bar.low), ("close", bar.close)];
    if let Some((name, price)) = prices.iter().find(|(_, price)| price.unscaled() <= 0) {
        return Some(format!("{name} {price} is not positive"));
    }
    let above =
        |name: &str, price: Price| (price > bar.high).then(|| format!("{name} {price} above high {}", bar.high));
    let below = |name: &str, price: Price| (price < bar.low).then(|| format!("{name} {price} below low {}", bar.low));
    above("low", bar.low)
        .or_else(|| above("open", bar.open))
        .or_else(|| above("close", bar.close))
        .or_else(|| below("open", bar.open))
        .or_else(|| below("close", bar.close))
        .or_else(|| negative("volume", Some(bar.volume)))
        .or_else(|| negative("turnover", bar.turnover))
        .or_else(|| negative("trades", bar.trades))
}

fn negative<T: Default + Display + PartialOrd>(name: &str, amount: Option<T>) -> Option<String> {
    let zero = T::default();
    amount.filter(|amount| *amount < zero).map(|amount| format!("{name} {amount} is negative"))
}

/// Checks sessions in the order of their dates: a session with under half of the tickers of the
/// session before is incomplete.
#[derive(Debug)]
pub(crate) struct SessionGate {
    policy: Arc<Policy>,
    /// Date and number of tickers of the session to compare with; `None` until one is known.
    previous: Option<(NaiveDate, usize)>,
}

impl SessionGate {
    /// A gate for the sessions of a run.
    pub(crate) fn new(policy: Arc<Policy>) -> Self {
        Self { policy, previous: None }
    }

    /// The reason why a session with this number of tickers must not be written, or `None`.
    ///
    /// Only the requested tickers are compared: a run of ten tickers is not incomplete because the
    /// lake has a thousand. The session is compared with the run's last one that passed or, if none
    /// has, with the latest in the lake of the five sessions before the run's first. Nothing is
    /// compared with `--force`, nor if the run reads a COTAHIST file that was accepted as
    /// incomplete, or only some of its tickers.
    pub(crate) async fn check(
        &mut self,
        lake: &Lake,
        trade_date: NaiveDate,
        tickers: usize,
    ) -> Result<Option<String>, IngestError> {
        let part_of_file = self.policy.source == Source::Cotahist && !matches!(self.policy.scope, Scope::Markets(_));
        if self.policy.force || part_of_file {
            return Ok(None);
        }
        if self.previous.is_none() {
            self.previous = self.stored_before(lake, trade_date).await?;
        }
        if let Some((date, before)) = self.previous
            && tickers * 2 < before
        {
            let tickers = counted(tickers, "ticker");
            return Ok(Some(format!(
                "session held back: {tickers}, under half of the {before} of {date}; --force writes it"
            )));
        }
        self.previous = Some((trade_date, tickers));
        Ok(None)
    }

    /// [`Self::previous`] from the lake: its latest of the five sessions before `trade_date`.
    async fn stored_before(
        &self,
        lake: &Lake,
        trade_date: NaiveDate,
    ) -> Result<Option<(NaiveDate, usize)>, IngestError> {
        for date in sessions_before(trade_date) {
            if let Some(closes) = stored_rows(lake, date, self.policy.source, closes_of_parquet).await? {
                let asked = closes.iter().filter(|bar| self.policy.scope.covers(bar.ticker, bar.market));
                let tickers: BTreeSet<Ticker> = asked.map(|bar| bar.ticker).collect();
                return Ok(Some((date, tickers.len())));
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use b3_market::Money;

    use super::*;

    /// A bar of these prices: open, high, low, close.
    fn bar(ticker: &str, prices: [&str; 4], volume: i64) -> Bar {
        Bar::of_prices(ticker.parse().unwrap(), prices.map(|price| price.parse().unwrap()), volume)
    }

    fn reasons(bars: Vec<Bar>) -> Vec<String> {
        let (_valid, rejected) = separate_invalid(bars);
        rejected.into_iter().map(|row| row.reason).collect()
    }

    #[test]
    fn a_good_row_passes_and_equal_prices_are_good() {
        let (good, rejected) = separate_invalid(vec![bar("PETR4", ["1"; 4], 0), bar("ABEV3", ["2", "3", "1", "2"], 9)]);
        assert_eq!(good.iter().map(|bar| bar.ticker.as_str().to_owned()).collect::<Vec<_>>(), ["ABEV3", "PETR4"]);
        assert_eq!(rejected, []);
    }

    #[test]
    fn each_broken_rule_is_named_with_its_values() {
        for (prices, volume, expected) in [
            (["-1", "1", "1", "1"], 0, "open -1.000000 is not positive"),
            (["1", "1", "2", "1"], 0, "low 2.000000 above high 1.000000"),
            (["3", "2", "1", "1"], 0, "open 3.000000 above high 2.000000"),
            (["1", "2", "1", "3"], 0, "close 3.000000 above high 2.000000"),
            (["1", "3", "2", "2"], 0, "open 1.000000 below low 2.000000"),
            (["2", "3", "2", "1"], 0, "close 1.000000 below low 2.000000"),
            (["1", "1", "1", "1"], -5, "volume -5 is negative"),
        ] {
            assert_eq!(reasons(vec![bar("PETR4", prices, volume)]), [expected]);
        }
        let good = bar("PETR4", ["1"; 4], 0);
        let below_zero = Bar { turnover: Some(Money::from_cents(-150)), ..good };
        assert_eq!(reasons(vec![below_zero]), ["turnover -1.50 is negative"]);
        assert_eq!(reasons(vec![Bar { trades: Some(-1), ..good }]), ["trades -1 is negative"]);
    }

    #[test]
    fn of_rows_that_share_a_key_none_passes() {
        let one = bar("PETR4", ["1"; 4], 0);
        let (good, rejected) = separate_invalid(vec![one, bar("VALE3", ["1"; 4], 0), one]);
        assert_eq!((good.len(), rejected.len()), (1, 2));
        assert_eq!(rejected[0].reason, "duplicate key: PETR4 has more than one row");
    }
}
