//! `b3-ingest actions` against a listed-company service whose every answer a test decides, and from files by hand.
//!
//! Real recorded answers are replayed by `recorded`.

mod by_hand;
mod company;
mod corrections;
mod faults;
mod lake;
mod recorded;
#[path = "../http_server/mod.rs"]
mod server;
mod service;
