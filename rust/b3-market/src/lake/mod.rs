//! The keys of the lake's objects, formatted and parsed, and their [`columns`].
//!
//! | key | type |
//! | --- | --- |
//! | `raw/trade_date=2024-01-02/cotahist.parquet` | [`RawKey`] |
//! | `raw_rejected/trade_date=2024-01-02/yahoo.parquet` | [`RejectedKey`] |
//! | `actions/ex_date=2024-01-02/yahoo.parquet` | [`ActionsKey`] |
//!
//! Parsing accepts any prefix that ends in `/`, because a lake may be anywhere in a bucket, and
//! refuses everything else.

mod action_kind;
mod action_source;
mod by_name;
pub mod columns;
mod key;
mod source;

pub use action_kind::{ActionClass, ActionKind, UnknownActionKind};
pub use action_source::{ActionSource, UnknownActionSource};
pub use key::{ActionsKey, InvalidKey, RawKey, RejectedKey};
pub use source::{Source, UnknownSource};
