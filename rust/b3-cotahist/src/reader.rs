//! The reader: quote records of a file, one after the other.

use std::collections::BTreeSet;
use std::fmt;
use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;

use b3_market::Ticker;

use crate::error::{Error, FieldError};
use crate::header_and_trailer;
use crate::layout::Field;
use crate::lines::Lines;
use crate::markets::Markets;
use crate::quote::Quote;
use crate::record::{Key, Record};
use crate::selection::Selection;
use crate::summary::{Incomplete, Summary, TrailerCount};
use crate::text_or_zip;

/// What to read of a file; by default the spot market, every ticker, and only complete files.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The markets to read.
    pub markets: Markets,
    /// The tickers to read; `None` reads all.
    pub tickers: Option<BTreeSet<Ticker>>,
    /// Whether to read an incomplete file: its trailer is missing or miscounts, or it ends within
    /// its last line. [`Summary::incomplete`] then says so.
    pub allow_incomplete: bool,
}

/// Reads the quotes of a COTAHIST file one after another: a file of a day or a year, TXT or ZIP.
///
/// Memory does not grow with the number of records (see the crate's page), nothing is allocated
/// for a record, and each byte is read once. Every record of the file is checked against the
/// layout, including those of other markets.
///
/// As an iterator it returns the selected [`Quote`]s in the file's order, up to the first record
/// from which none can be made; [`next_record`](Self::next_record) returns the records themselves
/// and continues after such a record. After an error, and at the end, both return nothing more.
///
/// # Errors
/// [`Error`]; if a line is wrong, with file, line, columns, what was found and what was expected.
///
/// ```
/// use b3_cotahist::{Options, Reader};
/// # use std::io::Cursor;
/// # let file = Cursor::new("00COTAHIST.2003BOVESPA 20040531\n\
/// # 012003021202VALE3       010VALE R DOCE ON           R$  000000001050100000000105010000000010250000000001036800000000103210000000010321000000001043800142000000000000069500000000000720641400000000000000009999123100000010000000000000BRVALEACNOR0159\n\
/// # 99COTAHIST.2003BOVESPA 2004053100000000003\n");
///
/// // `Reader::open("COTAHIST_A2003.ZIP", Options::default())?` reads a file.
/// let mut reader = Reader::from_text(file, "COTAHIST_A2003.TXT", Options::default())?;
/// for quote in &mut reader {
///     let quote = quote?;
///     println!("{} {} {}", quote.key.trade_date, quote.key.ticker, quote.close);
/// }
/// assert_eq!(reader.summary().selected, 1);
/// # Ok::<(), b3_cotahist::Error>(())
/// ```
pub struct Reader {
    lines: Lines,
    selection: Selection,
    allow_incomplete: bool,
    expects: Expected,
    summary: Summary,
}

/// What may follow in the file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expected {
    /// Quotes and the trailer.
    Quotes,
    /// The end of the file: the trailer was read.
    End,
    /// Nothing: the end or an error was returned.
    Nothing,
}

impl Reader {
    /// Opens a file, detects TXT or ZIP by its content, and reads its header.
    ///
    /// # Errors
    /// [`Error::Open`] if it cannot be opened or its first four bytes cannot be read, `Error::Read`
    /// if its first line cannot be read, [`Error::Zip`] if it is a ZIP that does not hold exactly
    /// one COTAHIST member that is readable, [`Error::Form`] if there is no valid header.
    pub fn open(path: impl AsRef<Path>, options: Options) -> Result<Self, Error> {
        let path = path.as_ref();
        let file = path.display().to_string();
        match File::open(path) {
            Ok(input) => Self::from_text_or_zip(input, file, options),
            Err(source) => Err(Error::Open { file, source }),
        }
    }

    /// Reads from anything seekable; detects TXT or ZIP by its content. `file` is the name in
    /// errors.
    ///
    /// # Errors
    /// Those of [`open`](Self::open).
    pub fn from_text_or_zip(
        input: impl Read + Seek + Send + 'static,
        file: impl Into<String>,
        options: Options,
    ) -> Result<Self, Error> {
        let (text, file) = text_or_zip::text_of(input, file.into())?;
        Self::from_lines(Lines::new(text, file), options)
    }

    /// Reads the text of a file from a stream; `file` is the name in errors.
    ///
    /// # Errors
    /// Those of [`open`](Self::open), except that a ZIP is malformed text.
    pub fn from_text(
        input: impl Read + Send + 'static,
        file: impl Into<String>,
        options: Options,
    ) -> Result<Self, Error> {
        Self::from_lines(Lines::new(Box::new(input), file.into()), options)
    }

    fn from_lines(mut lines: Lines, options: Options) -> Result<Self, Error> {
        if !lines.advance()? {
            return Err(lines.early_end("header 00"));
        }
        header_and_trailer::check_header(lines.record()).map_err(|error| lines.fault(error))?;
        Ok(Self {
            lines,
            selection: Selection::new(options.markets, options.tickers),
            allow_incomplete: options.allow_incomplete,
            expects: Expected::Quotes,
            summary: Summary { records: 1, ..Summary::default() },
        })
    }

    /// What was read so far, and at the end whether the file was complete.
    #[must_use]
    pub fn summary(&self) -> Summary {
        self.summary
    }

    /// The next record of the selected markets and tickers, or `None` at the end.
    ///
    /// # Errors
    /// [`Error`] at the first line that cannot be read, differs from the layout, repeats a key, or
    /// ends the file too early.
    pub fn next_record(&mut self) -> Result<Option<Record<'_>>, Error> {
        match self.next_key() {
            Ok(Some(key)) => Ok(Some(self.lines.quote_record(key))),
            other => {
                self.expects = Expected::Nothing;
                other.map(|_| None)
            }
        }
    }

    fn next_key(&mut self) -> Result<Option<Key>, Error> {
        while self.expects != Expected::Nothing && self.lines.advance()? {
            self.summary.records += 1;
            let key = match self.key_of_line() {
                Ok(key) => key,
                Err(_) if self.allow_incomplete && self.expects == Expected::Quotes && self.lines.is_cut() => {
                    // A cut line lacks its last digits, which is an error; it does not count.
                    self.summary.records -= 1;
                    self.summary.incomplete = Some(Incomplete::Cut { line: self.lines.number() });
                    return Ok(None);
                }
                Err(error) => return Err(self.lines.fault(error)),
            };
            if key.is_some() {
                self.summary.selected += 1;
                return Ok(key);
            }
        }
        match self.expects {
            Expected::Quotes if self.allow_incomplete => {
                self.summary.incomplete = Some(Incomplete::NoTrailer { found: self.summary.records });
                Ok(None)
            }
            Expected::Quotes => Err(self.lines.early_end("trailer 99")),
            Expected::End | Expected::Nothing => Ok(None),
        }
    }

    /// The key of the current line if it is a selected quote.
    fn key_of_line(&mut self) -> Result<Option<Key>, FieldError> {
        let record = self.lines.record();
        match (self.expects, Field::RECORD_TYPE.of(record)) {
            (Expected::Quotes, b"01") => {
                let key = self.selection.key_of(record)?;
                self.summary.quotes += 1;
                Ok(key)
            }
            (Expected::Quotes, b"99") => self.end_with_trailer().map(|()| None),
            (Expected::Quotes, _) => Err(Field::RECORD_TYPE.expected("quote 01 or trailer 99")),
            _ => Err(Field::RECORD_TYPE.expected("the end of the file after trailer 99")),
        }
    }

    fn end_with_trailer(&mut self) -> Result<(), FieldError> {
        let Summary { records: found, quotes, .. } = self.summary;
        match header_and_trailer::records_in_trailer(self.lines.record())? {
            stated if stated == found => self.summary.trailer = Some(TrailerCount::EveryRecord),
            stated if stated == quotes => self.summary.trailer = Some(TrailerCount::Quotes),
            stated if self.allow_incomplete => {
                self.summary.incomplete = Some(Incomplete::Miscounted { stated, found });
            }
            _ => {
                let expected = format!("{found}, the number of records in the file, or {quotes}, that of its quotes");
                return Err(header_and_trailer::RECORDS.expected(expected));
            }
        }
        self.expects = Expected::End;
        Ok(())
    }
}

impl Iterator for Reader {
    type Item = Result<Quote, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let quote = self.next_record().transpose()?.and_then(|record| record.quote().map_err(Error::from));
        Some(quote.inspect_err(|_| self.expects = Expected::Nothing))
    }
}

impl std::iter::FusedIterator for Reader {}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut reader = f.debug_struct("Reader");
        reader.field("file", &self.lines.file()).field("summary", &self.summary).finish_non_exhaustive()
    }
}
