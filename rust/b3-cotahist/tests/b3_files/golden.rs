//! Tests of every field of 72 records of B3's files against `golden_quotes.csv`, the golden file,
//! which an independent parser wrote.

use std::path::Path;

use b3_cotahist::{Field, Markets, Options, Reader, Record};
use rust_decimal::Decimal;

/// The record's fields as the golden file spells them, in the order of its columns after `file`.
fn fields(record: &Record<'_>) -> Vec<String> {
    let number = |amount: Decimal| amount.normalize().to_string();
    let digits = |field: Field| String::from_utf8(record.field(field).to_vec()).unwrap();
    let prices =
        [record.open(), record.high(), record.low(), record.average(), record.close(), record.bid(), record.ask()];
    let mut fields = vec![
        record.line().to_string(),
        record.trade_date().format("%Y%m%d").to_string(),
        record.bdi_code().to_string(),
        record.ticker().to_string(),
        digits(Field::MARKET),
        record.name().to_string(),
        record.specification().to_string(),
        record.forward_term().to_string(),
        record.currency().to_string(),
    ];
    fields.extend(prices.map(|price| number(price.into())));
    fields.extend([
        record.trades().to_string(),
        record.volume().to_string(),
        number(record.turnover().into()),
        number(record.strike().into()),
        record.correction().to_string(),
        record.maturity().unwrap().format("%Y%m%d").to_string(),
        record.quote_factor().to_string(),
        record.isin().to_string(),
        digits(Field::DISTRIBUTION),
    ]);
    fields
}

pub(crate) fn every_field_equals_the_golden_reading(folder: &Path) {
    let golden = std::fs::read_to_string(folder.join("golden_quotes.csv")).unwrap();
    let mut compared = 0;
    for name in ["COTAHIST_D08112024.ZIP", "COTAHIST_D25062021.TXT", "DemoCotacoesHistoricas12022003.txt"] {
        let mut expected =
            golden.lines().filter_map(|row| row.split_once(',')).filter(|(file, _)| *file == name).peekable();
        let options = Options { markets: Markets::ALL, ..Options::default() };
        let mut reader = Reader::open(folder.join(name), options).unwrap();
        while let Some(record) = reader.next_record().unwrap() {
            let line = format!("{},", record.line());
            if let Some((_, row)) = expected.next_if(|(_, row)| row.starts_with(&line)) {
                assert_eq!(fields(&record), row.split(',').collect::<Vec<_>>(), "{name}");
                compared += 1;
            }
        }
        assert_eq!(expected.next(), None, "{name}");
    }
    assert_eq!(compared, golden.lines().count() - 1);
}
