//! `b3-ingest`: B3's daily quotes and corporate actions into the lake.

use std::io::Write;
use std::process::ExitCode;

use anyhow::Context;
use b3_ingest::cli::Cli;
use b3_ingest::logs;
use b3_ingest::run::run;
use clap::Parser;

/// 0: nothing failed; 1: something failed, and the last lines say what; 2: the command line itself is wrong.
fn main() -> ExitCode {
    let cli = Cli::parse();
    logs::start(&cli.logs);
    match ingest(&cli) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            // The error itself says what caused it; printing its causes too would say it twice.
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn ingest(cli: &Cli) -> anyhow::Result<bool> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start the runtime")?;
    let quiet = cli.logs.quiet;
    let finished = runtime.block_on(run(&cli.command, quiet))?;
    if !quiet {
        // A reader that closes the pipe early, as head does, has read enough.
        let _ = std::io::stdout().write_all(finished.report.as_bytes());
    } else if !finished.succeeded {
        eprint!("{}", finished.report);
    }
    Ok(finished.succeeded)
}
