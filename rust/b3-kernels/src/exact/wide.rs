//! The integer types for sums too large for `narrow`: `i128` where it suffices, else `BigInt`.

use std::ops::{AddAssign, Mul, SubAssign};

use num_bigint::{BigInt, BigUint};

use super::{big, quotient};

/// An integer type that sums of windows are computed in.
pub(crate) trait WideInteger:
    Clone + Default + for<'a> AddAssign<&'a Self> + for<'a> SubAssign<&'a Self> + Mul<i128, Output = Self>
{
    /// The double nearest to `self / divisor * 2^exponent`, ties to even; the divisor is not 0.
    fn over(&self, divisor: &BigUint, exponent: i32) -> f64;
}

impl WideInteger for i128 {
    fn over(&self, divisor: &BigUint, exponent: i32) -> f64 {
        match u128::try_from(divisor) {
            Ok(divisor) => quotient(*self, divisor, exponent),
            Err(_) => big::quotient(&BigInt::from(*self), divisor, exponent),
        }
    }
}

impl WideInteger for BigInt {
    fn over(&self, divisor: &BigUint, exponent: i32) -> f64 {
        big::quotient(self, divisor, exponent)
    }
}
