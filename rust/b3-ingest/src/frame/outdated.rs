//! The command that rewrites an object from before raw had all its columns.

use b3_market::lake::{RawKey, RejectedKey, Source};
use chrono::Datelike;

/// The columns that were added to raw later.
const LATER: [&str; 3] = ["currency", "distribution", "specification"];

/// The advice to write `object` anew, with the command if its name shows the source and date;
/// `None` unless `missing` is a column that was added to raw later. `object` is the full name, from
/// the end of which its key is parsed.
pub(super) fn remedy(object: &str, missing: &str) -> Option<String> {
    if !LATER.contains(&missing) {
        return None;
    }
    let advice = "the object is older than this column: write it anew";
    let raw = object.parse().map(|RawKey { trade_date, source }| (trade_date, source));
    let key = raw.or_else(|_| object.parse().map(|RejectedKey { trade_date, source }| (trade_date, source)));
    let Ok((date, source)) = key else { return Some(advice.to_owned()) };
    // The name of such an object is <dest>/<folder>/trade_date=.../<source>.parquet.
    let dest = object.rsplitn(4, '/').nth(3).unwrap_or(".");
    let (arguments, condition) = match source {
        Source::Cotahist => {
            (format!("cotahist --year {}", date.year()), "with --markets if the object has others than the spot market")
        }
        source => {
            let interval =
                source.as_str().strip_prefix("yahoo-").map_or_else(String::new, |of| format!(" --interval {of}"));
            let arguments = format!("yahoo --tickers-file FILE{interval} --from {date} --to {date}");
            (arguments, "with all tickers of the object in FILE")
        }
    };
    Some(format!("{advice} with `b3-ingest {arguments} --replace --dest {dest}`, {condition}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_object_is_recognised_and_its_command_is_complete() {
        let advice = "the object is older than this column: write it anew";
        let markets = ", with --markets if the object has others than the spot market";
        let tickers = ", with all tickers of the object in FILE";
        for (object, command, condition) in [
            (
                "s3://b/p/raw/trade_date=2024-11-08/cotahist.parquet",
                "cotahist --year 2024 --replace --dest s3://b/p",
                markets,
            ),
            (
                "/l/raw_rejected/trade_date=1993-08-02/cotahist.parquet",
                "cotahist --year 1993 --replace --dest /l",
                markets,
            ),
            (
                "raw/trade_date=2024-11-08/yahoo-5m.parquet",
                "yahoo --tickers-file FILE --interval 5m --from 2024-11-08 --to 2024-11-08 --replace --dest .",
                tickers,
            ),
        ] {
            let expected = format!("{advice} with `b3-ingest {command}`{condition}");
            assert_eq!(remedy(object, "currency"), Some(expected), "{object}");
        }
        assert_eq!(remedy("some.parquet", "distribution").as_deref(), Some(advice));
        assert_eq!(remedy("raw/trade_date=2024-11-08/cotahist.parquet", "close"), None);
    }
}
