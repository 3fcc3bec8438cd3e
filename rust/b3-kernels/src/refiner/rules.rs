//! The rules that a raw bar must keep, and the reasons that say which one it breaks.

use std::borrow::Cow;

use arrow::array::{Array, Decimal128Array, Float64Array, Int64Array, RecordBatch, StringArray, cast::AsArray};
use arrow::datatypes::{DataType, Decimal128Type, Float64Type, Int64Type};
use b3_market::lake::Source;

use crate::bar_layout::{CLOSE, HIGH, LOW, OPEN, SOURCE, VOLUME};
use crate::column::run_bounds;

/// Why a raw row is in no refined bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    NullPrice,
    PriceNotPositive,
    HighBelowLow,
    OpenOutside,
    CloseOutside,
    NegativeVolume,
    UnknownSource,
    DuplicateKey,
    SupersededBy(Source),
}

impl Reason {
    /// The reason as text in the column `rejected`.
    pub(crate) fn text(self) -> Cow<'static, str> {
        let [found, _] = self.found_and_expected();
        match self {
            Self::SupersededBy(source) => format!("{found} by {}", source.as_str()).into(),
            _ => found.into(),
        }
    }

    /// The condition that the bar should meet.
    pub(crate) fn expected(self) -> &'static str {
        self.found_and_expected()[1]
    }

    fn found_and_expected(self) -> [&'static str; 2] {
        match self {
            Self::NullPrice => ["null price", "open, high, low and close"],
            Self::PriceNotPositive => ["price not positive", "prices above 0"],
            Self::HighBelowLow => ["high below low", "high at or above low"],
            Self::OpenOutside => ["open outside low to high", "open from low to high"],
            Self::CloseOutside => ["close outside low to high", "close from low to high"],
            Self::NegativeVolume => ["negative volume", "volume 0 or more, or null"],
            Self::UnknownSource => ["unknown source", "cotahist, yahoo, yahoo-1h, yahoo-5m, yahoo-1m or null"],
            Self::DuplicateKey => [
                "duplicate key",
                "one bar for each ticker, trade_date, source and bar_start, and no daily bar beside intraday ones",
            ],
            Self::SupersededBy(_) => ["superseded", "bars of one source"],
        }
    }
}

/// The rules that concern a single bar.
pub(crate) struct Rules<'a> {
    prices: Prices<'a>,
    volume: &'a Int64Array,
    source: &'a StringArray,
    /// Whether the rules for prices and volumes are checked too.
    strict: bool,
}

/// The columns of open, high, low and close, which have one type.
enum Prices<'a> {
    Decimal([&'a Decimal128Array; 4]),
    Float([&'a Float64Array; 4]),
}

impl<'a> Rules<'a> {
    /// The rules for a normal batch: all of them if `strict`, else only that its sources are known.
    pub(crate) fn new(bars: &'a RecordBatch, strict: bool) -> Self {
        let columns = [OPEN, HIGH, LOW, CLOSE].map(|place| bars.column(place));
        let prices = match columns[0].data_type() {
            DataType::Float64 => Prices::Float(columns.map(AsArray::as_primitive::<Float64Type>)),
            _ => Prices::Decimal(columns.map(AsArray::as_primitive::<Decimal128Type>)),
        };
        let volume = bars.column(VOLUME).as_primitive::<Int64Type>();
        Self { prices, volume, source: bars.column(SOURCE).as_string(), strict }
    }

    /// Whether loops over whole columns show that every bar keeps the rules. If not, each bar may
    /// still keep them, as one with a null volume does: [`Self::broken`] decides.
    pub(crate) fn all_kept(&self) -> bool {
        (!self.strict || self.all_amounts_kept()) && self.all_sources_known()
    }

    #[expect(clippy::needless_bitwise_bool, reason = "without early exit the loops vectorise")]
    fn all_amounts_kept(&self) -> bool {
        let prices = match &self.prices {
            Prices::Decimal(columns) => {
                columns.iter().all(|column| column.null_count() == 0)
                    && prices_in_order(columns.map(|column| column.values().as_ref()), 0)
            }
            Prices::Float(columns) => {
                let [_, high, ..] = columns;
                columns.iter().all(|column| column.null_count() == 0)
                    && prices_in_order(columns.map(|column| column.values().as_ref()), 0.0)
                    && high.values().iter().fold(true, |all, price| all & (*price < f64::INFINITY))
            }
        };
        prices
            && self.volume.null_count() == 0
            && self.volume.values().iter().fold(true, |all, volume| all & (*volume >= 0))
    }

    fn all_sources_known(&self) -> bool {
        // An input without sources has nulls throughout.
        self.source.null_count() == self.source.len()
            || run_bounds(self.source).array_windows().all(|[start, _]| self.source_is_known(*start))
    }

    /// Whether a row's source is a known one or null.
    fn source_is_known(&self, row: usize) -> bool {
        self.source.is_null(row) || self.source.value(row).parse::<Source>().is_ok()
    }

    /// The first rule that a row breaks.
    pub(crate) fn broken(&self, row: usize) -> Option<Reason> {
        let amount = if self.strict { self.broken_amount(row) } else { None };
        amount.or_else(|| (!self.source_is_known(row)).then_some(Reason::UnknownSource))
    }

    fn broken_amount(&self, row: usize) -> Option<Reason> {
        let broken = match &self.prices {
            Prices::Decimal(columns) => {
                let price = |column: &Decimal128Array| column.is_valid(row).then(|| column.value(row));
                broken_price_rule(columns.map(price), 0)
            }
            Prices::Float(columns) => {
                let price = |column: &Float64Array| column.is_valid(row).then(|| column.value(row));
                broken_price_rule(columns.map(|column| price(column).filter(|price| price.is_finite())), 0.0)
            }
        };
        broken.or_else(|| (self.volume.is_valid(row) && self.volume.value(row) < 0).then_some(Reason::NegativeVolume))
    }

    /// The source of a row that [`Self::broken`] has passed; `None` where it is null.
    pub(crate) fn source(&self, row: usize) -> Option<Source> {
        self.source.is_valid(row).then(|| self.source.value(row).parse().ok()).flatten()
    }
}

#[expect(clippy::needless_bitwise_bool, reason = "without early exit the loop vectorises")]
fn prices_in_order<T: PartialOrd + Copy>([open, high, low, close]: [&[T]; 4], zero: T) -> bool {
    let rows = open.iter().zip(high).zip(low.iter().zip(close));
    rows.fold(true, |all, ((open, high), (low, close))| {
        all & (*low > zero) & (low <= open) & (open <= high) & (low <= close) & (close <= high)
    })
}

fn broken_price_rule<T: PartialOrd + Copy>(prices: [Option<T>; 4], zero: T) -> Option<Reason> {
    let [Some(open), Some(high), Some(low), Some(close)] = prices else {
        return Some(Reason::NullPrice);
    };
    let outside = |price: T| price < low || price > high;
    if [open, high, low, close].iter().any(|price| *price <= zero) {
        Some(Reason::PriceNotPositive)
    } else if high < low {
        Some(Reason::HighBelowLow)
    } else if outside(open) {
        Some(Reason::OpenOutside)
    } else if outside(close) {
        Some(Reason::CloseOutside)
    } else {
        None
    }
}
