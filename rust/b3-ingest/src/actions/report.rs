//! The closing report of `b3-ingest actions`: text for people, JSON for programs.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use b3_market::Ticker;
use b3_market::lake::ActionSource;
use serde_json::{Value, json};

use super::service::TickerAnswer;
use super::store::{StoreOutcome, TickerChanges};
use crate::IngestError;
use crate::outcome::Status;
use crate::report::{JsonFile, RunResult, counted, grouped, shortened, size, status_line};

/// The largest number of detail lines of the text; the JSON file has all reasons and warnings.
const MOST_LINES: usize = 40;

/// The outcome of one ticker.
#[derive(Debug)]
struct TickerOutcome {
    ticker: Ticker,
    /// `Failed` if anything of the ticker was not written.
    status: Status,
    /// The reasons for an empty or failed ticker.
    reasons: Vec<String>,
    /// The number of events that the source listed.
    events: usize,
    /// The changes in the lake.
    stored: TickerChanges,
}

/// The result of a run.
#[derive(Debug)]
pub struct ActionsReport {
    source: ActionSource,
    dest: String,
    begun: Instant,
    file: Option<JsonFile>,
    outcomes: Vec<TickerOutcome>,
    objects: Vec<(String, u64)>,
    warnings: Vec<String>,
}

impl TickerOutcome {
    /// The outcome of a ticker with this answer of the source, and these changes in the lake.
    fn of(answer: TickerAnswer, mut stored: TickerChanges) -> Self {
        let TickerAnswer { ticker, events, why_no_company, mut failures } = answer;
        failures.append(&mut stored.failures);
        let events = events.map_or(0, |found| found.events.len());
        let why_empty = why_no_company.or_else(|| (events == 0).then(|| "the source lists no event".to_owned()));
        let status = match (failures.is_empty(), stored.changed()) {
            (false, _) => Status::Failed,
            (true, true) => Status::Written,
            (true, false) if why_empty.is_some() => Status::Empty,
            (true, false) => Status::Unchanged,
        };
        let reasons = match status {
            Status::Failed => failures,
            Status::Empty => why_empty.into_iter().collect(),
            _ => Vec::new(),
        };
        Self { ticker, status, reasons, events, stored }
    }
}

impl ActionsReport {
    /// A report of `source` for the lake at `dest`, later written as JSON to `file` if given.
    pub(crate) fn begin(source: ActionSource, dest: &str, file: Option<&Path>) -> Result<Self, IngestError> {
        Ok(Self {
            source,
            dest: dest.to_owned(),
            begun: Instant::now(),
            file: file.map(JsonFile::begin).transpose()?,
            outcomes: Vec::new(),
            objects: Vec::new(),
            warnings: Vec::new(),
        })
    }

    /// Adds the outcome of each ticker, and the written objects.
    pub(super) fn add(&mut self, answers: Vec<TickerAnswer>, written: StoreOutcome) {
        let StoreOutcome { mut by_ticker, objects } = written;
        self.objects = objects;
        for answer in answers {
            let stored = by_ticker.remove(&answer.ticker).unwrap_or_default();
            stored.warnings(self.source).for_each(|warning| self.warn(warning));
            self.outcomes.push(TickerOutcome::of(answer, stored));
        }
    }

    /// Adds a warning for the user.
    pub(crate) fn warn(&mut self, warning: String) {
        tracing::warn!("{warning}");
        self.warnings.push(warning);
    }

    fn succeeded(&self) -> bool {
        self.outcomes.iter().all(|outcome| outcome.status != Status::Failed)
    }

    /// Writes the JSON file, if there is one, and returns the result of the run. That the file
    /// cannot be written is one more failure.
    pub fn close(mut self) -> RunResult {
        let file = self.file.take();
        let failure = file.and_then(|file| file.end(&format!("{}\n", self.json())).err());
        RunResult { succeeded: failure.is_none() && self.succeeded(), report: self.text(failure.as_ref()) }
    }

    fn totals(&self) -> BTreeMap<Status, usize> {
        let mut totals = BTreeMap::new();
        for outcome in &self.outcomes {
            *totals.entry(outcome.status).or_default() += 1;
        }
        totals
    }

    fn json(&self) -> Value {
        let outcome = |outcome: &TickerOutcome| {
            json!({
                "ticker": outcome.ticker.as_str(),
                "source": self.source.as_str(),
                "outcome": outcome.status,
                "reasons": outcome.reasons,
                "events": outcome.events,
                "events_added": outcome.stored.added,
                "events_removed": outcome.stored.removed.len(),
            })
        };
        json!({
            "command": "actions",
            "source": self.source.as_str(),
            "dest": self.dest,
            "version": env!("CARGO_PKG_VERSION"),
            "succeeded": self.succeeded(),
            "seconds": self.begun.elapsed().as_secs_f64(),
            "totals": self.totals(),
            "outcomes": self.outcomes.iter().map(outcome).collect::<Vec<_>>(),
            "objects": self.objects.iter().map(|(key, bytes)| json!({"key": key, "bytes": bytes})).collect::<Vec<_>>(),
            "objects_put": self.objects.len(),
            "warnings": self.warnings,
        })
    }

    /// A head, a line for each status, then details: failures first, that of the JSON file before
    /// all.
    fn text(&self, failure: Option<&IngestError>) -> String {
        let seconds = self.begun.elapsed().as_secs_f64();
        let events = counted(self.outcomes.iter().map(|outcome| outcome.events).sum(), "event");
        let (source, dest, changes) = (self.source, &self.dest, self.changes());
        let mut lines = vec![format!("actions: {events} from {source} -> {dest} in {seconds:.1} s; {changes}tickers:")];
        let totals = self.totals();
        for status in [Status::Written, Status::Unchanged, Status::Empty, Status::Failed] {
            let count = totals.get(&status).copied().unwrap_or(0);
            lines.push(status_line(status, count, ""));
        }
        lines.extend(shortened(self.details(failure), MOST_LINES));
        lines.join("\n") + "\n"
    }

    /// What the run changed in the lake, also for tickers of which some rows failed.
    fn changes(&self) -> String {
        if self.objects.is_empty() {
            return String::new();
        }
        let added = self.outcomes.iter().map(|outcome| outcome.stored.added).sum();
        let removed: u64 = self.outcomes.iter().map(|outcome| outcome.stored.removed.len() as u64).sum();
        let bytes = self.objects.iter().map(|(_, bytes)| bytes).sum();
        let objects = counted(self.objects.len(), "object");
        format!("{} added, {} removed, in {objects}, {}; ", counted(added, "event"), grouped(removed), size(bytes))
    }

    fn details(&self, failure: Option<&IngestError>) -> Vec<String> {
        let reasons = |status: Status| {
            let outcomes = self.outcomes.iter().filter(move |outcome| outcome.status == status);
            outcomes.flat_map(move |outcome| {
                let reasons = outcome.reasons.iter();
                reasons.map(move |reason| format!("{status}: {}: {reason}", outcome.ticker))
            })
        };
        let failure = failure.into_iter().map(|failure| format!("failed: {failure}"));
        let warnings = self.warnings.iter().map(|warning| format!("warning: {warning}"));
        failure.chain(reasons(Status::Failed)).chain(reasons(Status::Empty)).chain(warnings).collect()
    }
}
