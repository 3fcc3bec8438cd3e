//! Random and extreme series, and their windows as rationals.

use num_bigint::BigInt;
use num_rational::BigRational;
use proptest::prelude::*;

use crate::rolling::{Change, Series, Step, Values};

const MOST_ROWS: usize = 89; // nearly three of the longest windows that are drawn, of 31 bars

/// A series that owns its rows.
#[derive(Debug, Clone)]
pub(super) struct Bars {
    numbers: Numbers,
    valid: Option<Vec<bool>>,
    sessions: Option<Vec<i32>>,
    steps: Vec<Step>,
}

#[derive(Debug, Clone)]
enum Numbers {
    Decimal(Vec<i64>, u8),
    Float(Vec<f64>),
}

impl Bars {
    pub(super) fn len(&self) -> usize {
        match &self.numbers {
            Numbers::Decimal(unscaled, _) => unscaled.len(),
            Numbers::Float(floats) => floats.len(),
        }
    }

    pub(super) fn series(&self) -> Series<'_> {
        let values = match &self.numbers {
            Numbers::Decimal(unscaled, scale) => Values::Decimal { unscaled, scale: *scale },
            Numbers::Float(floats) => Values::Float(floats),
        };
        Series {
            valid: self.valid.as_deref(),
            sessions: self.sessions.as_deref(),
            steps: &self.steps,
            ..Series::new(values)
        }
    }

    /// The rows from `from` to before `to`.
    pub(super) fn part(&self, from: usize, to: usize) -> Self {
        let steps = self.steps.iter().filter_map(|step| Some(Step { row: step.row.checked_sub(from)?, ..*step }));
        Self {
            numbers: match &self.numbers {
                Numbers::Decimal(unscaled, scale) => Numbers::Decimal(unscaled[from..to].to_vec(), *scale),
                Numbers::Float(floats) => Numbers::Float(floats[from..to].to_vec()),
            },
            valid: self.valid.as_ref().map(|valid| valid[from..to].to_vec()),
            sessions: self.sessions.as_ref().map(|sessions| sessions[from..to].to_vec()),
            steps: steps.collect(),
        }
    }

    /// The numbers of a window as rationals in the unit of the last; `None` if one is missing, they
    /// span too many sessions, or a unit is unknown.
    pub(super) fn window(&self, last: usize, window: usize, max_span: u32) -> Option<Vec<BigRational>> {
        let first = (last + 1).checked_sub(window)?;
        let span = self.sessions.as_ref().map_or(0, |sessions| i64::from(sessions[last]) - i64::from(sessions[first]));
        if span > i64::from(max_span) {
            return None;
        }
        let steps: Vec<&Step> = self.steps.iter().filter(|step| first < step.row && step.row <= last).collect();
        let in_last_unit = |row: usize, number: BigRational| {
            let later = steps.iter().filter(|step| row < step.row);
            later.map(|step| step.change).try_fold(number, |number, change| match change {
                Change::Shares { new, old } => Some(number * BigRational::new(old.into(), new.into())),
                Change::Unknown => None,
            })
        };
        (first..=last).map(|row| in_last_unit(row, self.rational(row)?)).collect()
    }

    /// The number of `row`; `None` if it is null or not finite.
    fn rational(&self, row: usize) -> Option<BigRational> {
        match &self.numbers {
            _ if self.valid.as_ref().is_some_and(|valid| !valid[row]) => None,
            Numbers::Decimal(unscaled, scale) => {
                Some(BigRational::new(unscaled[row].into(), BigInt::from(10).pow(u32::from(*scale))))
            }
            Numbers::Float(floats) => BigRational::from_float(floats[row]),
        }
    }
}

/// A walk of whole cents, as prices have.
fn cents() -> impl Strategy<Value = Vec<f64>> {
    (1_i32..40_000, prop::collection::vec(-60_i32..61, 1..=MOST_ROWS)).prop_map(|(start, moves)| {
        let walk = moves.iter().scan(start, |price, change| {
            *price = (*price + change).max(1);
            Some(f64::from(*price) / 100.0)
        });
        walk.collect()
    })
}

/// Any double, and the kinds that make naive sums wrong.
fn hostile() -> impl Strategy<Value = Vec<f64>> {
    let number = prop_oneof![
        4 => (1_i32..10_000).prop_map(|cents| f64::from(cents) / 100.0),
        2 => prop::sample::select(vec![1e-5, 9e13, -9e13, 0.0, -0.0, 0.1, 1.0, -1.0, f64::EPSILON, 2_f64.powi(52) + 1.0]),
        1 => prop::sample::select(vec![f64::MIN_POSITIVE, 5e-324, -5e-324, 1e-310, f64::MAX, f64::MIN]),
        1 => any::<u64>().prop_map(f64::from_bits),
    ];
    let not_finite = prop_oneof![Just(f64::NAN), Just(f64::INFINITY), Just(f64::NEG_INFINITY)];
    let rare = prop_oneof![20 => number, 1 => not_finite];
    prop::collection::vec(rare, 1..60)
}

/// Doubles of one sign and similar size whose averages are often ties.
fn ties() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec((1_i64 << 52..1 << 53, 0_i32..3), 1..60).prop_map(|numbers| {
        #[expect(clippy::cast_precision_loss, reason = "below 2^53")]
        let double = |(mantissa, exponent): (i64, i32)| mantissa as f64 * 2_f64.powi(exponent);
        numbers.into_iter().map(double).collect()
    })
}

fn decimals() -> impl Strategy<Value = (Vec<i64>, u8)> {
    let price = prop::collection::vec(1_i64..90_000_000_000, 1..=MOST_ROWS);
    let wide = prop::collection::vec((any::<i64>(), 0_u32..63).prop_map(|(unscaled, shift)| unscaled >> shift), 1..60);
    (prop_oneof![2 => price, 1 => wide], prop_oneof![3 => Just(6_u8), 1 => 0_u8..19])
}

/// No step, one, or many; some at the first row, in neighbouring rows or after the last.
pub(crate) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let known = [(2, 1), (3, 1), (11, 10), (7, 11), (1, 30), (1, 1_000), (1_000, 1), (u64::MAX, 1), (1, u64::MAX)];
    let change = prop_oneof![
        8 => prop::sample::select(known.to_vec()).prop_map(|(new, old)| Change::Shares { new, old }),
        1 => Just(Change::Unknown),
    ];
    let up_to = |most: usize| prop::collection::btree_map(0..MOST_ROWS + 5, change.clone(), 0..=most);
    let rows = prop_oneof![2 => up_to(0), 3 => up_to(2), 1 => up_to(39)];
    rows.prop_map(|rows| rows.into_iter().map(|(row, change)| Step { row, change }).collect())
}

pub(super) fn bars() -> impl Strategy<Value = Bars> {
    let numbers = prop_oneof![
        decimals().prop_map(|(unscaled, scale)| Numbers::Decimal(unscaled, scale)),
        cents().prop_map(Numbers::Float),
        hostile().prop_map(Numbers::Float),
        ties().prop_map(Numbers::Float),
    ];
    let with_nulls = |valid: f64| prop::collection::vec(prop::bool::weighted(valid), MOST_ROWS).prop_map(Some);
    let valid = prop_oneof![3 => Just(None), 1 => with_nulls(0.95), 1 => with_nulls(0.05)];
    let to_next_session = prop_oneof![11 => Just(1), 1 => Just(9)];
    let sessions = prop::collection::vec(to_next_session, MOST_ROWS).prop_map(|distances| {
        let advance = |session: &mut i32, distance| {
            *session += distance;
            Some(*session)
        };
        distances.into_iter().scan(0, advance).collect()
    });
    (numbers, valid, prop::option::of(sessions), steps()).prop_map(|(numbers, valid, sessions, steps)| {
        let bars = Bars { numbers, valid, sessions, steps };
        // Cuts `valid` and `sessions`, which have `MOST_ROWS`.
        bars.part(0, bars.len())
    })
}
