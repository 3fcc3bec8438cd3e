//! `b3-ingest yahoo` against a Yahoo that lies, stalls and breaks.
//!
//! The emulated market is invented, so that the tests know what was traded; what Yahoo makes of it (splits divided out, floats
//! of 32 bits, odd timestamps) and what it breaks is done here. Real recorded answers are replayed by `tests/b3_files`.

mod chart;
mod check;
mod events;
mod faults_one_by_one;
mod intraday;
mod lake;
mod manners;
mod market;
mod randomized;
#[path = "../http_server/mod.rs"]
mod server;
mod stored;
