//! Daily B3 quotes from Yahoo Finance and COTAHIST files into the raw layer of the lake.
//!
//! A source ([`cotahist`], [`yahoo`]) hands over [`Session`]s; [`write`](mod@write) sifts, judges and merges them into one Parquet object per trade
//! date and source in a [`sink::Lake`], on disk or on S3, and accounts for every ticker and date in a [`report::Report`].

pub mod bar;
pub mod cli;
pub mod cotahist;
pub mod error;
pub mod frame;
pub mod gate;
mod lock;
pub mod logs;
pub mod merge;
pub mod outcome;
pub mod progress;
pub mod reconcile;
pub mod report;
pub mod session;
pub mod sink;
mod stored;
pub mod write;
pub mod yahoo;

pub use bar::{Bar, RejectedBar};
pub use error::IngestError;
pub use outcome::{Outcome, Status};
pub use session::{Policy, Scope, Session};
