//! Objects of `actions/`: `actions/ex_date=YYYY-MM-DD/<source>.parquet`, with the columns of
//! [`ACTIONS`].
//!
//! Rows are sorted by ticker, kind and then the rest, so that the same actions give the same bytes.
//! Objects from before version 0.1 can be read too: a missing `note` as null, and the kind
//! `capital_gain` as `capital_return`.

use b3_market::lake::ActionKind;
use b3_market::lake::columns::{ACTIONS, CASH};
use bytes::Bytes;
use polars::prelude::{DataFrame, PolarsResult};

use super::event::Action;
use crate::IngestError;
use crate::frame::{Columns, decimals, encode_object, has_column, longs, schema, text};

/// The name of `capital_return` before version 0.1.
const OLD_CAPITAL_RETURN: &str = "capital_gain";

/// The Parquet object with `actions`, which may be in any order.
pub(super) fn encoded(object: &str, mut actions: Vec<Action>) -> Result<Vec<u8>, IngestError> {
    actions.sort();
    encode_object(object, frame(&actions))
}

/// The actions of an object.
///
/// # Errors
/// [`IngestError::Parquet`] naming `object` if it is not a Parquet file of this schema, and the row
/// and value of an invalid ticker or kind.
pub(super) fn decoded(object: &str, bytes: Bytes) -> Result<Vec<Action>, IngestError> {
    let mut schema = schema(&ACTIONS);
    let has_notes = has_column(object, bytes.clone(), "note")?;
    if !has_notes {
        schema.shift_remove("note");
    }
    let columns = Columns::decode(object, bytes, &schema)?;
    let (tickers, kinds) = (columns.texts("ticker")?, columns.texts("kind")?);
    let amounts = columns.integers("amount")?;
    let (numerators, denominators) = (columns.integers("numerator")?, columns.integers("denominator")?);
    let notes = has_notes.then(|| columns.texts("note")).transpose()?;
    let action = |row: usize| {
        let is_old_name = kinds.get(row) == Some(OLD_CAPITAL_RETURN);
        Ok(Action {
            ticker: tickers.required(row)?,
            kind: if is_old_name { ActionKind::CapitalReturn } else { kinds.required(row)? },
            amount: amounts[row],
            numerator: numerators[row],
            denominator: denominators[row],
            note: notes.as_ref().and_then(|notes| notes.get(row)).map(str::to_owned),
        })
    };
    (0..columns.height()).map(action).collect()
}

fn frame(actions: &[Action]) -> PolarsResult<DataFrame> {
    let columns = vec![
        text("ticker", actions.iter().map(|action| Some(action.ticker.as_str()))),
        text("kind", actions.iter().map(|action| Some(action.kind.as_str()))),
        decimals("amount", CASH, actions.iter().map(|action| action.amount))?,
        longs("numerator", actions.iter().map(|action| action.numerator)),
        longs("denominator", actions.iter().map(|action| action.denominator)),
        text("note", actions.iter().map(|action| action.note.as_deref())),
    ];
    DataFrame::new(actions.len(), columns)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::encode;

    fn action(ticker: &str, kind: ActionKind) -> Action {
        Action::new(ticker.parse().unwrap(), kind, None)
    }

    #[test]
    fn actions_survive_their_object_and_the_order_they_come_in_does_not_matter() {
        let mut actions = vec![
            action("VALE3", ActionKind::Split).giving(2, 1),
            Action { note: Some("JRS CAP PROPRIO".to_owned()), ..action("PETR4", ActionKind::Interest).paying(1) },
            action("PETR4", ActionKind::Subscription),
        ];
        let bytes = encoded("key", actions.clone()).unwrap();
        actions.reverse();
        assert_eq!(encoded("key", actions.clone()).unwrap(), bytes);
        actions.sort();
        assert_eq!(decoded("key", bytes.into()).unwrap(), actions);
    }

    #[test]
    fn an_unknown_kind_is_named_with_its_row() {
        let mut frame = frame(&[action("PETR4", ActionKind::Split).giving(2, 1)]).unwrap();
        frame.with_column(text("kind", [Some("spilt")].into_iter())).unwrap();
        let error = decoded("key", encode(&frame).unwrap().into()).unwrap_err().to_string();
        assert!(error.starts_with("key: row 0, column kind: unknown kind 'spilt'"), "{error}");
    }
}
