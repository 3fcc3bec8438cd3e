//! Writing sessions to the lake: each is checked, merged with the stored object, put, and reported.

mod ticker_outcomes;
mod work;

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use tokio::task::JoinHandle;

use crate::gate::SessionGate;
use crate::progress::Progress;
use crate::report::{Report, SessionReport};
use crate::session::{Policy, Session};
use crate::sink::{Lake, LakeArgs};
use work::SessionWork;

/// How to write to the lake; the same arguments for every source.
#[derive(Debug, Clone, Args)]
pub struct WriteArgs {
    /// The lake.
    #[command(flatten)]
    pub lake: LakeArgs,
    /// Write also what contradicts the lake: a session with under half of the tickers of the one
    /// before, Yahoo's prices that differ by a factor of 20 from the stored ones. What is wrong by
    /// itself, such as Yahoo's bar of a day without a session, is never written
    #[arg(long, help_heading = "Lake")]
    pub force: bool,
    /// Replace each object by this run's rows, instead of merging into it
    #[arg(long, help_heading = "Lake")]
    pub replace: bool,
    /// Write the closing report to FILE as JSON: per ticker and date the status, reason and bytes
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub report: Option<PathBuf>,
}

/// The number of sessions written at the same time: enough to hide a store's latency, few enough
/// for the memory.
const SESSIONS_AT_ONCE: usize = 5;

/// Writes the sessions, which must be sorted by date, and adds the outcome of each to `report`.
///
/// At most five sessions are written at the same time. With five under way the iterator is asked
/// for another only when the earliest is finished, so that an iterator that builds sessions one by
/// one has few of them in memory.
pub(crate) async fn write_sessions(
    lake: &Lake,
    policy: Policy,
    sessions: impl IntoIterator<Item = Session>,
    report: &mut Report,
    progress: &Progress,
) {
    let policy = Arc::new(policy);
    let mut gate = SessionGate::new(Arc::clone(&policy));
    let mut under_way: VecDeque<JoinHandle<SessionReport>> = VecDeque::new();
    for session in sessions {
        let work = SessionWork::checked(lake, &policy, session, &mut gate).await;
        under_way.push_back(tokio::spawn(work.finish()));
        if under_way.len() >= SESSIONS_AT_ONCE {
            close_first(&mut under_way, report, progress).await;
        }
    }
    while !under_way.is_empty() {
        close_first(&mut under_way, report, progress).await;
    }
}

async fn close_first(under_way: &mut VecDeque<JoinHandle<SessionReport>>, report: &mut Report, progress: &Progress) {
    let Some(first) = under_way.pop_front() else { return };
    let session = first.await.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
    progress.step(&session.trade_date.to_string());
    tracing::debug!(key = session.key, put = session.put, rows = session.rows, bytes = session.bytes, "session");
    report.add(session);
}
