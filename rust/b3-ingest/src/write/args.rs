//! The arguments that say how to write to the lake.

use std::path::PathBuf;

use clap::Args;

use crate::sink::LakeArgs;

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
