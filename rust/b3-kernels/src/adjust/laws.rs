//! Property tests of the conversion between dates: against the moving averages, and against itself.

use num_bigint::BigInt;
use num_rational::BigRational;
use proptest::prelude::*;

use super::*;
use crate::adjust::conversion::{Bars, Ratio};
use crate::refiner::samples::{Action, actions};
use crate::rolling::proofs::is_nearest;
use crate::rolling::{Change, Output, Series, Step, Values, sma};

/// Events before, between and after the bars, several on one day.
fn events() -> impl Strategy<Value = Vec<(&'static str, i32, Action)>> {
    let ratios = prop::sample::select(vec![(2, 1), (3, 1), (7, 11), (1, 1_000), (1_000, 1)]);
    let action = prop_oneof![
        2 => ratios.prop_map(|(new, old)| Action::Shares(new, old)),
        // Hundred-millionths of BRL: below 10^-6 BRL, and so below every close. The lowest, 10^4
        // BRL, is 10^-5 BRL after three splits of 1,000 for 1, and the fourth event is the cash.
        1 => (1..100_i128).prop_map(Action::Cash),
    ];
    prop::collection::vec((Just("PETR4"), 0..60_i32, action), 0..5)
}

fn rational(ratio: &Ratio) -> BigRational {
    BigRational::new(BigInt::from(ratio.numerator.clone()), BigInt::from(ratio.denominator.clone()))
}

/// The days of the bars, every other one from 10 on, and closes in millionths.
fn bars() -> impl Strategy<Value = (Vec<i32>, Vec<i64>)> {
    prop::collection::vec(10_000_000_000_i64..100_000_000_000_000, 1..20)
        .prop_map(|closes| ((0..).map(|row| 10 + 2 * row).take(closes.len()).collect(), closes))
}

proptest! {
    #[test]
    fn two_conversions_in_a_row_equal_the_direct_one(
        (days, closes) in bars(), events in events(), dates in (0..60_i32, 0..60_i32, 0..60_i32), cash in any::<bool>(),
    ) {
        let actions = actions(&events);
        let Some(petr4) = actions.of("PETR4") else { return Ok(()) };
        let series = Series::new(Values::Decimal { unscaled: &closes, scale: 6 });
        let bars = Bars { days: &days, closes: &series, currencies: &[] };
        let conversion = Conversion::of_prices("PETR4", petr4, cash.then_some(bars)).unwrap();
        let (from, middle, to) = dates;
        let between = |from, to| conversion.between(from, to).as_ref().map(rational);
        let (first, second, whole) = (between(from, middle), between(middle, to), between(from, to));
        if let (Some(first), Some(second), Some(whole)) = (first, second, whole) {
            prop_assert_eq!(first * second, whole);
        } else {
            prop_assert!(cash, "only a distribution before the first close is not known");
        }
        let prices = Conversion::of_prices("PETR4", petr4, None).unwrap().between(from, to).unwrap();
        let shares = Conversion::of_shares(petr4).between(from, to).unwrap();
        prop_assert_eq!(rational(&prices) * rational(&shares), BigRational::from(BigInt::from(1)));
    }

    #[test]
    fn an_average_is_that_of_the_bars_adjusted_to_its_date((days, closes) in bars(), events in events(), window in 1_usize..8) {
        let actions = actions(&events);
        let Some(petr4) = actions.of("PETR4") else { return Ok(()) };
        let steps: Vec<Step> = petr4.share_steps(&days).unwrap().into_iter().map(|(row, ratio)| {
            Step { row, change: Change::Shares { new: ratio.new_shares(), old: ratio.old_shares() } }
        }).collect();
        let series = Series { steps: &steps, ..Series::new(Values::Decimal { unscaled: &closes, scale: 6 }) };
        let (mut values, mut valid) = (vec![0.0; days.len()], vec![false; days.len()]);
        let max_span = u32::MAX;
        sma(&series, window, max_span, &mut Output { values: &mut values, valid: &mut valid });
        let conversion = Conversion::of_prices("PETR4", petr4, None).unwrap();
        for last in window - 1..days.len() {
            let in_its_shares = (last + 1 - window..=last).map(|row| {
                BigRational::from(BigInt::from(closes[row])) * rational(&conversion.between(days[row], days[last]).unwrap())
            });
            let mean = in_its_shares.sum::<BigRational>() / BigInt::from(window) / BigInt::from(1_000_000);
            prop_assert!(is_nearest(values[last], &mean), "row {}: {:e} for {}", last, values[last], mean);
        }
    }
}
