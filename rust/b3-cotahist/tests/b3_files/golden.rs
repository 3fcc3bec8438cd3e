//! Tests of 72 records of B3's files, every field but the strike in points, against the golden file
//! `golden_quotes.csv`, which an independent parser wrote.

use std::path::Path;

use b3_cotahist::{Field, Markets, Options, Reader, Record};
use rust_decimal::Decimal;

/// The record's fields as the golden file spells them, in the order of its columns after `file`.
fn fields(record: &Record<'_>) -> Vec<String> {
    let text = |field: Field| String::from_utf8(record.field(field).to_vec()).unwrap().trim_end().to_owned();
    let money = |field: Field| Decimal::new(text(field).parse().unwrap(), 2).normalize().to_string();
    let prices = [Field::OPEN, Field::HIGH, Field::LOW, Field::AVERAGE, Field::CLOSE, Field::BID, Field::ASK];
    let mut fields = vec![
        record.line().to_string(),
        record.trade_date().format("%Y%m%d").to_string(),
        text(Field::BDI_CODE),
        record.ticker().to_string(),
        text(Field::MARKET),
        record.name().to_string(),
        record.specification().to_string(),
        text(Field::FORWARD_TERM),
        record.currency().to_string(),
    ];
    fields.extend(prices.map(money));
    fields.extend([
        record.trades().to_string(),
        record.volume().to_string(),
        money(Field::TURNOVER),
        money(Field::STRIKE),
        text(Field::CORRECTION),
        text(Field::MATURITY),
        record.quote_factor().to_string(),
        record.isin().to_string(),
        text(Field::DISTRIBUTION),
    ]);
    fields
}

pub(crate) fn records_equal_the_golden_reading(folder: &Path) {
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
