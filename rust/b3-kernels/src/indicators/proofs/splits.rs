//! Tests of the indicators across splits: a split series has the results of the unsplit one, in
//! other units.

use proptest::prelude::*;

use super::{SPAN, answers, floats};
use crate::indicators::*;
use crate::rolling::{self, Change, Output, Series, Step, Values};

/// The unit of an indicator, which decides how a split changes it.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Unit {
    Price,
    Shares,
    None,
}

impl Unit {
    /// A value of this unit after `new` shares have replaced `old` ones.
    fn convert(self, value: f64, (new, old): (f64, f64)) -> f64 {
        match self {
            Self::Price => value * old / new,
            Self::Shares => value * new / old,
            Self::None => value,
        }
    }
}

type Kernel = fn(&Series<'_>, &Series<'_>, &mut Output<'_>);

/// The kernels of one paper's close, volume or both (not `beta` and `correl`, of two papers); high
/// and low are the close. Of a kernel with several lines the one written to `tested` is tested.
const KERNELS: [(Unit, Kernel); 27] = [
    (Unit::Price, |close, _, out| rolling::sma(close, 5, SPAN, out)),
    (Unit::Price, |close, _, out| rolling::wma(close, 5, SPAN, out)),
    (Unit::Shares, |_, volume, out| rolling::rolling_sum(volume, 5, SPAN, out)),
    (Unit::Price, |close, _, out| rolling::rolling_min(close, 5, SPAN, out)),
    (Unit::Price, |close, _, out| rolling::rolling_max(close, 5, SPAN, out)),
    (Unit::Price, |close, volume, out| rolling::rolling_vwap(close, volume, 5, SPAN, out)),
    (Unit::Price, |close, _, out| rolling_std(close, 5, 1, SPAN, out)),
    (Unit::Price, |close, _, out| first_of(out, |lines| bollinger(close, 5, 2.0, SPAN, lines))),
    (Unit::None, |close, _, out| simple_return(close, SPAN, out)),
    (Unit::None, |close, _, out| log_return(close, SPAN, out)),
    (Unit::Price, |close, _, out| ema(close, 5, Seed::Sma, out)),
    (Unit::Price, |close, _, out| {
        first_of(out, |[tested, second, third]| macd(close, [2, 4, 3], [second, tested, third]));
    }),
    (Unit::None, |close, _, out| rsi(close, 5, out)),
    (Unit::Price, |close, _, out| true_range(close, close, close, out)),
    (Unit::Price, |close, _, out| atr(close, close, close, 5, out)),
    (Unit::Shares, |close, volume, out| obv(close, volume, out)),
    (Unit::None, |close, _, out| first_of(out, |[tested, second, third]| adx([close; 3], 3, [tested, second, third]))),
    (Unit::None, |close, _, out| first_of(out, |[tested, second, third]| adx([close; 3], 3, [second, tested, third]))),
    (Unit::None, |close, _, out| {
        first_of(out, |[tested, second, _]| stoch([close; 3], [(4, SPAN), (2, SPAN), (2, SPAN)], [second, tested]));
    }),
    (Unit::None, |close, _, out| {
        first_of(out, |[tested, second, _]| stoch([close; 3], [(1, SPAN), (2, SPAN), (2, SPAN)], [second, tested]));
    }),
    (Unit::None, |close, _, out| cci([close; 3], 5, SPAN, out)),
    (Unit::None, |close, _, out| willr([close; 3], 5, SPAN, out)),
    (Unit::None, |close, volume, out| mfi([close; 3], volume, 5, SPAN, out)),
    (Unit::None, |close, _, out| roc(close, 5, SPAN, out)),
    (Unit::Price, |close, _, out| first_of(out, |lines| keltner([close; 3], 5, 3, 2.0, lines))),
    (Unit::Price, |close, _, out| {
        first_of(out, |[tested, second, third]| donchian(close, close, 5, SPAN, [second, tested, third]));
    }),
    (Unit::None, |close, _, out| drawdown(close, out)),
];

/// Gives a kernel three outputs: the first is `out`, and the others are dropped.
fn first_of(out: &mut Output<'_>, kernel: impl Fn([&mut Output<'_>; 3])) {
    let rows = out.values.len();
    let mut others = [1, 2].map(|_| (vec![0.0; rows], vec![false; rows]));
    let [mut two, mut three] = others.each_mut().map(|(values, valid)| Output { values, valid });
    let mut one = Output { values: &mut *out.values, valid: &mut *out.valid };
    kernel([&mut one, &mut two, &mut three]);
}

/// Closes as if no split had been, `None` where missing; volumes; and splits, only by powers of two
/// or any. Many closes are equal.
fn history() -> impl Strategy<Value = (Vec<Option<i64>>, Vec<f64>, Vec<Step>)> {
    let close = prop_oneof![5 => 1_i64..900, 4 => 100_i64..103].prop_map(Some);
    let bar = (prop_oneof![9 => close, 1 => Just(None)], (1_u32..9_000).prop_map(f64::from));
    let splits =
        |factors: &[(u64, u64)]| prop::collection::btree_map(1_usize..40, prop::sample::select(factors.to_vec()), 0..4);
    let splits = prop_oneof![splits(&[(2, 1), (1, 8)]), splits(&[(2, 1), (3, 1), (7, 11), (1, 1_000)])];
    (prop::collection::vec(bar, 1..40), splits).prop_map(|(bars, splits)| {
        let steps = splits.into_iter().map(|(row, (new, old))| Step { row, change: Change::Shares { new, old } });
        let (closes, volumes) = bars.into_iter().unzip();
        (closes, volumes, steps.collect())
    })
}

/// The closes in hundredths and in the shares of each row (close * old / new of the splits up to
/// it), times the new shares of all splits, so that they are integers.
fn traded(closes: &[Option<i64>], steps: &[Step]) -> Vec<i64> {
    let traded = |(row, close): (usize, &Option<i64>)| {
        let splits = steps.iter().map(|step| (step.row <= row, step.shares()));
        let factors = splits.map(|(is_past, (new, old))| if is_past { old } else { new });
        close.unwrap_or(0) * factors.product::<u64>().cast_signed()
    };
    closes.iter().enumerate().map(traded).collect()
}

/// New shares for old ones, by all splits up to `row`.
fn shares(steps: &[Step], row: usize) -> (f64, f64) {
    let past = steps.iter().filter(|step| step.row <= row).map(Step::shares);
    past.fold((1.0, 1.0), |(new, old), (more_new, more_old)| (new * double(more_new), old * double(more_old)))
}

#[expect(clippy::cast_precision_loss, reason = "small factors")]
fn double(shares: u64) -> f64 {
    shares as f64
}

#[expect(clippy::cast_precision_loss, reason = "small numbers")]
fn doubles(hundredths: &[i64]) -> Vec<f64> {
    hundredths.iter().map(|price| *price as f64 / 100.0).collect()
}

fn inverse(steps: &[Step]) -> Vec<Step> {
    steps.iter().map(|step| Step { change: step.change.inverse(), ..*step }).collect()
}

proptest! {
    #[test]
    fn a_split_series_answers_as_the_unsplit_one_in_other_units((close, volume, steps) in history()) {
        let rows = close.len();
        let valid: Vec<bool> = close.iter().map(Option::is_some).collect();
        // Unsplit: all events lie after the last row, so `traded` multiplies by the same number.
        let later: Vec<Step> = steps.iter().map(|step| Step { row: rows, ..*step }).collect();
        let (whole_close, split_close) = (traded(&close, &later), traded(&close, &steps));
        let split_volume: Vec<f64> =
            (0..).zip(&volume).map(|(row, value)| Unit::Shares.convert(*value, shares(&steps, row))).collect();
        let only_powers_of_two = steps.iter().all(|step| matches!(step.shares(), (2, 1) | (1, 8)));
        let volume_steps = inverse(&steps);
        let (whole_doubles, split_doubles) = (doubles(&whole_close), doubles(&split_close));
        // Doubles only where conversion does not round them, which would make equal prices differ.
        let of_close = |unscaled, doubles| {
            let values = if only_powers_of_two { Values::Float(doubles) } else { Values::Decimal { unscaled, scale: 2 } };
            Series { valid: Some(&valid), ..Series::new(values) }
        };
        let whole_closes = of_close(&whole_close, &whole_doubles);
        let split_closes = Series { steps: &steps, ..of_close(&split_close, &split_doubles) };
        let largest = doubles(&whole_close).into_iter().fold(0.0, f64::max);
        for (number, (unit, kernel)) in KERNELS.into_iter().enumerate() {
            let whole = answers(rows, |out| kernel(&whole_closes, &floats(&volume), out));
            let volumes = Series { steps: &volume_steps, ..floats(&split_volume) };
            let split = answers(rows, |out| kernel(&split_closes, &volumes, out));
            for (row, (whole, split)) in whole.iter().zip(split).enumerate() {
                let (new, old) = shares(&steps, row);
                let expected = whole.map(|value| unit.convert(value, (new, old)));
                if only_powers_of_two {
                    // Multiplying by powers of two does not round: the bits are equal.
                    prop_assert_eq!(split, expected, "kernel {}, row {}", number, row);
                } else {
                    // Rounding errors grow with what is added up: closes, volumes of some 1e5.
                    // Values without a unit are of some 100 before and after a split.
                    let scale = match unit { Unit::Price => largest, Unit::Shares => 1e5, Unit::None => 100.0 };
                    let scale = unit.convert(scale, (new, old));
                    let near = split.zip(expected).is_none_or(|(found, expected)| (found - expected).abs() <= 1e-9 * scale);
                    prop_assert!(split.is_some() == expected.is_some() && near, "kernel {}, row {}: {:?} for {:?}", number, row, split, expected);
                }
            }
        }
    }

    #[test]
    fn after_an_unknown_change_a_series_begins_anew((close, volume, mut steps) in history(), row in 1_usize..40) {
        let row = row.min(close.len());
        steps.retain(|step| step.row != row);
        steps.push(Step { row, change: Change::Unknown });
        steps.sort_by_key(|step| step.row);
        let (volume_steps, closes) = (inverse(&steps), traded(&close, &[]));
        let valid: Vec<bool> = close.iter().map(Option::is_some).collect();
        let part = |rows: std::ops::Range<usize>, kernel: Kernel| {
            let of_part = |steps: &[Step]| -> Vec<Step> {
                steps.iter().filter_map(|step| Some(Step { row: step.row.checked_sub(rows.start)?, ..*step })).collect()
            };
            let (steps, volume_steps) = (of_part(&steps), of_part(&volume_steps));
            let closes = Values::Decimal { unscaled: &closes[rows.clone()], scale: 2 };
            let closes = Series { steps: &steps, valid: Some(&valid[rows.clone()]), ..Series::new(closes) };
            let volumes = Series { steps: &volume_steps, ..floats(&volume[rows.clone()]) };
            answers(rows.len(), |out| kernel(&closes, &volumes, out))
        };
        for (_, kernel) in KERNELS {
            let apart = [part(0..row, kernel), part(row..close.len(), kernel)].concat();
            prop_assert_eq!(part(0..close.len(), kernel), apart);
        }
    }
}

#[test]
fn a_return_across_a_split_is_rounded_once() {
    let steps = [Step { row: 1, change: Change::Shares { new: 3, old: 1 } }];
    for (previous, price, expected) in
        [(30_000_000, 10_100_000, 0.01), (40_000_001, 10_000_000, -10_000_001.0 / 40_000_001.0)]
    {
        let unscaled = [previous, price];
        let decimals = Series { steps: &steps, ..Series::new(Values::Decimal { unscaled: &unscaled, scale: 6 }) };
        assert_eq!(answers(2, |out| simple_return(&decimals, SPAN, out)), [None, Some(expected)]);
    }
    let largest = [Step { row: 1, change: Change::Shares { new: u64::MAX, old: 1 } }];
    let decimals = Series { steps: &largest, ..Series::new(Values::Decimal { unscaled: &[i64::MAX, 1], scale: 0 }) };
    assert_eq!(answers(2, |out| simple_return(&decimals, SPAN, out))[1], Some(1.0));
}
