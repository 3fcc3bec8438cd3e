//! Yahoo Finance as a source, by way of yfinance-rs.
//!
//! ```text
//! run        the tickers, a few at a time
//! ticker     all of one ticker: daily bars with events through today, then intraday bars
//! history    one question through the client library, by way of
//! relay        a loopback listener that sees what the library hides, and behind it
//! upstream     Yahoo as a server; answer reads what came back
//! rows       Yahoo's rows beside the library's
//! splits, level   prices that contradict the splits, their neighbours, or what raw holds of the ticker (stored)
//! bars       as traded (digits, ratio), on the right session (stamp), each row with its end
//! account    each ticker and session with its end
//! events     splits and dividends, for crate::actions
//! ```
//!
//! From [`answer`] to [`account`] nothing but [`history`], [`relay`], [`upstream`] and [`stored`] touches network or disk.

mod account;
mod answer;
mod args;
mod bars;
mod digits;
mod events;
mod history;
mod interval;
mod level;
mod ratio;
mod relay;
mod request;
mod rows;
mod run;
mod splits;
mod stamp;
mod stored;
mod ticker;
mod upstream;

pub use args::YahooArgs;
pub use interval::Interval;
pub use run::{run, run_at};

pub use crate::web::Backoff;
