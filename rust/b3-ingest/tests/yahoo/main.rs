//! Tests of `b3-ingest yahoo` against an emulated Yahoo with faults.
//!
//! The emulated market is invented, so that the tests know the trades; Yahoo's processing (prices
//! divided by splits, 32-bit floats, unusual timestamps) and its faults are emulated. The tests in
//! `tests/b3_files` replay recorded responses.

mod chart;
mod check;
mod events;
mod faults_one_by_one;
mod intraday;
mod lake;
mod market;
mod randomized;
mod request_limits;
#[path = "../http_server/mod.rs"]
mod server;
mod stored;
#[path = "../stored_events/mod.rs"]
mod stored_events;
#[path = "../stored_rows/mod.rs"]
mod stored_rows;

/// The time of most runs, after the session of that day has closed.
const NOW: &str = "2024-03-15T23:30:00Z";

fn date(text: &str) -> chrono::NaiveDate {
    text.parse().unwrap()
}
