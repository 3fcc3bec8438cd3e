//! Lambda that starts one Glue run for the trade dates whose raw objects changed.
//!
//! An `ObjectCreated` event for `raw/trade_date=2024-01-02/cotahist.parquet` arrives straight from S3, wrapped in an SQS
//! message, or from EventBridge. A batch of them becomes the smallest list of dates and one `StartJobRun`.
//!
//! No event is lost: whatever keeps the run from starting puts the messages back. A duplicate does no harm, because a
//! run overwrites what it wrote.

mod batch;
mod event;
mod glue;
mod handler;
mod metrics;
mod notice;

pub use batch::Batch;
pub use event::{Document, SqsMessage};
pub use glue::{GlueJob, RunArguments, RunId, StartError, StartJobRun};
pub use handler::{Handler, NotStarted, Response};
