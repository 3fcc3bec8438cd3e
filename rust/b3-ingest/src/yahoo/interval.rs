//! The lengths of bars that Yahoo offers.

use b3_market::lake::Source;

/// The length of a bar; `--interval`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Interval {
    /// One bar a session; source `yahoo`.
    #[value(name = "1d")]
    Day,
    /// Source `yahoo-1h`; Yahoo has about two years.
    #[value(name = "1h")]
    Hour,
    /// Source `yahoo-5m`; Yahoo has about 60 days.
    #[value(name = "5m")]
    FiveMinutes,
    /// Source `yahoo-1m`; Yahoo has about 30 days and returns at most 7 in one response.
    #[value(name = "1m")]
    Minute,
}

impl Interval {
    /// The source of these bars, which names their objects.
    pub(super) fn source(self) -> Source {
        match self {
            Self::Day => Source::Yahoo,
            Self::Hour => Source::Yahoo1h,
            Self::FiveMinutes => Source::Yahoo5m,
            Self::Minute => Source::Yahoo1m,
        }
    }

    /// The length of an intraday bar in seconds; `None` for a daily bar.
    pub(super) fn intraday_seconds(self) -> Option<i64> {
        match self {
            Self::Day => None,
            Self::Hour => Some(3600),
            Self::FiveMinutes => Some(300),
            Self::Minute => Some(60),
        }
    }

    /// The largest number of days that one request asks for, within what Yahoo returns.
    pub(super) fn days_a_request(self) -> u64 {
        match self {
            Self::Day => 36_525,
            Self::Hour => 700,
            Self::FiveMinutes => 58,
            Self::Minute => 7,
        }
    }
}

impl From<Interval> for yfinance_rs::Interval {
    fn from(interval: Interval) -> Self {
        match interval {
            Interval::Day => Self::D1,
            Interval::Hour => Self::I1h,
            Interval::FiveMinutes => Self::I5m,
            Interval::Minute => Self::I1m,
        }
    }
}
