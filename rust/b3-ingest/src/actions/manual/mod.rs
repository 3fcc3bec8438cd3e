//! The source `manual`: corporate actions from a CSV file.

mod csv;
mod rows;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use b3_market::Ticker;

use super::event::Event;
use super::merge::{CompleteDates, TickerEvents};
use crate::report::counted;
use crate::{IngestError, text_file};

/// The events of each ticker in the file at `path`; a `named` ticker without a row has none.
///
/// # Errors
/// Those of [`text_file::read`]; [`IngestError::Argument`] names a misplaced quote, or else a wrong
/// header, or else every wrong line, with the column, the value and what was expected.
pub(super) fn read(path: &Path, named: &BTreeSet<Ticker>) -> Result<Vec<TickerEvents>, IngestError> {
    let text = text_file::read(path)?;
    let events = rows::events(&text).map_err(|errors| IngestError::Argument(message(path, &errors)))?;
    let mut by_ticker: BTreeMap<Ticker, Vec<Event>> = named.iter().map(|ticker| (*ticker, Vec::new())).collect();
    for event in events {
        by_ticker.entry(event.action.ticker).or_default().push(event);
    }
    Ok(by_ticker.into_iter().map(|(ticker, events)| TickerEvents::new(ticker, events, CompleteDates::All)).collect())
}

fn message(path: &Path, errors: &[rows::WrongLine]) -> String {
    let mut text = format!("{}: {}, nothing was written", path.display(), counted(errors.len(), "error"));
    for error in errors {
        text = format!("{text}\n  {error}");
    }
    text
}
