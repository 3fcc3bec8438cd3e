//! The vocabulary of B3, the Brazilian stock exchange: tickers, prices, sessions and keys.
//!
//! | module | holds |
//! | --- | --- |
//! | [`ticker`] | [`Ticker`], a negotiation code such as `PETR4`, inline and `Copy` |
//! | [`price`] | [`Price`] and [`Money`], exact decimals over one `i64` |
//! | [`currency`] | [`Currency`], the label of a price's money, `BRL` or older |
//! | [`isin`] | [`Isin`], the code of a paper |
//! | [`specification`] | [`Specification`], a paper's share class, ex-flags and segment |
//! | [`calendar`] | the exchange's sessions from 1986 to 2099, by rule |
//! | [`lake`] | the names and columns of the lake's objects |
//!
//! This crate depends on none of Arrow, Polars, AWS, Python and Tokio, and does no I/O.

pub mod calendar;
pub mod currency;
pub mod isin;
pub mod lake;
pub mod price;
pub mod specification;
pub mod ticker;

pub use currency::Currency;
pub use isin::Isin;
pub use price::{Money, Price};
pub use specification::Specification;
pub use ticker::Ticker;
