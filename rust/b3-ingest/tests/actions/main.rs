//! Tests of `b3-ingest actions` against an emulated listed-company service, and with CSV files.
//!
//! The tests `b3_files` replay recorded responses of the service.

mod company;
mod corrections;
mod csv_file;
mod faults;
mod lake;
#[path = "../http_server/mod.rs"]
mod server;
mod service;
#[path = "../stored_events/mod.rs"]
mod stored_events;
