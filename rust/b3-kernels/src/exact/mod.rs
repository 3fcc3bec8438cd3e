//! Arithmetic whose only rounding is the last one.
//!
//! Numbers become integers of one common exponent (`fixed`), the sums of windows slide over them without rounding
//! (`slide`), and each sum is rounded once, by its division (`divide`, `ratio`, `big`). `paths` runs what fits 63 bits
//! with the widest instructions that the processor has.
#![expect(clippy::inline_always, reason = "what is inlined is compiled for the instructions of its caller")]

pub(crate) mod big;
pub(crate) mod divide;
pub(crate) mod fixed;
pub(crate) mod narrow;
pub(crate) mod paths;
pub(crate) mod ratio;
pub(crate) mod slide;

pub(crate) use paths::Path;
pub(crate) use ratio::{decimal_to_double, ratio};
pub(crate) use slide::Weights;
