//! Running a subcommand: what the program `b3-ingest` and its Lambda have in common.

use futures::future::{BoxFuture, FutureExt};

use crate::cli::Command;
use crate::report::Report;
use crate::{IngestError, actions, cotahist, reconcile, yahoo};

/// What a subcommand leaves for its caller to show.
#[derive(Debug)]
pub struct Finished {
    /// Whether everything that was asked for succeeded.
    pub succeeded: bool,
    /// The closing report as text; empty after `reconcile`, which prints its table itself.
    pub report: String,
}

/// Runs a subcommand to its end.
///
/// The future is boxed so that its code is compiled in this crate alone: as an `async fn` it would be compiled again in each
/// program that awaits it, which doubles the time to build them.
///
/// # Errors
/// What kept the subcommand from running at all. A ticker or a date that failed is told by [`Finished`].
#[must_use = "nothing runs before the future is awaited"]
pub fn run(command: &Command, quiet: bool) -> BoxFuture<'_, Result<Finished, IngestError>> {
    async move {
        match command {
            Command::Cotahist(args) => close(cotahist::run(args, quiet).await?),
            Command::Yahoo(args) => close(yahoo::run(args, quiet).await?),
            Command::Actions(args) => {
                let report = actions::run(args, quiet).await?;
                Ok(Finished { succeeded: report.succeeded(), report: report.close()? })
            }
            Command::Reconcile(args) => {
                Ok(Finished { succeeded: reconcile::run(args, quiet).await?, report: String::new() })
            }
        }
    }
    .boxed()
}

fn close(report: Report) -> Result<Finished, IngestError> {
    Ok(Finished { succeeded: report.succeeded(), report: report.close()? })
}
