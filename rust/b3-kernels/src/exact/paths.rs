//! The same code for the instructions of each processor, chosen while running.
//!
//! The wheel is built for every x86-64, whose registers hold two doubles; four or eight at a time are what makes exact
//! averages as fast as inexact ones. The code is one and has no fused operation, so every path gives the same bits.
#![cfg_attr(
    target_arch = "x86_64",
    expect(unsafe_code, reason = "calls of functions compiled for instructions that were seen to be there")
)]

use super::fixed::Spread;
use super::narrow::{self, Mean};

/// Instructions that this processor has: made by `available` only, which the calls below rely on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Path(Instructions);

#[derive(Debug, Clone, Copy, PartialEq)]
enum Instructions {
    Baseline,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl Path {
    /// Every path that this processor can take, the fastest first.
    pub(crate) fn available() -> impl Iterator<Item = Self> {
        #[cfg(target_arch = "x86_64")]
        let wide = {
            use std::arch::is_x86_feature_detected as has;
            let avx512 = has!("avx512f") && has!("avx512dq") && has!("avx512vl");
            [avx512.then_some(Instructions::Avx512), has!("avx2").then_some(Instructions::Avx2)]
        };
        #[cfg(not(target_arch = "x86_64"))]
        let wide = [None; 0];
        wide.into_iter().flatten().chain([Instructions::Baseline]).map(Self)
    }

    /// The fastest.
    pub(crate) fn best() -> Self {
        Self::available().next().unwrap_or(Self(Instructions::Baseline))
    }

    /// Runs [`narrow::integer_block`].
    pub(crate) fn integer_block(self, values: &[i64], mean: &Mean, answers: &mut [f64]) -> bool {
        match self.0 {
            Instructions::Baseline => narrow::integer_block(values, mean, answers),
            // SAFETY: a path with these instructions is made only where the processor has them.
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx2 => unsafe { avx2::integer_block(values, mean, answers) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx512 => unsafe { avx512::integer_block(values, mean, answers) },
        }
    }

    /// Runs [`narrow::float_block`].
    pub(crate) fn float_block(
        self,
        values: &[f64],
        mean: &Mean,
        integers: &mut Vec<i64>,
        answers: &mut [f64],
    ) -> Option<Spread> {
        match self.0 {
            Instructions::Baseline => narrow::float_block(values, mean, integers, answers),
            // SAFETY: a path with these instructions is made only where the processor has them.
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx2 => unsafe { avx2::float_block(values, mean, integers, answers) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx512 => unsafe { avx512::float_block(values, mean, integers, answers) },
        }
    }
}

#[cfg(target_arch = "x86_64")]
macro_rules! compiled_for {
    ($path:ident, $features:literal) => {
        mod $path {
            use super::{Mean, Spread, narrow};

            #[target_feature(enable = $features)]
            pub(super) fn integer_block(values: &[i64], mean: &Mean, answers: &mut [f64]) -> bool {
                narrow::integer_block(values, mean, answers)
            }

            #[target_feature(enable = $features)]
            pub(super) fn float_block(
                values: &[f64],
                mean: &Mean,
                integers: &mut Vec<i64>,
                answers: &mut [f64],
            ) -> Option<Spread> {
                narrow::float_block(values, mean, integers, answers)
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
compiled_for!(avx2, "avx2");
#[cfg(target_arch = "x86_64")]
compiled_for!(avx512, "avx512f,avx512dq,avx512vl");
