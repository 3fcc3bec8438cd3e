//! The subcommand and source `yahoo`: Yahoo Finance through yfinance-rs.
//!
//! ```text
//! run               the tickers, a few at a time
//! ticker            one ticker: daily bars with events until today, then intraday bars
//! history           the requests of the client library
//! loopback_proxy    the server on this machine that the client library takes for Yahoo
//! chart             the classification and parsing of Yahoo's responses
//! rows              Yahoo's rows joined with the library's
//! splits, outliers  checks of prices against splits, other rows, and raw's close (module stored)
//! bars              prices as traded (float32_prices, split_ratio) on their session (session_date)
//! outcomes          the outcome of each ticker and session
//! events            splits and dividends, for crate::actions
//! ```

mod args;
mod bars;
mod chart;
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

pub use args::YahooArgs;
pub use interval::Interval;
pub use run::run;

pub use crate::web::Backoff;
