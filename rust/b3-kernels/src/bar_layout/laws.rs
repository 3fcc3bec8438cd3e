//! Tests of the types that the columns of bars may have, and of the messages about other ones.

use arrow::array::{Int16Array, TimestampMicrosecondArray};
use arrow::datatypes::{Field, TimestampMicrosecondType};

use super::*;
use crate::refiner::samples::{batch, raw, session};
use crate::table;

/// The number, in the input, of the first row of each column.
const FIRST_ROW: usize = 7;

/// A column of `numbers` of the type `of`, converted to the normal form at `place`.
fn normal(place: usize, of: &DataType, numbers: &[Option<i64>], to: &DataType) -> Result<ArrayRef> {
    let column = cast(&Int64Array::from(numbers.to_vec()), of).unwrap();
    normal_column("x", &column, place, to, FIRST_ROW)
}

fn refused(place: usize, of: &DataType, numbers: &[Option<i64>], to: &DataType) -> String {
    normal(place, of, numbers, to).unwrap_err().to_string()
}

#[test]
fn counts_may_be_of_any_type_of_whole_numbers() {
    let numbers = [Some(5), None, Some(7)];
    let longs: ArrayRef = Arc::new(Int64Array::from(numbers.to_vec()));
    let shorts: ArrayRef = Arc::new(Int16Array::from(vec![Some(5), None, Some(7)]));
    let decimals = [
        DataType::Decimal32(9, 0),
        DataType::Decimal64(18, 2),
        DataType::Decimal128(10, 0),
        DataType::Decimal128(10, 2),
        DataType::Decimal256(40, 0),
    ];
    for of in [DataType::Int8, DataType::UInt32, DataType::Int64, DataType::Float32].into_iter().chain(decimals) {
        for (place, expected) in [(VOLUME, &longs), (TRADES, &longs), (DISTRIBUTION, &shorts)] {
            assert_eq!(&normal(place, &of, &numbers, expected.data_type()).unwrap(), expected);
        }
    }
    for of in [DataType::Utf8, DataType::Boolean] {
        let expected = format!("column x: found {of}, expected an integer, or a decimal or float of whole numbers");
        assert_eq!(refused(VOLUME, &of, &numbers, &DataType::Int64), expected);
    }
}

#[test]
fn a_number_that_its_column_cannot_hold_is_refused_with_its_row_and_what_fits() {
    for (place, number, to, expected) in [
        (DISTRIBUTION, 70_000, DataType::Int16, "a 16-bit integer"),
        (CLOSE, 10_i64.pow(12), PRICE, "at most 12 digits before and 6 behind the point"),
        (TURNOVER, 10_i64.pow(18), MONEY, "at most 18 digits before and 2 behind the point"),
    ] {
        let found = refused(place, &DataType::Int64, &[None, Some(1), Some(number), Some(1)], &to);
        assert_eq!(found, format!("column x, row 9: found {number}, expected {expected}"));
    }
    let huge: ArrayRef = Arc::new(arrow::array::UInt64Array::from(vec![1, u64::MAX]));
    assert_eq!(
        normal_column("x", &huge, VOLUME, &DataType::Int64, FIRST_ROW).unwrap_err().to_string(),
        "column x, row 8: found 18446744073709551615, expected a 64-bit integer"
    );
    let wide = arrow::datatypes::i256::from_i128(i128::MAX);
    let wide = arrow::array::Decimal256Array::from(vec![wide]).with_precision_and_scale(76, 6).unwrap();
    let wide: ArrayRef = Arc::new(wide);
    let found = normal_column("x", &wide, CLOSE, &PRICE, FIRST_ROW).unwrap_err().to_string();
    assert!(found.starts_with("column x, row 7: found 170141183460469") && found.ends_with("at most 38 digits"));
    let thousandths = Decimal128Array::from(vec![None, Some(10), Some(1)]).with_precision_and_scale(10, 3).unwrap();
    let thousandths: ArrayRef = Arc::new(thousandths);
    assert_eq!(
        normal_column("x", &thousandths, VOLUME, &DataType::Int64, FIRST_ROW).unwrap_err().to_string(),
        "column x, row 8: found 0.010, expected a whole number of at most 38 digits"
    );
    assert_eq!(
        normal_column("x", &thousandths, TURNOVER, &MONEY, FIRST_ROW).unwrap_err().to_string(),
        "column x, row 9: found 0.001, expected at most 18 digits before and 2 behind the point"
    );
}

#[test]
fn prices_are_decimals_of_any_width_or_integers_where_none_is_a_float() {
    let numbers = [Some(5), None];
    for of in [
        DataType::Int32,
        DataType::Decimal32(9, 2),
        DataType::Decimal64(18, 2),
        DataType::Decimal128(20, 2),
        DataType::Decimal256(40, 2),
    ] {
        let found = normal(OPEN, &of, &numbers, &PRICE).unwrap();
        assert_eq!(found.as_primitive::<Decimal128Type>().iter().collect::<Vec<_>>(), [Some(5_000_000), None]);
    }
    for (of, expected) in [
        (DataType::Float64, "found Float64, expected a decimal, as other prices are"),
        (DataType::Utf8, "found Utf8, expected a decimal or a float"),
    ] {
        assert_eq!(refused(OPEN, &of, &numbers, &PRICE), format!("column x: {expected}"));
    }
    for of in [DataType::Decimal128(5, -125), DataType::Decimal256(76, 40)] {
        let found = normal_column("x", &new_null_array(&of, 1), OPEN, &PRICE, FIRST_ROW).unwrap_err().to_string();
        assert_eq!(found, format!("column x: found {of}, expected a decimal with a scale from -18 to 38"));
    }
}

#[test]
fn prices_are_floats_or_integers_that_are_doubles_where_another_is_a_float() {
    let numbers = [Some(5), None];
    for of in [DataType::Float32, DataType::Float64, DataType::UInt8, DataType::Int64] {
        let found = normal(OPEN, &of, &numbers, &DataType::Float64).unwrap();
        assert_eq!(found.as_primitive::<arrow::datatypes::Float64Type>().iter().collect::<Vec<_>>(), [Some(5.0), None]);
    }
    let with_nan: ArrayRef = Arc::new(Float64Array::from(vec![Some(f64::NAN), None, Some(f64::INFINITY)]));
    for place in [CLOSE, TURNOVER] {
        let found = normal_column("x", &with_nan, place, &DataType::Float64, FIRST_ROW).unwrap();
        let expected = [None, None, Some(f64::INFINITY)];
        assert_eq!(found.as_primitive::<arrow::datatypes::Float64Type>().iter().collect::<Vec<_>>(), expected);
    }
    for (exact, too_long) in [(1 << 53, (1 << 53) + 1), (i64::MIN, i64::MAX)] {
        assert!(normal(OPEN, &DataType::Int64, &[Some(exact)], &DataType::Float64).is_ok());
        let found = refused(OPEN, &DataType::Int64, &[None, Some(exact), Some(too_long)], &DataType::Float64);
        assert_eq!(
            found,
            format!("column x, row 9: found {too_long}, expected an integer that a double holds exactly")
        );
    }
}

#[test]
fn a_start_of_a_bar_is_an_instant_of_any_unit_and_zone() {
    let to = DataType::Timestamp(TimeUnit::Microsecond, None);
    let units = [(TimeUnit::Second, 1), (TimeUnit::Millisecond, 1_000), (TimeUnit::Nanosecond, 1_000_000_000)];
    for (unit, per_second) in units {
        for zone in [None, Some("UTC".into()), Some("-03:00".into())] {
            // A timestamp counts from 1970-01-01 in UTC, whatever its zone.
            let numbers = Int64Array::from(vec![Some(60 * per_second), None]);
            let column = arrow::compute::cast(&numbers, &DataType::Timestamp(unit, zone)).unwrap();
            let found = normal_column("x", &column, START, &to, FIRST_ROW).unwrap();
            let found: &TimestampMicrosecondArray = found.as_primitive::<TimestampMicrosecondType>();
            assert_eq!(found.iter().collect::<Vec<_>>(), [Some(60_000_000), None]);
        }
    }
    assert_eq!(refused(START, &DataType::Int32, &[Some(1)], &to), "column x: found Int32, expected a timestamp");
}

#[test]
fn a_column_of_nothing_but_nulls_may_have_no_type() {
    let nothing: ArrayRef = new_null_array(&DataType::Null, 2);
    for (place, to) in [
        (CLOSE, PRICE),
        (OPEN, DataType::Float64),
        (VOLUME, DataType::Int64),
        (TURNOVER, MONEY),
        (SOURCE, DataType::Utf8),
        (CURRENCY, DataType::Utf8),
    ] {
        assert_eq!(&normal_column("x", &nothing, place, &to, 0).unwrap(), &new_null_array(&to, 2));
    }
}

/// The types of close, turnover and currency in the layout for these types of the input, whose
/// other prices have the type Null.
fn layout(close: DataType, turnover: Option<DataType>, currency: Option<DataType>) -> [DataType; 3] {
    let others = [(column_names::TURNOVER, turnover), (column_names::CURRENCY, currency)];
    let prices = [column_names::OPEN, column_names::HIGH, column_names::LOW].map(|name| (name, Some(DataType::Null)));
    let fields =
        others.into_iter().chain(prices).filter_map(|(name, data_type)| Some(Field::new(name, data_type?, true)));
    let schema =
        Schema::new([Field::new(column_names::CLOSE, close, true)].into_iter().chain(fields).collect::<Vec<_>>());
    let layout = Layout::of(&schema, &Keys::default()).unwrap();
    [CLOSE, TURNOVER, CURRENCY].map(|place| layout.schema().field(place).data_type().clone())
}

#[test]
fn prices_and_turnover_stay_floats_and_a_missing_or_untyped_currency_has_the_type_null() {
    use DataType::{Float32, Float64, Int64, Null, Utf8};
    assert_eq!(layout(Float32, None, None), [Float64, Float64, Null]);
    assert_eq!(layout(Int64, None, Some(Null)), [PRICE, MONEY, Null]);
    assert_eq!(layout(PRICE, Some(Float32), Some(Utf8)), [PRICE, Float64, Utf8]);
    assert_eq!(layout(Float64, Some(MONEY), None), [Float64, MONEY, Null]);
}

#[test]
fn prices_are_doubles_if_one_is_a_float_and_none_a_decimal() {
    use DataType::{Float32, Float64, Int64, Null, Utf8};
    for (types, expected) in [
        ([Int64, Int64, Int64, Float32], Float64),
        ([Float64, Int64, Null, Int64], Float64),
        ([Int64, Float64, Float64, Null], Float64),
        ([Int64, Int64, Null, Null], PRICE),
        ([Null, Null, Null, Null], PRICE),
        ([Float64, DataType::Decimal64(9, 2), Null, Null], PRICE),
        ([PRICE, PRICE, PRICE, Float64], PRICE),
        ([Utf8, Utf8, Utf8, Utf8], PRICE),
    ] {
        let names = [column_names::OPEN, column_names::HIGH, column_names::LOW, column_names::CLOSE];
        let fields = names.into_iter().zip(types).map(|(name, data_type)| Field::new(name, data_type, true));
        let layout = Layout::of(&Schema::new(fields.collect::<Vec<_>>()), &Keys::default()).unwrap();
        for place in [OPEN, HIGH, LOW, CLOSE] {
            assert_eq!(layout.schema().field(place).data_type(), &expected);
        }
    }
}

#[test]
fn the_keys_may_have_other_names() {
    let bars = batch(&[raw("PETR4", session(0), 1_000)]);
    let mut columns = table::names_of(&bars.schema());
    columns.splice(..2, ["ativo".to_owned(), "dia".to_owned()]);
    let batch = RecordBatch::try_from_iter(columns.iter().zip(bars.columns().iter().cloned())).unwrap();
    let keys = Keys { by: "ativo".to_owned(), time: "dia".to_owned(), ..Keys::default() };
    let normal = Layout::of(batch.schema_ref(), &keys).unwrap().normal(&batch, 0).unwrap();
    assert_eq!(normal.column(TICKER).as_string::<i32>().value(0), "PETR4");
    assert_eq!(normal.column(DATE), batch.column(1));
    assert_eq!(normal.schema_ref().field(TICKER).name(), "ticker");
}
