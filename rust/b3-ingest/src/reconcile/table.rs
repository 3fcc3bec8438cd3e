//! The table of differences as Parquet, as CSV, and as text with the first rows.

use b3_market::Price;
use b3_market::lake::columns::{DecimalType, PRICE};
use polars::prelude::{DataFrame, Float64Chunked, Int32Chunked, IntoColumn, NewChunkedArray, PolarsResult};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::compare::{Comparison, Difference};
use crate::error::IngestError;
use crate::frame::{decimals, encode_object, text as text_column};
use crate::report::counted;

/// The table as Parquet: `trade_date` date, `ticker`, `field` string, `cotahist`, `yahoo`,
/// `absolute` decimal(38,6), `relative` double.
pub(super) fn parquet(object: &str, comparison: &Comparison) -> Result<Vec<u8>, IngestError> {
    encode_object(object, frame(&comparison.differences))
}

fn frame(rows: &[Difference]) -> PolarsResult<DataFrame> {
    let unscaled = |mut value: Decimal| {
        value.rescale(Price::SCALE);
        Some(value.mantissa())
    };
    let values = |name, of: fn(&Difference) -> Decimal| {
        decimals(name, DecimalType { precision: 38, ..PRICE }, rows.iter().map(|row| unscaled(of(row))))
    };
    let dates: Vec<i32> = rows.iter().map(|row| row.trade_date.to_epoch_days()).collect();
    let relative = rows.iter().map(|row| row.relative().to_f64());
    DataFrame::new(
        rows.len(),
        vec![
            Int32Chunked::from_vec("trade_date".into(), dates).into_date().into_column(),
            text_column("ticker", rows.iter().map(|row| Some(row.ticker.as_str()))),
            text_column("field", rows.iter().map(|row| Some(row.field))),
            values("cotahist", |row| row.cotahist)?,
            values("yahoo", |row| row.yahoo)?,
            values("absolute", Difference::absolute)?,
            Float64Chunked::from_iter_options("relative".into(), relative).into_column(),
        ],
    )
}

/// The table as CSV with a header, `relative` to nine decimals. No value needs quotes.
pub(super) fn csv(comparison: &Comparison) -> String {
    let line = |row: &Difference| {
        let (absolute, relative) = (row.absolute(), row.relative().round_dp(9));
        let Difference { trade_date, ticker, field, cotahist, yahoo } = row;
        format!("{trade_date},{ticker},{field},{cotahist},{yahoo},{absolute},{relative}\n")
    };
    let lines: String = comparison.differences.iter().map(line).collect();
    format!("trade_date,ticker,field,cotahist,yahoo,absolute,relative\n{lines}")
}

/// The counts of the comparison, and the first `show` differences.
pub(super) fn text(comparison: &Comparison, show: usize, place: &str) -> String {
    let Comparison { dates, rows, equal, only_cotahist, only_yahoo, two_currencies, differences } = comparison;
    let (dates, rows) = (counted(*dates, "date"), counted(*rows, "row"));
    let mut lines = vec![
        format!("reconcile: {dates} in both sources, {rows} compared, {equal} equal"),
        format!("  only in cotahist {only_cotahist}, only in yahoo {only_yahoo}"),
    ];
    if *two_currencies > 0 {
        lines.push(format!("  under two currency labels, not compared {two_currencies}"));
    }
    lines.push(format!("  {} -> {place}", counted(differences.len(), "difference")));
    if !differences.is_empty() && show > 0 {
        let header = ["trade_date", "ticker", "field", "cotahist", "yahoo", "absolute", "relative"];
        lines.push(aligned(&header.map(str::to_owned)));
    }
    lines.extend(differences.iter().take(show).map(|row| aligned(&shown(row))));
    lines.join("\n") + "\n"
}

fn shown(row: &Difference) -> [String; 7] {
    let plain = |value: Decimal| value.normalize().to_string();
    [
        row.trade_date.to_string(),
        row.ticker.clone(),
        row.field.to_owned(),
        plain(row.cotahist),
        plain(row.yahoo),
        plain(row.absolute()),
        format!("{}%", (row.relative() * Decimal::ONE_HUNDRED).round_dp(3)),
    ]
}

fn aligned([date, ticker, field, cotahist, yahoo, absolute, relative]: &[String; 7]) -> String {
    format!("{date:<10}  {ticker:<8} {field:<6} {cotahist:>14} {yahoo:>14} {absolute:>14} {relative:>10}")
}

#[cfg(test)]
mod tests {
    use polars::prelude::{DataType, ParquetReader, SerReader};

    use super::*;

    fn comparison() -> Comparison {
        let difference = |ticker: &str, field, cotahist: &str, yahoo: &str| Difference {
            trade_date: "2024-11-08".parse().unwrap(),
            ticker: ticker.to_owned(),
            field,
            cotahist: cotahist.parse().unwrap(),
            yahoo: yahoo.parse().unwrap(),
        };
        let differences =
            vec![difference("VALE3", "volume", "1000", "3000"), difference("PETR4", "close", "36.100000", "36.11")];
        Comparison { dates: 1, rows: 2, equal: 0, only_cotahist: 3, only_yahoo: 4, two_currencies: 5, differences }
    }

    #[test]
    fn the_text_has_the_counts_and_as_many_differences_as_are_asked_for() {
        let counts =
            "reconcile: 1 date in both sources, 2 rows compared, 0 equal\n  only in cotahist 3, only in yahoo 4\n";
        let currencies = "  under two currency labels, not compared 5\n";
        let header = "trade_date  ticker   field        cotahist          yahoo       absolute   relative\n";
        let volume = "2024-11-08  VALE3    volume           1000           3000           2000       200%\n";
        let close = "2024-11-08  PETR4    close            36.1          36.11           0.01     0.028%\n";
        let place = "  2 differences -> x.parquet\n";
        let whole = comparison();
        assert_eq!(text(&whole, 20, "x.parquet"), [counts, currencies, place, header, volume, close].concat());
        assert_eq!(text(&whole, 1, "x.parquet"), [counts, currencies, place, header, volume].concat());
        assert_eq!(text(&whole, 0, "x.parquet"), [counts, currencies, place].concat());
        let none = Comparison { two_currencies: 0, differences: Vec::new(), ..comparison() };
        assert_eq!(text(&none, 20, "x.parquet"), [counts, "  0 differences -> x.parquet\n"].concat());
    }

    #[test]
    fn the_parquet_file_has_the_values_at_the_scale_of_prices() {
        let bytes = parquet("x.parquet", &comparison()).unwrap();
        let frame = ParquetReader::new(std::io::Cursor::new(bytes)).finish().unwrap();
        for (name, expected) in [
            ("cotahist", [1_000_000_000, 36_100_000]),
            ("yahoo", [3_000_000_000, 36_110_000]),
            ("absolute", [2_000_000_000, 10_000]),
        ] {
            let column = frame.column(name).unwrap();
            assert_eq!(*column.dtype(), DataType::Decimal(38, 6));
            let unscaled = column.to_physical_repr();
            let unscaled = unscaled.as_materialized_series().i128().unwrap();
            assert_eq!(unscaled.iter().collect::<Vec<_>>(), expected.map(Some), "{name}");
        }
        let relative: Vec<Option<f64>> = frame.column("relative").unwrap().f64().unwrap().iter().collect();
        let [of_volume, Some(of_close)] = relative[..] else { panic!("{relative:?}") };
        assert_eq!(of_volume, Some(2.0));
        assert!((of_close - 0.01 / 36.1).abs() < 1e-15);
        let dates = frame.column("trade_date").unwrap().cast(&DataType::String).unwrap();
        assert_eq!(dates.str().unwrap().iter().collect::<Vec<_>>(), [Some("2024-11-08"); 2]);
        let texts =
            |name: &str| frame.column(name).unwrap().str().unwrap().iter().flatten().collect::<Vec<_>>().join(" ");
        assert_eq!((texts("ticker").as_str(), texts("field").as_str()), ("VALE3 PETR4", "volume close"));
    }
}
