//! Columns of dates and timestamps, read as days since 1970-01-01.

use arrow::array::timezone::Tz;
use arrow::array::{Array, ArrayRef, Date32Array, Int64Array, cast::AsArray};
use arrow::buffer::ScalarBuffer;
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type, TimeUnit};
use b3_market::calendar::{self, FIRST_DATE, LAST_DATE, day_text};

use super::{first_null, joined};
use crate::error::{Error, Result};
use crate::simd::{Isa, Vectorised};
use crate::table::Table;

const EXPECTED: &str = "a date or a timestamp";

/// A column of dates or times without nulls. After [`Times::require_calendar`] all days are inside
/// the trading calendar.
pub(crate) struct Times {
    days: ScalarBuffer<i32>,
    /// Times in the column's own unit, where it is finer than days.
    instants: Option<ScalarBuffer<i64>>,
}

impl Times {
    /// Reads a column of Date32, Date64 or timestamps; with a time zone, the days are those of the
    /// zone.
    pub(crate) fn read(table: &Table, name: &str) -> Result<Self> {
        let chunks = table.column(name)?;
        if let Some(row) = first_null(&chunks) {
            return Err(Error::value(name, row, "null", EXPECTED));
        }
        let days = chunks.iter().map(|chunk| days(name, chunk)).collect::<Result<Vec<_>>>()?;
        let instants = chunks.iter().map(instants).collect::<Result<Option<Vec<_>>>>()?;
        let instants = instants.map(|chunks| joined(&chunks)).transpose()?;
        Ok(Self { days: joined(&days)?.values().clone(), instants: instants.map(|all| all.values().clone()) })
    }

    /// Refuses days outside the trading calendar. `sorted` are the bounds of runs of rows whose
    /// times ascend, if such are known: of a run of dates only the first and last are checked.
    pub(crate) fn require_calendar(&self, name: &str, sorted: Option<&[usize]>) -> Result<()> {
        // Where the clocks of a time zone go back over midnight, days can go back although instants
        // do not.
        if let Some(runs) = sorted.filter(|_| self.instants.is_none()) {
            let ends = runs.windows(2).flat_map(|run| [run[0], run[1] - 1]);
            if ends.map(|row| self.days[row]).all(inside_calendar) {
                return Ok(());
            }
        }
        require_calendar(name, &self.days, 0)
    }

    /// For each row its day since 1970-01-01.
    pub(crate) fn days(&self) -> &[i32] {
        &self.days
    }

    /// Whether the times in `rows` never go back, and never repeat if `strictly`.
    pub(crate) fn is_sorted(&self, rows: std::ops::Range<usize>, strictly: bool) -> bool {
        match &self.instants {
            Some(instants) => is_sorted(&instants[rows], strictly),
            None => is_sorted(&self.days[rows], strictly),
        }
    }

    /// The value that rows are sorted by.
    pub(crate) fn key(&self, row: usize) -> i64 {
        self.instants.as_ref().map_or_else(|| i64::from(self.days[row]), |instants| instants[row])
    }
}

/// A chunk as days since 1970-01-01; nulls stay null.
pub(crate) fn days(name: &str, chunk: &ArrayRef) -> Result<Date32Array> {
    match chunk.data_type() {
        DataType::Date32 => Ok(chunk.as_primitive::<Date32Type>().clone()),
        DataType::Date64 => in_days(chunk, TimeUnit::Millisecond),
        DataType::Timestamp(unit, Some(zone)) => {
            zone.parse::<Tz>().map_err(|_| Error::time_zone(name, zone))?;
            match cast(chunk, &DataType::Date32) {
                Ok(days) => Ok(days.as_primitive::<Date32Type>().clone()),
                // A time that Arrow cannot convert is far outside the calendar in UTC too.
                Err(_) => in_days(chunk, *unit),
            }
        }
        DataType::Timestamp(unit, None) => in_days(chunk, *unit),
        found => Err(Error::column_type(name, found, EXPECTED)),
    }
}

fn in_days(chunk: &ArrayRef, unit: TimeUnit) -> Result<Date32Array> {
    let second = match unit {
        TimeUnit::Second => 1,
        TimeUnit::Millisecond => 1_000,
        TimeUnit::Microsecond => 1_000_000,
        TimeUnit::Nanosecond => 1_000_000_000,
    };
    let instants = cast(chunk, &DataType::Int64)?;
    let instants: &Int64Array = instants.as_primitive();
    // A day that does not fit 32 bits becomes one that is also outside the calendar, and is refused
    // with its row; Arrow's cast makes a null of it, or an error without a row.
    Ok(instants.unary(|instant| i32::try_from(instant.div_euclid(86_400 * second)).unwrap_or(i32::MAX)))
}

/// A chunk's times in its own unit; `None` for days.
fn instants(chunk: &ArrayRef) -> Result<Option<Int64Array>> {
    match chunk.data_type() {
        DataType::Date32 => Ok(None),
        _ => Ok(Some(cast(chunk, &DataType::Int64)?.as_primitive().clone())),
    }
}

/// As `slice::is_sorted`, but without early exit, so that the loop vectorises.
fn is_sorted<T: PartialOrd>(times: &[T], strictly: bool) -> bool {
    if strictly { Isa::best().run(Ascending::<_, true>(times)) } else { Isa::best().run(Ascending::<_, false>(times)) }
}

struct Ascending<'a, T, const STRICTLY: bool>(&'a [T]);

impl<T: PartialOrd, const STRICTLY: bool> Vectorised for Ascending<'_, T, STRICTLY> {
    type Answer = bool;

    #[inline(always)]
    fn run<const _FUSED: bool>(self) -> bool {
        let next = self.0.get(1..).unwrap_or_default();
        self.0
            .iter()
            .zip(next)
            .fold(true, |all, (before, now)| all & if STRICTLY { before < now } else { before <= now })
    }
}

fn inside_calendar(day: i32) -> bool {
    const FIRST: i32 = FIRST_DATE.to_epoch_days();
    const LAST: i32 = LAST_DATE.to_epoch_days();
    (FIRST..=LAST).contains(&day)
}

/// Refuses days outside the trading calendar; `start` is the number of the first row.
pub(crate) fn require_calendar(name: &str, days: &[i32], start: usize) -> Result<()> {
    if days.iter().fold(true, |all, day| all & inside_calendar(*day)) {
        return Ok(());
    }
    let row = days.iter().position(|day| !inside_calendar(*day)).unwrap_or_default();
    Err(outside_calendar(name, start + row, days[row]))
}

/// The error for a row whose day is outside the trading calendar.
pub(crate) fn outside_calendar(name: &str, row: usize, day: i32) -> Error {
    Error::value(name, row, day_text(day), calendar::EXPECTED)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::TimestampSecondArray;

    use super::*;

    #[test]
    fn a_time_has_the_day_of_its_time_zone_which_must_be_known() {
        // 2024-11-09 01:00 in UTC.
        let times = TimestampSecondArray::from(vec![1_731_114_000]);
        let text = |zone: &str| {
            let chunk: ArrayRef = Arc::new(times.clone().with_timezone(zone));
            days("at", &chunk).map_or_else(|refused| refused.to_string(), |days| day_text(days.value(0)))
        };
        assert_eq!(["UTC", "+00:00"].map(text), ["2024-11-09"; 2]);
        assert_eq!(["America/Sao_Paulo", "Etc/GMT+3", "-03:00", "-03"].map(text), ["2024-11-08"; 4]);
        for zone in ["BET", "BRT", "UTC-3", ""] {
            let expected = "expected one such as America/Sao_Paulo, UTC or -03:00";
            assert_eq!(text(zone), format!("column at: found the time zone {zone:?}, {expected}"));
        }
    }
}
