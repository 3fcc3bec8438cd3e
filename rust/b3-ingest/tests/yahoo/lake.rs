//! A run against an emulated Yahoo, and access to the lake that it wrote.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use b3_ingest::cli::{Cli, Command};
use b3_ingest::yahoo::{Backoff, run};
use b3_ingest::{Bar, RejectedBar};
use chrono::NaiveDate;
use clap::Parser;
use serde_json::Value;
use tempfile::TempDir;

use crate::stored_events::stored_events;
use crate::stored_rows::{stored_bars, stored_rejected};

/// A lake in a temporary directory.
pub(crate) struct TestLake {
    folder: TempDir,
}

/// The JSON report of a run, from the file that `Report::close` completes.
pub(crate) struct RunReport {
    pub(crate) json: Value,
}

impl TestLake {
    pub(crate) fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// `b3-ingest yahoo` at `now`, quiet, with short waits between requests, and between attempts.
    pub(crate) async fn run(&self, address: &str, now: &str, arguments: &[&str]) -> RunReport {
        let file = self.path().join("report.json");
        let mut all = vec!["b3-ingest", "yahoo", "--base-url", address, "--dest", self.path().to_str().unwrap()];
        all.extend(["--report", file.to_str().unwrap()]);
        all.extend(arguments);
        if !arguments.contains(&"--requests-per-second") {
            all.extend(["--requests-per-second", "1000"]);
        }
        let Command::Yahoo(args) = Cli::try_parse_from(all).unwrap().command else { panic!("another command") };
        let backoff = Backoff { first: Duration::from_millis(1), longest: Duration::from_millis(8), attempts: 8 };
        let quiet = true;
        drop(run(&args, quiet, now.parse().unwrap(), backoff).await.unwrap().close());
        RunReport { json: serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap() }
    }

    /// The rows of `raw/trade_date=<date>/<source>.parquet`, none if the object does not exist.
    pub(crate) fn bars(&self, date: NaiveDate, source: &str) -> Vec<Bar> {
        let path = self.path().join(format!("raw/trade_date={date}/{source}.parquet"));
        if path.exists() { stored_bars(&path) } else { Vec::new() }
    }

    /// The rows of `raw_rejected/trade_date=<date>/yahoo.parquet`.
    pub(crate) fn rejected(&self, date: NaiveDate) -> Vec<RejectedBar> {
        stored_rejected(&self.path().join(format!("raw_rejected/trade_date={date}/yahoo.parquet")))
    }

    /// The events of an ex-date: `PETR4 dividend 0.50000000`.
    pub(crate) fn events(&self, ex_date: &str) -> Vec<String> {
        stored_events(&self.path().join(format!("actions/ex_date={ex_date}/yahoo.parquet")))
    }

    /// The trade dates of which raw has an object.
    pub(crate) fn dates(&self) -> Vec<String> {
        let mut dates: Vec<String> = std::fs::read_dir(self.path().join("raw"))
            .unwrap()
            .filter(|folder| std::fs::read_dir(folder.as_ref().unwrap().path()).unwrap().next().is_some())
            .map(|folder| folder.unwrap().file_name().to_string_lossy().replace("trade_date=", ""))
            .collect();
        dates.sort();
        dates
    }
}

impl RunReport {
    /// Status and reason of every ticker and date; panics if one is reported twice.
    pub(crate) fn outcomes(&self) -> BTreeMap<(String, String), (String, String)> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let mut outcomes = BTreeMap::new();
        for outcome in self.json["outcomes"].as_array().unwrap() {
            let key = (text(&outcome["ticker"]), text(&outcome["trade_date"]));
            let twice = outcomes.insert(key.clone(), (text(&outcome["outcome"]), text(&outcome["reason"])));
            assert!(twice.is_none(), "{key:?} has two outcomes");
        }
        outcomes
    }

    /// The outcome of one ticker on one date as `status: reason`.
    pub(crate) fn outcome(&self, ticker: &str, date: &str) -> String {
        let outcomes = self.outcomes();
        let (status, reason) = outcomes
            .get(&(ticker.to_owned(), date.to_owned()))
            .unwrap_or_else(|| panic!("{ticker} of {date} has no outcome"));
        if reason.is_empty() { status.clone() } else { format!("{status}: {reason}") }
    }

    pub(crate) fn succeeded(&self) -> bool {
        self.json["succeeded"].as_bool().unwrap()
    }
}
