//! A run of `b3-ingest yahoo`: requests every ticker, writes every session, reports every outcome.

use std::collections::{BTreeMap, BTreeSet};

use b3_cotahist::Markets;
use b3_market::Ticker;
use b3_market::lake::ActionSource;
use chrono::{DateTime, Utc};
use futures::{StreamExt, stream};
use tracing::warn;

use super::args::YahooArgs;
use super::history::Yahoo;
use super::outcomes::sessions;
use super::request::{Request, TickerRequest};
use super::stored::{StoredClose, closes_by_ticker};
use super::ticker::TickerResult;
use crate::IngestError;
use crate::actions::{self, TickerEvents};
use crate::progress::Progress;
use crate::report::Report;
use crate::session::{Policy, Scope};
use crate::sink::Lake;
use crate::web::{Backoff, NoContent};
use crate::write::write_sessions;

/// Runs `b3-ingest yahoo` at the time `now`, with the waits of `backoff` between attempts.
///
/// # Errors
/// Invalid arguments, a lake that cannot be opened, read or written to, and a report's file that
/// cannot be created. Errors of a ticker or a session are in the report.
pub async fn run(args: &YahooArgs, quiet: bool, now: DateTime<Utc>, backoff: Backoff) -> Result<Report, IngestError> {
    let mut report = Report::begin("yahoo", &args.writing.lake.dest, args.writing.report.as_deref())?;
    let request = Request::new(args, now)?;
    let yahoo = Yahoo::new(args, now, backoff)?;
    let lake = Lake::open(&args.writing.lake).await?;
    lake.ensure_writable()?;
    let stored = if args.writing.force { BTreeMap::new() } else { closes_by_ticker(&lake, &request).await? };
    let results = ask_all(&request, &yahoo, &stored, usize::from(args.concurrency), quiet).await;
    if request.sessions.is_empty() {
        report.warn(format!("no session of B3 from {} to {}", request.from, request.to));
    }
    results.iter().flat_map(|result| &result.notes).for_each(|note| report.warn(note.clone()));
    let events: Vec<TickerEvents> = results.iter().map(|result| result.events.clone()).collect();
    write_events(&lake, &events, &mut report).await;
    let policy = Policy {
        source: request.interval.source(),
        scope: Scope::Tickers(request.tickers.clone(), Markets::ALL),
        replace: args.writing.replace,
        force: args.writing.force,
    };
    let sessions = sessions(&request, results);
    let progress = Progress::start(sessions.len() as u64, "sessions", quiet);
    write_sessions(&lake, policy, sessions, &mut report, &progress).await;
    Ok(report)
}

/// Writes splits and dividends to `actions/`; errors are added to `report`.
async fn write_events(lake: &Lake, events: &[TickerEvents], report: &mut Report) {
    let by_ticker = match actions::write(lake, ActionSource::Yahoo, events).await {
        Ok(written) => written.by_ticker,
        Err(error) => return report.fail(format!("events: {error}")),
    };
    // An object that cannot be written is one failure, whatever its number of tickers.
    let failures: BTreeSet<&String> = by_ticker.values().flat_map(|of_ticker| &of_ticker.failures).collect();
    for failure in failures {
        report.fail(failure.clone());
    }
    for warning in by_ticker.values().flat_map(|of_ticker| of_ticker.warnings(ActionSource::Yahoo)) {
        report.warn(warning);
    }
}

/// Requests all tickers, `concurrency` at a time; the result is in the order of the tickers.
async fn ask_all(
    request: &Request,
    yahoo: &Yahoo,
    stored: &BTreeMap<Ticker, Vec<StoredClose>>,
    concurrency: usize,
    quiet: bool,
) -> Vec<TickerResult> {
    let progress = Progress::start(request.tickers.len() as u64, "tickers", quiet);
    let of_ticker = |ticker| TickerRequest {
        ticker,
        interval: request.interval,
        from: request.from,
        to: request.to.min(request.last_closed),
    };
    let closes = |ticker| stored.get(&ticker).map(Vec::as_slice).unwrap_or_default();
    let mut results: Vec<TickerResult> = stream::iter(request.tickers.iter().copied())
        .map(|ticker| yahoo.ticker_result(of_ticker(ticker), closes(ticker)))
        .buffer_unordered(concurrency)
        .inspect(|result| {
            progress.step(result.ticker.as_str());
            if let NoContent::Failed(reason) = &result.without_row {
                warn!(ticker = %result.ticker, "{reason}");
            }
        })
        .collect()
        .await;
    results.sort_by_key(|result| result.ticker);
    results
}
