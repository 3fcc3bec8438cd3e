//! The indicators that analysts know by name, one pure function in each file.
//!
//! Those that TA-Lib has follow its formulas and agree with it within 1e-9 relative where no row is
//! missing; `window` is TA-Lib's `timeperiod`. Prices are converted to the nearest doubles where an
//! indicator is not exact.
//!
//! Two kinds differ in how they treat missing (null, NaN or infinite) prices and the start of a
//! series:
//! - indicators that look back over a fixed number of rows, such as `roc`, are null where one of
//!   these rows is missing, and give the same bits wherever the series began;
//! - recursive indicators, such as `ema`, carry a state and skip a missing row: it is null and does
//!   not change the state. They depend on where the series began: the same bits need the same first
//!   bar.
//!
//! Where the unit of the prices changes (a [`Step`](crate::rolling::Step)), the first kind converts
//! the older bars as [`rolling`](crate::rolling) does. The second kind multiplies its state and its
//! previous prices by `old / new` and continues; after a
//! [`Change::Unknown`](crate::rolling::Change::Unknown) it restarts with that row, including the
//! warm-up. Previous prices are converted exactly and rounded once: a decimal that only a split
//! changed, 37.41 before 3 for 1 and 12.47 after it, has not moved. The doubles nearest to these
//! two are not as 3 to 1, so between doubles it may have moved by a rounding error.
//!
//! A kernel panics if its slices differ in length.

mod adx;
mod atr;
mod beta;
mod bollinger;
mod cci;
mod convert_state;
mod correl;
mod donchian;
mod drawdown;
mod ema;
mod keltner;
mod log_return;
mod macd;
mod mfi;
mod moments;
mod obv;
#[cfg(test)]
mod proofs;
mod roc;
mod rolling_std;
mod rsi;
mod simple_return;
mod stoch;
mod true_range;
mod typical_price;
mod wilder;
mod willr;

pub use adx::adx;
pub use atr::atr;
pub use beta::beta;
pub use bollinger::bollinger;
pub use cci::cci;
pub use correl::correl;
pub use donchian::donchian;
pub use drawdown::drawdown;
pub use ema::{Seed, ema};
pub use keltner::keltner;
pub use log_return::log_return;
pub use macd::macd;
pub use mfi::mfi;
pub use obv::obv;
pub use roc::roc;
pub use rolling_std::rolling_std;
pub use rsi::rsi;
pub use simple_return::simple_return;
pub use stoch::{Stage, stoch};
pub use true_range::true_range;
pub use willr::willr;
