//! The writing of one session to the lake.

use std::sync::Arc;

use b3_market::lake::{RawKey, RejectedKey, Source};
use b3_market::{Ticker, calendar};
use bytes::Bytes;
use polars::prelude::{DataFrame, Schema};

use super::ticker_outcomes::TickerOutcomes;
use crate::bar::{RejectedBar, tickers_of};
use crate::error::IngestError;
use crate::frame::{encode_object, raw_of_parquet, raw_schema, rejected_of_parquet, rejected_schema};
use crate::gate::{SessionGate, separate_invalid};
use crate::merge::{Merged, merge, merge_rejected};
use crate::report::{SessionReport, counted};
use crate::session::{Policy, Scope, Session};
use crate::sink::{Lake, Update};

/// A session that has been checked, with what is needed to write it.
pub(super) struct SessionWork {
    lake: Lake,
    policy: Arc<Policy>,
    /// Without bars if it is held back: its valid rows are then rejected too.
    session: Arc<Session>,
    outcomes: TickerOutcomes,
    report: SessionReport,
}

impl SessionWork {
    /// Separates the invalid rows and asks the gate whether the session may be written.
    pub(super) async fn checked(
        lake: &Lake,
        policy: &Arc<Policy>,
        mut session: Session,
        gate: &mut SessionGate,
    ) -> Self {
        let (trade_date, source) = (session.trade_date, policy.source);
        let (key, mut warnings) = (RawKey { trade_date, source }.to_string(), Vec::new());
        let (valid, invalid) = separate_invalid(std::mem::take(&mut session.bars));
        session.rejected.extend(invalid);
        let mut outcomes = TickerOutcomes::of_rejected(&session.rejected);
        if source == Source::Cotahist && calendar::is_session(trade_date) == Ok(false) {
            warnings.push(format!(
                "{trade_date} is no session by the calendar; written because the exchange's own file has it"
            ));
        }
        let held_back = if valid.is_empty() {
            no_valid_row(policy, &session.rejected)
        } else {
            gate.check(lake, trade_date, tickers_of(&valid).count())
                .await
                .unwrap_or_else(|error| Some(error.to_string()))
        };
        if let Some(reason) = held_back {
            outcomes.fail_all(&valid, &reason);
            session.rejected.extend(valid.iter().map(|bar| RejectedBar::new(bar, &reason)));
        } else {
            // Without a valid row nothing is written: the run is more likely wrong than a stored
            // object. A run that would have replaced the stored object warns of it.
            let replaces = policy.replace || matches!(policy.scope, Scope::Markets(_));
            if valid.is_empty() && replaces && !matches!(lake.read(&key).await, Ok(None)) {
                warnings.push(format!("no valid row, so {key} is not replaced"));
            }
            session.bars = valid;
        }
        let report = SessionReport {
            trade_date,
            source,
            key,
            bytes: 0,
            rows: 0,
            rejected_rows: session.rejected.len(),
            put: false,
            warnings,
            outcomes: Vec::new(),
        };
        Self { lake: lake.clone(), policy: Arc::clone(policy), session: Arc::new(session), outcomes, report }
    }

    /// Writes the rows. Errors are in the report.
    pub(super) async fn finish(mut self) -> SessionReport {
        // Rejected rows first, because a session in raw counts as complete: `cotahist --missing`
        // does not read it again.
        if let Err(error) = self.put_rejected().await {
            self.outcomes.fail_all(&self.session.bars, &error.to_string());
        } else if let Err(error) = self.put_bars().await {
            self.outcomes.fail(&self.session.bars, &error.to_string());
        }
        let SessionReport { trade_date, source, bytes, .. } = self.report;
        let known = Arc::unwrap_or_clone(self.session).outcomes;
        let outcomes = self.outcomes.finish(trade_date, source, bytes).chain(known).collect();
        SessionReport { outcomes, ..self.report }
    }

    /// Merges the valid rows into the object of raw, and reports of it.
    async fn put_bars(&mut self) -> Result<(), IngestError> {
        if self.session.bars.is_empty() {
            return Ok(());
        }
        let key = &self.report.key;
        let (object, policy, session) = (self.lake.name(key), Arc::clone(&self.policy), Arc::clone(&self.session));
        let rewrite = move |old: Option<Bytes>| {
            let stored = rows_before(old, &raw_schema(), |bytes| raw_of_parquet(&object, bytes), &policy)?;
            let merged = merge(&stored, &session, &policy);
            let Merged { rows, changed } = merged.map_err(|error| IngestError::parquet(&object, error))?;
            let number = rows.height();
            Ok((encode_object(&object, Ok(rows))?, (number, changed)))
        };
        let Update { put, bytes, note: (rows, changed) } = self.lake.update(key, rewrite).await?;
        let bars = &self.session.bars;
        self.outcomes.succeed(bars, &changed);
        let is_gone = |ticker: &&Ticker| bars.binary_search_by_key(*ticker, |bar| bar.ticker).is_err();
        let gone: Vec<&str> = changed.iter().filter(is_gone).map(Ticker::as_str).collect();
        if !gone.is_empty() {
            let warning = format!("{key}: rows of {} removed: {}", counted(gone.len(), "ticker"), gone.join(", "));
            self.report.warnings.push(warning);
        }
        (self.report.put, self.report.bytes, self.report.rows) = (put, bytes, rows);
        Ok(())
    }

    /// Writes the rejected rows in place of those of earlier runs, as [`merge_rejected`] says.
    async fn put_rejected(&self) -> Result<(), IngestError> {
        let key = RejectedKey { trade_date: self.session.trade_date, source: self.policy.source }.to_string();
        if self.session.rejected.is_empty() && self.lake.read(&key).await?.is_none() {
            return Ok(());
        }
        let (object, policy, session) = (self.lake.name(&key), Arc::clone(&self.policy), Arc::clone(&self.session));
        let rewrite = move |old: Option<Bytes>| {
            let stored = rows_before(old, &rejected_schema(), |bytes| rejected_of_parquet(&object, bytes), &policy)?;
            Ok((encode_object(&object, merge_rejected(&stored, &session, &policy))?, ()))
        };
        self.lake.update(&key, rewrite).await.map(drop)
    }
}

/// The reason why a session of a whole file without a valid row is held back: rows that all
/// break a rule are a fault of the file or of its reader. `None` with `--force`, if the session has
/// no row, and for single tickers or an incomplete file, of which that is no fault.
fn no_valid_row(policy: &Policy, rejected: &[RejectedBar]) -> Option<String> {
    let needs_valid_row = matches!(policy.scope, Scope::Markets(_)) && !policy.force;
    let first = rejected.first().filter(|_| needs_valid_row)?;
    let RejectedBar { ticker, reason, .. } = first;
    Some(format!("session held back: no valid row, the first is {ticker}: {reason}; --force accepts it"))
}

/// The rows of an object before a run, none if there is no object. An unreadable object is an
/// error, unless the run replaces it as a whole.
fn rows_before(
    old: Option<Bytes>,
    schema: &Schema,
    decode: impl FnOnce(Bytes) -> Result<DataFrame, IngestError>,
    policy: &Policy,
) -> Result<DataFrame, IngestError> {
    match old.map(decode) {
        None => Ok(DataFrame::empty_with_schema(schema)),
        Some(Err(_)) if policy.replace => Ok(DataFrame::empty_with_schema(schema)),
        Some(Err(IngestError::Parquet { object, reason })) if policy.scope == Scope::IncompleteFile => {
            let advice = "read a whole file with --replace, or delete the object before this incomplete one is read";
            Err(IngestError::parquet(&object, format!("{reason}; {advice}")))
        }
        Some(rows) => rows,
    }
}
