//! Tests of the form of a COTAHIST file: the error for each way in which a file breaks it.

mod sample;

use std::fs::File;
use std::io::{Cursor, Read};

use b3_cotahist::{Field, Incomplete, Markets, Options, RECORD_WIDTH, Reader, TrailerCount};
use sample::{HEADER, error, file, joined, quote, read, read_with, trailer};

fn incomplete() -> Options {
    Options { allow_incomplete: true, ..Options::default() }
}

#[test]
fn lf_endings_trimmed_lines_and_a_missing_last_newline_are_accepted() {
    let whole = read(file(&[quote(&[])])).unwrap();
    let trimmed = [HEADER.as_bytes().to_vec(), quote(&[]), trailer(3)];
    assert_eq!(read(joined(&trimmed, b"\n")).unwrap(), whole);
    assert_eq!(read(joined(&trimmed, b"\r\n")).unwrap(), whole);
    let unended = joined(&trimmed, b"\n").strip_suffix(b"\n").unwrap().to_vec();
    assert_eq!(read(unended).unwrap(), whole);
    let half_ended = joined(&trimmed, b"\r\n").strip_suffix(b"\n").unwrap().to_vec();
    assert_eq!(read(half_ended).unwrap(), whole);
}

#[test]
fn a_bad_digit_in_any_numeric_field_is_named_with_its_columns() {
    for field in Field::ALL.iter().filter(|field| field.numeric && **field != Field::RECORD_TYPE) {
        let mut record = quote(&[]);
        record[field.last - 1] = b'x';
        let found = String::from_utf8(record[field.first - 1..field.last].to_vec()).unwrap();
        let (first, last, name, width) = (field.first, field.last, field.name, field.width());
        assert_eq!(
            error(file(&[quote(&[(Field::TICKER, "VALE3")]), record])),
            format!("F.TXT: line 3, columns {first}-{last} ({name}): found '{found}', expected {width} digits"),
        );
    }
}

#[test]
fn a_bad_digit_in_a_market_that_was_not_asked_for_is_still_an_error() {
    let mut record = quote(&[(Field::MARKET, "70")]);
    record[Field::STRIKE.first - 1] = b' ';
    assert!(error(file(&[record])).contains("columns 189-201 (strike): found ' 000000000000', expected 13 digits"));
}

#[test]
fn a_short_line_that_cuts_a_number_is_refused() {
    let cut = |len: usize| {
        let whole = quote(&[(Field::OPEN, "3650"), (Field::DISTRIBUTION, "211")]);
        let lines = [HEADER.as_bytes().to_vec(), whole[..len].to_vec(), trailer(3)];
        error(joined(&lines, b"\r\n"))
    };
    assert_eq!(cut(244), "F.TXT: line 2, columns 243-245 (distribution): found '21', expected 3 digits");
    assert_eq!(cut(60), "F.TXT: line 2, columns 57-69 (open): found '0000', expected 13 digits");
    assert_eq!(cut(20), "F.TXT: line 2, columns 25-27 (market): found '', expected 3 digits");
    assert_eq!(cut(1), "F.TXT: line 2, columns 1-2 (record type): found '0', expected quote 01 or trailer 99");
}

#[test]
fn a_long_line_is_refused_before_it_fills_the_memory() {
    let mut long = quote(&[]);
    long.push(b'7');
    let message = "F.TXT: line 2, columns 246-246 (beyond the record): found '7', expected the end of the line";
    let lines = [HEADER.as_bytes().to_vec(), long, trailer(3)];
    assert_eq!(error(joined(&lines, b"\n")), message);
    assert_eq!(error(joined(&lines, b"\r\n")), message);
    let endless = Reader::from_text(std::io::repeat(b'0'), "F.TXT", Options::default());
    assert!(endless.err().unwrap().to_string().contains("line 1, columns 246-246"));
}

#[test]
fn an_unknown_record_type_is_refused() {
    for found in ["02", "00", "  ", "0x"] {
        let mut record = quote(&[]);
        record[..2].copy_from_slice(found.as_bytes());
        let found = found.trim_end();
        let message =
            format!("F.TXT: line 2, columns 1-2 (record type): found '{found}', expected quote 01 or trailer 99");
        assert_eq!(error(file(&[record])), message);
    }
    let blank = [HEADER.as_bytes().to_vec(), Vec::new(), trailer(3)];
    assert!(error(joined(&blank, b"\n")).contains("line 2, columns 1-2 (record type): found ''"));
}

#[test]
fn an_empty_file_and_a_missing_or_wrong_header_are_refused() {
    assert_eq!(
        error(Vec::new()),
        "F.TXT: line 1, columns 1-2 (record type): found the end of the file, expected header 00"
    );
    assert_eq!(
        error(joined(&[quote(&[]), trailer(2)], b"\n")),
        "F.TXT: line 1, columns 1-2 (record type): found '01', expected header 00"
    );
    let other = [b"00CADASTRO.2024BOVESPA 20241108".to_vec(), trailer(2)];
    assert_eq!(
        error(joined(&other, b"\n")),
        "F.TXT: line 1, columns 3-15 (file name): found 'CADASTRO.2024', expected COTAHIST and the year"
    );
    let undated = [b"00COTAHIST.2024BOVESPA 20241308".to_vec(), trailer(2)];
    assert_eq!(
        error(joined(&undated, b"\n")),
        "F.TXT: line 1, columns 24-31 (creation date): found '20241308', expected a date YYYYMMDD"
    );
}

#[test]
fn a_bad_line_of_full_width_or_with_a_line_feed_is_refused_even_if_incomplete_files_are_allowed() {
    let bad = quote(&[(Field::OPEN, "x")]);
    let header = HEADER.as_bytes().to_vec();
    let full_width_without_line_feed = [joined(std::slice::from_ref(&header), b"\n"), bad.clone()].concat();
    let short_with_line_feed = joined(&[header, bad[..100].to_vec()], b"\n");
    for text in [file(&[bad, quote(&[])]), full_width_without_line_feed, short_with_line_feed] {
        let message = read_with(text, incomplete()).unwrap_err().to_string();
        assert!(message.starts_with("F.TXT: line 2, columns 57-69 (open)"), "{message}");
    }
}

/// A source that is interrupted before each read, as by a signal.
struct Interrupted {
    input: Cursor<Vec<u8>>,
    is_interrupted: bool,
}

impl Read for Interrupted {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.is_interrupted = !self.is_interrupted;
        if self.is_interrupted { Err(std::io::ErrorKind::Interrupted.into()) } else { self.input.read(buffer) }
    }
}

#[test]
fn an_interrupted_read_is_tried_again() {
    let text = file(&[quote(&[])]);
    let input = Interrupted { input: Cursor::new(text.clone()), is_interrupted: false };
    let reader = Reader::from_text(input, "F.TXT", Options::default()).unwrap();
    assert_eq!(reader.collect::<Result<Vec<_>, _>>().unwrap(), read(text).unwrap());
}

#[test]
fn the_header_is_read_before_what_follows_it() {
    // A folder can be opened, but not read.
    let input = Cursor::new(joined(&[HEADER.as_bytes().to_vec()], b"\n")).chain(File::open(".").unwrap());
    let mut reader = Reader::from_text(input, "F.TXT", Options::default()).unwrap();
    let message = "F.TXT: cannot read beyond line 1: Is a directory (os error 21)";
    assert_eq!(reader.next().unwrap().unwrap_err().to_string(), message);
}

#[test]
fn a_missing_trailer_is_refused_unless_that_is_allowed() {
    let lines = [HEADER.as_bytes().to_vec(), quote(&[])];
    let message = "F.TXT: line 3, columns 1-2 (record type): found the end of the file, expected trailer 99";
    assert_eq!(error(joined(&lines, b"\n")), message);
    let (quotes, summary) = read_with(joined(&lines, b"\n"), incomplete()).unwrap();
    assert_eq!((quotes.len(), summary.incomplete), (1, Some(Incomplete::NoTrailer { found: 2 })));
}

#[test]
fn a_trailer_that_counts_other_records_is_refused_unless_that_is_allowed() {
    let lines = [HEADER.as_bytes().to_vec(), quote(&[]), trailer(9)];
    let message = "F.TXT: line 3, columns 32-42 (record count): found '00000000009', expected 3, the number of records in the file, or 1, that of its quotes";
    assert_eq!(error(joined(&lines, b"\n")), message);
    let (quotes, summary) = read_with(joined(&lines, b"\n"), incomplete()).unwrap();
    assert_eq!((quotes.len(), summary.incomplete), (1, Some(Incomplete::Miscounted { stated: 9, found: 3 })));

    let uncounted = [HEADER.as_bytes().to_vec(), quote(&[]), b"99COTAHIST.2024BOVESPA 20241108".to_vec()];
    let message = "F.TXT: line 3, columns 32-42 (record count): found '', expected 11 digits";
    assert_eq!(error(joined(&uncounted, b"\n")), message);
}

#[test]
fn an_incomplete_file_is_described_in_words() {
    let told = [
        Incomplete::Miscounted { stated: 9, found: 3 },
        Incomplete::NoTrailer { found: 2 },
        Incomplete::Cut { line: 4 },
    ];
    assert_eq!(
        told.map(|incomplete| incomplete.to_string()),
        [
            "the trailer counts 9 records, the file holds 3",
            "the file ends without a trailer after 2 records",
            "the file is cut within line 4",
        ]
    );
    assert_eq!(
        [TrailerCount::EveryRecord, TrailerCount::Quotes].map(|count| count.to_string()),
        ["every record", "quotes alone"]
    );
}

#[test]
fn a_trailer_may_count_every_record_or_quotes_alone_and_the_summary_says_which() {
    let quotes = [quote(&[]), quote(&[(Field::TICKER, "VALE3")])];
    let counted = |count| [&[HEADER.as_bytes().to_vec()], &quotes[..], &[trailer(count)]].concat();
    let found = |count| read_with(joined(&counted(count), b"\r\n"), Options::default());
    for (count, which) in [(4, TrailerCount::EveryRecord), (2, TrailerCount::Quotes)] {
        let (quotes, summary) = found(count).unwrap();
        assert_eq!((quotes.len(), summary.trailer, summary.incomplete), (2, Some(which), None), "{count}");
    }
    for count in [0, 1, 3, 5] {
        let message = found(count).unwrap_err().to_string();
        assert!(
            message.ends_with("expected 4, the number of records in the file, or 2, that of its quotes"),
            "{message}"
        );
    }
    // Quotes of markets that are not selected count too.
    let options = Options { markets: Markets::of([70]).unwrap(), ..Options::default() };
    let (_, summary) = read_with(joined(&counted(2), b"\n"), options).unwrap();
    assert_eq!(summary.trailer, Some(TrailerCount::Quotes));
    let (_, summary) = read_with(joined(&counted(9), b"\n"), incomplete()).unwrap();
    assert_eq!(summary.trailer, None);
}

#[test]
fn records_after_the_trailer_are_refused_even_if_incomplete_files_are_allowed() {
    let lines = [HEADER.as_bytes().to_vec(), quote(&[]), trailer(3), quote(&[(Field::TICKER, "VALE3")])];
    for options in [Options::default(), incomplete()] {
        let message = read_with(joined(&lines, b"\n"), options).unwrap_err().to_string();
        let expected =
            "F.TXT: line 4, columns 1-2 (record type): found '01', expected the end of the file after trailer 99";
        assert_eq!(message, expected);
    }
}

#[test]
fn a_file_cut_anywhere_is_refused_unless_that_is_allowed_and_then_its_whole_lines_are_read() {
    let quotes = [quote(&[]), quote(&[(Field::TICKER, "VALE3")])];
    let text = file(&quotes);
    let line_end = b"\r\n".len();
    let width = RECORD_WIDTH + line_end;
    // From the header's end on: a cut header is an error even where a cut file is allowed.
    for len in width..text.len() {
        let cut = text[..len].to_vec();
        // The trailer is whole without the blanks after its count.
        let has_trailer = len >= 3 * width + trailer(4).len();
        assert_eq!(read(cut.clone()).is_ok(), has_trailer, "cut to {len}");
        let (quotes, summary) = read_with(cut, incomplete()).unwrap();
        // Header and quotes are whole without their CRLF or half of it.
        let whole_lines = (len + line_end) / width;
        let is_cut_within_line = (1..RECORD_WIDTH).contains(&(len % width));
        assert_eq!(quotes.len(), (whole_lines - 1).min(2), "cut to {len}");
        let records = 1 + quotes.len() as u64 + u64::from(has_trailer);
        let cut_within_line = Incomplete::Cut { line: records + 1 };
        let expected = if is_cut_within_line { cut_within_line } else { Incomplete::NoTrailer { found: records } };
        assert_eq!(summary.incomplete, (!has_trailer).then_some(expected), "cut to {len}");
        assert_eq!(summary.records, records, "cut to {len}");
    }
}

#[test]
fn nothing_follows_an_error() {
    let bad = quote(&[(Field::OPEN, "x")]);
    let good = quote(&[(Field::TICKER, "VALE3")]);
    let mut reader = Reader::from_text(Cursor::new(file(&[bad, good])), "F.TXT", Options::default()).unwrap();
    assert!(reader.next().unwrap().is_err());
    assert!(reader.next().is_none());
    assert!(reader.next_record().unwrap().is_none());
}

#[test]
fn a_file_that_cannot_be_opened_or_is_a_folder_is_named() {
    let missing = Reader::open("no/such/COTAHIST.TXT", Options::default()).err().unwrap();
    assert_eq!(missing.to_string(), "no/such/COTAHIST.TXT: No such file or directory (os error 2)");
    let folder = Reader::open("tests", Options::default()).err().unwrap();
    assert_eq!(folder.to_string(), "tests: Is a directory (os error 21)");
}
