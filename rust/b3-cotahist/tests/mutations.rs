//! Tests on randomly changed files: the reader returns quotes or an error, and never panics.

mod sample;

use b3_cotahist::{Field, Options, RECORD_WIDTH};
use proptest::prelude::*;
use sample::{every_market, file, quote, read_with};

fn quotes() -> Vec<Vec<u8>> {
    let term = |term| quote(&[(Field::TICKER, "VALE3T"), (Field::MARKET, "30"), (Field::FORWARD_TERM, term)]);
    vec![quote(&[]), quote(&[(Field::TICKER, "VALE3")]), term("030"), term("060")]
}

/// A byte with a meaning in a file, or any other.
fn any_byte() -> impl Strategy<Value = u8> {
    prop_oneof![any::<u8>(), prop::sample::select(b"0179 \r\n".to_vec())]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn any_bytes_give_quotes_or_an_error(
        text in prop::collection::vec(any_byte(), 0..2_000),
        allow_incomplete in any::<bool>(),
    ) {
        let _ = read_with(text, Options { allow_incomplete, ..every_market() });
    }

    #[test]
    fn a_changed_stretch_gives_quotes_or_an_error(
        at in any::<prop::sample::Index>(),
        removed in 0_usize..300,
        inserted in prop::collection::vec(any_byte(), 0..300),
        allow_incomplete in any::<bool>(),
    ) {
        let mut text = file(&quotes());
        let start = at.index(text.len());
        let end = (start + removed).min(text.len());
        text.splice(start..end, inserted);
        if let Ok((found, summary)) = read_with(text, Options { allow_incomplete, ..every_market() }) {
            prop_assert_eq!(found.len() as u64, summary.selected);
            prop_assert!(allow_incomplete || summary.incomplete.is_none());
        }
    }

    #[test]
    fn a_changed_byte_changes_the_reading_only_of_its_record(
        line in 0_usize..4,
        column in 0..RECORD_WIDTH,
        byte in any_byte(),
    ) {
        let mut changed = quotes();
        changed[line][column] = byte;
        if let Ok((mut found, _)) = read_with(file(&changed), every_market()) {
            let (mut expected, _) = read_with(file(&quotes()), every_market()).unwrap();
            found.remove(line);
            expected.remove(line);
            prop_assert_eq!(found, expected);
        }
    }
}
