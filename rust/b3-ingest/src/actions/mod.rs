//! The subcommand `actions`: corporate actions from B3's service or a CSV file into `actions/` of
//! the lake.
//!
//! ```text
//! event      one action and its ex-date
//! service    B3's listed-company service as a source; manual: a CSV file as one (Yahoo's events come from crate::yahoo)
//! merge      what an object holds afterwards, and what an answer that is not complete may not remove
//! table      rows of an object, store: objects into actions/ of the lake
//! report     each ticker with its outcome
//! ```

mod args;
mod event;
mod manual;
mod merge;
mod report;
mod run;
mod service;
mod store;
mod table;

pub use args::ActionsArgs;
pub use event::{AMOUNT_LIMIT, AMOUNT_SCALE, Action, Class, Event, Kind, UnknownKind};
pub use merge::{Span, Told, ToldEvent};
pub use report::{ActionsReport, TickerOutcome};
pub use run::{run, run_with};
pub use service::RepeatedCash;
pub use store::{Stored, Written, write};
