//! The numbers of a few rows as integers with one unit: `i128`, or integers of any size where
//! `i128` may be too small.

use std::ops::Range;

use num_bigint::{BigInt, BigUint};

use super::series::Values;
use crate::exact::big;
use crate::exact::fixed::{self, Spread};
use crate::exact::rounding;

/// Integers in units of 2^exponent / divisor.
pub(super) struct ExactNumbers {
    pub(super) integers: Integers,
    pub(super) exponent: i32,
    pub(super) divisor: BigUint,
}

pub(super) enum Integers {
    /// Numbers whose absolute values are at most `largest`.
    Wide {
        numbers: Vec<i128>,
        largest: u128,
    },
    Big(Vec<BigInt>),
}

impl ExactNumbers {
    /// The numbers of `rows`, all non-null and finite.
    pub(super) fn of(values: &Values<'_>, rows: &Range<usize>) -> Self {
        match *values {
            Values::Decimal { unscaled, scale } => {
                let unscaled = &unscaled[rows.clone()];
                let largest = unscaled.iter().fold(0, |largest, value| value.unsigned_abs().max(largest)).into();
                let numbers = unscaled.iter().copied().map(i128::from).collect();
                let divisor = BigUint::from(10_u8).pow(scale.into());
                Self { integers: Integers::Wide { numbers, largest }, exponent: 0, divisor }
            }
            Values::Float(floats) => {
                let floats = &floats[rows.clone()];
                let spread = Spread::of(floats);
                let (integers, exponent) = match spread.largest {
                    Some(largest) => {
                        let numbers = floats.iter().map(|value| fixed::integer(*value, spread.exponent)).collect();
                        (Integers::Wide { numbers, largest }, spread.exponent)
                    }
                    // 128 bits do not hold them all.
                    None => (
                        Integers::Big(floats.iter().map(|value| big::integer(*value)).collect()),
                        rounding::LEAST_EXPONENT,
                    ),
                };
                Self { integers, exponent, divisor: BigUint::from(1_u8) }
            }
        }
    }
}

impl Integers {
    pub(super) fn to_big(&self) -> Vec<BigInt> {
        match self {
            Self::Wide { numbers, .. } => numbers.iter().copied().map(BigInt::from).collect(),
            Self::Big(numbers) => numbers.clone(),
        }
    }
}
