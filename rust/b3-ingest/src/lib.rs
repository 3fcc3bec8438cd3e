//! Ingestion of B3's quotes, from COTAHIST files and Yahoo Finance, and of corporate actions
//! into the lake.
//!
//! A source ([`cotahist`], [`yahoo`]) produces [`Session`]s; [`write`](mod@write) checks them and
//! merges them into one Parquet object per trade date and source in a [`sink::Lake`], on disk or on
//! S3, and records the outcome of every ticker and date in a [`report::Report`]. [`actions`] does
//! the same for splits and dividends, one object per ex-date and source.

pub mod actions;
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
pub mod run;
pub mod session;
pub mod sink;
mod stored;
mod tickers;
mod web;
pub mod write;
pub mod yahoo;

pub use bar::{Bar, RejectedBar};
pub use error::IngestError;
pub use outcome::{Outcome, Status};
pub use session::{Policy, Scope, Session};
