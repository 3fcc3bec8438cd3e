//! The columns of a quote record, from B3's layout document (`SeriesHistoricas_Layout`, revision of
//! 2005).

use crate::digits;

/// The width of every record.
pub const RECORD_WIDTH: usize = 245;

/// One field of a record: its columns, and whether it holds only digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Its name here and in errors.
    pub name: &'static str,
    /// Its first column, counted from 1 as in the layout document.
    pub first: usize,
    /// Its last column.
    pub last: usize,
    /// Whether every column must hold a digit.
    pub numeric: bool,
}

impl Field {
    pub(crate) const fn text(name: &'static str, first: usize, last: usize) -> Self {
        Self { name, first, last, numeric: false }
    }

    pub(crate) const fn digits(name: &'static str, first: usize, last: usize) -> Self {
        Self { name, first, last, numeric: true }
    }

    /// The column after the record's last one, which the error for a longer line names.
    pub(crate) const BEYOND_RECORD: Self = Self::text("beyond the record", RECORD_WIDTH + 1, RECORD_WIDTH + 1);

    /// The number of its columns.
    #[must_use]
    pub const fn width(self) -> usize {
        self.last - self.first + 1
    }

    /// Its columns in `record`.
    #[inline]
    pub(crate) fn of(self, record: &[u8; RECORD_WIDTH]) -> &[u8] {
        &record[self.first - 1..self.last]
    }

    /// Its number in `record`, where its columns were checked to hold digits.
    #[inline]
    pub(crate) fn number(self, record: &[u8; RECORD_WIDTH]) -> i64 {
        digits::number(self.of(record))
    }
}

/// Text without the blanks that fill its field; other white space is part of it.
pub(crate) fn without_padding(text: &[u8]) -> &[u8] {
    let len = text.iter().rposition(|byte| *byte != b' ').map_or(0, |last| last + 1);
    &text[..len]
}

macro_rules! layout {
    ($($(#[$doc:meta])* $name:ident = $kind:ident($label:literal, $first:literal, $last:literal);)*) => {
        impl Field {
            $($(#[$doc])* pub const $name: Self = Self::$kind($label, $first, $last);)*

            /// Every field, in column order.
            pub const ALL: &[Self] = &[$(Self::$name),*];
        }
    };
}

layout! {
    /// TIPREG, `01`.
    RECORD_TYPE = digits("record type", 1, 2);
    /// Date of the session, `YYYYMMDD`.
    TRADE_DATE = digits("trade date", 3, 10);
    /// CODBDI, the section of the daily bulletin; its codes change over the years.
    BDI_CODE = text("bdi code", 11, 12);
    /// CODNEG.
    TICKER = text("ticker", 13, 24);
    /// TPMERC.
    MARKET = digits("market", 25, 27);
    /// NOMRES, the issuer's short name.
    NAME = text("name", 28, 39);
    /// ESPECI.
    SPECIFICATION = text("specification", 40, 49);
    /// PRAZOT, days of a forward's term; blank or `000` elsewhere.
    FORWARD_TERM = text("forward term", 50, 52);
    /// MODREF.
    CURRENCY = text("currency", 53, 56);
    /// PREABE.
    OPEN = digits("open", 57, 69);
    /// PREMAX.
    HIGH = digits("high", 70, 82);
    /// PREMIN.
    LOW = digits("low", 83, 95);
    /// PREMED, the average price; in real files it may lie outside low to high.
    AVERAGE = digits("average", 96, 108);
    /// PREULT.
    CLOSE = digits("close", 109, 121);
    /// PREOFC.
    BID = digits("bid", 122, 134);
    /// PREOFV.
    ASK = digits("ask", 135, 147);
    /// TOTNEG.
    TRADES = digits("trades", 148, 152);
    /// QUATOT.
    VOLUME = digits("volume", 153, 170);
    /// VOLTOT.
    TURNOVER = digits("turnover", 171, 188);
    /// PREEXE, an option's strike.
    STRIKE = digits("strike", 189, 201);
    /// INDOPC, how a strike is corrected.
    CORRECTION = digits("correction", 202, 202);
    /// DATVEN, an option's last day, `YYYYMMDD`; 99991231 on spot.
    MATURITY = digits("maturity", 203, 210);
    /// FATCOT.
    QUOTE_FACTOR = digits("quote factor", 211, 217);
    /// PTOEXE, the strike in points, with six decimals.
    STRIKE_POINTS = digits("strike in points", 218, 230);
    /// CODISI; before 1995-05-15 the exchange's internal code.
    ISIN = text("isin", 231, 242);
    /// DISMES.
    DISTRIBUTION = digits("distribution", 243, 245);
}

/// The greatest allowed value of each column's byte minus `b'0'`: 9 for digits, any for text.
const GREATEST: [u8; RECORD_WIDTH] = {
    let mut greatest = [u8::MAX; RECORD_WIDTH];
    let mut position = 0;
    while position < Field::ALL.len() {
        let field = Field::ALL[position];
        let mut column = field.first - 1;
        while field.numeric && column < field.last {
            greatest[column] = 9;
            column += 1;
        }
        position += 1;
    }
    greatest
};

/// Whether every numeric field of `record` holds digits only.
///
/// One comparison a byte without a branch, which the compiler turns into vector instructions: every
/// record of a file is checked against the whole layout in a few nanoseconds, whether it is
/// selected or not.
pub(crate) fn is_well_formed(record: &[u8; RECORD_WIDTH]) -> bool {
    let columns = record.iter().zip(&GREATEST);
    !columns.fold(false, |bad, (byte, greatest)| bad | (byte.wrapping_sub(b'0') > *greatest))
}

/// The first numeric field of `record` that holds anything but digits.
pub(crate) fn first_malformed(record: &[u8; RECORD_WIDTH]) -> Option<Field> {
    let malformed = |field: &Field| field.numeric && !field.of(record).iter().all(u8::is_ascii_digit);
    Field::ALL.iter().copied().find(malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_tile_the_record() {
        let mut next = 1;
        for field in Field::ALL {
            assert_eq!(field.first, next, "{}", field.name);
            next = field.last + 1;
        }
        assert_eq!(next, RECORD_WIDTH + 1);
    }

    #[test]
    fn every_byte_in_every_column_is_judged_by_its_field() {
        let digits = [b'7'; RECORD_WIDTH];
        for field in Field::ALL {
            for column in field.first..=field.last {
                for byte in 0..=u8::MAX {
                    let mut record = digits;
                    record[column - 1] = byte;
                    let good = !field.numeric || byte.is_ascii_digit();
                    assert_eq!(is_well_formed(&record), good, "byte {byte} in column {column}");
                    assert_eq!(first_malformed(&record), (!good).then_some(*field));
                }
            }
        }
    }
}
