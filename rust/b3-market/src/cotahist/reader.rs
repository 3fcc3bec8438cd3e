use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;

use chrono::NaiveDate;

use super::envelope::{self, Header};
use super::error::{Error, Fault};
use super::input;
use super::instruments::Instruments;
use super::layout::{Field, first_malformed, is_well_formed};
use super::lines::{LineError, Lines};
use super::options::Options;
use super::quote::{Key, Quote};
use super::record::{Record, date};
use super::summary::{Incomplete, Summary};

/// Reads the quotes of a COTAHIST file, a day or a year, TXT or ZIP, as a stream.
///
/// Memory does not grow with the file (see the module's page), nothing is allocated for a record, and each byte is
/// looked at once. Every record of the file is held against the layout, also those of other markets.
///
/// As an iterator it gives the selected [`Quote`]s in the file's order; [`next_record`](Self::next_record) gives
/// the records behind them. After an error, and at the end, nothing follows.
///
/// # Errors
/// [`Error`], naming file, line, columns, what was found and what was expected.
///
/// ```
/// use b3_market::cotahist::{Options, Reader};
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
/// # Ok::<(), b3_market::cotahist::Error>(())
/// ```
pub struct Reader {
    file: String,
    lines: Lines,
    options: Options,
    header: Header,
    expects: Expected,
    instruments: Instruments,
    /// The digits of the last trade date and the date: most records repeat it.
    last_date: (i64, NaiveDate),
    summary: Summary,
}

/// What may follow.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expected {
    /// Quotes and the trailer.
    Quotes,
    /// The end of the file: the trailer was read.
    End,
    /// Nothing more is read: the end, or an error, was reported.
    Nothing,
}

impl Reader {
    /// Opens a file, TXT or ZIP by its content, and reads its header.
    ///
    /// # Errors
    /// [`Error::Open`] if it cannot be opened, [`Error::Zip`] if it is a ZIP without one COTAHIST member,
    /// [`Error::Form`] if there is no header.
    pub fn open(path: impl AsRef<Path>, options: Options) -> Result<Self, Error> {
        let path = path.as_ref();
        let file = path.display().to_string();
        match File::open(path) {
            Ok(input) => Self::from_text_or_zip(input, file, options),
            Err(source) => Err(Error::Open { file, source }),
        }
    }

    /// Reads from anything seekable, TXT or ZIP by its content; `file` names it in errors.
    ///
    /// # Errors
    /// Those of [`open`](Self::open).
    pub fn from_text_or_zip(
        input: impl Read + Seek + Send + 'static,
        file: impl Into<String>,
        options: Options,
    ) -> Result<Self, Error> {
        let (text, file) = input::text_of(input, file.into())?;
        Self::from_lines(Lines::new(text), file, options)
    }

    /// Reads the text of a file from a stream; `file` names it in errors.
    ///
    /// # Errors
    /// Those of [`open`](Self::open), but for ZIPs, which are taken for malformed text.
    pub fn from_text(
        input: impl Read + Send + 'static,
        file: impl Into<String>,
        options: Options,
    ) -> Result<Self, Error> {
        Self::from_lines(Lines::new(Box::new(input)), file.into(), options)
    }

    fn from_lines(lines: Lines, file: String, options: Options) -> Result<Self, Error> {
        let mut reader = Self {
            file,
            lines,
            options,
            header: Header {
                created: NaiveDate::MIN,
            },
            expects: Expected::Quotes,
            instruments: Instruments::default(),
            last_date: (0, NaiveDate::MIN),
            summary: Summary::default(),
        };
        if !reader.next_line()? {
            return Err(reader.ended("header 00"));
        }
        let header = envelope::header(reader.lines.record());
        reader.header = header.map_err(|(field, expected)| reader.fault(field, expected))?;
        Ok(reader)
    }

    /// What the file's header says.
    #[must_use]
    pub fn header(&self) -> Header {
        self.header
    }

    /// What was read so far, and at the end whether the file was complete.
    #[must_use]
    pub fn summary(&self) -> Summary {
        self.summary
    }

    /// The name of the file in errors: its path, and the member of its ZIP.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The next record of the selected markets and tickers, or `None` at the end.
    ///
    /// # Errors
    /// [`Error`] at the first line that departs from the layout, repeats a key, or ends the file too early.
    pub fn next_record(&mut self) -> Result<Option<Record<'_>>, Error> {
        match self.next_key() {
            Ok(Some(key)) => Ok(Some(self.record(key))),
            other => {
                self.expects = Expected::Nothing;
                other.map(|_| None)
            }
        }
    }

    fn next_key(&mut self) -> Result<Option<Key>, Error> {
        while self.expects != Expected::Nothing && self.next_line()? {
            let key = match self.key_of_line() {
                Err(Error::Form(_)) if self.is_cut() => {
                    self.summary.incomplete = Some(Incomplete::Cut {
                        line: self.lines.number(),
                    });
                    return Ok(None);
                }
                key => key?,
            };
            if key.is_some() {
                self.summary.selected += 1;
                return Ok(key);
            }
        }
        match self.expects {
            Expected::Quotes => self.without_trailer().map(|()| None),
            Expected::End | Expected::Nothing => Ok(None),
        }
    }

    fn next_line(&mut self) -> Result<bool, Error> {
        match self.lines.advance() {
            Ok(is_line) => {
                self.summary.records += u64::from(is_line);
                Ok(is_line)
            }
            Err(LineError::Read(source)) => Err(Error::Read {
                file: self.file.clone(),
                line: self.lines.number(),
                source,
            }),
            Err(LineError::TooLong) => Err(self.fault(Field::BEYOND_RECORD, "the end of the line")),
        }
    }

    /// The key of the current line if it is a quote that was asked for.
    fn key_of_line(&mut self) -> Result<Option<Key>, Error> {
        match (self.expects, Field::RECORD_TYPE.of(self.lines.record())) {
            (Expected::Quotes, b"01") => self.key_of_quote(),
            (Expected::Quotes, b"99") => self.end_with_trailer().map(|()| None),
            (Expected::Quotes, _) => Err(self.fault(Field::RECORD_TYPE, "quote 01 or trailer 99")),
            _ => Err(self.fault(Field::RECORD_TYPE, "the end of the file after trailer 99")),
        }
    }

    fn key_of_quote(&mut self) -> Result<Option<Key>, Error> {
        let record = self.lines.record();
        if !is_well_formed(record) {
            return Err(self.malformed());
        }
        let yyyymmdd = Field::TRADE_DATE.number(record);
        if yyyymmdd != self.last_date.0 {
            let date =
                date(yyyymmdd).ok_or_else(|| self.fault(Field::TRADE_DATE, "a date YYYYMMDD"))?;
            self.last_date = (yyyymmdd, date);
        }
        self.summary.quotes += 1;
        // Three digits.
        let market = i16::try_from(Field::MARKET.number(record)).unwrap_or(i16::MAX);
        if !self.options.markets.contains(market) {
            return Ok(None);
        }
        self.selected_key(market, yyyymmdd)
    }

    fn selected_key(&mut self, market: i16, yyyymmdd: i64) -> Result<Option<Key>, Error> {
        let tickers = self.options.tickers.as_ref();
        let is_wanted = |ticker| tickers.is_none_or(|tickers| tickers.contains(&ticker));
        let instrument = match self.instruments.of_record(self.lines.record(), is_wanted) {
            Ok(Some(instrument)) => instrument,
            Ok(None) => return Ok(None),
            Err((field, expected)) => return Err(self.fault(field, expected)),
        };
        if !self.instruments.note(instrument, yyyymmdd) {
            return Err(self.repeated());
        }
        let (ticker, forward_term) = (instrument.ticker, instrument.forward_term);
        Ok(Some(Key {
            trade_date: self.last_date.1,
            ticker,
            market,
            forward_term,
        }))
    }

    fn end_with_trailer(&mut self) -> Result<(), Error> {
        let found = self.summary.records;
        let stated = envelope::records_in_trailer(self.lines.record());
        let stated = stated.map_err(|(field, expected)| self.fault(field, expected))?;
        if stated != found {
            if !self.options.allow_incomplete {
                return Err(self.fault(
                    envelope::RECORDS,
                    format!("{found}, the number of records in the file"),
                ));
            }
            self.summary.incomplete = Some(Incomplete::Miscounted { stated, found });
        }
        self.expects = Expected::End;
        Ok(())
    }

    fn without_trailer(&mut self) -> Result<(), Error> {
        if !self.options.allow_incomplete {
            return Err(self.ended("trailer 99"));
        }
        self.summary.incomplete = Some(Incomplete::NoTrailer {
            found: self.summary.records,
        });
        Ok(())
    }

    /// Whether the current line is what is left of a cut file's last one, and that is allowed.
    fn is_cut(&self) -> bool {
        self.options.allow_incomplete && self.expects == Expected::Quotes && self.lines.is_cut()
    }

    fn record(&self, key: Key) -> Record<'_> {
        Record {
            file: &self.file,
            line: self.lines.number(),
            bytes: self.lines.record(),
            key,
        }
    }

    #[cold]
    fn fault(&self, field: Field, expected: impl Into<String>) -> Error {
        Fault::in_line(
            &self.file,
            self.lines.number(),
            self.lines.text(),
            field,
            expected.into(),
        )
        .into()
    }

    #[cold]
    fn malformed(&self) -> Error {
        let field = first_malformed(self.lines.record()).unwrap_or(Field::RECORD_TYPE);
        self.fault(field, format!("{} digits", field.width()))
    }

    #[cold]
    fn repeated(&self) -> Error {
        self.fault(
            Field::TICKER,
            "no second quote of one date, ticker, market and forward term",
        )
    }

    #[cold]
    fn ended(&self, expected: &str) -> Error {
        let line = self.lines.number() + 1;
        Fault::in_line(
            &self.file,
            line,
            b"",
            Field::RECORD_TYPE,
            expected.to_owned(),
        )
        .into()
    }
}

impl Iterator for Reader {
    type Item = Result<Quote, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let quote = self
            .next_record()
            .and_then(|record| record.map(|record| record.quote()).transpose())
            .transpose();
        if let Some(Err(_)) = quote {
            self.expects = Expected::Nothing;
        }
        quote
    }
}

impl std::iter::FusedIterator for Reader {}
