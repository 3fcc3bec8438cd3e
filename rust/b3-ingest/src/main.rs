//! `b3-ingest`: B3's daily quotes and corporate actions into the lake.

use std::io::Write;
use std::process::ExitCode;

use anyhow::Context;
use b3_ingest::IngestError;
use b3_ingest::cli::{Cli, Command};
use b3_ingest::report::Report;
use b3_ingest::{actions, cotahist, logs, reconcile, yahoo};
use clap::Parser;

/// 0: nothing failed; 1: something failed, and the last lines say what; 2: the command line itself is wrong.
fn main() -> ExitCode {
    let cli = Cli::parse();
    logs::start(&cli.logs);
    match run(&cli) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            // The error itself says what caused it; printing its causes too would say it twice.
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli) -> anyhow::Result<bool> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start the runtime")?;
    let quiet = cli.logs.quiet;
    runtime.block_on(async {
        let (succeeded, text) = match &cli.command {
            Command::Cotahist(args) => closed(cotahist::run(args, quiet).await?)?,
            Command::Yahoo(args) => closed(yahoo::run(args, quiet).await?)?,
            Command::Actions(args) => {
                let report = actions::run(args, quiet).await?;
                (report.succeeded(), report.close()?)
            }
            Command::Reconcile(args) => return Ok(reconcile::run(args, quiet).await?),
        };
        show(succeeded, &text, quiet);
        Ok(succeeded)
    })
}

fn closed(report: Report) -> Result<(bool, String), IngestError> {
    Ok((report.succeeded(), report.close()?))
}

fn show(succeeded: bool, text: &str, quiet: bool) {
    if !quiet {
        // Whoever closes the pipe early, as head does, has read enough.
        let _ = std::io::stdout().write_all(text.as_bytes());
    } else if !succeeded {
        eprint!("{text}");
    }
}
