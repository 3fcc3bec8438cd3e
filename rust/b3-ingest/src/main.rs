//! `b3-ingest`: B3's daily quotes into the raw layer of the lake.

use std::process::ExitCode;

use b3_ingest::cli::Cli;
use clap::Parser;

fn main() -> ExitCode {
    b3_ingest::logs::start(&Cli::parse().logs);
    ExitCode::SUCCESS
}
