//! The program `b3-ingest`: ingests B3's quotes and corporate actions into the lake.

use std::io::Write;
use std::process::ExitCode;

use b3_ingest::IngestError;
use b3_ingest::cli::Cli;
use b3_ingest::logs;
use b3_ingest::run::run;
use clap::Parser;

/// The exit status is 0 if nothing failed, 1 if something failed, which the report or the last line
/// names, and 2 if clap refuses the command line.
fn main() -> ExitCode {
    let cli = Cli::parse();
    // `true`: the report, which names its warnings, is printed; with `--quiet` only on failure.
    logs::start(&cli.logs, true);
    ingest(&cli).unwrap_or_else(|error| {
        // A full or closed error output must not change the exit status.
        let _ = writeln!(std::io::stderr(), "error: {error}");
        ExitCode::FAILURE
    })
}

fn ingest(cli: &Cli) -> Result<ExitCode, IngestError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| IngestError::Startup(format!("cannot start the runtime: {error}")))?;
    let quiet = cli.logs.quiet;
    let finished = runtime.block_on(run(&cli.command, quiet))?;
    if !quiet {
        // A reader such as head closes the pipe early when it has read enough.
        let _ = std::io::stdout().write_all(finished.report.as_bytes());
    } else if !finished.succeeded {
        let _ = std::io::stderr().write_all(finished.report.as_bytes());
    }
    Ok(if finished.succeeded { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
