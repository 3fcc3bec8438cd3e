//! Arguments of `b3-ingest yahoo`.

use std::path::PathBuf;

use b3_market::Ticker;
use chrono::NaiveDate;

use crate::cli::DestArgs;

/// Fetch daily or intraday bars from Yahoo Finance into raw.
#[derive(Debug, Clone, clap::Args)]
pub struct YahooArgs {
    /// Tickers without .SA, comma separated
    #[arg(long, value_delimiter = ',', value_name = "PETR4,VALE3", required_unless_present = "tickers_file")]
    pub tickers: Vec<Ticker>,

    /// File with one ticker a line; # starts a comment
    #[arg(long, value_name = "FILE")]
    pub tickers_file: Option<PathBuf>,

    /// First trade date; by default the last session that has closed
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub from: Option<NaiveDate>,

    /// Last trade date, inclusive; by default the last session that has closed
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub to: Option<NaiveDate>,

    /// Another server for every Yahoo address (mirrors, tests)
    #[arg(long, value_name = "URL")]
    pub base_url: Option<String>,

    /// Where and how to write.
    #[command(flatten)]
    pub dest: DestArgs,
}
