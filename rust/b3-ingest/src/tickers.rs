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
    if let Some(file) = file {
        tickers.extend(tickers_in(file)?);
    }
    Ok(tickers)
}

fn tickers_in(file: &Path) -> Result<Vec<Ticker>, IngestError> {
    let text = text_file::read(file)?;
    let lines = text
        .trim_start_matches('\u{feff}')
        .lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line.split('#').next().unwrap_or_default().trim()));
    lines
        .filter(|(_, line)| !line.is_empty())
        .map(|(number, line)| {
            line.parse().map_err(|error| IngestError::Argument(format!("{}: line {number}: {error}", file.display())))
        })
        .collect()
}
