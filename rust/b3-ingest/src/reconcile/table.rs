//! The table of differences as Parquet, as CSV, and as text with the first rows.

use polars::prelude::{DataFrame, Float64Chunked, Int32Chunked, IntoColumn, NewChunkedArray, PolarsResult};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::compare::{Comparison, Difference};
use crate::error::IngestError;
use crate::frame::{decimals, encode_object, text as text_column};

/// Decimals of the compared values: those of a price.
const SCALE: u32 = 6;

/// The table as Parquet: `trade_date` date, `ticker`, `field` string, `cotahist`, `yahoo`,
/// `absolute` decimal(38,6), `relative` double.
pub(super) fn parquet(object: &str, comparison: &Comparison) -> Result<Vec<u8>, IngestError> {
    encode_object(object, frame(&comparison.differences))
}

fn frame(rows: &[Difference]) -> PolarsResult<DataFrame> {
    let unscaled = |mut value: Decimal| {
        value.rescale(SCALE);
        Some(value.mantissa())
    };
    let values = |name, of: fn(&Difference) -> Decimal| {
        decimals(name, (38, SCALE as usize), rows.iter().map(|row| unscaled(of(row))))
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

/// The table as CSV with a header. No value needs quotes.
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
    let Comparison { dates, rows, equal, only_cotahist, only_yahoo, other_money, differences } = comparison;
    let mut lines = vec![
        format!("reconcile: {dates} dates in both sources, {rows} rows compared, {equal} equal"),
        format!("  only in cotahist {only_cotahist}, only in yahoo {only_yahoo}"),
    ];
    if *other_money > 0 {
        lines.push(format!("  under two labels of money, not compared {other_money}"));
    }
    lines.push(format!("  {} differences -> {place}", differences.len()));
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
        row.ticker.to_string(),
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
