//! Tests of a table of actions; one computes shares and cash anew in rationals, event by event.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, Date32Array, Decimal128Array, Float64Array, Int64Array, RecordBatch, StringArray, UInt8Array, UInt64Array,
};
use b3_market::lake::{ActionClass, ActionKind, ActionSource};
use num_bigint::BigInt;
use num_rational::BigRational;
use proptest::prelude::*;

use super::*;
use crate::Error;

/// A row of a table of actions; `new` and `old` are its numerator and denominator.
#[derive(Debug, Clone)]
struct Row {
    ticker: String,
    ex_date: i32,
    kind: ActionKind,
    amount: Option<i64>,
    new: Option<i64>,
    old: Option<i64>,
    source: ActionSource,
}

fn columns(rows: &[Row]) -> Vec<(&'static str, ArrayRef)> {
    let amounts: Decimal128Array = rows.iter().map(|row| row.amount.map(i128::from)).collect();
    vec![
        ("ticker", Arc::new(StringArray::from_iter_values(rows.iter().map(|row| &row.ticker)))),
        ("ex_date", Arc::new(Date32Array::from_iter_values(rows.iter().map(|row| row.ex_date)))),
        ("kind", Arc::new(StringArray::from_iter_values(rows.iter().map(|row| row.kind.as_str())))),
        ("amount", Arc::new(amounts.with_precision_and_scale(18, 8).unwrap())),
        ("numerator", Arc::new(rows.iter().map(|row| row.new).collect::<Int64Array>())),
        ("denominator", Arc::new(rows.iter().map(|row| row.old).collect::<Int64Array>())),
        ("source", Arc::new(StringArray::from_iter_values(rows.iter().map(|row| row.source.as_str())))),
    ]
}

fn table(rows: &[Row]) -> Table {
    Table::from(RecordBatch::try_from_iter(columns(rows)).unwrap())
}

/// A table of `rows` with `columns` in place of its columns of the same names.
fn table_with<const N: usize>(rows: &[Row], columns: [(&str, ArrayRef); N]) -> Table {
    let columns = Table::from(RecordBatch::try_from_iter(columns).unwrap());
    table(rows).with_columns_of(&columns).unwrap()
}

fn split(ticker: &str, ex_date: i32, new: i64, old: i64, source: ActionSource) -> Row {
    let (new, old) = (Some(new), Some(old));
    Row { ticker: ticker.to_owned(), ex_date, kind: ActionKind::Split, amount: None, new, old, source }
}

fn dividend(ticker: &str, ex_date: i32, amount: i64, source: ActionSource) -> Row {
    let (kind, amount) = (ActionKind::Dividend, Some(amount));
    Row { ticker: ticker.to_owned(), ex_date, kind, amount, new: None, old: None, source }
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let ticker = prop::sample::select(vec!["ABEV3", "PETR4"]);
    let kind = prop::sample::select(ActionKind::ALL.to_vec());
    let source = prop::sample::select(ActionSource::ALL.to_vec());
    let row = (ticker, 0..8_i32, kind, 0..4_i64, 1..4_i64, 1..4_i64, source).prop_map(
        |(ticker, ex_date, kind, amount, new, old, source)| {
            let of = |class, value| (kind.class() == class).then_some(value);
            let (new, old) = (of(ActionClass::Share, new), of(ActionClass::Share, old));
            Row { ticker: ticker.to_owned(), ex_date, kind, amount: of(ActionClass::Cash, amount), new, old, source }
        },
    );
    prop::collection::vec(row, 0..12)
}

/// The rows that count: all of unknown size, and for each ticker, ex-date and other class those of
/// the smallest source, which takes precedence, except manual rows of nothing.
fn counting(rows: &[Row]) -> Vec<&Row> {
    let counts = |row: &&Row| {
        let key = |row: &Row| (row.ticker.clone(), row.ex_date, row.kind.class());
        let same = |other: &&Row| key(other) == key(row);
        let smallest = rows.iter().filter(same).map(|other| other.source).min();
        let nothing = row.new == row.old && row.amount.is_none_or(|amount| amount == 0);
        let cancels = nothing && row.source == ActionSource::Manual;
        row.kind.class() == ActionClass::Unsized || (smallest == Some(row.source) && !cancels)
    };
    rows.iter().filter(counts).collect()
}

fn rational(numerator: i64, denominator: i64) -> BigRational {
    BigRational::new(BigInt::from(numerator), BigInt::from(denominator))
}

proptest! {
    #[test]
    fn which_rows_count_depends_neither_on_their_order_nor_on_rows_left_out(
        (rows, shuffled) in rows().prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle())),
    ) {
        let resolved = resolve_actions(&table(&rows)).unwrap();
        let again = [table(&shuffled), resolved.clone()].map(|table| resolve_actions(&table).unwrap());
        for again in &again {
            prop_assert_eq!(again.batches(), resolved.batches());
        }
        prop_assert_eq!(resolved.num_rows(), counting(&rows).len());
    }

    #[test]
    fn shares_multiply_and_cash_adds_up_in_the_last_days_shares(rows in rows(), after in -1..8_i32, length in 0..8_i32) {
        let until = after + length;
        let actions = Actions::read(&table(&rows)).unwrap();
        for ticker in ["ABEV3", "PETR4"] {
            let mut by_date: BTreeMap<i32, (BigRational, BigRational)> = BTreeMap::new();
            let inside = |row: &&&Row| row.ticker == ticker && row.ex_date > after && row.ex_date <= until;
            for row in counting(&rows).iter().filter(inside) {
                let (shares, cash) = by_date.entry(row.ex_date).or_insert((rational(1, 1), rational(0, 1)));
                match row.kind.class() {
                    ActionClass::Share => *shares *= rational(row.new.unwrap(), row.old.unwrap()),
                    ActionClass::Cash => *cash += rational(row.amount.unwrap(), 1),
                    ActionClass::Unsized => {}
                }
            }
            let (mut shares, mut cash) = (rational(1, 1), rational(0, 1));
            for (ratio, paid) in by_date.values() {
                shares *= ratio;
                cash = cash / ratio + paid;
            }
            let of_ticker = actions.of(ticker);
            let ratio = of_ticker.and_then(|of_ticker| of_ticker.shares_between(after, until).unwrap()).unwrap_or(ShareRatio::ONE);
            let whole = |shares: u64| BigInt::from(shares);
            prop_assert_eq!(BigRational::new(whole(ratio.new_shares()), whole(ratio.old_shares())), shares);
            let found = of_ticker.and_then(|of_ticker| of_ticker.cash_between(after, until));
            let found = found.map(|cash| BigRational::new(cash.numerator, cash.denominator.into()));
            prop_assert_eq!(found.unwrap_or_else(|| rational(0, 1)), cash);
        }
    }

    #[test]
    fn steps_are_the_events_between_neighbouring_bars(
        rows in rows(), days in prop::collection::btree_set(-1..9_i32, 0..6),
    ) {
        let actions = Actions::read(&table(&rows)).unwrap();
        let days: Vec<i32> = days.into_iter().collect();
        for of_ticker in ["ABEV3", "PETR4"].iter().filter_map(|ticker| actions.of(ticker)) {
            let between = |row: usize| of_ticker.shares_between(days[row - 1], days[row]).unwrap();
            let expected: Vec<_> = (1..days.len()).filter_map(|row| Some((row, between(row)?))).collect();
            prop_assert_eq!(of_ticker.share_steps(&days).unwrap(), expected);
        }
    }
}

#[test]
fn a_manual_row_of_nothing_cancels_either_shares_or_cash() {
    use ActionSource::{B3, Manual, Yahoo};
    let rows = [
        split("PETR4", 3, 2, 1, B3),
        split("PETR4", 3, 1, 1, Manual),
        dividend("PETR4", 3, 50, Yahoo),
        dividend("PETR4", 4, 70, B3),
        dividend("PETR4", 4, 0, Manual),
    ];
    let actions = Actions::read(&table(&rows)).unwrap();
    let petr4 = actions.of("PETR4").unwrap();
    assert_eq!(petr4.share_events(), []);
    assert_eq!(petr4.cash_events(), [CashEvent { ex_date: 3, amount: 50 }]);
    assert!(actions.of("VALE3").is_none());
}

#[test]
fn events_of_no_known_size_are_kept_from_every_source() {
    let two_for_one = split("PETR4", 3, 2, 1, ActionSource::Manual);
    let unsized_row = |kind, source| Row { kind, new: None, old: None, source, ..two_for_one.clone() };
    let spin_off = unsized_row(ActionKind::SpinOff, ActionSource::Yahoo);
    let rows = [spin_off, unsized_row(ActionKind::Subscription, ActionSource::B3), two_for_one];
    assert_eq!(resolve_actions(&table(&rows)).unwrap().num_rows(), 3);
}

#[test]
fn a_product_beyond_63_bits_is_an_error_that_names_ticker_and_date() {
    let huge = |ex_date| split("PETR4", ex_date, i64::MAX, 1, ActionSource::B3);
    let same_day = Actions::read(&table(&[huge(3), huge(3)])).unwrap_err();
    assert!(same_day.to_string().contains("PETR4 up to 1970-01-04"), "{same_day}");
    let actions = Actions::read(&table(&[huge(3), huge(4)])).unwrap();
    let petr4 = actions.of("PETR4").unwrap();
    assert!(petr4.shares_between(3, 4).is_ok());
    for error in [petr4.shares_between(2, 5).unwrap_err(), petr4.share_steps(&[2, 5]).unwrap_err()] {
        assert!(error.to_string().contains("PETR4 up to 1970-01-06"), "{error}");
    }
}

#[test]
fn an_impossible_value_is_refused_with_its_row_and_column() {
    let good = [dividend("PETR4", 1, 5, ActionSource::B3), split("PETR4", 2, 2, 1, ActionSource::B3)];
    let texts = |a: Option<&str>, b: Option<&str>| -> ArrayRef { Arc::new(StringArray::from(vec![a, b])) };
    let of_split = |count: Option<i64>| -> ArrayRef { Arc::new(Int64Array::from(vec![None, count])) };
    let of_dividend = |amount: f64| -> ArrayRef { Arc::new(Float64Array::from(vec![amount, 0.0])) };
    let nine_places = Decimal128Array::from(vec![123_456_789, 0]).with_precision_and_scale(20, 9).unwrap();
    for (name, column, message) in [
        ("ticker", texts(Some("PETR4"), None), ", row 1: found null, expected a ticker"),
        ("kind", texts(Some("dividend"), Some("splitt")), ", row 1: found \"splitt\", expected split, bonus"),
        ("kind", texts(None, Some("split")), ", row 0: found null, expected split, bonus"),
        ("source", texts(Some("b3"), Some("cotahist")), ", row 1: found \"cotahist\", expected manual"),
        ("ex_date", Arc::new(Date32Array::from(vec![Some(1), None])), ", row 1: found null, expected a date"),
        (
            "numerator",
            Arc::new(UInt64Array::from(vec![0, u64::MAX])),
            ", row 1: found 18446744073709551615, expected a whole number of shares from 1 to 9223372036854775807",
        ),
        ("numerator", of_split(Some(0)), ", row 1: found 0, expected a whole number of shares from 1"),
        ("denominator", of_split(Some(-2)), ", row 1: found -2, expected a whole number"),
        ("denominator", of_split(None), ", row 1: found null, expected a whole number"),
        ("numerator", Arc::new(Float64Array::from(vec![0.0, 1.5])), ", row 1: found 1.5, expected a whole"),
        ("numerator", Arc::new(Float64Array::from(vec![0.0, 2.0_f64.powi(63)])), ", row 1: found 9223372036854776000"),
        ("amount", of_dividend(-0.5), ", row 0: found -0.5, expected an amount from 0"),
        ("amount", of_dividend(0.123_456_789), ", row 0: found 0.123456789, expected an amount"),
        ("amount", of_dividend(f64::NAN), ", row 0: found NaN, expected an amount"),
        ("amount", Arc::new(nine_places), ", row 0: found 0.123456789, expected an amount"),
        ("amount", Arc::new(Int64Array::from(vec![None, Some(0)])), ", row 0: found null, expected an amount"),
        ("kind", of_split(Some(1)), ": found Int64, expected text"),
    ] {
        let error = Actions::read(&table_with(&good, [(name, column)])).unwrap_err().to_string();
        assert!(error.contains(&format!("column {name}{message}")), "{error}\n{message}");
    }
    let without = columns(&good).into_iter().filter(|(name, _)| *name != "amount");
    let error = Actions::read(&Table::from(RecordBatch::try_from_iter(without).unwrap())).unwrap_err();
    assert!(matches!(error, Error::Schema(_)) && error.to_string().starts_with("column amount: not found"), "{error}");
}

#[test]
fn doubles_and_integers_of_another_width_are_read_exactly() {
    let largest = 2.0_f64.powi(63).next_down();
    for (amount, float, new, float_new) in [
        (17_000_000, 0.17, 11, 11.0),
        // Such doubles are 2^-20 apart, so several amounts have the same nearest double.
        (784_986_610_025_000_000, 7_849_866_100.25, 1 << 60, 2.0_f64.powi(60)),
        (5, 0.000_000_05, i64::MAX - 1023, largest),
    ] {
        let rows = [dividend("PETR4", 1, amount, ActionSource::B3), split("PETR4", 2, new, 10, ActionSource::B3)];
        let expected = Actions::read(&table(&rows)).unwrap();
        let amounts = Arc::new(Float64Array::from(vec![Some(float), None]));
        let numerators = Arc::new(Float64Array::from(vec![None, Some(float_new)]));
        let denominators = Arc::new(UInt8Array::from(vec![None, Some(10)]));
        let columns: [(&str, ArrayRef); 3] =
            [("amount", amounts), ("numerator", numerators), ("denominator", denominators)];
        let found = Actions::read(&table_with(&rows, columns)).unwrap();
        let events = |actions: &Actions| {
            let petr4 = actions.of("PETR4").unwrap().clone();
            (petr4.share_events().to_vec(), petr4.cash_events().to_vec())
        };
        assert_eq!(events(&found), events(&expected));
    }
}
