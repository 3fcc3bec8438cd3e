//! Input and output of a kernel over slices: one series in time order, and the caller's buffers.

use num_bigint::{BigInt, BigUint};

use super::steps::{Change, Step, steps_within};
use crate::exact::{big, decimal_to_double};

/// The numbers of one series in time order.
#[derive(Debug, Clone, Copy)]
pub enum Values<'a> {
    /// Integers in units of 10^-`scale`.
    Decimal {
        /// The integers; undefined where null.
        unscaled: &'a [i64],
        /// Digits after the decimal point, at most 18.
        scale: u8,
    },
    /// Doubles; one that is not finite (NaN, an infinity) counts as null.
    Float(&'a [f64]),
}

impl Values<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Decimal { unscaled, .. } => unscaled.len(),
            Self::Float(floats) => floats.len(),
        }
    }

    /// The double nearest to the number of `row`.
    pub(crate) fn at(&self, row: usize) -> f64 {
        match self {
            Self::Decimal { unscaled, scale } => decimal_to_double(unscaled[row], *scale),
            Self::Float(floats) => floats[row],
        }
    }

    /// The number of `row` as numerator and denominator.
    pub(crate) fn fraction(&self, row: usize) -> (BigInt, BigUint) {
        match self {
            Self::Decimal { unscaled, scale } => (unscaled[row].into(), BigUint::from(10_u8).pow(u32::from(*scale))),
            Self::Float(floats) => big::fraction(floats[row]),
        }
    }

    /// The number of `row`, converted to the unit after `steps`, as the nearest double.
    pub(crate) fn converted(&self, row: usize, steps: &[Step]) -> f64 {
        let (mut numerator, mut denominator) = self.fraction(row);
        for (new, old) in steps.iter().map(Step::shares) {
            numerator *= old;
            denominator *= new;
        }
        big::nearest_double(&numerator, &denominator)
    }
}

/// One series: the bars of one ticker in time order.
#[derive(Debug, Clone, Copy)]
pub struct Series<'a> {
    /// The numbers.
    pub values: Values<'a>,
    /// For each row whether its number is non-null; `None` where all are.
    pub valid: Option<&'a [bool]>,
    /// For each row the number of its session (or week, or month), not descending; `None` where
    /// every span is allowed.
    pub sessions: Option<&'a [i32]>,
    /// The changes of the numbers' unit, by ascending row.
    pub steps: &'a [Step],
}

impl<'a> Series<'a> {
    /// Numbers without nulls, all in one unit, whose windows may have any span.
    #[must_use]
    pub fn new(values: Values<'a>) -> Self {
        Self { values, valid: None, sessions: None, steps: &[] }
    }

    /// The number of rows.
    pub(crate) fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether the number of `row` is non-null and finite.
    pub(crate) fn is_usable(&self, row: usize) -> bool {
        self.valid.is_none_or(|valid| valid[row])
            && match self.values {
                Values::Decimal { .. } => true,
                Values::Float(floats) => floats[row].is_finite(),
            }
    }

    /// The number of `row` as the nearest double, `None` where it is null or not finite.
    pub(crate) fn at(&self, row: usize) -> Option<f64> {
        self.is_usable(row).then(|| self.values.at(row))
    }

    /// The number of the row `before` in the unit of the later `row`, as the nearest double; `None`
    /// across a change without a factor.
    pub(crate) fn converted(&self, before: usize, row: usize) -> Option<f64> {
        let steps = steps_within(self.steps, &(before..row + 1));
        let is_known = steps.iter().all(|step| step.change != Change::Unknown);
        is_known.then(|| self.values.converted(before, steps))
    }
}

/// The caller's buffers for one series: a value and its validity for each row.
///
/// A kernel writes every row: 0.0 and false where its answer is null.
#[derive(Debug)]
pub struct Output<'a> {
    /// The results.
    pub values: &'a mut [f64],
    /// Whether each result is non-null.
    pub valid: &'a mut [bool],
}

impl Output<'_> {
    /// Makes the rows from `from` to before `to` null.
    pub(crate) fn set_null(&mut self, from: usize, to: usize) {
        self.values[from..to].fill(0.0);
        self.valid[from..to].fill(false);
    }

    /// Writes one row.
    pub(crate) fn set(&mut self, row: usize, value: Option<f64>) {
        self.values[row] = value.unwrap_or(0.0);
        self.valid[row] = value.is_some();
    }
}

/// The lines that a kernel writes over `rows` rows, one for each output; `None` where null.
///
/// # Panics
/// If a null row does not hold 0.0.
///
/// ```
/// use b3_kernels::rolling::{Series, Values, lines, sma};
/// let closes = Series::new(Values::Float(&[1.0, 2.0]));
/// assert_eq!(lines(2, |[out]| sma(&closes, 2, 4, out)), [[None, Some(1.5)]]);
/// ```
pub fn lines<const N: usize>(rows: usize, kernel: impl FnOnce([&mut Output<'_>; N])) -> [Vec<Option<f64>>; N] {
    let mut buffers: [_; N] = std::array::from_fn(|_| (vec![f64::NAN; rows], vec![true; rows]));
    let mut outputs = buffers.each_mut().map(|(values, valid)| Output { values, valid });
    kernel(outputs.each_mut());
    buffers.map(|(values, valid)| {
        assert!(values.iter().zip(&valid).all(|(value, valid)| *valid || value.to_bits() == 0), "a null row holds 0.0");
        values.into_iter().zip(valid).map(|(value, valid)| valid.then_some(value)).collect()
    })
}
