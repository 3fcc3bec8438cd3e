//! The subcommand and source `cotahist`: B3's own file of daily quotes.

mod cache;
mod download;
mod missing;
mod pack;
mod read;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use b3_market::Ticker;
use b3_market::lake::Source;
use chrono::{NaiveDate, Utc};

use crate::cli::CotahistArgs;
use crate::error::IngestError;
use crate::outcome::{Outcome, Status};
use crate::progress::Progress;
use crate::report::{FileReport, Report};
use crate::session::{Policy, Scope, Session};
use crate::sink::Lake;
use crate::write::write_sessions;
use download::Downloader;
use missing::missing_sessions;
use pack::Rows;
use read::{Contents, read};

/// A file to read: on disk, or to be downloaded.
enum Input {
    File(PathBuf),
    Remote {
        name: String,
        /// The session whose file it is; `None` for a year's file.
        session: Option<NaiveDate>,
    },
}

/// Writes the content of every given file to the lake, one after the other.
///
/// If one of several files cannot be downloaded or read, the others are still read, and the report
/// names the failed one. With `--missing` a session that B3 has not published yet is a warning: the
/// next run requests it again.
///
/// # Errors
/// The error of the only file, except with `--missing`; [`IngestError::Argument`] or
/// [`IngestError::File`] if the lake or the report cannot be written; with `--missing` those of
/// listing raw.
pub(crate) async fn run(args: &CotahistArgs, quiet: bool) -> Result<Report, IngestError> {
    let mut report = Report::begin("cotahist", &args.writing.lake.dest, args.writing.report.as_deref())?;
    let lake = Lake::open(&args.writing.lake).await?;
    lake.ensure_writable()?;
    let inputs = inputs(args, &lake).await?;
    let (files, alone) = (inputs.len(), inputs.len() == 1 && !args.missing);
    let downloader = Downloader::new(&args.base_url, args.cache_dir.as_deref(), quiet)?;
    for (file, input) in (1..).zip(inputs) {
        match ingest(args, quiet, &lake, &downloader, input, (file, files), &mut report).await {
            Ok(()) => {}
            Err(error) if alone => return Err(error),
            Err(error @ IngestError::NotPublished { .. }) if args.missing => report.warn(error.to_string()),
            Err(error) => report.fail(error.to_string()),
        }
    }
    Ok(report)
}

/// The files to read. B3's names: `COTAHIST_A2024.ZIP` for a year, `COTAHIST_D08112024.ZIP` for a
/// session.
async fn inputs(args: &CotahistArgs, lake: &Lake) -> Result<Vec<Input>, IngestError> {
    let missing = if args.missing { missing_sessions(lake, Utc::now()).await? } else { Vec::new() };
    let files = args.file.iter().cloned().map(Input::File);
    let year_file = |year| Input::Remote { name: format!("COTAHIST_A{year}.ZIP"), session: None };
    let years = args.year.iter().cloned().flatten().map(year_file);
    let session_file = |date: &NaiveDate| {
        let name = format!("COTAHIST_D{}.ZIP", date.format("%d%m%Y"));
        Input::Remote { name, session: Some(*date) }
    };
    let dates = args.date.iter().chain(&missing).map(session_file);
    Ok(files.chain(years).chain(dates).collect())
}

/// Reads and writes one file, the one of number `file` among `files`; of several each has a log
/// line.
async fn ingest(
    args: &CotahistArgs,
    quiet: bool,
    lake: &Lake,
    downloader: &Downloader,
    input: Input,
    (file, files): (usize, usize),
    report: &mut Report,
) -> Result<(), IngestError> {
    let (path, session_of_file) = match &input {
        Input::File(path) => (path.clone(), None),
        Input::Remote { name, session } => (downloader.fetch(name).await?, *session),
    };
    let contents = read(&path, args.markets, args.allow_incomplete, quiet).await.inspect_err(|_| {
        // The download may be broken: the next run does not read it from the cache.
        if let Input::Remote { name, .. } = &input
            && let Err(error) = downloader.forget(name)
        {
            tracing::warn!("the next run may read the same file again: {error}");
        }
    })?;
    let wanted: BTreeSet<Ticker> = args.tickers.iter().copied().collect();
    report.add_file(FileReport {
        file: path.display().to_string(),
        records: contents.summary.records,
        trailer_counts: contents.summary.trailer.map(|counts| counts.to_string()),
    });
    warn(&path, args, &contents, &wanted, report);
    if let Some(date) = session_of_file.filter(|date| !contents.sessions.contains(*date)) {
        report.warn(format!("{}: no quote of {date}", path.display()));
    }
    let policy = policy(args, &contents, &wanted);
    let (sessions, quotes) = (contents.sessions.len(), contents.summary.selected);
    let progress = Progress::start(sessions as u64, "sessions", quiet);
    let unpacked = contents.sessions.unpacked().map(|(date, rows)| session(date, rows, &wanted));
    write_sessions(lake, policy, unpacked, report, &progress).await;
    if files > 1 {
        let name = path.file_name().unwrap_or_default().display();
        tracing::info!(file, files, sessions, quotes, "{name} is read");
    }
    Ok(())
}

/// Without `--replace` a complete file replaces the rows of the markets that were read
/// (`--markets`), and an incomplete or filtered one is merged.
fn policy(args: &CotahistArgs, contents: &Contents, wanted: &BTreeSet<Ticker>) -> Policy {
    let scope = if contents.summary.incomplete.is_some() {
        Scope::IncompleteFile
    } else if wanted.is_empty() {
        Scope::Markets(args.markets)
    } else {
        Scope::Tickers(wanted.clone(), args.markets)
    };
    Policy { source: Source::Cotahist, scope, replace: args.writing.replace, force: args.writing.force }
}

fn warn(path: &Path, args: &CotahistArgs, contents: &Contents, wanted: &BTreeSet<Ticker>, report: &mut Report) {
    let file = path.display();
    if let Some(incomplete) = contents.summary.incomplete {
        report.warn(format!("{file}: {incomplete}; what is there was read and merged"));
    }
    if contents.sessions.is_empty() {
        report.warn(format!("{file}: no quote of market {}", args.markets));
        return;
    }
    let found = contents.sessions.tickers();
    for ticker in wanted.difference(&found) {
        report.warn(format!("{file}: no quote of {ticker} on any date"));
    }
}

/// The session's rows of the wanted tickers, or all if `wanted` is empty; a wanted ticker without a
/// row is reported as empty.
fn session(trade_date: NaiveDate, rows: Rows, wanted: &BTreeSet<Ticker>) -> Session {
    let Rows { mut bars, mut rejected } = rows;
    let mut outcomes = Vec::new();
    if !wanted.is_empty() {
        bars.retain(|bar| wanted.contains(&bar.ticker));
        rejected.retain(|row| wanted.contains(&row.ticker));
        let found: BTreeSet<Ticker> =
            bars.iter().map(|bar| bar.ticker).chain(rejected.iter().map(|row| row.ticker)).collect();
        outcomes.extend(wanted.difference(&found).map(|ticker| Outcome {
            ticker: *ticker,
            trade_date,
            source: Source::Cotahist,
            status: Status::Empty,
            reason: None,
            bytes: 0,
        }));
    }
    Session { trade_date, bars, rejected, outcomes }
}
