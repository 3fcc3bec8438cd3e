//! Sessions into the lake: sifted, judged, merged, put, and accounted for.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use b3_market::lake::{RawKey, RejectedKey, Source};
use b3_market::{Ticker, calendar};
use bytes::Bytes;
use polars::prelude::{DataFrame, PolarsResult};
use tokio::task::JoinHandle;

use crate::bar::{Bar, RejectedBar};
use crate::error::IngestError;
use crate::frame::{
    bars_of_frame, decode, encode, frame_of_bars, frame_of_rejected, raw_schema, rejected_of_frame, rejected_schema,
};
use crate::gate::{DUPLICATE_KEY, SessionGate, sift};
use crate::merge::{changed_tickers, merge, merge_rejected};
use crate::outcome::{Outcome, Status};
use crate::progress::Progress;
use crate::report::{Report, SessionReport};
use crate::session::{Policy, Session};
use crate::sink::{Lake, Update};

/// Sessions on their way at once: enough to hide a store's latency, few enough to stay small in memory.
const SESSIONS_AT_ONCE: usize = 8;

/// Writes the sessions, in any order, and adds the end of each to `report`.
///
/// # Errors
/// Only those of the report's own file: what goes wrong with a session is in the report.
pub async fn write_sessions(
    lake: &Lake,
    policy: &Policy,
    mut sessions: Vec<Session>,
    report: &mut Report,
    progress: &Progress,
) -> Result<(), IngestError> {
    sessions.sort_by_key(|session| session.trade_date);
    write_in_order(lake, policy, sessions, report, progress).await
}

/// Writes the sessions, which come in the order of their dates, and adds the end of each to `report`.
///
/// A session is taken from the iterator only when there is room for it, so an iterator that builds them one by one keeps
/// few of them in memory.
///
/// # Errors
/// Only those of the report's own file: what goes wrong with a session is in the report.
pub async fn write_in_order(
    lake: &Lake,
    policy: &Policy,
    sessions: impl IntoIterator<Item = Session>,
    report: &mut Report,
    progress: &Progress,
) -> Result<(), IngestError> {
    let mut gate = SessionGate::new(policy.clone());
    let mut under_way: VecDeque<JoinHandle<SessionReport>> = VecDeque::new();
    for session in sessions {
        let work = SessionWork::judged(lake, policy, session, &mut gate).await;
        under_way.push_back(tokio::spawn(work.finish()));
        if under_way.len() >= SESSIONS_AT_ONCE {
            close_first(&mut under_way, report, progress).await?;
        }
    }
    while !under_way.is_empty() {
        close_first(&mut under_way, report, progress).await?;
    }
    Ok(())
}

async fn close_first(
    under_way: &mut VecDeque<JoinHandle<SessionReport>>,
    report: &mut Report,
    progress: &Progress,
) -> Result<(), IngestError> {
    let Some(first) = under_way.pop_front() else { return Ok(()) };
    let session = first.await.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
    progress.step(&session.trade_date.to_string());
    report.add(session)
}

/// One session on its way.
struct SessionWork {
    lake: Lake,
    policy: Arc<Policy>,
    session: Session,
    /// Why its rows may not be written.
    held_back: Option<String>,
    warnings: Vec<String>,
}

/// What is known about a rewrite that took place.
struct Note {
    rows: usize,
    changed: BTreeSet<Ticker>,
}

impl SessionWork {
    /// Sifts the rows and asks the gate about what is left.
    async fn judged(lake: &Lake, policy: &Policy, mut session: Session, gate: &mut SessionGate) -> Self {
        let (date, mut warnings, mut held_back) = (session.trade_date, Vec::new(), None);
        let (good, rejected) = sift(std::mem::take(&mut session.bars));
        session.bars = good;
        session.rejected.extend(rejected);
        match (calendar::is_session(date), policy.source) {
            (Ok(false), Source::Cotahist) => {
                warnings.push(format!("{date} is no session by the calendar; written, for the exchange's own file has it"));
            }
            (Ok(false), source) => held_back = Some(format!("{date} is no session of B3, and {source} invents bars")),
            _ => {}
        }
        if held_back.is_none() && !session.bars.is_empty() {
            let tickers = session.bars.iter().map(|bar| bar.ticker).collect();
            held_back = gate.judge(lake, date, tickers).await.unwrap_or_else(|error| Some(error.to_string()));
        }
        Self { lake: lake.clone(), policy: Arc::new(policy.clone()), session, held_back, warnings }
    }

    async fn finish(mut self) -> SessionReport {
        let key = RawKey { trade_date: self.session.trade_date, source: self.policy.source }.to_string();
        let mut ends = self.ends_of_rejected();
        let (mut put, mut bytes, mut rows) = (false, 0, 0);
        if let Some(reason) = self.held_back.clone() {
            for bar in std::mem::take(&mut self.session.bars) {
                ends.insert(bar.ticker, (Status::Failed, Some(reason.clone())));
                self.session.rejected.push(RejectedBar::new(&bar, reason.clone()));
            }
        } else if !self.session.bars.is_empty() {
            match self.put_bars(&key).await {
                Ok((update, note)) => {
                    (put, bytes) = size_of(update);
                    rows = note.as_ref().map_or(self.session.bars.len(), |note| note.rows);
                    self.end_good(&mut ends, put, note.as_ref());
                }
                Err(error) => {
                    let reason = error.to_string();
                    let failed = |bar: &Bar| (bar.ticker, (Status::Failed, Some(reason.clone())));
                    ends.extend(self.session.bars.iter().map(failed));
                }
            }
        }
        if let Err(error) = self.put_rejected().await {
            ends.values_mut().for_each(|end| *end = (Status::Failed, Some(error.to_string())));
        }
        self.report(key, put, bytes, rows, ends)
    }

    fn ends_of_rejected(&self) -> Ends {
        let mut ends = Ends::new();
        for bar in &self.session.rejected {
            let status = if bar.reason.starts_with(DUPLICATE_KEY) { Status::Failed } else { Status::Rejected };
            let end = ends.entry(bar.ticker).or_insert((status, None));
            end.0 = end.0.max(status);
            end.1.get_or_insert_with(|| bar.reason.clone());
        }
        ends
    }

    /// A ticker with a good row is written or unchanged, whatever else it had; that is said in the reason.
    fn end_good(&self, ends: &mut Ends, put: bool, note: Option<&Note>) {
        for bar in &self.session.bars {
            let changed = put && note.is_none_or(|note| note.changed.contains(&bar.ticker));
            let status = if changed { Status::Written } else { Status::Unchanged };
            match ends.get_mut(&bar.ticker) {
                Some((Status::Failed | Status::Written | Status::Unchanged, _)) => {}
                Some((end, reason)) => {
                    *end = status;
                    *reason = reason.take().map(|reason| format!("a row rejected: {reason}"));
                }
                None => {
                    ends.insert(bar.ticker, (status, None));
                }
            }
        }
    }

    async fn put_bars(&self, key: &str) -> Result<(Update, Option<Note>), IngestError> {
        let (policy, new) = (Arc::clone(&self.policy), Arc::new(self.session.bars.clone()));
        let object = self.lake.name(key);
        self.lake
            .update_with(key, move |old: Option<Bytes>| {
                let old = match old {
                    Some(bytes) => bars_of_frame(&object, &decode(&object, bytes, &raw_schema())?)?,
                    None => Vec::new(),
                };
                let rows = merge(&old, &new, &policy);
                let note = Note { rows: rows.len(), changed: changed_tickers(&old, &rows) };
                Ok(Some((encoded(&object, frame_of_bars(&rows, policy.source))?, note)))
            })
            .await
    }

    /// Keeps the rejected rows, and removes those of an earlier run that this one read again and found good.
    async fn put_rejected(&self) -> Result<(), IngestError> {
        let key = RejectedKey { trade_date: self.session.trade_date, source: self.policy.source }.to_string();
        if self.session.rejected.is_empty() && self.lake.read(&key).await?.is_none() {
            return Ok(());
        }
        let (policy, new) = (Arc::clone(&self.policy), self.session.rejected.clone());
        let object = self.lake.name(&key);
        let rewrite = move |old: Option<Bytes>| {
            let old = match old {
                Some(bytes) => rejected_of_frame(&object, &decode(&object, bytes, &rejected_schema())?)?,
                None => Vec::new(),
            };
            let rows = merge_rejected(old, &new, &policy);
            Ok(Some(encoded(&object, frame_of_rejected(&rows, policy.source))?))
        };
        self.lake.update(&key, rewrite).await.map(|_| ())
    }

    fn report(self, key: String, put: bool, bytes: u64, rows: usize, ends: Ends) -> SessionReport {
        let (trade_date, source) = (self.session.trade_date, self.policy.source);
        let ended = ends.into_iter().map(|(ticker, (status, reason))| Outcome {
            ticker,
            trade_date,
            source,
            bytes: if matches!(status, Status::Written | Status::Unchanged) { bytes } else { 0 },
            status,
            reason,
        });
        let outcomes = ended.chain(self.session.outcomes).collect();
        let rejected = self.session.rejected.len();
        SessionReport { trade_date, source, key, bytes, rows, rejected, put, warnings: self.warnings, outcomes }
    }
}

/// How each ticker of a session ended, and why.
type Ends = BTreeMap<Ticker, (Status, Option<String>)>;

fn size_of(update: Update) -> (bool, u64) {
    match update {
        Update::Written { bytes } => (true, bytes),
        Update::Unchanged { bytes } => (false, bytes),
        Update::Absent => (false, 0),
    }
}

fn encoded(object: &str, frame: PolarsResult<DataFrame>) -> Result<Vec<u8>, IngestError> {
    frame
        .and_then(|frame| encode(&frame))
        .map_err(|error| IngestError::Parquet { object: object.to_owned(), reason: error.to_string() })
}
