//! Running a subcommand, for both the program `b3-ingest` and its Lambda.

use chrono::Utc;
use futures::future::{BoxFuture, FutureExt};

use crate::cli::Command;
use crate::report::RunResult;
use crate::web::Backoff;
use crate::{IngestError, actions, cotahist, reconcile, yahoo};

/// Runs a subcommand; `quiet` hides its progress.
///
/// The future is boxed so that its code is compiled only in this crate: an `async fn` would be
/// compiled again in each program that awaits it, which doubles the time to build them.
///
/// # Errors
/// Errors that stop the subcommand as a whole. The failure of a ticker or a date is part of
/// [`RunResult`].
#[must_use = "nothing runs before the future is awaited"]
pub fn run(command: &Command, quiet: bool) -> BoxFuture<'_, Result<RunResult, IngestError>> {
    async move {
        match command {
            Command::Cotahist(args) => Ok(cotahist::run(args, quiet).await?.close()),
            Command::Yahoo(args) => Ok(yahoo::run(args, quiet, Utc::now(), Backoff::default()).await?.close()),
            Command::Actions(args) => Ok(actions::run(args, quiet, Backoff::default()).await?.close()),
            Command::Reconcile(args) => reconcile::run(args, quiet).await,
        }
    }
    .boxed()
}
