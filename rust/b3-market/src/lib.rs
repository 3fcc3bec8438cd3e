//! The vocabulary of B3, the Brazilian stock exchange.
//!
//! | module | holds |
//! | --- | --- |
//! | [`ticker`] | [`Ticker`], a negotiation code such as `PETR4`, inline and `Copy` |
//! | [`price`] | [`Price`] and [`Money`], exact decimals over one `i64` |
//! | [`currency`] | [`Currency`], the label of a price's money, `BRL` or older |
//! | [`calendar`] | the exchange's sessions from 1986 to 2099, by rule |
//! | [`cotahist`] | the reader of B3's official daily quotes, TXT and ZIP |
//! | [`lake`] | the names of the lake's objects, and sets of trade dates |
//!
//! Nothing here knows Arrow, Polars, AWS, Python or Tokio, and nothing here does any other I/O than reading the
//! COTAHIST file that it is handed.

pub mod calendar;
pub mod cotahist;
pub mod currency;
pub mod lake;
pub mod price;
pub mod ticker;

pub use currency::Currency;
pub use price::{Money, Price};
pub use ticker::Ticker;
