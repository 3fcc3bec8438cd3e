//! Objects of `actions/`: `actions/ex_date=YYYY-MM-DD/<source>.parquet`, with the columns of
//! [`ACTIONS`].
//!
//! Rows are sorted by ticker, kind and then the rest, so that the same actions give the same bytes.
//! In objects written before `note` existed it is read as null, and their `capital_gain` as
//! `capital_return`.

use b3_market::lake::ActionKind;
use b3_market::lake::columns::ACTIONS;
use bytes::Bytes;
use polars::prelude::{
    DataFrame, Int64Chunked, Int128Chunked, IntoColumn, NewChunkedArray, PlSmallStr, PolarsError, PolarsResult,
    StringChunked,
};

use super::event::{AMOUNT_SCALE, Action};
use crate::IngestError;
use crate::frame::{decode, encode, has_column, schema};

/// The name of `capital_return` before version 0.1.
const OLD_CAPITAL_RETURN: &str = "capital_gain";

/// The Parquet object with `actions`, which may be in any order.
///
/// # Errors
/// [`IngestError::Parquet`] naming `object` if a column cannot be written.
pub(super) fn encoded(object: &str, mut actions: Vec<Action>) -> Result<Vec<u8>, IngestError> {
    actions.sort();
    frame(&actions).and_then(|frame| encode(&frame)).map_err(|error| unusable(object, &error))
}

/// The actions of an object.
///
/// # Errors
/// [`IngestError::Parquet`] naming `object` if it is not a Parquet file of this schema, and the row
/// and value of an invalid ticker or kind.
pub(super) fn decoded(object: &str, bytes: Bytes) -> Result<Vec<Action>, IngestError> {
    let mut schema = schema(&ACTIONS);
    let noted = has_column(object, bytes.clone(), "note")?;
    if !noted {
        schema.shift_remove("note");
    }
    let frame = decode(object, bytes, &schema)?;
    let columns = Columns::of(&frame, noted).map_err(|error| unusable(object, &error))?;
    (0..frame.height()).map(|row| columns.action(object, row)).collect()
}

fn frame(actions: &[Action]) -> PolarsResult<DataFrame> {
    let amounts = actions.iter().map(|action| action.amount.map(i128::from));
    let tickers = actions.iter().map(|action| Some(action.ticker.as_str()));
    let kinds = actions.iter().map(|action| Some(action.kind.as_str()));
    let notes = actions.iter().map(|action| action.note.as_deref());
    let longs = |name, of: fn(&Action) -> Option<i64>| {
        Int64Chunked::from_iter_options(PlSmallStr::from_static(name), actions.iter().map(of)).into_column()
    };
    let columns = vec![
        StringChunked::from_iter_options("ticker".into(), tickers).into_column(),
        StringChunked::from_iter_options("kind".into(), kinds).into_column(),
        Int128Chunked::from_iter_options("amount".into(), amounts)
            .into_decimal(18, AMOUNT_SCALE as usize)?
            .into_column(),
        longs("numerator", |action| action.numerator),
        longs("denominator", |action| action.denominator),
        StringChunked::from_iter_options("note".into(), notes).into_column(),
    ];
    DataFrame::new(actions.len(), columns)
}

/// The typed columns of a frame.
struct Columns<'a> {
    tickers: &'a StringChunked,
    kinds: &'a StringChunked,
    amounts: Int128Chunked,
    numerators: &'a Int64Chunked,
    denominators: &'a Int64Chunked,
    notes: Option<&'a StringChunked>,
}

impl<'a> Columns<'a> {
    fn of(frame: &'a DataFrame, noted: bool) -> PolarsResult<Self> {
        Ok(Self {
            tickers: frame.column("ticker")?.str()?,
            kinds: frame.column("kind")?.str()?,
            amounts: frame.column("amount")?.decimal()?.physical().clone(),
            numerators: frame.column("numerator")?.i64()?,
            denominators: frame.column("denominator")?.i64()?,
            notes: if noted { Some(frame.column("note")?.str()?) } else { None },
        })
    }

    fn action(&self, object: &str, row: usize) -> Result<Action, IngestError> {
        let wrong = |column: &str, reason: String| IngestError::Parquet {
            object: object.to_owned(),
            reason: format!("row {row}, column {column}: {reason}"),
        };
        let (ticker, kind) = (self.tickers.get(row).unwrap_or_default(), self.kinds.get(row).unwrap_or_default());
        let kind = if kind == OLD_CAPITAL_RETURN { ActionKind::CapitalReturn.as_str() } else { kind };
        let amount = self.amounts.get(row).map(i64::try_from).transpose();
        Ok(Action {
            ticker: ticker.parse().map_err(|error| wrong("ticker", format!("{error}")))?,
            kind: kind.parse().map_err(|error| wrong("kind", format!("{error}")))?,
            amount: amount.map_err(|_| wrong("amount", "has more than 18 digits".to_owned()))?,
            numerator: self.numerators.get(row),
            denominator: self.denominators.get(row),
            note: self.notes.and_then(|notes| notes.get(row)).map(str::to_owned),
        })
    }
}

fn unusable(object: &str, error: &PolarsError) -> IngestError {
    IngestError::Parquet { object: object.to_owned(), reason: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn action(ticker: &str, kind: ActionKind) -> Action {
        Action::new(ticker.parse().unwrap(), kind, None)
    }

    #[test]
    fn actions_survive_their_object_and_the_order_they_come_in_does_not_matter() {
        let mut actions = vec![
            action("VALE3", ActionKind::Split).giving(2, 1),
            Action {
                note: Some("JRS CAP PROPRIO".to_owned()),
                ..action("PETR4", ActionKind::Interest).paying(94_592_200)
            },
            action("PETR4", ActionKind::Subscription),
        ];
        let bytes = encoded("key", actions.clone()).unwrap();
        actions.reverse();
        assert_eq!(encoded("key", actions.clone()).unwrap(), bytes);
        actions.sort();
        assert_eq!(decoded("key", bytes.into()).unwrap(), actions);
    }

    #[test]
    fn an_object_of_before_the_note_is_read_and_its_capital_gain_is_a_capital_return() {
        let new = vec![action("PETR4", ActionKind::CapitalReturn).paying(50_000_000)];
        let mut frame = frame(&new).unwrap();
        frame = frame.drop("note").unwrap();
        let kinds = StringChunked::from_iter_options("kind".into(), [Some(OLD_CAPITAL_RETURN)].into_iter());
        frame.with_column(kinds.into_column()).unwrap();
        assert_eq!(decoded("key", encode(&frame).unwrap().into()).unwrap(), new);
    }

    #[test]
    fn a_kind_that_is_none_is_named_with_its_row() {
        let mut frame = frame(&[action("PETR4", ActionKind::Split).giving(2, 1)]).unwrap();
        let kinds = StringChunked::from_iter_options("kind".into(), [Some("spilt")].into_iter());
        frame.with_column(kinds.into_column()).unwrap();
        let error = decoded("key", encode(&frame).unwrap().into()).unwrap_err().to_string();
        assert!(error.starts_with("key: row 0, column kind: unknown kind 'spilt'"), "{error}");
    }
}
