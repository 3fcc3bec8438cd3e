//! The lines of a file, in constant memory, and the errors that name them.

use std::io::{self, ErrorKind, Read};

use memchr::memchr;

use crate::error::{Error, Fault, FieldError};
use crate::layout::{Field, RECORD_WIDTH};
use crate::record::{Key, Record};

/// Large enough to make reads rare, small enough for the second-level cache.
pub(crate) const BLOCK: usize = 256 * 1024;
/// A record, a carriage return and a line feed.
const LONGEST: usize = RECORD_WIDTH + 2;

/// The lines of a file, one at a time, without their LF or CRLF.
///
/// A line is at most as wide as a record, so the block never grows.
pub(crate) struct Lines {
    input: Box<dyn Read + Send>,
    /// The file's name in errors.
    file: String,
    block: Box<[u8]>,
    /// The bytes of the block that are not part of a line yet.
    unread: std::ops::Range<usize>,
    at_end: bool,
    line: Line,
    /// The line filled with blanks, where it is shorter than a record: real files may lack the
    /// blanks at its end.
    padded: [u8; RECORD_WIDTH],
}

/// The current line in the block.
#[derive(Clone, Copy, Default)]
struct Line {
    number: u64,
    start: usize,
    len: usize,
    has_line_feed: bool,
}

impl Lines {
    pub(crate) fn new(input: Box<dyn Read + Send>, file: String) -> Self {
        Self {
            input,
            file,
            block: vec![0; BLOCK].into_boxed_slice(),
            unread: 0..0,
            at_end: false,
            line: Line::default(),
            padded: [b' '; RECORD_WIDTH],
        }
    }

    pub(crate) fn file(&self) -> &str {
        &self.file
    }

    /// Goes to the next line; false at the end.
    pub(crate) fn advance(&mut self) -> Result<bool, Error> {
        loop {
            let unread = &self.block[self.unread.clone()];
            let window = &unread[..unread.len().min(LONGEST)];
            let line_feed = memchr(b'\n', window);
            let len = line_feed.unwrap_or(window.len());
            // Without a line feed: too long even with a CR, which `take` refuses, or the last line.
            let is_too_long = len == LONGEST;
            let is_last = self.at_end && len > 0;
            if line_feed.is_some() || is_too_long || is_last {
                return self.take(len, line_feed.is_some()).map(|()| true);
            }
            if self.at_end {
                return Ok(false);
            }
            // The error names the last line that was read whole.
            self.fill().map_err(|source| Error::Read { file: self.file.clone(), line: self.number(), source })?;
        }
    }

    /// Makes the first `len` unread bytes the current line.
    fn take(&mut self, len: usize, has_line_feed: bool) -> Result<(), Error> {
        let start = self.unread.start;
        let number = self.line.number + 1;
        let text = &self.block[start..start + len];
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        self.line = Line { number, start, len: text.len(), has_line_feed };
        if text.len() > RECORD_WIDTH {
            return Err(self.fault(Field::BEYOND_RECORD.expected("the end of the line")));
        }
        if text.len() < RECORD_WIDTH {
            self.padded.fill(b' ');
            self.padded[..text.len()].copy_from_slice(text);
        }
        self.unread.start += len + usize::from(has_line_feed);
        Ok(())
    }

    /// Reads more bytes after the unread ones, which are less than a line.
    fn fill(&mut self) -> io::Result<()> {
        self.block.copy_within(self.unread.clone(), 0);
        self.unread = 0..self.unread.len();
        let read = loop {
            match self.input.read(&mut self.block[self.unread.end..]) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                result => break result?,
            }
        };
        self.at_end = read == 0;
        self.unread.end += read;
        Ok(())
    }

    /// The number of the current line, from 1; 0 before the first.
    pub(crate) fn number(&self) -> u64 {
        self.line.number
    }

    /// The current line as it stands in the file.
    fn text(&self) -> &[u8] {
        &self.block[self.line.start..self.line.start + self.line.len]
    }

    /// Whether the current line is short and has no line feed, as the last line of a truncated
    /// file.
    pub(crate) fn is_cut(&self) -> bool {
        !self.line.has_line_feed && self.line.len < RECORD_WIDTH
    }

    /// The current line, filled with blanks to a record.
    pub(crate) fn record(&self) -> &[u8; RECORD_WIDTH] {
        self.text().as_array().unwrap_or(&self.padded)
    }

    /// The current line as a quote record with the key `key`.
    pub(crate) fn quote_record(&self, key: Key) -> Record<'_> {
        Record { file: &self.file, line: self.number(), bytes: self.record(), key }
    }

    /// The error for a field of the current line.
    #[cold]
    pub(crate) fn fault(&self, FieldError { field, expected }: FieldError) -> Error {
        let fault = Fault::in_line(&self.file, self.number(), self.text(), field, expected.into_owned());
        Error::Form(Box::new(fault))
    }

    /// The error if the file ends where a record was expected.
    #[cold]
    pub(crate) fn early_end(&self, expected: &str) -> Error {
        let field = Field::RECORD_TYPE;
        Error::Form(Box::new(Fault {
            file: self.file.clone(),
            line: self.number() + 1,
            columns: (field.first, field.last),
            field: field.name,
            found: "the end of the file".to_owned(),
            expected: expected.to_owned(),
        }))
    }
}
