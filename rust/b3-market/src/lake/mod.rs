//! The lake's objects: their keys, [`columns`] and sources, and the kinds of corporate actions.

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
