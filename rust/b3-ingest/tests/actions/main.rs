//! `b3-ingest actions` against a listed-company service whose every answer a test decides, and from files by hand.
//!
//! The tests `b3_files` replay answers that the service really gave.

mod by_hand;
mod company;
mod corrections;
mod faults;
mod lake;
#[path = "../http_server/mod.rs"]
mod server;
mod service;
