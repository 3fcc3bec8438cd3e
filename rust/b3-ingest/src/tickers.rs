//! The tickers given on the command line and in a file.

use std::collections::BTreeSet;
use std::path::Path;

use b3_market::Ticker;

use crate::{IngestError, text_file};

/// `given` and the tickers of `file`, one a line; `#` starts a comment, and a byte order
/// mark is ignored.
///
/// # Errors
/// Those of [`text_file::read`]; [`IngestError::Argument`] with the line that is not a ticker.
pub(crate) fn tickers_of(given: &[Ticker], file: Option<&Path>) -> Result<BTreeSet<Ticker>, IngestError> {
    let mut tickers: BTreeSet<Ticker> = given.iter().copied().collect();
    let Some(file) = file else { return Ok(tickers) };
    for (line, number) in text_file::read(file)?.trim_start_matches('\u{feff}').lines().zip(1..) {
        let ticker = line.split('#').next().unwrap_or_default().trim();
        if !ticker.is_empty() {
            let wrong = |error| IngestError::Argument(format!("{}: line {number}: {error}", file.display()));
            tickers.insert(ticker.parse().map_err(wrong)?);
        }
    }
    Ok(tickers)
}
