//! The checked arguments of a run.

use std::collections::BTreeSet;

use b3_market::{Ticker, calendar};
use chrono::{DateTime, NaiveDate, Utc};

use super::args::YahooArgs;
use super::interval::Interval;
use crate::IngestError;
use crate::tickers::tickers_of;

/// Tickers, dates and the length of the bars.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Request {
    pub tickers: BTreeSet<Ticker>,
    pub from: NaiveDate,
    pub to: NaiveDate,
    /// The sessions from `from` to `to`.
    pub sessions: Vec<NaiveDate>,
    pub last_closed: NaiveDate,
    pub interval: Interval,
}

impl Request {
    /// The request of `args` at the time `now`.
    ///
    /// # Errors
    /// [`IngestError::Argument`] for dates in the wrong order or outside the calendar, for lines
    /// that are not a ticker and for no ticker, [`IngestError::File`] if the file of tickers cannot
    /// be read.
    pub(super) fn new(args: &YahooArgs, now: DateTime<Utc>) -> Result<Self, IngestError> {
        let outside = |error: calendar::OutOfCalendar| IngestError::Argument(error.to_string());
        let last_closed = calendar::last_closed_session(now).map_err(outside)?;
        let to = args.to.unwrap_or(last_closed);
        let from = args.from.unwrap_or(to);
        if from > to {
            return Err(IngestError::Argument(format!(
                "--from {from} is after --to {to}: expected the earlier date first"
            )));
        }
        let sessions = calendar::sessions(from, to).map_err(outside)?.collect();
        let tickers = tickers_of(&args.tickers, args.tickers_file.as_deref())?;
        if tickers.is_empty() {
            return Err(IngestError::Argument(
                "no ticker given: expected --tickers or a --tickers-file with at least one".to_owned(),
            ));
        }
        Ok(Self { tickers, from, to, sessions, last_closed, interval: args.interval })
    }
}

/// The part of a [`Request`] that concerns one ticker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TickerRequest {
    pub ticker: Ticker,
    pub interval: Interval,
    pub from: NaiveDate,
    /// The last requested date, but not after the last session that has closed.
    pub to: NaiveDate,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Cli, Command};
    use clap::Parser;
    use std::io::Write;

    fn request(arguments: &[&str]) -> Result<Request, String> {
        let all = ["b3-ingest", "yahoo", "--dest", "lake"].iter().chain(arguments);
        let Command::Yahoo(args) = Cli::try_parse_from(all).map_err(|error| error.to_string())?.command else {
            panic!("another command");
        };
        // A Friday, an hour before its session counts as closed.
        Request::new(&args, "2024-11-08T21:00:00Z".parse().unwrap()).map_err(|error| error.to_string())
    }

    fn dates(arguments: &[&str]) -> String {
        let request = request(arguments).unwrap();
        format!("{}..{}", request.from, request.to)
    }

    #[test]
    fn the_default_date_is_the_last_session_that_has_closed() {
        assert_eq!(dates(&["--tickers", "PETR4"]), "2024-11-07..2024-11-07");
        assert_eq!(dates(&["--tickers", "PETR4", "--to", "2024-10-01"]), "2024-10-01..2024-10-01");
        assert_eq!(dates(&["--tickers", "PETR4", "--from", "2024-10-01"]), "2024-10-01..2024-11-07");
    }

    #[test]
    fn the_requested_sessions_include_both_ends() {
        let request = request(&["--tickers", "PETR4", "--from", "2024-11-01", "--to", "2024-11-05"]).unwrap();
        let sessions: Vec<String> = request.sessions.iter().map(ToString::to_string).collect();
        assert_eq!(sessions, ["2024-11-01", "2024-11-04", "2024-11-05"]);
    }

    #[test]
    fn dates_that_cannot_be_are_refused_and_named() {
        let reversed = request(&["--tickers", "PETR4", "--from", "2024-11-05", "--to", "2024-11-01"]);
        assert_eq!(
            reversed.unwrap_err(),
            "--from 2024-11-05 is after --to 2024-11-01: expected the earlier date first"
        );
        let old = request(&["--tickers", "PETR4", "--from", "1980-01-01", "--to", "2024-11-01"]).unwrap_err();
        assert_eq!(old, "1980-01-01 is outside the trading calendar: expected a date from 1986-01-01 to 2099-12-31");
    }

    #[test]
    fn a_file_of_tickers_may_hold_comments_and_a_wrong_line_is_named() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        writeln!(file, "\u{feff}PETR4  # preferred\r\n# iron\n\nVALE3\nPETR4").unwrap();
        let path = file.path().to_str().unwrap().to_owned();
        let tickers = request(&["--tickers-file", &path]).unwrap().tickers;
        assert_eq!(tickers.iter().map(Ticker::as_str).collect::<Vec<_>>(), ["PETR4", "VALE3"]);
        writeln!(file, "ITUB4.SA").unwrap();
        let error = request(&["--tickers-file", &path]).unwrap_err();
        assert!(
            error.ends_with(
                "line 6: invalid ticker 'ITUB4.SA': expected 1 to 12 upper-case letters and digits, such as PETR4"
            ),
            "{error}"
        );
    }
}
