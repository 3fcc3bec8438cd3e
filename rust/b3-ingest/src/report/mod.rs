//! The closing report of a run: text for people, JSON for programs.

mod json;
mod text;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use b3_market::lake::Source;
use chrono::NaiveDate;
use serde::Serialize;

use crate::error::IngestError;
use crate::outcome::{Outcome, Status, as_text};
pub(crate) use json::JsonFile;
use json::JsonReport;
pub(crate) use text::{counted, grouped, shortened, size, status_line};

/// The result of a subcommand.
#[derive(Debug)]
#[must_use]
pub struct RunResult {
    /// Whether everything that was requested succeeded.
    pub succeeded: bool,
    /// The closing report as text; of `reconcile` its table.
    pub report: String,
}

/// The outcome of one object of raw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SessionReport {
    /// The exchange's trade date.
    #[serde(serialize_with = "as_text")]
    pub trade_date: NaiveDate,
    /// The source of the rows.
    #[serde(serialize_with = "as_text")]
    pub source: Source,
    /// Key relative to the lake's root.
    pub key: String,
    /// Size of the object in bytes; 0 if the session failed or has no valid row.
    pub bytes: u64,
    /// Rows of the object after the run; 0 in the same cases.
    pub rows: usize,
    /// The rows of the session that this run rejected.
    pub rejected_rows: usize,
    /// Whether the object was written (false: unchanged, failed or without valid rows).
    pub put: bool,
    /// Warnings, which by themselves do not keep the object from being written.
    pub warnings: Vec<String>,
    /// The outcome of each ticker.
    #[serde(skip)]
    pub outcomes: Vec<Outcome>,
}

/// A file that the run read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileReport {
    /// Its path.
    pub file: String,
    /// Its records, including header and trailer.
    pub records: u64,
    /// Which records its trailer counts, `every record` or `quotes alone`; `None` if it is wrong
    /// or missing.
    pub trailer_counts: Option<String>,
}

/// The results of a run.
///
/// It stays small: successful tickers and dates are only counted. If there is a JSON file, each
/// outcome is written to it at once.
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
    /// The dates of the first and of the last session; `None` if there was none.
    span: Option<(NaiveDate, NaiveDate)>,
    /// The number of tickers and dates with each status.
    totals: BTreeMap<Status, usize>,
    /// The outcomes that the text names: those with a reason, so every failed one.
    notable: Vec<Outcome>,
    files: Vec<FileReport>,
    warnings: Vec<String>,
    failures: Vec<String>,
    json: Option<JsonReport>,
}

impl Report {
    /// A report of `command` for the lake at `dest`, written as JSON to `file` if given.
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
            totals: BTreeMap::new(),
            notable: Vec::new(),
            files: Vec::new(),
            warnings: Vec::new(),
            failures: Vec::new(),
            json: file.map(JsonReport::begin).transpose()?,
        })
    }

    /// Adds the outcome of one session. That the JSON file cannot be written is a failure of the
    /// report, and stops nothing else.
    pub fn add(&mut self, session: SessionReport) {
        for warning in &session.warnings {
            self.warn(warning.clone());
        }
        if let Some(json) = &mut self.json
            && let Err(error) = json.add(&session)
        {
            self.json = None;
            self.fail(error.to_string());
        }
        let date = session.trade_date;
        self.span = Some(self.span.map_or((date, date), |(first, last)| (first.min(date), last.max(date))));
        self.sessions += 1;
        self.rejected_rows += session.rejected_rows;
        if session.put {
            self.objects += 1;
            self.bytes += session.bytes;
            self.rows += session.rows;
        }
        for outcome in session.outcomes {
            *self.totals.entry(outcome.status).or_default() += 1;
            if outcome.reason.is_some() {
                self.notable.push(outcome);
            }
        }
    }

    /// Adds a file that was read.
    pub fn add_file(&mut self, file: FileReport) {
        self.files.push(file);
    }

    /// Adds a warning, and logs it.
    pub fn warn(&mut self, warning: impl Into<String>) {
        let warning = warning.into();
        tracing::warn!("{warning}");
        self.warnings.push(warning);
    }

    /// Adds a failure that belongs to no ticker and date: of a file, or of writing Yahoo's events.
    pub fn fail(&mut self, failure: impl Into<String>) {
        self.failures.push(failure.into());
    }

    fn succeeded(&self) -> bool {
        self.failures.is_empty() && !self.totals.contains_key(&Status::Failed)
    }

    /// Completes the JSON file, if there is one, and returns the result of the run. That the file
    /// cannot be written is one more failure.
    pub fn close(mut self) -> RunResult {
        if let Some(json) = self.json.take()
            && let Err(error) = json.end(&self)
        {
            self.fail(error.to_string());
        }
        RunResult { succeeded: self.succeeded(), report: self.text() }
    }
}
