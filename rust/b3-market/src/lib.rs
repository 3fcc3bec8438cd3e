//! The vocabulary of B3, the Brazilian stock exchange: tickers, prices, sessions, file formats and
//! keys.
//!
//! | module | holds |
//! | --- | --- |
//! | [`ticker`] | [`Ticker`], a negotiation code such as `PETR4`, inline and `Copy` |
//! | [`price`] | [`Price`] and [`Money`], exact decimals over one `i64` |
//! | [`currency`] | [`Currency`], the label of a price's money, `BRL` or older |
//! | [`calendar`] | the exchange's sessions from 1986 to 2099, by rule |
//! | [`cotahist`] | the reader of B3's official daily quotes, TXT and ZIP |
//! | [`lake`] | the names and columns of the lake's objects |
//!
//! This crate depends on none of Arrow, Polars, AWS, Python and Tokio, and its only I/O is reading
//! the given COTAHIST file.

pub mod calendar;
pub mod cotahist;
pub mod currency;
pub mod lake;
pub mod price;
pub mod ticker;

pub use currency::Currency;
pub use price::{Money, Price};
pub use ticker::Ticker;
