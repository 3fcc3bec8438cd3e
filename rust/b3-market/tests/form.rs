//! What a file must look like, and what is said of one that does not.

mod sample;

use std::collections::BTreeSet;
use std::io::Cursor;

use b3_market::cotahist::{Field, Incomplete, Markets, Options, RECORD_WIDTH, Reader, Specification, TrailerCount};
use b3_market::{Currency, Money, Price, Ticker};
use sample::{HEADER, error, file, joined, quote, read, read_with, trailer};

fn incomplete() -> Options {
    Options { allow_incomplete: true, ..Options::default() }
}

#[test]
fn a_quote_has_every_field_of_its_record() {
    let quotes = read(file(&[quote(&[])])).unwrap();
    let quote = quotes[0];
    assert_eq!(quotes.len(), 1);
    assert_eq!(quote.key.trade_date.to_string(), "2024-11-08");
    assert_eq!(quote.key.ticker, "PETR4".parse::<Ticker>().unwrap());
    assert_eq!((quote.key.market, quote.key.forward_term), (10, None));
    let prices = [quote.open, quote.high, quote.low, quote.close].map(Price::unscaled);
    assert_eq!(prices, [36_500_000, 37_000_000, 36_250_000, 36_900_000]);
    assert_eq!((quote.volume, quote.trades), (12_345_600, 45_678));
    assert_eq!(quote.turnover, Money::from_cents(45_196_341));
    assert_eq!(quote.isin.unwrap().as_str(), "BRPETRACNPR6");
    assert_eq!(quote.quote_factor, 1);
    assert_eq!((quote.currency, quote.distribution), (Currency::BRL, 211));
    assert_eq!(quote.specification.unwrap().to_text(), "PN      N2");
}

#[test]
fn the_largest_numbers_that_the_columns_hold_are_read_exactly() {
    let nines = "9".repeat(18);
    let largest = quote(&[(Field::HIGH, &nines[..13]), (Field::VOLUME, &nines), (Field::TURNOVER, &nines)]);
    let quote = read(file(&[largest])).unwrap()[0];
    assert_eq!(quote.high, "99999999999.99".parse().unwrap());
    assert_eq!((quote.volume, quote.turnover.cents()), (999_999_999_999_999_999, 999_999_999_999_999_999));
}

#[test]
fn lf_trimmed_lines_and_a_missing_last_newline_are_what_real_files_hold() {
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
fn names_are_latin_1() {
    let mut record = quote(&[]);
    record[Field::NAME.first - 1..Field::NAME.first + 4].copy_from_slice(b"A\xC7UCA");
    let mut reader = Reader::from_text(Cursor::new(file(&[record])), "F.TXT", Options::default()).unwrap();
    let record = reader.next_record().unwrap().unwrap();
    assert_eq!(record.name().to_string(), "AÇUCABRAS");
    assert_eq!((record.line(), record.bdi_code().to_string().as_str()), (2, "02"));
}

#[test]
fn a_bad_digit_in_any_numeric_field_is_named_with_its_columns() {
    for field in Field::ALL.iter().filter(|field| field.numeric && **field != Field::RECORD_TYPE) {
        let mut record = quote(&[]);
        record[field.last - 1] = b'x';
        let stands = String::from_utf8(record[field.first - 1..field.last].to_vec()).unwrap();
        let (first, last, name, width) = (field.first, field.last, field.name, field.width());
        assert_eq!(
            error(file(&[quote(&[(Field::TICKER, "VALE3")]), record])),
            format!("F.TXT: line 3, columns {first}-{last} ({name}): found '{stands}', expected {width} digits"),
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
        let lines = [HEADER.as_bytes().to_vec(), quote(&[])[..len].to_vec(), trailer(3)];
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
fn an_empty_file_and_one_without_its_header_are_refused() {
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
    // Quotes of markets that were not asked for count too.
    let options = Options { markets: Markets::of([70]).unwrap(), ..Options::default() };
    assert_eq!(read_with(joined(&counted(2), b"\n"), options).unwrap().1.trailer, Some(TrailerCount::Quotes));
    let (_, summary) = read_with(joined(&counted(9), b"\n"), incomplete()).unwrap();
    assert_eq!(summary.trailer, None);
}

#[test]
fn records_after_the_trailer_are_refused_even_where_much_is_allowed() {
    let lines = [HEADER.as_bytes().to_vec(), quote(&[]), trailer(3), quote(&[(Field::TICKER, "VALE3")])];
    for options in [Options::default(), incomplete()] {
        let message = read_with(joined(&lines, b"\n"), options).unwrap_err().to_string();
        let expected =
            "F.TXT: line 4, columns 1-2 (record type): found '01', expected the end of the file after trailer 99";
        assert_eq!(message, expected);
    }
}

#[test]
fn a_file_cut_anywhere_is_refused_and_its_whole_lines_can_be_had() {
    let quotes = [quote(&[]), quote(&[(Field::TICKER, "VALE3")])];
    let text = file(&quotes);
    let line = RECORD_WIDTH + 2;
    for len in line..text.len() {
        let cut = text[..len].to_vec();
        // A trailer that lost only blanks or its end still counts.
        let whole = len >= 3 * line + trailer(4).len();
        assert_eq!(read(cut.clone()).is_ok(), whole, "cut to {len}");
        let (quotes, summary) = read_with(cut, incomplete()).unwrap();
        let whole_quotes = (len + 2).saturating_sub(line) / line;
        assert_eq!(quotes.len(), whole_quotes.min(2), "cut to {len}");
        assert_eq!(summary.incomplete.is_none(), whole, "cut to {len}");
    }
}

#[test]
fn a_quote_factor_divides_exactly_or_is_refused() {
    let by = |factor| file(&[quote(&[(Field::QUOTE_FACTOR, factor), (Field::OPEN, "1234")])]);
    assert_eq!(read(by("1000")).unwrap()[0].open, "0.01234".parse().unwrap());
    assert_eq!(
        error(by("1000000")),
        "F.TXT: line 2, columns 57-69 (open): found '0000000001234', expected a price that quote factor 1000000 divides to at most 6 decimals"
    );
    assert_eq!(
        error(by("0")),
        "F.TXT: line 2, columns 211-217 (quote factor): found '0000000', expected a factor of 1 or more"
    );
}

#[test]
fn a_record_that_makes_no_quote_is_described_and_the_rest_is_read() {
    let odd = |number: usize, changes: &[(Field, &str)]| {
        let ticker = format!("ODD{number}");
        quote(&[&[(Field::TICKER, ticker.as_str())], changes].concat())
    };
    let lots = [(Field::QUOTE_FACTOR, "1000000"), (Field::OPEN, "1234")];
    let quotes = [
        quote(&[]),
        odd(1, &lots),
        odd(2, &[(Field::QUOTE_FACTOR, "0")]),
        odd(3, &[(Field::TRADE_DATE, "19930802")]),
        odd(4, &[(Field::TRADE_DATE, "19940801"), (Field::CURRENCY, "CR$")]),
        odd(5, &[(Field::CURRENCY, "")]),
        odd(6, &[(Field::CURRENCY, "BRL"), (Field::TRADE_DATE, "19930802")]),
        odd(7, &[(Field::TRADE_DATE, "19851230"), (Field::CURRENCY, "CR$")]),
        quote(&[(Field::TICKER, "VALE3")]),
    ];
    let mut reader = Reader::from_text(Cursor::new(file(&quotes)), "F.TXT", Options::default()).unwrap();
    let (mut good, mut faults) = (Vec::new(), Vec::new());
    while let Some(record) = reader.next_record().unwrap() {
        match record.quote() {
            Ok(quote) => good.push(quote.key.ticker.to_string()),
            Err(fault) => faults.push(fault.in_file().to_string()),
        }
    }
    assert_eq!(good, ["PETR4", "VALE3"]);
    assert_eq!(
        faults,
        [
            "line 3, columns 57-69 (open): found '0000000001234', expected a price that quote factor 1000000 divides to at most 6 decimals",
            "line 4, columns 211-217 (quote factor): found '0000000', expected a factor of 1 or more",
            "line 5, columns 53-56 (currency): found 'R$', expected another label on 1993-08-02: the real came on 1994-07-01",
            "line 6, columns 53-56 (currency): found 'CR$', expected R$ on 1994-08-01: no other label was used after 1994-07-31",
            "line 7, columns 53-56 (currency): found '', expected a label of money, such as R$",
            "line 8, columns 53-56 (currency): found 'BRL', expected R$, the only label of the real, or one of older money",
            "line 9, columns 3-10 (trade date): found '19851230', expected a date from 1986-01-01 to 2099-12-31",
        ]
    );
    assert_eq!((reader.summary().selected, reader.summary().trailer), (9, Some(TrailerCount::EveryRecord)));
    // As an iterator the reader ends at the first of them.
    assert_eq!(error(file(&quotes)), format!("F.TXT: {}", faults[0]));
}

#[test]
fn a_label_of_older_money_stands_for_itself_and_a_blank_specification_for_none() {
    let old = quote(&[(Field::TRADE_DATE, "19890116"), (Field::CURRENCY, "NCZ$"), (Field::SPECIFICATION, "")]);
    let july = [
        quote(&[(Field::TRADE_DATE, "19940701"), (Field::CURRENCY, "CR$"), (Field::SPECIFICATION, "PN  EB")]),
        quote(&[(Field::TRADE_DATE, "19940704"), (Field::DISTRIBUTION, "999")]),
    ];
    let quotes = read(file(&[&[old], &july[..]].concat())).unwrap();
    let shown = |quote: &b3_market::cotahist::Quote| {
        let specification = quote.specification.as_ref().map(Specification::to_string);
        (quote.currency.to_string(), specification, quote.distribution)
    };
    let expected = [("NCZ$", None, 211), ("CR$", Some("PN  EB"), 211), ("BRL", Some("PN      N2"), 999)];
    let expected = expected.map(|(money, spec, number)| (money.to_owned(), spec.map(str::to_owned), number));
    assert_eq!(quotes.iter().map(shown).collect::<Vec<_>>(), expected);
}

#[test]
fn text_that_the_lake_cannot_hold_is_refused() {
    for (field, found, expected) in [
        (Field::TICKER, "petr4", "(ticker): found 'petr4', expected 1 to 12 upper-case letters and digits"),
        (Field::TICKER, "", "(ticker): found '', expected 1 to 12 upper-case letters and digits"),
        (Field::TICKER, " PETR4", "(ticker): found ' PETR4', expected 1 to 12 upper-case letters and digits"),
        (Field::FORWARD_TERM, "3x", "(forward term): found '3x', expected 3 digits or blanks"),
        (Field::TRADE_DATE, "20240230", "(trade date): found '20240230', expected a date YYYYMMDD"),
        (Field::ISIN, "BR\tPETR", "(isin): found 'BR\\tPETR', expected printable ASCII"),
    ] {
        let message = error(file(&[quote(&[(field, found)])]));
        assert!(message.ends_with(expected), "{message}");
    }
    assert_eq!(read(file(&[quote(&[(Field::ISIN, "")])])).unwrap()[0].isin, None);
}

#[test]
fn markets_and_tickers_select() {
    let quotes =
        [quote(&[]), quote(&[(Field::TICKER, "PETR4F"), (Field::MARKET, "20")]), quote(&[(Field::TICKER, "VALE3")])];
    let tickers = |options| {
        let (quotes, summary) = read_with(file(&quotes), options).unwrap();
        assert_eq!((summary.quotes, summary.selected), (3, quotes.len() as u64));
        quotes.iter().map(|quote| quote.key.ticker.to_string()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(tickers(Options::default()), "PETR4 VALE3");
    assert_eq!(tickers(Options { markets: Markets::ALL, ..Options::default() }), "PETR4 PETR4F VALE3");
    let wanted = BTreeSet::from(["VALE3", "PETR4F", "ABCD3"].map(|code| code.parse().unwrap()));
    assert_eq!(tickers(Options { tickers: Some(wanted), ..Options::default() }), "VALE3");
}

#[test]
fn a_repeated_key_is_refused_wherever_it_stands() {
    let forward = |term| quote(&[(Field::MARKET, "30"), (Field::FORWARD_TERM, term)]);
    let next_day = quote(&[(Field::TRADE_DATE, "20241111")]);
    let every_market = || Options { markets: Markets::ALL, ..Options::default() };
    let read = |quotes: &[Vec<u8>]| read_with(file(quotes), every_market());

    assert!(read(&[quote(&[]), forward("030"), forward("060"), next_day.clone()]).is_ok());
    for repeated in [[quote(&[]), next_day, quote(&[])], [forward("030"), quote(&[]), forward("030")]] {
        assert_eq!(
            read(&repeated).unwrap_err().to_string(),
            "F.TXT: line 4, columns 13-24 (ticker): found 'PETR4', expected no second quote of one date, ticker, market and forward term"
        );
    }
    // No term is written both ways.
    let blank_and_zero = [quote(&[]), quote(&[(Field::FORWARD_TERM, "000")])];
    assert!(read(&blank_and_zero).is_err());
    // Quotes that were not asked for may repeat.
    let odd_lots = vec![quote(&[(Field::MARKET, "20")]); 2];
    assert_eq!(read_with(file(&odd_lots), Options::default()).unwrap().0.len(), 0);
}

#[test]
fn nothing_follows_an_error() {
    let mut bad = quote(&[]);
    bad[60] = b'x';
    let good = quote(&[(Field::TICKER, "VALE3")]);
    let mut reader = Reader::from_text(Cursor::new(file(&[bad, good])), "F.TXT", Options::default()).unwrap();
    assert!(reader.next().unwrap().is_err());
    assert!(reader.next().is_none());
    assert!(reader.next_record().unwrap().is_none());
}

#[test]
fn a_file_that_cannot_be_opened_is_named() {
    let missing = Reader::open("no/such/COTAHIST.TXT", Options::default()).err().unwrap();
    assert_eq!(missing.to_string(), "no/such/COTAHIST.TXT: No such file or directory (os error 2)");
    let folder = Reader::open(env!("CARGO_MANIFEST_DIR"), Options::default()).err().unwrap();
    assert!(folder.to_string().contains("Is a directory"), "{folder}");
}
