//! The sources of bars and of corporate actions, each in order of precedence.

use super::named_enum::named_enum;

named_enum! {
    /// The source of bars; the smallest one counts where several have bars of one ticker and date.
    ///
    /// `cotahist` counts before `yahoo`, `yahoo` before intraday bars, and long intraday bars
    /// before short ones.
    ///
    /// ```
    /// use b3_market::lake::Source;
    ///
    /// assert_eq!("yahoo-5m".parse(), Ok(Source::Yahoo5m));
    /// assert!(Source::Cotahist < Source::Yahoo && Source::Yahoo < Source::Yahoo1h);
    /// ```
    enum Source("source", expected "cotahist, yahoo, yahoo-1h, yahoo-5m or yahoo-1m") {
        /// B3's own file of daily quotes.
        Cotahist = "cotahist",
        /// Yahoo Finance, daily bars.
        Yahoo = "yahoo",
        /// Yahoo Finance, bars of an hour.
        Yahoo1h = "yahoo-1h",
        /// Yahoo Finance, bars of five minutes.
        Yahoo5m = "yahoo-5m",
        /// Yahoo Finance, bars of a minute.
        Yahoo1m = "yahoo-1m",
    }
}

named_enum! {
    /// The source of corporate actions. Where several sources know the size of an event (one
    /// ticker, ex-date and [class](super::ActionClass)), manual entries count before B3's own list,
    /// and that before Yahoo's.
    ///
    /// ```
    /// use b3_market::lake::ActionSource;
    ///
    /// assert_eq!("b3".parse(), Ok(ActionSource::B3));
    /// assert!(ActionSource::Manual < ActionSource::B3 && ActionSource::B3 < ActionSource::Yahoo);
    /// ```
    enum ActionSource("source of actions", expected "manual, b3 or yahoo") {
        /// A file written by hand.
        Manual = "manual",
        /// B3's listed-company service.
        B3 = "b3",
        /// Yahoo Finance.
        Yahoo = "yahoo",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_source_parses_from_its_name_and_any_other_text_is_named() {
        for source in Source::ALL {
            assert_eq!(source.to_string().parse(), Ok(*source));
        }
        for (error, expected) in [
            (
                "Yahoo".parse::<Source>().map(drop),
                "unknown source 'Yahoo': expected cotahist, yahoo, yahoo-1h, yahoo-5m or yahoo-1m",
            ),
            (
                "cotahist".parse::<ActionSource>().map(drop),
                "unknown source of actions 'cotahist': expected manual, b3 or yahoo",
            ),
        ] {
            assert_eq!(error.unwrap_err().to_string(), expected);
        }
    }
}
