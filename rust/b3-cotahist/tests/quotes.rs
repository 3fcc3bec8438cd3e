//! Tests of the quotes read from a COTAHIST file: their fields, as `sample/mod.rs` spells them out,
//! and the records that are refused.

mod sample;

use std::collections::BTreeSet;
use std::io::Cursor;

use b3_cotahist::{Field, Options, Reader, TrailerCount};
use b3_market::{Currency, Money, Price, Specification, Ticker};
use sample::{error, every_market, file, quote, read, read_with};

#[test]
fn every_field_of_a_quote_is_read_from_its_record() {
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
fn a_record_gives_its_prices_as_they_are_written() {
    let changes = [(Field::MARKET, "80"), (Field::ASK, "3691")];
    let mut reader = Reader::from_text(Cursor::new(file(&[quote(&changes)])), "F.TXT", every_market()).unwrap();
    let record = reader.next_record().unwrap().unwrap();
    assert_eq!((record.line(), record.market()), (2, 80));
    let prices = [record.open(), record.high(), record.low(), record.close(), record.bid(), record.ask()];
    assert_eq!(prices.map(Money::cents), [3_650, 3_700, 3_625, 3_690, 3_689, 3_691]);
}

#[test]
fn the_debug_text_of_a_code_names_its_type_and_that_of_a_reader_its_file() {
    let mut reader = Reader::from_text(Cursor::new(file(&[quote(&[])])), "F.TXT", Options::default()).unwrap();
    assert!(format!("{reader:?}").starts_with("Reader { file: \"F.TXT\", summary: Summary { records: 1"), "{reader:?}");
    let quote = reader.next().unwrap().unwrap();
    let (isin, specification) = (quote.isin.unwrap(), quote.specification.unwrap());
    assert_eq!(
        format!("{:?} {isin:?} {:?} {specification:?}", quote.key.ticker, quote.currency),
        "Ticker(PETR4) Isin(BRPETRACNPR6) Currency(BRL) Specification(PN      N2)"
    );
}

#[test]
fn the_largest_numbers_that_the_columns_hold_are_read_exactly() {
    let nines = "9".repeat(18);
    let money = [(Field::HIGH, &nines[..13]), (Field::TURNOVER, &nines[..])];
    let counts = [(Field::VOLUME, &nines[..]), (Field::DISTRIBUTION, &nines[..3])];
    let quote = read(file(&[quote(&[money, counts].concat())])).unwrap()[0];
    assert_eq!(quote.high, "99999999999.99".parse().unwrap());
    assert_eq!((quote.volume, quote.turnover.cents()), (999_999_999_999_999_999, 999_999_999_999_999_999));
    assert_eq!(quote.distribution, 999);
}

#[test]
fn names_are_latin_1() {
    let mut record = quote(&[]);
    record[Field::NAME.first - 1..Field::NAME.last].copy_from_slice(b"A\xC7UCAR      ");
    let mut reader = Reader::from_text(Cursor::new(file(&[record])), "F.TXT", Options::default()).unwrap();
    let record = reader.next_record().unwrap().unwrap();
    assert_eq!(record.name().to_string(), "AÇUCAR");
}

#[test]
fn a_quote_factor_divides_the_price_exactly() {
    let by_the_thousand = quote(&[(Field::QUOTE_FACTOR, "1000"), (Field::OPEN, "1234")]);
    assert_eq!(read(file(&[by_the_thousand])).unwrap()[0].open, "0.01234".parse().unwrap());
}

#[test]
fn a_record_that_makes_no_quote_is_described_and_the_rest_is_read() {
    let bad = |ticker, changes: &[(Field, &str)]| quote(&[&[(Field::TICKER, ticker)], changes].concat());
    let quotes = [
        quote(&[]),
        bad("BAD1", &[(Field::QUOTE_FACTOR, "1000000"), (Field::OPEN, "1234")]),
        bad("BAD2", &[(Field::QUOTE_FACTOR, "0")]),
        bad("BAD3", &[(Field::TRADE_DATE, "19930802")]),
        bad("BAD4", &[(Field::TRADE_DATE, "19940801"), (Field::CURRENCY, "CR$")]),
        bad("BAD5", &[(Field::CURRENCY, "")]),
        bad("BAD6", &[(Field::CURRENCY, "BRL"), (Field::TRADE_DATE, "19930802")]),
        bad("BAD7", &[(Field::TRADE_DATE, "19851230"), (Field::CURRENCY, "CR$")]),
        quote(&[(Field::TICKER, "VALE3")]),
    ];
    let mut reader = Reader::from_text(Cursor::new(file(&quotes)), "F.TXT", Options::default()).unwrap();
    let (mut good, mut faults) = (Vec::new(), Vec::new());
    while let Some(record) = reader.next_record().unwrap() {
        match record.quote() {
            Ok(quote) => good.push(quote.key.ticker.to_string()),
            Err(fault) => faults.push(fault.without_file().to_string()),
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
    // As an iterator the reader stops at the first of them.
    assert_eq!(error(file(&quotes)), format!("F.TXT: {}", faults[0]));
}

#[test]
fn a_label_of_older_money_stands_for_itself_and_a_blank_specification_for_none() {
    for (date, label, specification, currency) in [
        ("19890116", "NCZ$", "", "NCZ$"),
        ("19940701", "CR$", "PN  EB", "CR$"),
        ("19940704", "R$", "PN      N2", "BRL"),
    ] {
        let changes = [(Field::TRADE_DATE, date), (Field::CURRENCY, label), (Field::SPECIFICATION, specification)];
        let quote = read(file(&[quote(&changes)])).unwrap()[0];
        let found = quote.specification.as_ref().map(Specification::to_string);
        let expected = (!specification.is_empty()).then(|| specification.to_owned());
        assert_eq!((quote.currency.to_string(), found), (currency.to_owned(), expected), "{date}");
    }
}

#[test]
fn text_that_the_lake_cannot_hold_is_refused() {
    for (field, found, expected) in [
        (Field::TICKER, "petr4", "(ticker): found 'petr4', expected 1 to 12 upper-case letters and digits"),
        (Field::TICKER, "", "(ticker): found '', expected 1 to 12 upper-case letters and digits"),
        (Field::TICKER, " PETR4", "(ticker): found ' PETR4', expected 1 to 12 upper-case letters and digits"),
        (Field::TICKER, "PETR 4", "(ticker): found 'PETR 4', expected 1 to 12 upper-case letters and digits"),
        (Field::TICKER, "PETR4\t", "(ticker): found 'PETR4\\t', expected 1 to 12 upper-case letters and digits"),
        (Field::TRADE_DATE, "20240230", "(trade date): found '20240230', expected a date YYYYMMDD"),
        (Field::TRADE_DATE, "00000000", "(trade date): found '00000000', expected a date YYYYMMDD"),
        (Field::ISIN, "BR\tPETR", "(isin): found 'BR\\tPETR', expected printable ASCII"),
    ] {
        let message = error(file(&[quote(&[(field, found)])]));
        assert!(message.ends_with(expected), "{message}");
    }
    assert_eq!(read(file(&[quote(&[(Field::ISIN, "")])])).unwrap()[0].isin, None);
    let forward = quote(&[(Field::MARKET, "30"), (Field::FORWARD_TERM, "3x")]);
    let message = read_with(file(&[forward]), every_market()).unwrap_err().to_string();
    assert!(message.ends_with("(forward term): found '3x', expected 3 digits or blanks"), "{message}");
}

#[test]
fn a_company_code_of_less_than_four_letters_is_read_without_the_blanks_that_fill_it() {
    let codes = ["PET 2", "BB  2", "BRG 12", "A", "PETR4", "VALEK642W2"];
    let tickers = read(file(&codes.map(|code| quote(&[(Field::TICKER, code)])))).unwrap();
    let tickers: Vec<String> = tickers.iter().map(|quote| quote.key.ticker.to_string()).collect();
    assert_eq!(tickers, ["PET2", "BB2", "BRG12", "A", "PETR4", "VALEK642W2"]);
}

#[test]
fn only_forwards_have_a_term_and_what_others_have_in_its_columns_does_not_count() {
    let of_1987 = quote(&[(Field::MARKET, "20"), (Field::FORWARD_TERM, "\0\u{f} ")]);
    let (quotes, _) = read_with(file(&[quote(&[]), of_1987.clone()]), every_market()).unwrap();
    assert_eq!(quotes.iter().map(|quote| quote.key.forward_term).collect::<Vec<_>>(), [None, None]);
    let blank = quote(&[(Field::MARKET, "20")]);
    assert!(read_with(file(&[of_1987, blank]), every_market()).unwrap_err().to_string().contains("no second quote"));
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
    assert_eq!(tickers(every_market()), "PETR4 PETR4F VALE3");
    let wanted = BTreeSet::from(["VALE3", "PETR4F", "ABCD3"].map(|code| code.parse().unwrap()));
    assert_eq!(tickers(Options { tickers: Some(wanted), ..Options::default() }), "VALE3");
}

#[test]
fn a_repeated_key_is_refused_wherever_it_stands() {
    let forward = |term| quote(&[(Field::MARKET, "30"), (Field::FORWARD_TERM, term)]);
    let next_day = quote(&[(Field::TRADE_DATE, "20241111")]);
    let read = |quotes: &[Vec<u8>]| read_with(file(quotes), every_market());

    assert!(read(&[quote(&[]), forward("030"), forward("060"), next_day.clone()]).is_ok());
    for repeated in [[quote(&[]), next_day, quote(&[])], [forward("030"), quote(&[]), forward("030")]] {
        assert_eq!(
            read(&repeated).unwrap_err().to_string(),
            "F.TXT: line 4, columns 13-24 (ticker): found 'PETR4', expected no second quote of one date, ticker, market and forward term"
        );
    }
    // Both spellings mean no term; both mean one ticker.
    let blank_and_zero = [quote(&[]), quote(&[(Field::FORWARD_TERM, "000")])];
    assert!(read(&blank_and_zero).is_err());
    assert!(read(&["PET 2", "PET2"].map(|code| quote(&[(Field::TICKER, code)]))).is_err());
    // Quotes that are not selected may repeat.
    let odd_lots = vec![quote(&[(Field::MARKET, "20")]); 2];
    assert_eq!(sample::read(file(&odd_lots)).unwrap(), []);
}
