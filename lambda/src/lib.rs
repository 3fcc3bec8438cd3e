//! Lambda that starts one Glue run for the trade dates whose raw objects changed.
//!
//! An `ObjectCreated` event for `raw/trade_date=2024-01-02/cotahist.parquet` arrives straight from S3, wrapped in an SQS
//! message, or from EventBridge. A batch of them becomes the smallest list of dates and one `StartJobRun`.
//!
//! No event is lost: whatever keeps the run from starting puts the messages back. A duplicate does no harm, because a
//! run overwrites what it wrote.
//!
//! The same binary looks in the evening whether the day's session was published ([`check`]).

mod batch;
mod event;
mod freshness;
mod glue;
mod handler;
mod metrics;
mod notice;

pub use batch::Batch;
pub use event::{Document, SqsMessage};
pub use freshness::{HasSession, NotChecked, PublishedTable, check};
pub use glue::{GlueJob, RunArguments, RunId, StartError, StartJobRun};
pub use handler::{Handler, NotStarted, Response};
