//! A run of `b3-ingest actions`, and access to the lake that it wrote.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use b3_ingest::IngestError;
use b3_ingest::actions::run;
use b3_ingest::cli::{Cli, Command};
use b3_ingest::frame::encode;
use b3_ingest::report::RunResult;
use b3_ingest::yahoo::Backoff;
use clap::Parser;
use polars::prelude::df;
use serde_json::Value;
use tempfile::TempDir;

use crate::company::{Company, answer};
use crate::server::Server;
use crate::stored_events::stored_events;

/// A lake in a temporary directory.
pub(crate) struct ActionsLake {
    folder: TempDir,
}

/// The report of a run, as printed (`text`) and as JSON: null if its file cannot be written.
#[derive(Debug)]
pub(crate) struct RunReport {
    pub(crate) text: String,
    pub(crate) json: Value,
    pub(crate) succeeded: bool,
}

impl ActionsLake {
    /// A lake whose raw has one session, 2026-11-06, that quotes these tickers with these ISINs.
    pub(crate) fn quoting(papers: &[(&str, &str)]) -> Self {
        let lake = Self { folder: TempDir::new().unwrap() };
        lake.quote("2026-11-06", papers);
        lake
    }

    /// Adds a session to raw.
    pub(crate) fn quote(&self, date: &str, papers: &[(&str, &str)]) {
        let (tickers, isins): (Vec<&str>, Vec<&str>) = papers.iter().copied().unzip();
        let frame = df!("ticker" => tickers, "isin" => isins).unwrap();
        let folder = self.path().join(format!("raw/trade_date={date}"));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("cotahist.parquet"), encode(&frame).unwrap()).unwrap();
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// `b3-ingest actions` with short waits between requests, and between attempts.
    pub(crate) async fn run(&self, arguments: &[&str]) -> Result<RunReport, IngestError> {
        let file = self.path().join("report.json");
        let mut all = vec!["b3-ingest", "actions", "--dest", self.path().to_str().unwrap()];
        all.extend(["--report", file.to_str().unwrap()]);
        all.extend(arguments);
        if !arguments.contains(&"--requests-per-second") {
            all.extend(["--requests-per-second", "1000"]);
        }
        let Command::Actions(args) = Cli::try_parse_from(all).unwrap().command else { panic!("another command") };
        let backoff = Backoff { first: Duration::from_millis(1), longest: Duration::from_millis(8), attempts: 4 };
        let quiet = true;
        let report = run(&args, quiet, backoff).await?;
        let RunResult { succeeded, report: text } = report.close();
        let json = std::fs::read(file).map_or(Value::Null, |bytes| serde_json::from_slice(&bytes).unwrap());
        Ok(RunReport { text, json, succeeded })
    }

    /// [`Self::run`] for `tickers` against `companies`.
    pub(crate) async fn ingest(&self, companies: &[Company], tickers: &str) -> RunReport {
        let companies = companies.to_vec();
        let server = Server::start(move |request, _| answer(&companies, request));
        self.run(&["--tickers", tickers, "--base-url", &server.address]).await.unwrap()
    }

    /// The events of a source, one a line: `2024-05-27 MGLU3 split 1/10 GRUPAMENTO`; the size of an
    /// event without one is `-`.
    pub(crate) fn events(&self, source: &str) -> Vec<String> {
        let mut lines = Vec::new();
        for folder in sorted(&self.path().join("actions")) {
            let path = folder.join(format!("{source}.parquet"));
            let ex_date = folder.file_name().unwrap().to_str().unwrap().replace("ex_date=", "");
            if path.is_file() {
                lines.extend(stored_events(&path).into_iter().map(|row| format!("{ex_date} {row}")));
            }
        }
        lines
    }

    /// Every object below `folder` with its content and the time of its writing.
    pub(crate) fn objects(&self, folder: &str) -> BTreeMap<PathBuf, (Vec<u8>, std::time::SystemTime)> {
        let mut objects = BTreeMap::new();
        let mut folders = vec![self.path().join(folder)];
        while let Some(folder) = folders.pop() {
            for path in sorted(&folder) {
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let modified = std::fs::metadata(&path).unwrap().modified().unwrap();
                    objects.insert(path.clone(), (std::fs::read(&path).unwrap(), modified));
                }
            }
        }
        objects
    }
}

impl RunReport {
    /// The outcome of one ticker as `status: reasons`.
    pub(crate) fn outcome(&self, ticker: &str) -> String {
        let outcomes = self.json["outcomes"].as_array().unwrap();
        let found: Vec<&Value> = outcomes.iter().filter(|outcome| outcome["ticker"] == ticker).collect();
        assert_eq!(found.len(), 1, "{ticker}: {outcomes:?}");
        let reasons: Vec<&str> = found[0]["reasons"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        let status = found[0]["outcome"].as_str().unwrap();
        if reasons.is_empty() { status.to_owned() } else { format!("{status}: {}", reasons.join("; ")) }
    }

    pub(crate) fn warnings(&self) -> Vec<String> {
        self.json["warnings"].as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
    }
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}
