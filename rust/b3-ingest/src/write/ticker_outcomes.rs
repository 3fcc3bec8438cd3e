//! The outcomes of one session, by ticker.

use std::collections::BTreeMap;

use b3_market::Ticker;
use b3_market::lake::Source;
use chrono::NaiveDate;

use crate::bar::{Bar, RejectedBar, by_ticker};
use crate::gate::DUPLICATE_KEY;
use crate::outcome::{Outcome, Status};

/// Each ticker with a row in a session, with its status and the reason, if there is one.
#[derive(Debug, Default)]
pub(super) struct TickerOutcomes {
    by_ticker: BTreeMap<Ticker, (Status, Option<String>)>,
}

impl TickerOutcomes {
    /// The outcomes of tickers with rejected rows. Rows rejected as `DUPLICATE_KEY` are a failure,
    /// because the source contradicts itself; other invalid rows are only kept out of raw.
    pub(super) fn of_rejected(rejected: &[RejectedBar]) -> Self {
        let mut outcomes = Self::default();
        for bar in rejected {
            let status = if bar.reason.starts_with(DUPLICATE_KEY) { Status::Failed } else { Status::Rejected };
            let (worst, first_reason) = outcomes.by_ticker.entry(bar.ticker).or_insert((status, None));
            *worst = status.max(*worst);
            first_reason.get_or_insert_with(|| bar.reason.clone());
        }
        outcomes
    }

    pub(super) fn fail(&mut self, bars: &[Bar], reason: &str) {
        let failed = |bar: &Bar| (bar.ticker, (Status::Failed, Some(reason.to_owned())));
        self.by_ticker.extend(bars.iter().map(failed));
    }

    /// Gives every ticker that has not failed yet the status failed, with `reason`.
    pub(super) fn fail_all(&mut self, reason: &str) {
        let rest = self.by_ticker.values_mut().filter(|(status, _)| *status != Status::Failed);
        rest.for_each(|outcome| *outcome = (Status::Failed, Some(reason.to_owned())));
    }

    /// Sets the status of each ticker with a valid row to written or unchanged, unless it has
    /// failed; the reason of a rejected row stays. `bars` must be sorted by ticker.
    pub(super) fn succeed(&mut self, bars: &[Bar], changed: impl Fn(&Ticker) -> bool) {
        let mut others = std::mem::take(&mut self.by_ticker);
        let good = by_ticker(bars).map(|(ticker, _)| {
            let status = if changed(&ticker) { Status::Written } else { Status::Unchanged };
            let outcome = match others.remove(&ticker) {
                Some((Status::Failed, reason)) => (Status::Failed, reason),
                Some((_, reason)) => (status, reason.map(|reason| format!("a row rejected: {reason}"))),
                None => (status, None),
            };
            (ticker, outcome)
        });
        self.by_ticker = good.collect();
        self.by_ticker.append(&mut others);
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
