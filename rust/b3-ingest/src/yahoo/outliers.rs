//! Detection of prices that are wrong by orders of magnitude, such as prices in cents.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::float32_prices::as_traded;
use super::rows::{Row, shown};
use super::splits::Splits;
use super::stored::StoredClose;

/// The factor by which no share of B3 moves from one session to the next, splits aside; Yahoo's
/// errors have factor 100.
///
/// B3 has no daily limit for a share: its price tunnels and the circuit breaker only delay a fall.
/// The largest known fall, of Americanas on 2023-01-12, was 77%, a factor of 4.4. This limit is
/// near the geometric mean of 4.4 and 100: even on such a day a price in cents differs by more.
const IMPOSSIBLE: f64 = 20.0;

/// Marks each row whose own prices are far apart, or far from those of the rows around it; the rows
/// must be sorted by time.
///
/// A level is a power of ten: wherever the price jumps by an impossible factor, the rows from there
/// on are on another level. The level with more than half of the rows is trusted, and the rows of
/// the others are marked; if there is no such level, all rows are marked.
pub(super) fn mark_impossible_levels(rows: &mut [Row]) {
    rows.iter_mut().for_each(mark_wide_bar);
    let levels = levels(rows);
    let mut sizes: BTreeMap<i32, usize> = BTreeMap::new();
    for (_, _, level) in &levels {
        *sizes.entry(*level).or_default() += 1;
    }
    if sizes.len() < 2 {
        return;
    }
    let trusted = sizes.iter().find(|(_, size)| **size * 2 > levels.len()).map(|(level, _)| *level);
    for (row, close, level) in levels.into_iter().filter(|(_, _, level)| trusted != Some(*level)) {
        row.problem = Some(match trusted {
            Some(trusted) => {
                format!("close {} is about 10^{} times the level of the bars around it", shown(close), level - trusted)
            }
            None => format!("close {} is on one of several levels, and none holds most of the bars", shown(close)),
        });
    }
}

/// Marks the intraday rows that are far from their session's daily close, if there is one.
pub(super) fn mark_far_from_daily(rows: &mut [Row], closes: &BTreeMap<NaiveDate, f64>) {
    for row in rows {
        let Some(([.., close], daily)) = row.prices_unless_problem().zip(closes.get(&row.trade_date)) else {
            continue;
        };
        if impossible(close, *daily) {
            let (close, daily) = (shown(close), shown(*daily));
            row.problem = Some(format!("close {close} is far from the session's daily close {daily}"));
        }
    }
}

/// The reason why no row of a response can be trusted: its prices are far from a stored close.
/// `None` if they are not, if there is no row to compare, or if its price does not fit raw.
///
/// One row and one close are compared, those of the nearest dates, in the shares of the close's
/// date. One is enough, because the rows that are left without an error agree with each other.
pub(super) fn far_from_stored(stored: &[StoredClose], rows: &[Row], splits: &Splits) -> Option<String> {
    let good = rows.iter().filter(|row| row.prices_unless_problem().is_some());
    let pairs = good.flat_map(|row| stored.iter().map(move |close| (close, row)));
    let (stored, near) = pairs.min_by_key(|(close, row)| (row.trade_date - close.trade_date).abs())?;
    let [.., quoted] = near.prices;
    let close = as_traded(quoted?, splits.after(stored.trade_date))?;
    #[expect(clippy::cast_precision_loss, reason = "a magnitude")]
    let far = impossible(close.unscaled() as f64, stored.close.unscaled() as f64);
    far.then(|| {
        let StoredClose { trade_date, close: held, source } = stored;
        let date = near.trade_date;
        format!("the answer's close {close} of {date} is far from {source}'s {held} of {trade_date} in raw; --force writes it")
    })
}

/// Marks a row whose own prices differ by an impossible factor.
fn mark_wide_bar(row: &mut Row) {
    let Some(prices) = row.prices_unless_problem() else { return };
    let (low, high) = (prices.into_iter().fold(f64::MAX, f64::min), prices.into_iter().fold(f64::MIN, f64::max));
    if impossible(low, high) {
        row.problem = Some(format!("prices from {} to {} in one bar", shown(low), shown(high)));
    }
}

fn impossible(a: f64, b: f64) -> bool {
    a / b > IMPOSSIBLE || b / a > IMPOSSIBLE
}

/// Each row without a problem with its close and its level, 0 for the first: the sum of the
/// impossible jumps until it, in powers of ten.
fn levels(rows: &mut [Row]) -> Vec<(&mut Row, f64, i32)> {
    let mut jumps = 0.0_f64;
    let mut previous = None;
    let mut levels = Vec::with_capacity(rows.len());
    for row in rows {
        let Some([.., close]) = row.prices_unless_problem() else { continue };
        if let Some(previous) = previous.filter(|previous| impossible(*previous, close)) {
            jumps += (close / previous).log10();
        }
        previous = Some(close);
        #[expect(clippy::cast_possible_truncation, reason = "a power of ten of a price fits")]
        levels.push((row, close, jumps.round() as i32));
    }
    levels
}

#[cfg(test)]
mod tests {
    use super::super::rows::tests::flat;
    use super::super::splits::Split;
    use super::*;

    fn marked(closes: &[f64]) -> Vec<bool> {
        let mut rows: Vec<Row> =
            closes.iter().enumerate().map(|(day, close)| flat(&format!("2024-01-{:02}", day + 1), *close)).collect();
        mark_impossible_levels(&mut rows);
        rows.iter().map(|row| row.problem.is_some()).collect()
    }

    #[test]
    fn a_row_in_cents_among_reais_is_marked_wherever_it_stands() {
        assert_eq!(marked(&[37.4, 37.5, 3741.0]), [false, false, true]);
        assert_eq!(marked(&[3740.0, 37.5, 37.4]), [true, false, false]);
        assert_eq!(
            marked(&[37.4, 0.375, 37.3, 37.2, 3720.0, 3725.0, 37.0]),
            [false, true, false, false, true, true, false]
        );
    }

    #[test]
    fn a_gradual_fall_is_no_error() {
        let falling: Vec<f64> = (0..28).map(|day| 100.0 * 0.6_f64.powi(day)).collect();
        assert!(marked(&falling).iter().all(|marked| !marked));
    }

    #[test]
    fn where_no_level_holds_most_of_the_rows_all_are_marked() {
        assert_eq!(marked(&[37.4, 3741.0]), [true, true]);
        assert_eq!(marked(&[37.4]), [false]);
    }

    #[test]
    fn one_field_in_cents_is_marked_too() {
        let mut row = flat("2024-01-02", 37.4);
        let [_, high, ..] = &mut row.prices;
        *high = Some("3750".parse().unwrap());
        mark_impossible_levels(std::slice::from_mut(&mut row));
        assert_eq!(row.problem.as_deref(), Some("prices from 37.4 to 3750 in one bar"));
    }

    /// [`far_from_stored`] with a stored close of 2024-01-02, for closes of that date and the next.
    fn against_37_40(closes: [f64; 2], splits: Vec<Split>) -> Option<String> {
        let rows = [flat("2024-01-02", closes[0]), flat("2024-01-03", closes[1])];
        let source = b3_market::lake::Source::Cotahist;
        let stored = StoredClose { trade_date: rows[0].trade_date, close: "37.40".parse().unwrap(), source };
        far_from_stored(&[stored], &rows, &Splits::new(splits).unwrap())
    }

    #[test]
    fn an_answer_in_cents_is_known_by_the_close_that_raw_holds() {
        let expected = "the answer's close 3740.000000 of 2024-01-02 is far from cotahist's 37.400000 of 2024-01-02 in raw; \
                        --force writes it";
        assert_eq!(against_37_40([3740.0, 3700.0], vec![]).as_deref(), Some(expected));
        assert!(against_37_40([0.374, 0.37], vec![]).is_some());
        assert_eq!(against_37_40([37.4, 37.0], vec![]), None);
    }

    #[test]
    fn splits_after_the_stored_close_are_undone_before_it_is_compared() {
        let split = |ex_date: &str| Split { ex_date: ex_date.parse().unwrap(), numerator: 1, denominator: 100 };
        assert_eq!(against_37_40([3740.0, 3700.0], vec![split("2024-01-03")]), None);
        assert!(against_37_40([37.4, 37.0], vec![split("2024-01-03")]).is_some());
        assert!(against_37_40([3740.0, 3700.0], vec![split("2024-01-02")]).is_some());
    }

    #[test]
    fn the_row_nearest_to_the_stored_session_is_compared_and_a_crash_is_believed() {
        // The fall of Americanas on 2023-01-12, and its price of that day in cents.
        let (traded, cents) = (2.72, 272.0);
        let stored = StoredClose {
            trade_date: "2023-01-11".parse().unwrap(),
            close: "12.00".parse().unwrap(),
            source: b3_market::lake::Source::Yahoo,
        };
        let far = |rows: &[Row]| far_from_stored(&[stored], rows, &Splits::default()).is_some();
        assert!(!far(&[flat("2023-01-12", traded), flat("2023-01-13", cents)]));
        assert!(far(&[flat("2023-01-12", cents), flat("2023-01-13", traded)]));
        assert!(!far(&[]));
    }

    #[test]
    fn an_intraday_bar_is_compared_with_its_sessions_close() {
        let mut rows = [flat("2024-01-02", 3740.0), flat("2024-01-03", 3740.0)];
        mark_far_from_daily(&mut rows, &BTreeMap::from([("2024-01-02".parse().unwrap(), 37.5)]));
        assert_eq!(rows[0].problem.as_deref(), Some("close 3740 is far from the session's daily close 37.5"));
        assert_eq!(rows[1].problem, None);
    }
}
