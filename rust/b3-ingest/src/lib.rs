//! Ingestion of B3's quotes, from COTAHIST files and Yahoo Finance, and of corporate actions
//! into the lake.
//!
//! A source (`cotahist`, `yahoo`) produces `Session`s; `write` checks them and merges them into one
//! Parquet object per trade date and source in a `sink::Lake`, on disk or on S3, and records the
//! outcome of every ticker and date in a `report::Report`. `actions` does the same for splits and
//! dividends, one object per ex-date and source.

pub mod actions;
mod bar;
pub mod cli;
mod cotahist;
mod error;
pub mod frame;
mod gate;
mod lock;
pub mod logs;
mod merge;
mod outcome;
mod progress;
mod reconcile;
pub mod report;
pub mod run;
mod session;
mod sink;
mod stored;
mod text_file;
mod tickers;
mod web;
mod write;
pub mod yahoo;

pub use bar::{Bar, RejectedBar};
pub use error::IngestError;
