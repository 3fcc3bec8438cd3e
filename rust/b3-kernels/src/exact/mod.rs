//! Exact arithmetic on sums of windows: only the last step rounds.
//!
//! Numbers become integers with one common exponent (`fixed`), the sums of windows are updated
//! without rounding (`slide`), and the division rounds each sum once (`divide`, `quotient`, `big`,
//! `rounding`). Averages whose sums and divisors are small are computed by `narrow`, others in the
//! integer types of `wide`.

pub(crate) mod big;
pub(crate) mod divide;
pub(crate) mod fixed;
pub(crate) mod narrow;
pub(crate) mod quotient;
pub(crate) mod rounding;
pub(crate) mod slide;
pub(crate) mod wide;

pub(crate) use quotient::{decimal_to_double, quotient};
pub(crate) use slide::Weights;
