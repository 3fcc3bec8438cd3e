//! Arithmetic whose only rounding is the last one.
//!
//! Numbers become integers of one common exponent (`fixed`), the sums of windows slide over them without rounding
//! (`slide`), and each sum is rounded once, by its division (`divide`, `ratio`, `big`). What fits 63 bits
//! is `Vectorised`; what does not is `Whole`.

pub(crate) mod big;
pub(crate) mod divide;
pub(crate) mod fixed;
pub(crate) mod narrow;
pub(crate) mod ratio;
pub(crate) mod slide;
pub(crate) mod whole;

pub(crate) use ratio::{decimal_to_double, ratio};
pub(crate) use slide::Weights;
