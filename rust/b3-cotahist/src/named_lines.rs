//! The lines of a file whose name is known, so that errors contain it.

use crate::error::{Error, Fault, FieldError};
use crate::key::Key;
use crate::layout::{Field, RECORD_WIDTH};
use crate::lines::{LineError, Lines};
use crate::record::Record;

/// The lines of one file.
pub(crate) struct NamedLines {
    lines: Lines,
    file: String,
}

impl NamedLines {
    pub(crate) fn new(lines: Lines, file: String) -> Self {
        Self { lines, file }
    }

    pub(crate) fn file(&self) -> &str {
        &self.file
    }

    /// Goes to the next line; false at the end.
    pub(crate) fn advance(&mut self) -> Result<bool, Error> {
        self.lines.advance().map_err(|error| match error {
            LineError::Read(source) => Error::Read { file: self.file.clone(), line: self.lines.number(), source },
            LineError::TooLong => self.fault((Field::BEYOND_RECORD, "the end of the line".into())),
        })
    }

    /// The number of the current line, from 1.
    pub(crate) fn number(&self) -> u64 {
        self.lines.number()
    }

    /// The current line, filled with blanks to a record.
    pub(crate) fn record(&self) -> &[u8; RECORD_WIDTH] {
        self.lines.record()
    }

    /// The current line as a quote record with the key `key`.
    pub(crate) fn quote_record(&self, key: Key) -> Record<'_> {
        Record { file: &self.file, line: self.lines.number(), bytes: self.lines.record(), key }
    }

    /// Whether the current line is short and has no line feed, as the last line of a truncated
    /// file.
    pub(crate) fn is_cut(&self) -> bool {
        self.lines.is_cut()
    }

    /// The error for a field of the current line.
    #[cold]
    pub(crate) fn fault(&self, (field, expected): FieldError) -> Error {
        let expected = expected.into_owned();
        let line = self.lines.text();
        Fault::in_line(&self.file, self.lines.number(), line, field, expected).into()
    }

    /// The error if the file ends where a record was expected.
    #[cold]
    pub(crate) fn ended(&self, expected: &str) -> Error {
        let field = Field::RECORD_TYPE;
        Error::from(Fault {
            file: self.file.clone(),
            line: self.lines.number() + 1,
            columns: (field.first, field.last),
            field: field.name,
            found: "the end of the file".to_owned(),
            expected: expected.to_owned(),
        })
    }
}
