//! HTTP requests to servers that limit rates, drop connections and send HTML where JSON was
//! expected.
//!
//! [`Client`] sends a request again as long as that may help: at a limited rate, with waits that
//! double or are as long as `Retry-After` says, up to a number of attempts and a deadline. The
//! source classifies each response without a temporary error ([`Classified`]).

mod backoff;
mod classify_response;
mod client;
mod json;
mod rate_limit;

pub use backoff::Backoff;
pub(crate) use classify_response::{AttemptError, Classified, HttpResponse, NoContent, RetryReason, retry_reason};
pub(crate) use client::{Client, Limits, Server};
pub(crate) use json::json_in;
