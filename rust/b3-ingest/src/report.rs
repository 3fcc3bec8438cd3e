//! The closing report: for people as text, for programs as JSON.

use std::collections::BTreeMap;

use b3_market::lake::Source;
use chrono::NaiveDate;

use crate::outcome::{Outcome, Status};

/// What became of one raw object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionReport {
    /// The exchange's trade date.
    pub trade_date: NaiveDate,
    /// Where the rows come from.
    pub source: Source,
    /// Key below the lake's root.
    pub key: String,
    /// Size of the object, 0 where there is none.
    pub bytes: u64,
    /// Rows in the object after the run.
    pub rows: usize,
    /// Whether the object was put (false: unchanged, held back or failed).
    pub put: bool,
    /// What a person should look at although it was written.
    pub warnings: Vec<String>,
    /// One for each ticker.
    pub outcomes: Vec<Outcome>,
}

/// What a run did, from its first session to its last.
#[derive(Debug, Default)]
pub struct Report {
    sessions: Vec<SessionReport>,
    warnings: Vec<String>,
    failures: Vec<String>,
}

/// Tickers and dates by status.
pub type Totals = BTreeMap<Status, usize>;

impl Report {
    /// Adds the end of one session.
    pub fn add(&mut self, session: SessionReport) {
        self.sessions.push(session);
    }

    /// Adds something a person should look at that belongs to no session.
    pub fn warn(&mut self, warning: impl Into<String>) {
        self.warnings.push(warning.into());
    }

    /// Adds a failure that belongs to no ticker and date (a file, an object of `actions/`).
    pub fn fail(&mut self, failure: impl Into<String>) {
        self.failures.push(failure.into());
    }

    /// How many tickers and dates ended in each status.
    #[must_use]
    pub fn totals(&self) -> Totals {
        let mut totals = Totals::new();
        for outcome in self.sessions.iter().flat_map(|session| &session.outcomes) {
            *totals.entry(outcome.status).or_default() += 1;
        }
        totals
    }

    /// True if nothing failed, which is when the exit status is 0.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        self.failures.is_empty() && !self.totals().contains_key(&Status::Failed)
    }
}
