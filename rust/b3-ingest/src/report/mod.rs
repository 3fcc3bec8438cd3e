//! The closing report: for people as text, for programs as JSON.

mod json;
mod text;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use b3_market::lake::Source;
use chrono::NaiveDate;
use serde::Serialize;

use crate::error::IngestError;
use crate::outcome::{Outcome, Status};
use json::JsonReport;
pub(crate) use text::{counted, grouped, size};

/// What became of one raw object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionReport {
    /// The exchange's trade date.
    pub trade_date: NaiveDate,
    /// Where the rows come from.
    pub source: Source,
    /// Key below the lake's root.
    pub key: String,
    /// Size of the object, 0 where the run put none and found none.
    pub bytes: u64,
    /// Rows of the object after the run, 0 where there is none.
    pub rows: usize,
    /// Rows that went to `raw_rejected/`.
    pub rejected: usize,
    /// Whether the object was put (false: unchanged, held back or failed).
    pub put: bool,
    /// What a person should look at although it was written.
    pub warnings: Vec<String>,
    /// One for each ticker.
    pub outcomes: Vec<Outcome>,
}

/// A file that a run read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileReport {
    /// Its path.
    pub file: String,
    /// Its records, header and trailer included.
    pub records: u64,
    /// Which of them its trailer counts, where it counts right.
    pub trailer_counts: Option<String>,
}

/// What a run did, from its first session to its last.
///
/// It stays small: of the tickers and dates that went well only the number is kept. With a file for JSON each of them is
/// written there as it ends.
#[derive(Debug)]
pub struct Report {
    command: &'static str,
    dest: String,
    begun: Instant,
    sessions: usize,
    objects: usize,
    bytes: u64,
    rows: usize,
    rejected_rows: usize,
    span: Option<(NaiveDate, NaiveDate)>,
    totals: Totals,
    notable: Vec<Outcome>,
    files: Vec<FileReport>,
    warnings: Vec<String>,
    failures: Vec<String>,
    json: Option<JsonReport>,
}

/// Tickers and dates by status.
pub type Totals = BTreeMap<Status, usize>;

impl Report {
    /// A report of `command` on the lake at `dest`, written as JSON to `file` if there is one.
    ///
    /// # Errors
    /// [`IngestError::File`] if `file` cannot be written.
    pub fn begin(command: &'static str, dest: &str, file: Option<&Path>) -> Result<Self, IngestError> {
        Ok(Self {
            command,
            dest: dest.to_owned(),
            begun: Instant::now(),
            sessions: 0,
            objects: 0,
            bytes: 0,
            rows: 0,
            rejected_rows: 0,
            span: None,
            totals: Totals::new(),
            notable: Vec::new(),
            files: Vec::new(),
            warnings: Vec::new(),
            failures: Vec::new(),
            json: file.map(JsonReport::begin).transpose()?,
        })
    }

    /// Adds the end of one session.
    ///
    /// # Errors
    /// [`IngestError::File`] if the JSON file cannot be written.
    pub fn add(&mut self, session: SessionReport) -> Result<(), IngestError> {
        for warning in &session.warnings {
            self.warn(warning.clone());
        }
        if let Some(json) = &mut self.json {
            json.add(&session)?;
        }
        let date = session.trade_date;
        self.span = Some(self.span.map_or((date, date), |(first, last)| (first.min(date), last.max(date))));
        self.sessions += 1;
        self.rejected_rows += session.rejected;
        if session.put {
            self.objects += 1;
            self.bytes += session.bytes;
            self.rows += session.rows;
        }
        for outcome in session.outcomes {
            *self.totals.entry(outcome.status).or_default() += 1;
            if outcome.reason.is_some() || outcome.status == Status::Failed {
                self.notable.push(outcome);
            }
        }
        Ok(())
    }

    /// Adds a file that was read.
    pub fn read_file(&mut self, file: FileReport) {
        self.files.push(file);
    }

    /// Adds something a person should look at that belongs to no session.
    pub fn warn(&mut self, warning: impl Into<String>) {
        let warning = warning.into();
        tracing::warn!("{warning}");
        self.warnings.push(warning);
    }

    /// Adds a failure that belongs to no ticker and date (a file, an object of `actions/`).
    pub fn fail(&mut self, failure: impl Into<String>) {
        self.failures.push(failure.into());
    }

    /// How many tickers and dates ended in each status.
    #[must_use]
    pub fn totals(&self) -> &Totals {
        &self.totals
    }

    /// True if nothing failed, which is when the exit status is 0.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        self.failures.is_empty() && !self.totals.contains_key(&Status::Failed)
    }

    /// Completes the JSON file, if there is one, and gives the text for people.
    ///
    /// # Errors
    /// [`IngestError::File`] if the JSON file cannot be written.
    pub fn close(mut self) -> Result<String, IngestError> {
        if let Some(json) = self.json.take() {
            json.end(&self)?;
        }
        Ok(self.text())
    }
}
