//! The vocabulary of B3, the Brazilian stock exchange: tickers, prices, sessions and keys.
//!
//! This crate depends on none of Arrow, Polars, AWS, Python and Tokio, and does no I/O.

pub mod calendar;
pub mod currency;
mod inline_text;
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
