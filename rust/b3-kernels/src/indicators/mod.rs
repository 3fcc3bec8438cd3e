//! The indicators that analysts know by name, one pure function a file.
//!
//! They follow TA-Lib's formulas and agree with it within 1e-9 relative where no row is missing; `window` is TA-Lib's
//! `timeperiod`. Prices are taken as the nearest doubles.
//!
//! Two kinds, for missing (null, NaN or infinite) prices and for where a series begins:
//! - what looks back over a fixed number of rows (`rolling_std`, `bollinger`, `true_range`, `stoch`, `cci`, `willr`, `mfi`,
//!   `roc`, `donchian`, `beta`, `correl`, the returns) is null in the rows whose prices are missing in it, and gives the
//!   same bits wherever the series began;
//! - what carries a state on (`ema`, `macd`, `atr`, `rsi`, `adx`, `keltner`, `obv`, `drawdown`) passes over a missing row:
//!   null there, and the next row goes on from the one before. By its nature it depends on where the series began: begin it
//!   at the same bar for the same bits.
//!
//! Where the unit of the prices changes (a [`Step`](crate::rolling::Step)), the first kind counts as
//! [`rolling`](crate::rolling) does. The second multiplies its state and its previous close by `old / new` and goes on;
//! after a [`Change::Unknown`](crate::rolling::Change::Unknown) it forgets both and begins anew with that row, warm-up and
//! all.
//!
//! A kernel panics if the slices it is given differ in length.

mod adx;
mod atr;
mod beta;
mod bollinger;
mod cci;
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
mod unit;
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
pub use macd::{MacdOutput, macd};
pub use mfi::mfi;
pub use obv::obv;
pub use roc::roc;
pub use rolling_std::rolling_std;
pub use rsi::rsi;
pub use simple_return::simple_return;
pub use stoch::{Stage, stoch};
pub use true_range::true_range;
pub use willr::willr;
