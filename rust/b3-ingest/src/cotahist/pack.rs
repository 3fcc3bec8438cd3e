//! A compact in-memory store for the quotes of a year, by session.
//!
//! A year's file is not sorted by date, so all of it is in memory before the first session can be
//! written. A [`Bar`] takes 144 bytes, packed about 25: values common to a paper's quotes are
//! stored once, and numbers take as many bytes as they need.

use std::collections::{BTreeMap, BTreeSet};

use b3_market::{Money, Price, Ticker};
use chrono::NaiveDate;
use rustc_hash::FxHashMap;

use crate::bar::{Bar, RejectedBar};

/// COTAHIST's bars by session, packed, and the rejected rows, not packed. Each bar has a turnover
/// and a number of trades.
#[derive(Debug, Default)]
pub(super) struct PackedSessions {
    /// Bars without prices and amounts: the values that a paper's quotes share until one of them
    /// changes.
    papers: Vec<Bar>,
    index_in_papers: FxHashMap<Bar, u64>,
    sessions: BTreeMap<NaiveDate, Blocks>,
}

/// The rows of one session.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Rows {
    pub(super) bars: Vec<Bar>,
    pub(super) rejected: Vec<RejectedBar>,
}

/// The packed form of [`Rows`]. The bars are in blocks of one size, because a growing buffer would
/// waste up to half of its memory.
#[derive(Debug, Default)]
struct Blocks {
    blocks: Vec<Vec<u8>>,
    rejected: Vec<RejectedBar>,
}

/// The size of a block in bytes; some 600 quotes fit.
const BLOCK: usize = 16 * 1024;

/// The largest packed bar: eight numbers of at most ten bytes.
const LARGEST_BAR: usize = 8 * 10;

impl Blocks {
    /// A block with space for one more bar.
    fn with_space(&mut self) -> &mut Vec<u8> {
        if self.blocks.last().is_none_or(|block| block.len() + LARGEST_BAR > BLOCK) {
            self.blocks.push(Vec::with_capacity(BLOCK));
        }
        let last = self.blocks.len() - 1;
        &mut self.blocks[last]
    }
}

impl PackedSessions {
    pub(super) fn push(&mut self, trade_date: NaiveDate, bar: &Bar) {
        let [open, high, low, close] = [Price::default(); 4];
        let paper = Bar { open, high, low, close, volume: 0, turnover: None, trades: None, ..*bar };
        let index = *self.index_in_papers.entry(paper).or_insert_with(|| {
            self.papers.push(paper);
            self.papers.len() as u64 - 1
        });
        let packed = self.sessions.entry(trade_date).or_default().with_space();
        put(packed, index);
        let open = bar.open.unscaled();
        put_signed(packed, open);
        for price in [bar.high, bar.low, bar.close] {
            put_signed(packed, price.unscaled().wrapping_sub(open));
        }
        put_signed(packed, bar.volume);
        put_signed(packed, bar.turnover.map_or(0, Money::cents));
        put_signed(packed, bar.trades.unwrap_or(0));
    }

    pub(super) fn reject(&mut self, trade_date: NaiveDate, row: RejectedBar) {
        self.sessions.entry(trade_date).or_default().rejected.push(row);
    }

    pub(super) fn len(&self) -> usize {
        self.sessions.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.sessions.is_empty()
    }

    pub(super) fn contains(&self, trade_date: NaiveDate) -> bool {
        self.sessions.contains_key(&trade_date)
    }

    /// The tickers of all rows, rejected ones included.
    pub(super) fn tickers(&self) -> BTreeSet<Ticker> {
        let rejected = self.sessions.values().flat_map(|session| &session.rejected);
        self.papers.iter().map(|paper| paper.ticker).chain(rejected.map(|row| row.ticker)).collect()
    }

    /// The sessions by date; the packed form of each is freed as it is unpacked.
    pub(super) fn unpacked(self) -> impl Iterator<Item = (NaiveDate, Rows)> {
        let papers = self.papers;
        self.sessions.into_iter().map(move |(date, packed)| {
            let mut bars = Vec::new();
            for block in packed.blocks {
                let mut rest = block.as_slice();
                while !rest.is_empty() {
                    bars.push(take_bar(&mut rest, &papers));
                }
            }
            (date, Rows { bars, rejected: packed.rejected })
        })
    }
}

fn take_bar(rest: &mut &[u8], papers: &[Bar]) -> Bar {
    let index = usize::try_from(take(rest)).expect("it was written as an index in `papers`");
    let open = take_signed(rest);
    let mut price = || Price::from_unscaled(take_signed(rest).wrapping_add(open));
    let (high, low, close) = (price(), price(), price());
    Bar {
        open: Price::from_unscaled(open),
        high,
        low,
        close,
        volume: take_signed(rest),
        turnover: Some(Money::from_cents(take_signed(rest))),
        trades: Some(take_signed(rest)),
        ..papers[index]
    }
}

/// Appends a number as a varint (LEB128): seven bits a byte, the lowest first; the highest bit is
/// set if more bytes follow.
fn put(packed: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        packed.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    packed.push(number.to_le_bytes()[0]);
}

fn take(rest: &mut &[u8]) -> u64 {
    let (mut number, mut shift) = (0, 0);
    while let Some((byte, after)) = rest.split_first() {
        *rest = after;
        number |= u64::from(byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            break;
        }
    }
    number
}

/// Appends a signed number in zigzag encoding: 0, -1, 1, -2 are stored as 0, 1, 2, 3, so that small
/// ones of either sign take few bytes.
fn put_signed(packed: &mut Vec<u8>, number: i64) {
    put(packed, ((number << 1) ^ (number >> 63)).cast_unsigned());
}

fn take_signed(rest: &mut &[u8]) -> i64 {
    let number = take(rest);
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_bar() -> impl Strategy<Value = Bar> {
        let paper =
            ("[A-Z]{4}[0-9]{1,2}", any::<i16>(), any::<Option<u16>>(), "BRL|CR\\$|NCZ\\$", "ON|PN  EJ", 0..1000_i16);
        (paper, any::<[i64; 4]>(), any::<[i64; 3]>()).prop_map(|(paper, prices, [volume, turnover, trades])| {
            let (ticker, market, forward_term, currency, specification, distribution) = paper;
            Bar {
                turnover: Some(Money::from_cents(turnover)),
                trades: Some(trades),
                isin: Some("BRPETRACNPR6".parse().unwrap()),
                market: Some(market),
                currency: currency.parse().unwrap(),
                distribution: Some(distribution),
                specification: Some(specification.parse().unwrap()),
                forward_term,
                ..Bar::of_prices(ticker.parse().unwrap(), prices.map(Price::from_unscaled), volume)
            }
        })
    }

    proptest! {
        #[test]
        fn packed_quotes_are_read_by_session_in_their_order(
            quotes in prop::collection::vec((0..5_i32, any_bar(), prop::bool::weighted(0.9)), 0..100),
        ) {
            let mut packed = PackedSessions::default();
            let mut expected: BTreeMap<NaiveDate, Rows> = BTreeMap::new();
            for (day, bar, is_good) in quotes {
                let date = NaiveDate::from_epoch_days(day).unwrap();
                let rows = expected.entry(date).or_default();
                if is_good {
                    packed.push(date, &bar);
                    rows.bars.push(bar);
                } else {
                    let rejected = RejectedBar::new(&bar, "a reason");
                    packed.reject(date, rejected.clone());
                    rows.rejected.push(rejected);
                }
            }
            prop_assert_eq!(packed.unpacked().collect::<BTreeMap<_, _>>(), expected);
        }
    }
}
