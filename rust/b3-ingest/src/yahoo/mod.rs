//! The subcommand and source `yahoo`: Yahoo Finance through yfinance-rs.
//!
//! ```text
//! run        the tickers, a few at a time
//! ticker     all of one ticker: daily bars with events through today, then intraday bars
//! history    one question through the client library, by way of
//! loopback_proxy  a loopback listener that sees what the library hides, and behind it
//! upstream     Yahoo as a server; answer reads what came back
//! rows       Yahoo's rows beside the library's
//! splits, outliers  prices that contradict the splits, their neighbours, or the ticker's close in raw (stored)
//! bars       prices as traded (float32_prices, split_ratio), on the right session (session_date)
//! outcomes   the outcome of each ticker and session
//! events     splits and dividends, for crate::actions
//! ```
//!
//! Only [`history`], [`loopback_proxy`], [`upstream`] and [`stored`] use the network or the disk.

mod answer;
mod args;
mod bars;
mod events;
mod float32_prices;
mod history;
mod interval;
mod loopback_proxy;
mod outcomes;
mod outliers;
mod request;
mod rows;
mod run;
mod session_date;
mod split_ratio;
mod splits;
mod stored;
mod ticker;
mod upstream;

pub use args::YahooArgs;
pub use interval::Interval;
pub use run::{run, run_at};

pub use crate::web::Backoff;
