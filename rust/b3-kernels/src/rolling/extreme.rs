//! The minimum or maximum of each window.

use std::collections::VecDeque;

use super::across::{Across, across};
use super::operand::{Integers, Operand};
use super::runs::fill_runs;
use super::series::{Output, Series, Values};
use crate::exact::decimal_to_double;
use crate::exact::wide::WideInteger;

/// Writes the minimum or maximum of each window as the nearest double.
///
/// The minimum of 2, 4, 8, ... neighbours is that of two halves; the minimum of the window is that
/// of two overlapping parts. The loops over the rows have no branch.
pub(super) fn extreme(series: &Series<'_>, window: usize, max_span: u32, largest: bool, out: &mut Output<'_>) {
    // Flipping the bits of an integer reverses the order.
    let flip = if largest { -1 } else { 0 };
    let (mut keys, mut halves) = (Vec::new(), Vec::new());
    fill_runs(series, window, max_span, out, |run, answers, _| {
        keys.clear();
        match series.values {
            Values::Decimal { unscaled, .. } => keys.extend(unscaled[run.clone()].iter().map(|value| value ^ flip)),
            Values::Float(floats) => keys.extend(floats[run.clone()].iter().map(|value| key_of(*value) ^ flip)),
        }
        let mut covered = 1;
        while covered * 2 <= window {
            std::mem::swap(&mut keys, &mut halves);
            keys.clear();
            keys.extend(halves.iter().zip(&halves[covered..]).map(|(one, other)| *one.min(other)));
            covered *= 2;
        }
        let least = keys.iter().zip(&keys[window - covered..]).map(|(one, other)| *one.min(other) ^ flip);
        match series.values {
            Values::Decimal { scale, .. } => {
                answers.iter_mut().zip(least).for_each(|(answer, key)| *answer = decimal_to_double(key, scale));
            }
            Values::Float(_) => {
                answers.iter_mut().zip(least).for_each(|(answer, key)| *answer = double_of(key));
            }
        }
        for windows in across(series.steps, run, window) {
            extreme_across(&series.values, &windows, largest, &mut answers[windows.places.clone()]);
        }
    });
}

/// The extremes of windows that contain a step; a zero among them is 0.0, whatever its sign.
fn extreme_across(values: &Values<'_>, windows: &Across, largest: bool, answers: &mut [f64]) {
    let Operand { integers, exponent, scale } = Operand::of(values, &windows.bars);
    let divisor = windows.divisor(10_u128.pow(u32::from(scale)));
    match windows.converted(&integers) {
        Integers::Wide { numbers, .. } => extremes(&numbers, largest, answers, |it| it.over(&divisor, exponent)),
        Integers::Big(numbers) => extremes(&numbers, largest, answers, |it| it.over(&divisor, exponent)),
    }
}

/// Writes the extreme of each window of `numbers`, which are `window - 1` more than the results.
fn extremes<T: Ord>(numbers: &[T], largest: bool, answers: &mut [f64], double: impl Fn(&T) -> f64) {
    let window = numbers.len() + 1 - answers.len();
    // The indices of the numbers that no later number of the window beats, the best first.
    let mut best: VecDeque<usize> = VecDeque::new();
    for (row, number) in numbers.iter().enumerate() {
        let is_beaten = |place: usize| if largest { numbers[place] <= *number } else { numbers[place] >= *number };
        while best.back().is_some_and(|place| is_beaten(*place)) {
            best.pop_back();
        }
        best.push_back(row);
        best.pop_front_if(|place| *place + window <= row);
        if let Some(answer) = (row + 1).checked_sub(window).and_then(|place| answers.get_mut(place)) {
            *answer = best.front().map_or(0.0, |place| double(&numbers[*place]));
        }
    }
}

/// An integer that orders as the double does: its bits, of a negative one all but the sign flipped.
/// -0.0 is below 0.0, so that the result depends on the window alone.
fn key_of(double: f64) -> i64 {
    let bits = double.to_bits().cast_signed();
    bits ^ ((bits >> 63) & i64::MAX)
}

/// The double from which [`key_of`] made the key.
fn double_of(key: i64) -> f64 {
    f64::from_bits((key ^ ((key >> 63) & i64::MAX)).cast_unsigned())
}
