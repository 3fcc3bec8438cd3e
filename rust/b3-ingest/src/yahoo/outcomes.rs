//! The result for every requested ticker and session: its rows, or the reason why it has none.

use std::collections::{BTreeMap, BTreeSet};

use b3_market::Ticker;
use chrono::NaiveDate;

use super::request::Request;
use super::ticker::TickerResult;
use crate::outcome::{Outcome, Status};
use crate::session::Session;
use crate::web::NoContent;

/// The sessions of a run, in order: their rows, and for each ticker without a row the reason.
pub(super) fn sessions(request: &Request, results: Vec<TickerResult>) -> Vec<Session> {
    let mut sessions: BTreeMap<NaiveDate, Session> = BTreeMap::new();
    for result in results {
        let mut with_row = BTreeSet::new();
        for (trade_date, outcome) in result.row_outcomes {
            with_row.insert(trade_date);
            let session = sessions.entry(trade_date).or_insert_with(|| empty(trade_date));
            match outcome {
                Ok(bar) => session.bars.push(bar),
                Err(rejected) => session.rejected.push(*rejected),
            }
        }
        for trade_date in request.sessions.iter().copied().filter(|date| !with_row.contains(date)) {
            let session = sessions.entry(trade_date).or_insert_with(|| empty(trade_date));
            session.outcomes.push(outcome(request, result.ticker, trade_date, &result.without_row));
        }
    }
    sessions.into_values().collect()
}

fn empty(trade_date: NaiveDate) -> Session {
    Session { trade_date, bars: Vec::new(), rejected: Vec::new(), outcomes: Vec::new() }
}

fn outcome(request: &Request, ticker: Ticker, trade_date: NaiveDate, reason: &NoContent) -> Outcome {
    let (status, reason) = match reason {
        NoContent::Failed(reason) => (Status::Failed, reason.clone()),
        NoContent::NoData(_) if trade_date > request.last_closed => {
            (Status::Empty, "the session has not closed yet".to_owned())
        }
        NoContent::NoData(reason) => (Status::Empty, reason.clone()),
    };
    Outcome { ticker, trade_date, source: request.interval.source(), status, reason: Some(reason), bytes: 0 }
}
