//! `b3-ingest`: B3's daily quotes into the raw layer of the lake.

use std::io::Write;
use std::process::ExitCode;

use anyhow::Context;
use b3_ingest::cli::{Cli, Command};
use b3_ingest::report::Report;
use b3_ingest::{cotahist, logs, reconcile, yahoo};
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
        let report = match &cli.command {
            Command::Cotahist(args) => cotahist::run(args, quiet).await?,
            Command::Yahoo(args) => yahoo::run(args, quiet).await?,
            Command::Reconcile(args) => return Ok(reconcile::run(args, quiet).await?),
        };
        close(report, quiet)
    })
}

fn close(report: Report, quiet: bool) -> anyhow::Result<bool> {
    let succeeded = report.succeeded();
    let text = report.close()?;
    if !quiet {
        // Whoever closes the pipe early, as head does, has read enough.
        let _ = std::io::stdout().write_all(text.as_bytes());
    } else if !succeeded {
        eprint!("{text}");
    }
    Ok(succeeded)
}
