//! The command line: subcommands, log level, and the arguments of `cotahist` and `reconcile`.

use std::ops::RangeInclusive;
use std::path::PathBuf;

use b3_cotahist::Markets;
use b3_market::{Ticker, calendar};
use chrono::{Datelike, NaiveDate, Utc};
use clap::{ArgAction, Args, Parser, Subcommand};

use crate::actions::ActionsArgs;
use crate::sink::LakeArgs;
use crate::write::WriteArgs;
use crate::yahoo::YahooArgs;

/// Brings daily B3 quotes, and corporate actions, into a data lake.
///
/// One Parquet object per trade date and source,
/// `<dest>/raw/trade_date=YYYY-MM-DD/<source>.parquet`, and one per ex-date and source,
/// `<dest>/actions/ex_date=YYYY-MM-DD/<source>.parquet`, on disk or on S3. An object is written as
/// a whole, and only if its content changed. A run that was killed is completed by running it
/// again.
#[derive(Debug, Clone, Parser)]
#[command(name = "b3-ingest", version, max_term_width = 110, subcommand_required = true, arg_required_else_help = true)]
pub struct Cli {
    /// The subcommand.
    #[command(subcommand)]
    pub command: Command,
    /// The log level.
    #[command(flatten)]
    pub logs: LogArgs,
}

/// The subcommands.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Read B3's own daily quotes file (COTAHIST), from disk or downloaded
    Cotahist(CotahistArgs),
    /// Fetch daily or intraday bars from Yahoo Finance
    Yahoo(YahooArgs),
    /// Fetch splits, dividends and other corporate actions from B3, or read them from a CSV file
    ///
    /// One Parquet object per ex-date and source,
    /// `<dest>/actions/ex_date=YYYY-MM-DD/<source>.parquet`. With --file the events are from a CSV
    /// file (source manual), which counts before the others; otherwise they are from B3's
    /// listed-company service (source b3), joined to the tickers by the ISINs that COTAHIST has in
    /// raw. A run replaces the events of its tickers, and removes those that its source no longer
    /// lists.
    Actions(ActionsArgs),
    /// Compare COTAHIST with Yahoo on the dates that both have, largest difference first
    Reconcile(ReconcileArgs),
}

/// The log level; the same arguments for every command.
#[derive(Debug, Clone, Args)]
pub struct LogArgs {
    /// Print only errors: no progress, and the closing report only if something failed
    #[arg(long, short, global = true, conflicts_with = "verbose", help_heading = "Output")]
    pub quiet: bool,
    /// Print more: -v each session and request to a service, -vv each access to the lake too
    #[arg(long, short, global = true, action = ArgAction::Count, help_heading = "Output")]
    pub verbose: u8,
}

/// `b3-ingest cotahist`
#[derive(Debug, Clone, Args)]
#[command(group = clap::ArgGroup::new("input").required(true).args(["file", "year", "date", "missing"]))]
pub struct CotahistArgs {
    /// COTAHIST files, TXT or ZIP, of a day or of a year
    #[arg(long, num_args = 1.., value_name = "FILE", help_heading = "Input")]
    pub file: Vec<PathBuf>,
    /// Years to download from B3, comma separated, and ranges such as 1986..2024; downloads are
    /// kept, so that the same command continues a run that was killed
    #[arg(long, value_delimiter = ',', value_name = "YYYY", value_parser = years, help_heading = "Input")]
    pub year: Vec<RangeInclusive<i32>>,
    /// Sessions to download from B3, comma separated; `last` is the last one that has closed
    #[arg(long, value_delimiter = ',', value_name = "YYYY-MM-DD|last", value_parser = session_date, help_heading = "Input")]
    pub date: Vec<NaiveDate>,
    /// Download the sessions that raw lacks: all since its newest, and any of the last ten; one
    /// that B3 has not published yet is a warning. For schedules: the next run also downloads what
    /// a failed one could not
    #[arg(long, help_heading = "Input")]
    pub missing: bool,
    /// The address that --year, --date and --missing download from (mirrors, tests)
    #[arg(
        long,
        value_name = "URL",
        help_heading = "Input",
        default_value = "https://bvmf.bmfbovespa.com.br/InstDados/SerHist"
    )]
    pub base_url: String,
    /// The folder where downloads are kept, so that an interrupted one is resumed; by default the
    /// user's cache directory
    #[arg(long, value_name = "DIR", help_heading = "Input")]
    pub cache_dir: Option<PathBuf>,
    /// Accept a file that is truncated, or whose trailer has a wrong count, and warn of it; stored
    /// rows that it lacks stay
    #[arg(long, conflicts_with = "replace", help_heading = "Input")]
    pub allow_incomplete: bool,
    /// Markets to read, by TPMERC: 10 spot, 12 and 13 option exercise, 17 auction, 20 odd lot, 30
    /// forward, 70 call, 80 put
    #[arg(long, value_name = "10,20|all", default_value = "10", help_heading = "Selection")]
    pub markets: Markets,
    /// Read only these tickers, and merge them into the lake; without this a file replaces all
    /// rows of --markets in its sessions
    #[arg(long, value_delimiter = ',', value_name = "PETR4,VALE3", help_heading = "Selection")]
    pub tickers: Vec<Ticker>,
    /// How to write to the lake.
    #[command(flatten)]
    pub writing: WriteArgs,
}

fn session_date(text: &str) -> Result<NaiveDate, String> {
    if text == "last" {
        return calendar::last_closed_session(Utc::now()).map_err(|error| error.to_string());
    }
    text.parse().map_err(|_| "expected YYYY-MM-DD or last".to_owned())
}

/// One year, `2024`, or a range, `1986..2024`, both included, of the years of the calendar.
fn years(text: &str) -> Result<RangeInclusive<i32>, String> {
    let known = calendar::FIRST_DATE.year()..=calendar::LAST_DATE.year();
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    let year = |text: &str| text.parse().ok().filter(|year| known.contains(year));
    let years = year(first).zip(year(last)).map(|(first, last)| first..=last).filter(|years| !years.is_empty());
    let expected =
        || format!("expected a year from {} to {}, or a range such as 1986..2024", known.start(), known.end());
    years.ok_or_else(expected)
}

/// `b3-ingest reconcile`
#[derive(Debug, Clone, Args)]
pub struct ReconcileArgs {
    /// The lake.
    #[command(flatten)]
    pub lake: LakeArgs,
    /// First trade date to compare
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub from: NaiveDate,
    /// Last trade date to compare, inclusive
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub to: NaiveDate,
    /// Compare only these tickers
    #[arg(long, value_delimiter = ',', value_name = "PETR4,VALE3")]
    pub tickers: Vec<Ticker>,
    /// Prices that differ by at most this (BRL) are equal; Yahoo keeps adjusted 32-bit floats
    #[arg(long, value_name = "BRL", default_value = "0.005")]
    pub tolerance: rust_decimal::Decimal,
    /// Volumes that differ by at most this fraction of COTAHIST's are equal
    #[arg(long, value_name = "SHARE", default_value = "0.01")]
    pub volume_tolerance: rust_decimal::Decimal,
    /// Write the differences to FILE, Parquet, or CSV when it ends in .csv; by default
    /// `<DEST>/reconcile/<FROM>..<TO>.parquet`
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Show this many differences
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub show: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_stands_for_itself_and_a_range_for_all_of_its_years_and_other_text_is_refused() {
        for (text, range) in [("2024", 2024..=2024), ("1986..1989", 1986..=1989), ("2099..2099", 2099..=2099)] {
            assert_eq!(years(text), Ok(range));
        }
        for text in ["", "..", "1985", "2100", "1985..1990", "2024..", "..2024", "2024..2023", "1986-1990", "24"] {
            assert!(years(text).is_err(), "{text}");
        }
    }
}
