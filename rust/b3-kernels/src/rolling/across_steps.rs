//! Windows that contain a step: their bars are converted exactly to the unit of the last one. The
//! kernels compute all windows as if there were no step, and then these again.
//!
//! All windows with the same latest step have the same unit. They are one group: integers over a
//! common denominator, whose sums are divided once. A run is a stretch of usable bars without a
//! change of unknown size, as `fill_runs` finds it.

use std::ops::Range;

use num_bigint::{BigInt, BigUint};

use super::exact_numbers::{ExactNumbers, Integers};
use super::series::Values;
use super::steps::{Step, steps_within};
use crate::exact::wide::WideInteger;

/// A group: a run's windows that start before a step and end at or after it, before the next step.
pub(crate) struct AcrossStep {
    /// The windows' places among all windows of the run.
    pub(crate) places: Range<usize>,
    /// The rows of the windows' bars.
    pub(crate) bars: Range<usize>,
    /// For each unit, oldest first: the row after its bars, and `denominator` times the factor that
    /// converts them to the last unit.
    factors: Vec<(usize, BigUint)>,
    denominator: BigUint,
}

/// The windows of `window` bars in `run` that contain one of `steps`, group by group.
pub(crate) fn across_steps(steps: &[Step], run: Range<usize>, window: usize) -> impl Iterator<Item = AcrossStep> {
    let steps = steps_within(steps, &run);
    steps.iter().enumerate().filter_map(move |(number, step)| {
        let next = steps.get(number + 1).map_or(run.end, |next| next.row);
        // Window number p of the run has the rows from `run.start + p` on: it starts before `row`
        // if p is below `starting_before(row)`, and ends before it if below `ending_before(row)`.
        let starting_before = |row: usize| row - run.start;
        let ending_before = |row: usize| (starting_before(row) + 1).saturating_sub(window);
        let places = ending_before(step.row)..ending_before(next).min(starting_before(step.row));
        (!places.is_empty()).then(|| AcrossStep::new(&steps[..=number], run.start, places, window))
    })
}

impl AcrossStep {
    /// `steps` are those of the run up to the one that sets the unit.
    fn new(steps: &[Step], run_start: usize, places: Range<usize>, window: usize) -> Self {
        let bars = run_start + places.start..run_start + places.end + window - 1;
        let steps = steps_within(steps, &bars);
        let denominator: BigUint = steps.iter().map(Step::shares).map(|(new, _)| new).product();
        let mut factor = denominator.clone();
        let mut factors = vec![(bars.end, factor.clone())];
        for step in steps.iter().rev() {
            let (new, old) = step.shares();
            // No remainder: `factor` still contains this `new` and those of the earlier steps. The
            // steps of a series of volumes have `new` and `old` swapped.
            factor = factor / new * old;
            factors.push((step.row, factor.clone()));
        }
        factors.reverse();
        Self { places, bars, factors, denominator }
    }

    /// The numbers of the bars in the last one's unit.
    pub(super) fn numbers(&self, values: &Values<'_>) -> ExactNumbers {
        let ExactNumbers { integers, exponent, divisor } = ExactNumbers::of(values, &self.bars);
        ExactNumbers { integers: self.converted(&integers), exponent, divisor: divisor * &self.denominator }
    }

    /// Each number times its unit's factor in `factors`.
    fn converted(&self, numbers: &Integers) -> Integers {
        let largest_factor =
            self.factors.iter().map(|(_, factor)| factor).max().and_then(|factor| u128::try_from(factor).ok());
        if let (Integers::Wide { numbers, largest }, Some(largest_factor)) = (numbers, largest_factor)
            && let Some(largest) = largest_factor.checked_mul(*largest.max(&1))
            && i128::try_from(largest).is_ok()
        {
            let factors = self.each_factor(|factor| i128::try_from(factor).expect("no factor is above `largest`"));
            let numbers = numbers.iter().zip(factors).map(|(number, factor)| number * factor).collect();
            return Integers::Wide { numbers, largest };
        }
        let factors = self.each_factor(|factor| BigInt::from(factor.clone()));
        Integers::Big(numbers.to_big().into_iter().zip(factors).map(|(number, factor)| number * factor).collect())
    }

    /// For each bar its unit's factor in `factors`.
    fn each_factor<T: Clone>(&self, form: impl Fn(&BigUint) -> T) -> impl Iterator<Item = T> {
        let starts = std::iter::once(self.bars.start).chain(self.factors.iter().map(|(end, _)| *end));
        let units = starts.zip(&self.factors);
        units.flat_map(move |(start, (end, factor))| std::iter::repeat_n(form(factor), end - start))
    }

    /// The numbers of the bars as doubles in the last bar's unit, each rounded once.
    pub(crate) fn doubles(&self, values: &Values<'_>) -> Vec<f64> {
        let ExactNumbers { integers, exponent, divisor } = self.numbers(values);
        match integers {
            Integers::Wide { numbers, .. } => numbers.iter().map(|number| number.over(&divisor, exponent)).collect(),
            Integers::Big(numbers) => numbers.iter().map(|number| number.over(&divisor, exponent)).collect(),
        }
    }
}
