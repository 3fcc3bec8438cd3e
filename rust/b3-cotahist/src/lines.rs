//! The lines of a stream, in constant memory.

use std::io::{self, ErrorKind, Read};

use memchr::memchr;

use crate::layout::RECORD_WIDTH;

/// Large enough to make reads rare, small enough for the second-level cache.
pub(crate) const BLOCK: usize = 256 * 1024;
/// A record, a carriage return and a line feed.
const LONGEST: usize = RECORD_WIDTH + 2;

/// The lines of a stream, one at a time, without their LF or CRLF.
///
/// A line is at most as wide as a record, so the block never grows.
pub(crate) struct Lines {
    input: Box<dyn Read + Send>,
    block: Box<[u8]>,
    /// The bytes of the block that are not part of a line yet.
    unread: std::ops::Range<usize>,
    at_end: bool,
    line: Line,
    /// The line filled with blanks, where it is shorter than a record.
    padded: [u8; RECORD_WIDTH],
}

/// The current line in the block.
#[derive(Clone, Copy, Default)]
struct Line {
    number: u64,
    start: usize,
    len: usize,
    ended: bool,
}

/// The reason why there is no next line.
pub(crate) enum LineError {
    Read(io::Error),
    /// The current line is wider than a record.
    TooLong,
}

impl Lines {
    pub(crate) fn new(input: Box<dyn Read + Send>) -> Self {
        Self {
            input,
            block: vec![0; BLOCK].into_boxed_slice(),
            unread: 0..0,
            at_end: false,
            line: Line::default(),
            padded: [b' '; RECORD_WIDTH],
        }
    }

    /// Goes to the next line; false at the end.
    pub(crate) fn advance(&mut self) -> Result<bool, LineError> {
        loop {
            let unread = &self.block[self.unread.clone()];
            let window = &unread[..unread.len().min(LONGEST)];
            let found = memchr(b'\n', window);
            let len = found.unwrap_or(window.len());
            if found.is_some() || window.len() == LONGEST || (self.at_end && !window.is_empty()) {
                return self.take(len, found.is_some());
            }
            if self.at_end {
                return Ok(false);
            }
            self.fill().map_err(LineError::Read)?;
        }
    }

    /// Makes the first `len` unread bytes the current line.
    fn take(&mut self, len: usize, ended: bool) -> Result<bool, LineError> {
        let start = self.unread.start;
        let number = self.line.number + 1;
        let text = &self.block[start..start + len];
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        self.line = Line { number, start, len: text.len(), ended };
        if text.len() > RECORD_WIDTH {
            return Err(LineError::TooLong);
        }
        if text.len() < RECORD_WIDTH {
            self.padded.fill(b' ');
            self.padded[..text.len()].copy_from_slice(text);
        }
        self.unread.start += len + usize::from(ended);
        Ok(true)
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
    pub(crate) fn text(&self) -> &[u8] {
        &self.block[self.line.start..self.line.start + self.line.len]
    }

    /// Whether the current line is short and has no line feed, as the last line of a truncated
    /// file.
    pub(crate) fn is_cut(&self) -> bool {
        !self.line.ended && self.line.len < RECORD_WIDTH
    }

    /// The current line, filled with blanks to a record.
    pub(crate) fn record(&self) -> &[u8; RECORD_WIDTH] {
        self.text().as_array().unwrap_or(&self.padded)
    }
}
