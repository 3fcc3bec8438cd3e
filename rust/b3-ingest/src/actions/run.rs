//! A run of `b3-ingest actions`: requests every ticker's events or reads them from a file, writes
//! them, and reports every outcome.

use b3_market::lake::ActionSource;

use super::args::ActionsArgs;
use super::manual;
use super::merge::TickerEvents;
use super::report::ActionsReport;
use super::service::{self, TickerAnswer};
use super::store;
use crate::IngestError;
use crate::sink::Lake;
use crate::tickers::tickers_of;
use crate::web::Backoff;

/// Runs `b3-ingest actions`, with the waits of `backoff` between attempts.
///
/// # Errors
/// Wrong arguments or files, a report's file that cannot be written, and a lake that cannot be
/// opened, written or listed, or of which raw cannot be read. Errors of a single ticker are in the
/// report.
pub async fn run(args: &ActionsArgs, quiet: bool, backoff: Backoff) -> Result<ActionsReport, IngestError> {
    let source = if args.file.is_some() { ActionSource::Manual } else { ActionSource::B3 };
    let mut report = ActionsReport::begin(source, &args.lake.dest, args.report.as_deref())?;
    let tickers = tickers_of(&args.tickers, args.tickers_file.as_deref())?;
    // All of the file is read; a named ticker without a row in it loses its stored events.
    let by_hand = args.file.as_ref().map(|file| manual::read(file, &tickers)).transpose()?;
    if by_hand.is_none() && tickers.is_empty() {
        let expected = "expected --tickers or a --tickers-file with at least one, or --file";
        return Err(IngestError::Argument(format!("no ticker given: {expected}")));
    }
    let lake = Lake::open(&args.lake).await?;
    lake.ensure_writable()?;
    let answers: Vec<TickerAnswer> = if let Some(events) = by_hand {
        let answer = |events: TickerEvents| {
            let ticker = events.ticker;
            TickerAnswer { ticker, events: Some(events), why_no_company: None, failures: Vec::new() }
        };
        events.into_iter().map(answer).collect()
    } else {
        let (answers, remarks) = service::ask(args, &lake, &tickers, backoff, quiet).await?;
        for remark in remarks {
            report.warn(remark);
        }
        answers
    };
    let events: Vec<TickerEvents> = answers.iter().filter_map(|answer| answer.events.clone()).collect();
    report.add(answers, store::write(&lake, source, &events).await?);
    Ok(report)
}
