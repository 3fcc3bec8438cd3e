//! Arguments of `b3-ingest yahoo`.

use std::path::PathBuf;

use b3_market::Ticker;
use chrono::NaiveDate;

use super::interval::Interval;
use crate::write::WriteArgs;

/// Yahoo's own address.
pub(super) const YAHOO: &str = "https://query1.finance.yahoo.com";

/// Fetch daily or intraday bars from Yahoo Finance into raw.
#[derive(Debug, Clone, clap::Args)]
pub struct YahooArgs {
    /// Tickers without .SA, comma separated
    #[arg(
        long,
        value_delimiter = ',',
        value_name = "PETR4,VALE3",
        required_unless_present = "tickers_file",
        help_heading = "Selection"
    )]
    pub tickers: Vec<Ticker>,

    /// File with one ticker a line; # starts a comment
    #[arg(long, value_name = "FILE", help_heading = "Selection")]
    pub tickers_file: Option<PathBuf>,

    /// First trade date; by default that of --to
    #[arg(long, value_name = "YYYY-MM-DD", help_heading = "Selection")]
    pub from: Option<NaiveDate>,

    /// Last trade date, inclusive; by default the last session that has closed
    #[arg(long, value_name = "YYYY-MM-DD", help_heading = "Selection")]
    pub to: Option<NaiveDate>,

    /// Length of the bars; intraday bars go into objects of their own, such as yahoo-5m.parquet
    #[arg(long, value_enum, default_value = "1d", help_heading = "Selection")]
    pub interval: Interval,

    /// Another server instead of Yahoo's (mirrors, tests)
    #[arg(long, value_name = "URL", default_value = YAHOO, help_heading = "Pace")]
    pub base_url: String,

    /// Tickers requested at the same time
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=64), help_heading = "Pace")]
    pub concurrency: u16,

    /// Requests started in a second, all tickers together; Yahoo blocks clients that send more than
    /// it accepts
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=1000), help_heading = "Pace")]
    pub requests_per_second: u16,

    /// Seconds until a request is cancelled and sent again
    #[arg(long, value_name = "S", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=600), help_heading = "Pace")]
    pub timeout: u64,

    /// Seconds until a ticker counts as failed, including all retries and waits; at least
    /// --concurrency divided by --requests-per-second, the longest wait for a first request
    #[arg(long, value_name = "S", default_value_t = 180, value_parser = clap::value_parser!(u64).range(1..=86_400), help_heading = "Pace")]
    pub deadline: u64,

    /// How to write to the lake.
    #[command(flatten)]
    pub writing: WriteArgs,
}
