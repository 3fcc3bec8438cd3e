//! The emulated market: invented shares and their trades.

use std::collections::BTreeMap;

use b3_market::{Price, calendar};
use chrono::NaiveDate;
use fastrand::Rng;

use crate::date;

/// A daily bar as traded; prices in cents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Traded {
    pub(crate) date: NaiveDate,
    pub(crate) open: i64,
    pub(crate) high: i64,
    pub(crate) low: i64,
    pub(crate) close: i64,
    pub(crate) volume: i64,
}

pub(crate) fn price_of(cents: i64) -> Price {
    Price::from_unscaled(cents * 10_000)
}

/// A split with its ex-date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Split {
    pub(crate) date: NaiveDate,
    pub(crate) numerator: i64,
    pub(crate) denominator: i64,
}

/// A share with its history and Yahoo's faults.
#[derive(Debug, Clone)]
pub(crate) struct Share {
    pub(crate) ticker: String,
    pub(crate) bars: Vec<Traded>,
    pub(crate) splits: Vec<Split>,
    /// Millionths of BRL per share.
    pub(crate) dividends: Vec<(NaiveDate, i64)>,
    pub(crate) stamps: Stamps,
    pub(crate) fault: Option<ShareFault>,
    pub(crate) row_faults: BTreeMap<NaiveDate, RowFault>,
    /// Days without a session on which Yahoo has a bar.
    pub(crate) holidays_with_bar: Vec<NaiveDate>,
}

/// The time of Yahoo's timestamp of a daily bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stamps {
    /// 10:00 in Sao Paulo.
    Opening,
    MidnightUtcMinus3,
    /// 23:00 of the day before where there is no summer time.
    MidnightUtcMinus2,
    /// 18:05.
    LastTrade,
}

/// A fault of all responses about a share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ShareFault {
    /// Status 404 with Yahoo's JSON.
    Unknown,
    /// Status 500 for every request.
    Dead,
    /// Every body is truncated.
    AlwaysCut,
    Dollars,
    /// Arrays of length 0.
    NoRows,
    NoCurrency,
    /// The split at this index of `splits` is not applied to the prices before it.
    SplitNotApplied(usize),
    /// Every price is in cents.
    AllInCents,
}

/// A fault of one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum RowFault {
    Missing,
    NullOpen,
    NullPrices,
    NullAll,
    TextClose,
    ZeroLow,
    NegativeClose,
    HighBelowLow,
    InCents,
    InHundreds, // of BRL
    HighInCents,
    NullVolume,
    NegativeVolume,
    HalfVolume,  // half a share more
    FloatVolume, // a whole number as a float, such as 1200.0
    TwiceTheSame,
    TwiceDifferent,
}

impl RowFault {
    /// Whether the true values can still be read.
    pub(crate) fn is_harmless(self) -> bool {
        matches!(self, Self::FloatVolume | Self::TwiceTheSame)
    }
}

impl Share {
    /// A share with a bar on each session from `first` to `last`, without events and faults.
    pub(crate) fn steady(ticker: &str, first: &str, last: &str) -> Self {
        let sessions = calendar::sessions(date(first), date(last)).unwrap();
        Self::traded_on(ticker, sessions, Vec::new(), &mut Rng::with_seed(1))
    }

    /// A share with a random history in the sessions from `first` to `last`, without faults.
    pub(crate) fn random(ticker: &str, first: NaiveDate, last: NaiveDate, random: &mut Rng) -> Self {
        let sessions: Vec<NaiveDate> = calendar::sessions(first, last).unwrap().collect();
        let unlisted = if random.u8(..4) == 0 { random.usize(..sessions.len() / 2) } else { 0 };
        let traded: Vec<NaiveDate> = sessions[unlisted..].iter().copied().filter(|_| random.u8(..20) > 0).collect();
        let splits = random_splits(&traded, random);
        let paying: Vec<NaiveDate> = traded.iter().copied().filter(|_| random.u8(..25) == 0).collect();
        let dividends = paying.into_iter().map(|date| (date, random.i64(1..5_000_000))).collect();
        let stamps = [Stamps::Opening, Stamps::MidnightUtcMinus3, Stamps::MidnightUtcMinus2, Stamps::LastTrade];
        let stamps = stamps[random.usize(..stamps.len())];
        Self { dividends, stamps, ..Self::traded_on(ticker, traded.into_iter(), splits, random) }
    }

    fn traded_on(ticker: &str, dates: impl Iterator<Item = NaiveDate>, splits: Vec<Split>, random: &mut Rng) -> Self {
        let mut close = random.i64(8_000..40_000);
        let bar = |date| {
            if let Some(split) = splits.iter().find(|split| split.date == date) {
                close = close * split.denominator / split.numerator;
            }
            let bar = next_bar(date, close, random);
            close = bar.close;
            bar
        };
        Self {
            ticker: ticker.to_owned(),
            bars: dates.map(bar).collect(),
            splits,
            dividends: Vec::new(),
            stamps: Stamps::Opening,
            fault: None,
            row_faults: BTreeMap::new(),
            holidays_with_bar: Vec::new(),
        }
    }

    /// The product of all splits after `date`.
    pub(crate) fn later_splits(&self, date: NaiveDate) -> (i64, i64) {
        let later = self.splits.iter().filter(|split| split.date > date);
        later.fold((1, 1), |(n, d), split| (n * split.numerator, d * split.denominator))
    }
}

/// No split, or one after at least six bars, in which the program looks for the jump of a split.
fn random_splits(traded: &[NaiveDate], random: &mut Rng) -> Vec<Split> {
    const TERMS: [(i64, i64); 6] = [(2, 1), (3, 1), (10, 1), (11, 10), (1, 10), (1, 4)];
    if traded.len() < 12 || random.bool() {
        return Vec::new();
    }
    let place = random.usize(6..traded.len());
    let (numerator, denominator) = TERMS[random.usize(..TERMS.len())];
    vec![Split { date: traded[place], numerator, denominator }]
}

/// A bar within five percent of `previous`.
fn next_bar(date: NaiveDate, previous: i64, random: &mut Rng) -> Traded {
    let mut near = |price: i64, thousandths: i64| price + price * random.i64(-thousandths..=thousandths) / 1000;
    let open = near(previous, 15);
    let close = near(open, 25);
    let (higher, lower) = (open.max(close), open.min(close));
    let (high, low) = (near(higher, 5).max(higher), near(lower, 5).min(lower));
    // A multiple of each denominator in `TERMS`, so that Yahoo's volume is a whole number too.
    let volume = random.i64(1..5_000) * 1_200;
    Traded { date, open, high, low, close, volume }
}
