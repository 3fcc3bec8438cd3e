//! The keys of the lake's objects.

use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;

use super::{ActionSource, Source};

/// Text that is not the key of an object of the expected folder.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{found}' is not an object key of the form {expected}")]
pub struct InvalidKey {
    /// The key as found.
    pub found: String,
    /// The expected form of the key.
    pub expected: &'static str,
}

// `$date` is the field's name and the partition's: `trade_date` in `trade_date=2024-01-02`.
macro_rules! object_key {
    ($(#[$doc:meta])* $key:ident, $folder:literal, $date:ident, $source:ty) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $key {
            /// The date of the partition.
            pub $date: NaiveDate,
            /// The source of the object.
            pub source: $source,
        }

        impl $key {
            /// The form of the key, as an error message shows it.
            pub const FORM: &'static str = concat!($folder, "/", stringify!($date), "=YYYY-MM-DD/<source>.parquet");
        }

        impl fmt::Display for $key {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let (date, source) = (self.$date.format("%Y-%m-%d"), self.source);
                write!(f, concat!($folder, "/", stringify!($date), "={}/{}.parquet"), date, source)
            }
        }

        impl FromStr for $key {
            type Err = InvalidKey;

            fn from_str(key: &str) -> Result<Self, Self::Err> {
                let parts = split(key, $folder, concat!(stringify!($date), "="));
                let parts = parts.ok_or_else(|| InvalidKey { found: key.to_owned(), expected: Self::FORM })?;
                Ok(Self { $date: parts.0, source: parts.1 })
            }
        }
    };
}

object_key! {
    /// The key of the bars of one date and source: `raw/trade_date=2024-01-02/cotahist.parquet`.
    ///
    /// # Errors
    /// Parsing accepts any prefix that ends in `/`, or none, because a lake may be anywhere in a
    /// bucket, and fails with [`InvalidKey`] for all else: other folders, other files, dates not
    /// written as `YYYY-MM-DD`, unknown sources.
    ///
    /// ```
    /// use b3_market::lake::{RawKey, Source};
    ///
    /// let key: RawKey = "lakes/b3/raw/trade_date=2024-01-02/cotahist.parquet".parse()?;
    /// assert_eq!(key.source, Source::Cotahist);
    /// assert_eq!(key.to_string(), "raw/trade_date=2024-01-02/cotahist.parquet");
    /// # Ok::<(), b3_market::lake::InvalidKey>(())
    /// ```
    RawKey, "raw", trade_date, Source
}

object_key! {
    /// The key of the rows refused for one date and source:
    /// `raw_rejected/trade_date=2024-01-02/yahoo.parquet`.
    ///
    /// # Errors
    /// As for [`RawKey`].
    RejectedKey, "raw_rejected", trade_date, Source
}

object_key! {
    /// The key of the corporate actions of one ex-date and source:
    /// `actions/ex_date=2024-01-02/yahoo.parquet`.
    ///
    /// # Errors
    /// As for [`RawKey`].
    ActionsKey, "actions", ex_date, ActionSource
}

/// The date and source of `<prefix>/<folder>/<partition>YYYY-MM-DD/<source>.parquet`.
fn split<S: FromStr>(key: &str, folder: &str, partition: &str) -> Option<(NaiveDate, S)> {
    let mut parts = key.rsplitn(4, '/');
    let (file, date, found_folder) = (parts.next()?, parts.next()?, parts.next()?);
    if found_folder != folder {
        return None;
    }
    let source = file.strip_suffix(".parquet")?.parse().ok()?;
    Some((plain_date(date.strip_prefix(partition)?)?, source))
}

/// A date written exactly as `YYYY-MM-DD`; chrono also accepts `2024-1-2`, `+2024-01-02` and
/// spaces. `None` for any other text.
#[must_use]
pub fn plain_date(text: &str) -> Option<NaiveDate> {
    let is_plain = |(position, byte): (usize, u8)| match position {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    };
    let plain = text.len() == "YYYY-MM-DD".len() && text.bytes().enumerate().all(is_plain);
    if plain { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn whatever_is_no_raw_object_is_refused_and_named() {
        for key in [
            "",
            "raw",
            "raw/trade_date=2024-01-02",
            "raw/trade_date=2024-01-02/",
            "raw/trade_date=2024-01-02/cotahist.parquet/",
            "raw/trade_date=2024-01-02/cotahist.parquet.tmp",
            "raw/trade_date=2024-01-02/.cotahist.parquet",
            "raw/trade_date=2024-01-02/Cotahist.parquet",
            "raw/trade_date=2024-01-02/bloomberg.parquet",
            "raw/trade_date=2024-01-02/x/cotahist.parquet",
            "raw/trade_date=2024-02-30/cotahist.parquet",
            "raw/trade_date=2024-1-2/cotahist.parquet",
            "raw/trade_date=20240102/cotahist.parquet",
            "raw/trade_date=+2024-1-02/cotahist.parquet",
            "raw/trade_date= 2024-1-02/cotahist.parquet",
            "raw/trade_date%3D2024-01-02/cotahist.parquet",
            "raw/data_pregao=2024-01-02/cotahist.parquet",
            "draw/trade_date=2024-01-02/cotahist.parquet",
            "raw_rejected/trade_date=2024-01-02/cotahist.parquet",
            "trade_date=2024-01-02/cotahist.parquet",
        ] {
            let message =
                format!("'{key}' is not an object key of the form raw/trade_date=YYYY-MM-DD/<source>.parquet");
            assert_eq!(key.parse::<RawKey>().unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn each_kind_of_key_has_its_own_folder() {
        let rejected: RejectedKey = "raw_rejected/trade_date=2024-01-02/yahoo.parquet".parse().unwrap();
        assert_eq!(rejected.to_string(), "raw_rejected/trade_date=2024-01-02/yahoo.parquet");
        let actions: ActionsKey = "actions/ex_date=2024-01-02/yahoo.parquet".parse().unwrap();
        assert_eq!(actions.to_string(), "actions/ex_date=2024-01-02/yahoo.parquet");
        assert!("actions/trade_date=2024-01-02/yahoo.parquet".parse::<ActionsKey>().is_err());
        assert!("actions/ex_date=2024-01-02/cotahist.parquet".parse::<ActionsKey>().is_err());
    }

    proptest! {
        #[test]
        fn a_key_survives_any_prefix(
            day in 0..40_000, // to the year 2079
            source in prop::sample::select(Source::ALL.to_vec()),
            prefix in "([a-z =.]{1,9}/){0,3}/?",
        ) {
            let trade_date = NaiveDate::from_epoch_days(day).unwrap();
            let key = RawKey { trade_date, source };
            prop_assert_eq!(format!("{prefix}{key}").parse(), Ok(key));
        }
    }
}
