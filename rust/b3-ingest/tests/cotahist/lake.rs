//! Running the program, and access to the lake that it wrote.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use b3_ingest::Bar;

use crate::layout::{Record, file};
use crate::stored_rows::{stored_bars, stored_rejected};

/// A temporary directory with a lake.
pub(crate) struct Lake {
    folder: tempfile::TempDir,
}

impl Lake {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// `b3-ingest cotahist --file FILE --dest LAKE` with further arguments.
    pub(crate) fn command(&self, file: &Path, more: &[&str]) -> Command {
        let mut command = binary();
        command.args(["cotahist", "--file"]).arg(file).arg("--dest").arg(self.path("lake")).args(more);
        command
    }

    /// `b3-ingest cotahist --base-url ADDRESS` to the lake, with a cache and further arguments.
    pub(crate) fn download(&self, address: &str, more: &[&str]) -> Output {
        self.download_command(address, more).output().unwrap()
    }

    pub(crate) fn download_command(&self, address: &str, more: &[&str]) -> Command {
        let mut command = binary();
        command.args(["cotahist", "--base-url", address, "--dest"]).arg(self.path("lake"));
        command.arg("--cache-dir").arg(self.path("cache")).args(more);
        command
    }

    pub(crate) fn ingest(&self, file: &Path, more: &[&str]) -> Output {
        self.command(file, more).output().unwrap()
    }

    /// [`Self::ingest`] of a file with these quotes.
    pub(crate) fn quote(&self, records: &[Record], more: &[&str]) -> Output {
        self.ingest(&self.write("quotes.TXT", &file(records)), more)
    }

    /// The report of a run that succeeded, as printed and as JSON.
    pub(crate) fn reported(&self, file: &Path, more: &[&str]) -> (String, serde_json::Value) {
        let path = self.path("report.json");
        let text = succeeded(self.ingest(file, &[&["--report", path.to_str().unwrap()], more].concat()));
        (text, serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap())
    }

    pub(crate) fn object(&self, date: &str) -> PathBuf {
        self.path("lake").join(format!("raw/trade_date={date}/cotahist.parquet"))
    }

    pub(crate) fn bars(&self, date: &str) -> Vec<Bar> {
        stored_bars(&self.object(date))
    }

    /// Ticker, market and close of each row of a date: `PETR4 10 36.100000`.
    pub(crate) fn closes(&self, date: &str) -> Vec<String> {
        let shown = |bar: Bar| format!("{} {} {}", bar.ticker, bar.market.unwrap(), bar.close);
        self.bars(date).into_iter().map(shown).collect()
    }

    /// Each rejected row of a date as `ticker: reason`.
    pub(crate) fn rejected(&self, date: &str) -> Vec<String> {
        let path = self.path("lake").join(format!("raw_rejected/trade_date={date}/cotahist.parquet"));
        stored_rejected(&path).iter().map(|row| format!("{}: {}", row.ticker, row.reason)).collect()
    }

    /// Every file of the lake.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut folders = vec![self.path("lake")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() { folders.push(path) } else { found.push(path) }
            }
        }
        found.sort();
        found
    }
}

pub(crate) fn binary() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_b3-ingest"));
    // A proxy of this machine must not be used for requests to the test's server.
    command.env("NO_PROXY", "127.0.0.1").env("no_proxy", "127.0.0.1");
    command
}

/// The single line of the error of a run that failed as a whole, without the log lines before it.
#[track_caller]
pub(crate) fn error_line(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('{')).collect();
    assert_eq!(lines.len(), 1, "expected one line of error, found: {text}");
    lines[0].to_owned()
}

/// The report of a run in which something failed.
#[track_caller]
pub(crate) fn failed(output: Output) -> String {
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8(output.stdout).unwrap()
}

/// The report of a run that succeeded.
#[track_caller]
pub(crate) fn succeeded(output: Output) -> String {
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    text
}
