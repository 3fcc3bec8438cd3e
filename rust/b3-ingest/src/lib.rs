//! Daily B3 quotes from Yahoo Finance and COTAHIST files into the raw layer of the lake.

pub mod bar;
pub mod cli;
pub mod error;
pub mod outcome;
pub mod session;
pub mod yahoo;

pub use bar::{Bar, RejectedBar};
pub use error::IngestError;
pub use outcome::{Outcome, Status};
pub use session::{Policy, Scope, Session};
