//! Tests of the program on COTAHIST files.

mod downloads;
#[path = "../http_server/mod.rs"]
mod http_server;
mod kill;
mod lake;
mod layout;
mod merging;
mod missing;
mod mistakes;
mod older_currencies;
mod outdated;
mod quality;
mod reconciling;
mod server;
#[path = "../stored_rows/mod.rs"]
mod stored_rows;
