//! The writing of one session to the lake.

use std::collections::BTreeSet;
use std::sync::Arc;

use b3_market::lake::{RawKey, RejectedKey, Source};
use b3_market::{Ticker, calendar};
use bytes::Bytes;

use super::ticker_outcomes::TickerOutcomes;
use crate::bar::{RejectedBar, by_ticker};
use crate::error::IngestError;
use crate::frame::{bars_of_parquet, encode_object, frame_of_bars, frame_of_rejected, rejected_of_parquet};
use crate::gate::{SessionGate, separate_invalid};
use crate::merge::{changed_tickers, merge, merge_rejected, row_key};
use crate::report::{SessionReport, counted};
use crate::session::{Policy, Scope, Session};
use crate::sink::{Lake, Update};

/// A session that has been checked, with what is needed to write it.
pub(super) struct SessionWork {
    lake: Lake,
    policy: Arc<Policy>,
    session: Session,
    /// The reason why its rows may not be written; `None` if they may.
    held_back: Option<String>,
    warnings: Vec<String>,
}

/// The rows that an object has after a session was merged into it.
struct Rewrite {
    rows: usize,
    /// The tickers whose rows are new, different or gone.
    changed: BTreeSet<Ticker>,
}

/// The object of raw after the session was written, or zeros if it was not.
#[derive(Default)]
struct Object {
    /// Whether this run put it; if not, its rows are the same as before.
    put: bool,
    bytes: u64,
    rows: usize,
}

impl SessionWork {
    /// Separates the invalid rows and asks the calendar and the gate whether the session may be
    /// written.
    pub(super) async fn checked(lake: &Lake, policy: &Policy, mut session: Session, gate: &mut SessionGate) -> Self {
        let (date, mut warnings) = (session.trade_date, Vec::new());
        let (good, rejected) = separate_invalid(std::mem::take(&mut session.bars));
        session.bars = good;
        session.rejected.extend(rejected);
        if policy.source == Source::Cotahist && calendar::is_session(date) == Ok(false) {
            warnings
                .push(format!("{date} is no session by the calendar; written because the exchange's own file has it"));
        }
        let held_back = if session.bars.is_empty() {
            no_valid_row(policy, &session.rejected)
        } else {
            let tickers = by_ticker(&session.bars).count();
            gate.check(lake, date, tickers).await.unwrap_or_else(|error| Some(error.to_string()))
        };
        Self { lake: lake.clone(), policy: Arc::new(policy.clone()), session, held_back, warnings }
    }

    /// Writes the rows. Errors are in the report.
    pub(super) async fn finish(mut self) -> SessionReport {
        let (trade_date, source) = (self.session.trade_date, self.policy.source);
        let key = RawKey { trade_date, source }.to_string();
        let mut outcomes = TickerOutcomes::of_rejected(&self.session.rejected);
        let is_held_back = self.hold_back(&mut outcomes);
        // Rejected rows first, because a session in raw counts as complete: `cotahist --missing`
        // does not read it again.
        let object = match self.put_rejected().await {
            Ok(()) if is_held_back => Object::default(),
            Ok(()) => self.put_good(&key, &mut outcomes).await,
            Err(error) => {
                outcomes.fail(&self.session.bars, &error.to_string());
                Object::default()
            }
        };
        SessionReport {
            trade_date,
            source,
            key,
            bytes: object.bytes,
            rows: object.rows,
            rejected: self.session.rejected.len(),
            put: object.put,
            warnings: self.warnings,
            outcomes: outcomes.finish(trade_date, source, object.bytes).chain(self.session.outcomes).collect(),
        }
    }

    /// Rejects the valid rows too, if the session is held back; returns whether it is.
    fn hold_back(&mut self, outcomes: &mut TickerOutcomes) -> bool {
        let Some(reason) = self.held_back.take() else { return false };
        let bars = std::mem::take(&mut self.session.bars);
        outcomes.fail(&bars, &reason);
        self.session.rejected.extend(bars.iter().map(|bar| RejectedBar::new(bar, &reason)));
        true
    }

    async fn put_good(&mut self, key: &str, outcomes: &mut TickerOutcomes) -> Object {
        let bars = &self.session.bars;
        if bars.is_empty() {
            // Nothing is written, as a run without valid rows is more likely wrong than a stored
            // object; a run that would replace it (one of whole markets does) says so.
            let replaces = self.policy.replace || matches!(self.policy.scope, Scope::Markets(_));
            if replaces && !matches!(self.lake.read(key).await, Ok(None)) {
                self.warnings.push(format!("no valid row, so {key} is not replaced"));
            }
            return Object::default();
        }
        match self.put_bars(key).await {
            Ok((Update { put, bytes }, Rewrite { rows, changed })) => {
                outcomes.succeed(bars, &changed);
                let is_gone = |ticker: &&Ticker| bars.binary_search_by_key(*ticker, |bar| bar.ticker).is_err();
                let gone: Vec<&str> = changed.iter().filter(is_gone).map(Ticker::as_str).collect();
                if !gone.is_empty() {
                    self.warnings.push(format!(
                        "{key}: rows of {} removed: {}",
                        counted(gone.len(), "ticker"),
                        gone.join(", ")
                    ));
                }
                Object { put, bytes, rows }
            }
            Err(error) => {
                outcomes.fail(bars, &error.to_string());
                Object::default()
            }
        }
    }

    async fn put_bars(&self, key: &str) -> Result<(Update, Rewrite), IngestError> {
        let (policy, new) = (Arc::clone(&self.policy), self.session.bars.clone());
        let (object, unread) = (self.lake.name(key), self.session.failed_tickers());
        let rewrite = move |old: Option<Bytes>| {
            let mut old = stored_rows(old, |bytes| bars_of_parquet(&object, bytes), &policy)?;
            // An object of another writer may be in any order.
            old.sort_by_key(row_key);
            let rows = merge(&old, &new, &policy, &unread);
            let rewritten = Rewrite { rows: rows.len(), changed: changed_tickers(&old, &rows) };
            Ok((encode_object(&object, frame_of_bars(&rows, policy.source))?, rewritten))
        };
        let (update, rewritten) = self.lake.update_with(key, rewrite).await?;
        // `None` if `rewrite(None)` gives the stored bytes: the object has exactly these rows.
        let unchanged = || Rewrite { rows: self.session.bars.len(), changed: BTreeSet::new() };
        Ok((update, rewritten.unwrap_or_else(unchanged)))
    }

    /// Writes the rejected rows in place of those of earlier runs, as [`merge_rejected`] says.
    async fn put_rejected(&self) -> Result<(), IngestError> {
        let key = RejectedKey { trade_date: self.session.trade_date, source: self.policy.source }.to_string();
        if self.session.rejected.is_empty() && self.lake.read(&key).await?.is_none() {
            return Ok(());
        }
        let (policy, new, valid) = (Arc::clone(&self.policy), self.session.rejected.clone(), self.session.bars.clone());
        let (object, unread) = (self.lake.name(&key), self.session.failed_tickers());
        let rewrite = move |old: Option<Bytes>| {
            let old = stored_rows(old, |bytes| rejected_of_parquet(&object, bytes), &policy)?;
            let rows = merge_rejected(old, &new, &valid, &policy, &unread);
            encode_object(&object, frame_of_rejected(&rows, policy.source))
        };
        self.lake.update(&key, rewrite).await.map(drop)
    }
}

/// The reason why a session of a whole file without a valid row is held back: rows that all
/// break a rule are a fault of the file or of its reader. `None` with `--force`, if the session has
/// no row, and for single tickers or a cut file, whose rows may all be wrong.
fn no_valid_row(policy: &Policy, rejected: &[RejectedBar]) -> Option<String> {
    let whole_file = matches!(policy.scope, Scope::Markets(_)) && !policy.force;
    let first = rejected.first().filter(|_| whole_file)?;
    let RejectedBar { ticker, reason, .. } = first;
    Some(format!("session held back: no valid row, the first is {ticker}: {reason}; --force accepts it"))
}

/// The rows of an object before a run, none if there is no object. An unreadable object is an
/// error, unless the run replaces it as a whole.
fn stored_rows<T>(
    old: Option<Bytes>,
    decode: impl FnOnce(Bytes) -> Result<Vec<T>, IngestError>,
    policy: &Policy,
) -> Result<Vec<T>, IngestError> {
    match old.map(decode) {
        Some(Err(_)) if policy.replace => Ok(Vec::new()),
        Some(rows) => rows,
        None => Ok(Vec::new()),
    }
}
