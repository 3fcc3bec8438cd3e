//! Arguments of `b3-ingest actions`.

use std::path::PathBuf;

use b3_market::Ticker;

use super::service::{B3_ADDRESS, RepeatedCash};
use crate::sink::LakeArgs;

/// `b3-ingest actions`
#[derive(Debug, Clone, clap::Args)]
#[command(group = clap::ArgGroup::new("selection").required(true).multiple(true).args(["tickers", "tickers_file", "file"]))]
pub struct ActionsArgs {
    /// Tickers, comma separated; with --file, those whose earlier events are removed even if the
    /// file has no row of them
    #[arg(long, value_delimiter = ',', value_name = "PETR4,VALE3", help_heading = "Selection")]
    pub tickers: Vec<Ticker>,

    /// File with one ticker a line; # starts a comment
    #[arg(long, value_name = "FILE", help_heading = "Selection")]
    pub tickers_file: Option<PathBuf>,

    /// A CSV file with the header `ticker,ex_date,kind,amount,numerator,denominator,note`; it
    /// replaces all events of its tickers from earlier files
    #[arg(long, value_name = "FILE.csv", help_heading = "Selection")]
    pub file: Option<PathBuf>,

    /// Whether equal rows of B3's history of cash are repetitions or payments
    #[arg(long, value_enum, default_value = "once", conflicts_with = "file", help_heading = "Selection")]
    pub repeated_cash: RepeatedCash,

    /// Another server instead of B3's listed-company service (mirrors, tests)
    #[arg(long, value_name = "URL", default_value = B3_ADDRESS, conflicts_with = "file", help_heading = "Pace")]
    pub base_url: String,

    /// Companies asked about at the same time
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=16), help_heading = "Pace")]
    pub concurrency: u16,

    /// Requests started in a second, all companies together
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=1000), help_heading = "Pace")]
    pub requests_per_second: u16,

    /// Seconds until a request is cancelled and sent again
    #[arg(long, value_name = "S", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=600), help_heading = "Pace")]
    pub timeout: u64,

    /// Seconds until a company counts as failed, including all retries and waits; at least
    /// --concurrency divided by --requests-per-second, the longest wait for a first request
    #[arg(long, value_name = "S", default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..=86_400), help_heading = "Pace")]
    pub deadline: u64,

    /// Where the lake is.
    #[command(flatten)]
    pub lake: LakeArgs,

    /// Write the closing report to FILE as JSON: the status of each ticker, the reason, and the
    /// number of events added and removed
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub report: Option<PathBuf>,
}
