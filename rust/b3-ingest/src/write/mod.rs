//! Writing sessions to the lake: each is checked, merged with the stored object, put, and reported.

mod args;
mod ticker_outcomes;
mod work;

use std::collections::VecDeque;

use tokio::task::JoinHandle;

use crate::gate::SessionGate;
use crate::progress::Progress;
use crate::report::{Report, SessionReport};
use crate::session::{Policy, Session};
use crate::sink::Lake;
pub use args::WriteArgs;
use work::SessionWork;

/// The number of sessions written at the same time: enough to hide a store's latency, few enough
/// for the memory.
const SESSIONS_AT_ONCE: usize = 5;

/// Writes the sessions, which must be sorted by date, and adds the outcome of each to `report`.
///
/// At most five sessions are written at the same time. With five under way the iterator is asked
/// for another only when the earliest is finished, so that an iterator that builds sessions one by
/// one has few of them in memory.
pub async fn write_sessions(
    lake: &Lake,
    policy: &Policy,
    sessions: impl IntoIterator<Item = Session>,
    report: &mut Report,
    progress: &Progress,
) {
    let mut gate = SessionGate::new(policy.clone());
    let mut under_way: VecDeque<JoinHandle<SessionReport>> = VecDeque::new();
    for session in sessions {
        let work = SessionWork::checked(lake, policy, session, &mut gate).await;
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
