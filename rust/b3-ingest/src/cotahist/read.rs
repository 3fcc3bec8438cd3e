//! Reading the quotes of a COTAHIST file, grouped by session.

use std::fs::File;
use std::path::Path;

use b3_cotahist::{Fault, Markets, Options, Quote, Reader, Record, Summary};
use b3_market::{Currency, Money, Price, Specification};

use super::pack::PackedSessions;
use crate::bar::{Bar, RejectedBar};
use crate::error::IngestError;
use crate::progress::Progress;
use crate::sink::blocking;

/// The content of a file for the selected markets.
pub(super) struct Contents {
    pub(super) sessions: PackedSessions,
    /// The counts of the file, and why it is incomplete if that was accepted.
    pub(super) summary: Summary,
}

/// Reads the whole file in one pass, on a blocking thread.
///
/// Every ticker is read, even if few are wanted, because the report also names each session of the
/// file without a quote of a wanted ticker.
pub(super) async fn read(
    path: &Path,
    markets: Markets,
    allow_incomplete: bool,
    quiet: bool,
) -> Result<Contents, IngestError> {
    let path = path.to_owned();
    let options = Options { markets, tickers: None, allow_incomplete };
    blocking(move || read_blocking(&path, options, quiet)).await
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
    while let Some(record) = reader.next_record()? {
        match record.quote() {
            Ok(quote) => sessions.push(quote.key.trade_date, &bar_of(&quote)),
            Err(fault) => sessions.reject(record.trade_date(), rejected_of(&record, &fault)),
        }
    }
    Ok(Contents { sessions, summary: reader.summary() })
}

/// The values of a record from which no quote can be made. The reason names the line but not the
/// file, because a local path does not belong in the lake.
fn rejected_of(record: &Record<'_>, fault: &Fault) -> RejectedBar {
    let price = |price: Money| Price::from_lot(price.cents(), record.quote_factor());
    RejectedBar {
        ticker: record.ticker(),
        bar_start: None,
        open: price(record.open()),
        high: price(record.high()),
        low: price(record.low()),
        close: price(record.close()),
        volume: Some(record.volume()),
        turnover: Some(record.turnover()),
        trades: Some(record.trades()),
        isin: record.isin().to_string().parse().ok(),
        market: Some(record.market()),
        currency: Currency::of_label(record.currency().as_bytes(), record.trade_date()).ok(),
        distribution: i16::try_from(record.distribution()).ok(),
        specification: Specification::of_field(record.specification().as_bytes()),
        reason: fault.without_file().to_string(),
    }
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
        currency: quote.currency,
        distribution: Some(quote.distribution),
        specification: quote.specification,
        forward_term: quote.key.forward_term,
    }
}
