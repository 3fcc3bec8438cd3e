//! The error type of this crate, and the place in a file that an error names.

use std::borrow::Cow;
use std::fmt;
use std::io;

use crate::layout::{Field, without_padding};

/// Why a COTAHIST file cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file was opened and cannot be read to its end, or what its ZIP holds is damaged.
    #[error("{file}: cannot read beyond line {line}: {source}")]
    Read {
        /// The file, and the member of its ZIP.
        file: String,
        /// The number of lines read before.
        line: u64,
        /// The error of the system or the decompressor.
        source: io::Error,
    },
    /// The file cannot be opened, its first bytes cannot be read, or the thread that unpacks a ZIP
    /// cannot be started.
    #[error("{file}: {source}")]
    Open {
        /// The file.
        file: String,
        /// The error of the system.
        source: io::Error,
    },
    /// The ZIP is not a whole archive, or does not hold exactly one COTAHIST file that is readable.
    #[error("{file}: found {found}, expected {expected}")]
    Zip {
        /// The file.
        file: String,
        /// What is wrong.
        found: String,
        /// What was expected.
        expected: &'static str,
    },
    /// The text does not have the form of a COTAHIST file.
    #[error(transparent)]
    Form(#[from] Box<Fault>),
}

/// The place where a file differs from the layout.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {}", self.without_file())]
pub struct Fault {
    /// The file, and the member of its ZIP.
    pub file: String,
    /// The line, counted from 1.
    pub line: u64,
    /// The first and the last column, counted from 1.
    pub columns: (usize, usize),
    /// The field that these columns hold.
    pub field: &'static str,
    /// The text in these columns, in quotes and without trailing blanks, or `the end of the file`.
    pub found: String,
    /// What was expected there.
    pub expected: String,
}

/// The field that differs from the layout, and what was expected in it.
pub(crate) struct FieldError {
    pub(crate) field: Field,
    pub(crate) expected: Cow<'static, str>,
}

impl Field {
    #[cold]
    pub(crate) fn expected(self, expected: impl Into<Cow<'static, str>>) -> FieldError {
        FieldError { field: self, expected: expected.into() }
    }
}

impl Fault {
    /// The fault in `field` of a line, with the text in its columns, as far as `line` reaches.
    #[cold]
    pub(crate) fn in_line(file: &str, number: u64, line: &[u8], field: Field, expected: String) -> Self {
        let (first, last) = (field.first, field.last);
        let found = quoted(line.get(first - 1..last.min(line.len())).unwrap_or_default());
        Self { file: file.to_owned(), line: number, columns: (first, last), field: field.name, found, expected }
    }

    /// The line, the columns, what was found and what was expected, without the file's name.
    #[must_use]
    pub fn without_file(&self) -> impl fmt::Display + '_ {
        let Self { file: _, line, columns: (first, last), field, found, expected } = self;
        fmt::from_fn(move |f| {
            write!(f, "line {line}, columns {first}-{last} ({field}): found {found}, expected {expected}")
        })
    }
}

/// Latin-1 text in quotes, with control characters escaped and trailing blanks gone.
fn quoted(bytes: &[u8]) -> String {
    let shown = |char: char| if char.is_control() { char.escape_default().to_string() } else { char.to_string() };
    let text: String = without_padding(bytes).iter().map(|byte| shown(char::from(*byte))).collect();
    format!("'{text}'")
}
