//! The header and the trailer of a COTAHIST file.

use crate::error::FieldError;
use crate::layout::{Field, RECORD_WIDTH};
use crate::record::date;

const FILE_NAME: Field = Field::text("file name", 3, 15);
const CREATED: Field = Field::digits("creation date", 24, 31);
/// The trailer's count: of every record, or of quotes alone.
pub(crate) const RECORDS: Field = Field::digits("record count", 32, 42);

pub(crate) fn check_header(record: &[u8; RECORD_WIDTH]) -> Result<(), FieldError> {
    if Field::RECORD_TYPE.of(record) != b"00" {
        return Err(Field::RECORD_TYPE.expected("header 00"));
    }
    if !FILE_NAME.of(record).starts_with(b"COTAHIST") {
        return Err(FILE_NAME.expected("COTAHIST and the year"));
    }
    match number(CREATED, record).and_then(date) {
        Some(_) => Ok(()),
        None => Err(CREATED.expected("a date YYYYMMDD")),
    }
}

pub(crate) fn records_in_trailer(record: &[u8; RECORD_WIDTH]) -> Result<u64, FieldError> {
    let records = number(RECORDS, record).ok_or_else(|| RECORDS.expected("11 digits"))?;
    // Digits have no sign.
    Ok(records.unsigned_abs())
}

fn number(field: Field, record: &[u8; RECORD_WIDTH]) -> Option<i64> {
    let is_number = field.of(record).iter().all(u8::is_ascii_digit);
    is_number.then(|| field.number(record))
}
