//! The outcomes of one session, by ticker.

use std::collections::{BTreeMap, BTreeSet};

use b3_market::Ticker;
use b3_market::lake::Source;
use chrono::NaiveDate;

use crate::bar::{Bar, RejectedBar, tickers_of};
use crate::gate::DUPLICATE_KEY;
use crate::outcome::{Outcome, Status};

/// Each ticker with a row in a session, with its status and the reason, if there is one.
#[derive(Debug, Default)]
pub(super) struct TickerOutcomes {
    by_ticker: BTreeMap<Ticker, (Status, Option<String>)>,
}

impl TickerOutcomes {
    /// The outcomes of tickers with rejected rows, each with the reason of the first row of its
    /// worst status. Rows rejected as `DUPLICATE_KEY` are a failure, because the source contradicts
    /// itself; other invalid rows are only kept out of raw.
    pub(super) fn of_rejected(rejected: &[RejectedBar]) -> Self {
        let mut outcomes = Self::default();
        for bar in rejected {
            let status = if bar.reason.starts_with(DUPLICATE_KEY) { Status::Failed } else { Status::Rejected };
            if outcomes.by_ticker.get(&bar.ticker).is_none_or(|(worst, _reason)| *worst < status) {
                outcomes.by_ticker.insert(bar.ticker, (status, Some(bar.reason.clone())));
            }
        }
        outcomes
    }

    /// Marks as failed, with `reason`, each ticker of `bars`, whose valid rows are not written.
    pub(super) fn fail(&mut self, bars: &[Bar], reason: &str) {
        self.by_ticker.extend(bars.iter().map(|bar| (bar.ticker, (Status::Failed, Some(reason.to_owned())))));
    }

    /// [`Self::fail`], also for each ticker with rejected rows that has not failed already.
    pub(super) fn fail_all(&mut self, bars: &[Bar], reason: &str) {
        self.fail(bars, reason);
        let rest = self.by_ticker.values_mut().filter(|(status, _)| *status != Status::Failed);
        rest.for_each(|outcome| *outcome = (Status::Failed, Some(reason.to_owned())));
    }

    /// Sets the status of each ticker with a valid row to written or unchanged, unless it has
    /// failed; the reason of a rejected row stays. `bars` must be sorted by ticker.
    pub(super) fn succeed(&mut self, bars: &[Bar], changed: &BTreeSet<Ticker>) {
        for ticker in tickers_of(bars) {
            let (status, reason) = self.by_ticker.entry(ticker).or_insert((Status::Unchanged, None));
            if *status != Status::Failed {
                *status = if changed.contains(&ticker) { Status::Written } else { Status::Unchanged };
                *reason = reason.take().map(|reason| format!("a row rejected: {reason}"));
            }
        }
    }

    /// The outcomes of one session and source; `bytes` is the size of the object that holds its
    /// rows.
    pub(super) fn finish(self, trade_date: NaiveDate, source: Source, bytes: u64) -> impl Iterator<Item = Outcome> {
        self.by_ticker.into_iter().map(move |(ticker, (status, reason))| Outcome {
            ticker,
            trade_date,
            source,
            bytes: if matches!(status, Status::Written | Status::Unchanged) { bytes } else { 0 },
            status,
            reason,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bar::tests::bar;

    #[test]
    fn a_failed_tickers_reason_is_that_of_the_row_which_failed() {
        let duplicate = format!("{DUPLICATE_KEY}: PETR4 has more than one row");
        let rejected = ["open -1 is not positive", &duplicate, "volume -1 is negative"]
            .map(|reason| RejectedBar::new(&bar("PETR4", "37.40", 100), reason));
        let outcomes = TickerOutcomes::of_rejected(&rejected);
        assert_eq!(outcomes.by_ticker[&rejected[0].ticker], (Status::Failed, Some(duplicate)));
    }
}
