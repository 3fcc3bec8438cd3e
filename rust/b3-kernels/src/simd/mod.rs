//! SIMD dispatch: the same code compiled for several instruction sets, one of which is chosen at
//! run time.
//!
//! The wheel is built for every x86-64, whose registers hold two doubles; registers of four or
//! eight make exact averages as fast as inexact ones. Every instruction set gives the same bits,
//! because all results are exact, or rounded once.
#![cfg_attr(
    target_arch = "x86_64",
    expect(unsafe_code, reason = "calls of functions compiled for instructions that the processor was found to have")
)]

mod prefetch;
mod running_sums;

pub(crate) use prefetch::{prefetch_ahead, prefetched_pages};

/// A computation that is compiled for each instruction set.
pub(crate) trait Vectorised {
    type Answer;

    /// Runs it. Every `run` is `#[inline(always)]`: only inlined code is compiled for the caller's
    /// instructions. `FUSED`: whether these include a fused multiply-add, which `divide` uses.
    fn run<const FUSED: bool>(self) -> Self::Answer;
}

/// An instruction set that this processor has: only `available` makes others than `Baseline`, which
/// the unsafe calls below rely on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Isa(Instructions);

#[derive(Debug, Clone, Copy, PartialEq)]
enum Instructions {
    Baseline,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl Isa {
    /// Every instruction set that this processor has, the fastest first.
    pub(crate) fn available() -> impl Iterator<Item = Self> {
        #[cfg(target_arch = "x86_64")]
        let wide = {
            use std::arch::is_x86_feature_detected as has;
            let avx2 = has!("avx2") && has!("fma");
            let avx512 = avx2 && has!("avx512f") && has!("avx512dq") && has!("avx512vl");
            [avx512.then_some(Instructions::Avx512), avx2.then_some(Instructions::Avx2)]
        };
        #[cfg(not(target_arch = "x86_64"))]
        let wide = [None; 0];
        wide.into_iter().flatten().chain([Instructions::Baseline]).map(Self)
    }

    /// The fastest instruction set.
    pub(crate) fn best() -> Self {
        Self::available().next().unwrap_or(Self(Instructions::Baseline))
    }

    /// Runs `work` with these instructions.
    pub(crate) fn run<W: Vectorised>(self, work: W) -> W::Answer {
        match self.0 {
            Instructions::Baseline => work.run::<false>(),
            // SAFETY: this variant is made only where the processor has the instructions.
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx2 => unsafe { with_avx2(work) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx512 => unsafe { with_avx512(work) },
        }
    }

    /// Replaces each of `integers` by the sum of it and all before it, modulo 2^64. They are stored
    /// as the bits of doubles, because their buffer later holds the averages.
    pub(crate) fn running_sums(self, integers: &mut [f64]) {
        match self.0 {
            // SAFETY: this variant is made only where the processor has the instructions.
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx512 => unsafe { running_sums::by_eights(integers) },
            _ => running_sums::one_by_one(integers, 0), // before the first the sum is 0
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn with_avx2<W: Vectorised>(work: W) -> W::Answer {
    work.run::<true>()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma,avx512f,avx512dq,avx512vl")]
fn with_avx512<W: Vectorised>(work: W) -> W::Answer {
    work.run::<true>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn running_sums_are_the_same_with_every_instruction_set(
            integers in proptest::collection::vec(any::<u64>(), 0..70),
        ) {
            let running = |sum: &mut u64, integer: &u64| {
                *sum = sum.wrapping_add(*integer);
                Some(*sum)
            };
            let expected: Vec<u64> = integers.iter().scan(0, running).collect();
            for isa in Isa::available() {
                let mut held: Vec<f64> = integers.iter().copied().map(f64::from_bits).collect();
                isa.running_sums(&mut held);
                prop_assert_eq!(held.into_iter().map(f64::to_bits).collect::<Vec<_>>(), expected.clone(), "{:?}", isa);
            }
        }
    }
}
