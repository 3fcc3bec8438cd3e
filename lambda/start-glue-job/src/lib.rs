//! The Lambda that starts a run of the Glue job when an object of the lake's `raw/` or `actions/`
//! changes.
//!
//! An event only says that something changed. The run compares raw and actions with what was
//! published from them (`--trade_dates pending`, the job's default), so it needs no date from the
//! event. A lost event costs time, until a schedule starts the same run; a duplicate costs a run
//! that finds nothing to do.

mod batch;
mod event;
mod glue;
mod handler;

pub use batch::Batch;
pub use event::Document;
pub use glue::{GlueJob, StartError, StartJobRun};
pub use handler::{Response, handle};
