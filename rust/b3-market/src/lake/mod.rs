//! The names of the lake's objects, in both directions.
//!
//! | key | type |
//! | --- | --- |
//! | `raw/trade_date=2024-01-02/cotahist.parquet` | [`RawKey`] |
//! | `raw_rejected/trade_date=2024-01-02/yahoo.parquet` | [`RejectedKey`] |
//! | `actions/ex_date=2024-01-02/yahoo.parquet` | [`ActionsKey`] |
//!
//! Parsing tolerates a leading prefix, since a lake may live anywhere in a bucket, and refuses everything else.

mod action_source;
mod key;
mod source;

pub use action_source::{ActionSource, UnknownActionSource};
pub use key::{ActionsKey, InvalidKey, RawKey, RejectedKey};
pub use source::{Source, UnknownSource};
