//! Requests to servers that limit rates, break off and answer pages where data was due.
//!
//! [`Client`] asks until it gets an answer that can be used: at a steady rate, with waits that double, as long as `Retry-After`
//! says, and not beyond a deadline. What an answer is good for is decided by the source, as a [`Verdict`].

mod backoff;
mod client;
mod json;
mod rate_limit;
mod verdict;

pub use backoff::Backoff;
pub(crate) use client::{Client, Limits, Reply, Server};
pub(crate) use json::json_in;
pub(crate) use verdict::{Answer, Trouble, Verdict, passing};
