//! The subcommand `actions`: corporate actions from B3's service or a CSV file into `actions/` of
//! the lake.
//!
//! ```text
//! args, run  the command's arguments, and a run of it
//! event      one action and its ex-date
//! service    the source b3: B3's listed-company service
//! manual     the source manual: a CSV file (the events of source yahoo come from crate::yahoo)
//! merge      a run's events merged with the stored ones
//! table      an object of actions/ as Parquet
//! store      writing the objects of actions/
//! report     the outcome of each ticker
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
pub(crate) use event::{AMOUNT_SCALE, Action, Event};
pub(crate) use merge::{CompleteDates, TickerEvents};
pub use report::ActionsReport;
pub use run::run;
pub use service::RepeatedCash;
pub(crate) use store::write;
