//! The lake's objects: their keys, [`columns`] and sources, and the kinds of corporate actions.

mod action_kind;
pub mod columns;
mod key;
mod named_enum;
mod source;

pub use action_kind::{ActionClass, ActionKind};
pub use key::{ActionsKey, InvalidKey, RawKey, RejectedKey, plain_date};
pub use named_enum::UnknownName;
pub use source::{ActionSource, Source};
