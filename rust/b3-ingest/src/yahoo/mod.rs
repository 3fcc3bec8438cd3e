//! Yahoo Finance as a source.

mod args;

pub use args::YahooArgs;
