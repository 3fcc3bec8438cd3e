//! A file's quotes, by session.

use std::fs::File;
use std::path::Path;

use b3_market::cotahist::{Incomplete, Markets, Options, Quote, Reader};

use super::pack::PackedSessions;
use crate::bar::Bar;
use crate::error::IngestError;
use crate::progress::Progress;

/// What a file holds of the markets asked for.
pub(super) struct Contents {
    pub(super) sessions: PackedSessions,
    /// How the file falls short of its end, where that was accepted.
    pub(super) incomplete: Option<Incomplete>,
}

/// Reads the whole file in one pass, on a thread of its own.
///
/// Every ticker is read, also where few are wanted: only so the file's dates are known, and a ticker without a quote on one of them.
pub(super) async fn read(
    path: &Path,
    markets: Markets,
    allow_incomplete: bool,
    quiet: bool,
) -> Result<Contents, IngestError> {
    let path = path.to_owned();
    let options = Options { markets, tickers: None, allow_incomplete };
    let work = move || read_blocking(&path, options, quiet);
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
}

fn read_blocking(path: &Path, options: Options, quiet: bool) -> Result<Contents, IngestError> {
    let failed = |error| IngestError::file(path, error);
    let file = File::open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    if metadata.is_dir() {
        return Err(failed(std::io::ErrorKind::IsADirectory.into()));
    }
    let progress = Progress::of_bytes(metadata.len(), "reading", quiet);
    let name = path.display().to_string();
    let mut reader = Reader::from_text_or_zip(progress.counting(file), name, options)?;
    let mut sessions = PackedSessions::default();
    for quote in &mut reader {
        let quote = quote?;
        sessions.push(quote.key.trade_date, &bar_of(&quote));
    }
    Ok(Contents { sessions, incomplete: reader.summary().incomplete })
}

fn bar_of(quote: &Quote) -> Bar {
    Bar {
        ticker: quote.key.ticker,
        bar_start: None,
        open: quote.open,
        high: quote.high,
        low: quote.low,
        close: quote.close,
        volume: quote.volume,
        turnover: Some(quote.turnover),
        trades: Some(quote.trades),
        isin: quote.isin,
        market: Some(quote.key.market),
        forward_term: quote.key.forward_term,
    }
}
