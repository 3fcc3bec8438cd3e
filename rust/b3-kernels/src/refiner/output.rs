//! The refined rows: their columns in order and under their names, and the rejected rows between
//! them.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, ArrowPrimitiveType, Int64Array, PrimitiveArray, RecordBatch, StringArray, UInt32Array,
    cast::AsArray, new_null_array,
};
use arrow::buffer::NullBuffer;
use arrow::compute::{concat_batches, take_record_batch};
use arrow::datatypes::{DataType, Decimal128Type, Field, Float64Type, Int64Type, Schema, SchemaRef};

use super::constants::{Constant, Constants, ResultColumn};
use super::daily_bars::{FormedBars, RawRows};
use super::options::{OnInvalid, RefineOptions};
use crate::bar_groups::row_number;
use crate::bar_layout::{CLOSE, CURRENCY, DATE, HIGH, LOW, OPEN, SOURCE, TICKER, TRADES, TURNOVER, VOLUME};
use crate::column::Doubles;
use crate::column_names;
use crate::error::Result;
use crate::exact::quotient::{Quotients, signed_quotient};
use crate::rolling::Output;
use crate::simd::Isa;
use crate::table::batch_of;

/// Columns of a normal batch that come first in the refined rows, in this order.
const LEADING: [usize; 9] = [DATE, TICKER, OPEN, HIGH, LOW, CLOSE, VOLUME, TURNOVER, TRADES];

/// The refined columns for normal batches of a schema.
pub(crate) fn schema(normal: &Schema, options: &RefineOptions) -> SchemaRef {
    let mut fields: Vec<Field> = LEADING.iter().map(|place| normal.field(*place).clone()).collect();
    let mut push = |name: String, data_type| fields.push(Field::new(name, data_type, true));
    push(column_names::VWAP.to_owned(), DataType::Float64);
    for (name, data_type) in super::derive::columns(options) {
        push(name, data_type);
    }
    push(column_names::SOURCE.to_owned(), DataType::Utf8);
    if options.on_invalid == OnInvalid::Keep {
        push(column_names::BARS.to_owned(), DataType::Int64);
        push(column_names::REJECTED.to_owned(), DataType::Utf8);
    }
    if options.rename {
        for field in &mut fields {
            field.set_name(column_names::published(field.name()));
        }
    }
    Arc::new(Schema::new(fields))
}

/// Refined rows: bars and, if kept, rejected rows, in the order of the first raw row of each, by
/// time.
pub(crate) struct Refined {
    schema: SchemaRef,
    columns: Vec<ResultColumn>,
    /// The number of rows.
    pub(crate) rows: usize,
    /// The first raw row of each; `None` if each comes from the raw row of the same number.
    pub(crate) first_rows: Option<Vec<u32>>,
}

impl Refined {
    /// A range of the rows.
    pub(crate) fn part(&self, rows: Range<usize>, constants: &mut Constants) -> RecordBatch {
        let columns = self.columns.iter().map(|column| match column {
            ResultColumn::Rows(all) => all.slice(rows.start, rows.len()),
            ResultColumn::Constant(constant) => constants.column(*constant, rows.len()),
        });
        batch_of(&self.schema, columns.collect(), rows.len()).expect("columns of the schema's types, of one length")
    }
}

/// Joins the columns of the bars and, if `keep`, adds the rejected rows of `raw`.
pub(crate) fn assemble(
    raw: &RecordBatch,
    formed: &FormedBars,
    derived: Vec<ResultColumn>,
    schema: &SchemaRef,
    keep: bool,
    constants: &mut Constants,
) -> Result<Refined> {
    let bars = &formed.bars;
    let mut columns: Vec<ResultColumn> =
        LEADING.iter().map(|place| ResultColumn::Rows(Arc::clone(bars.column(*place)))).collect();
    columns.push(ResultColumn::Rows(vwap(bars)));
    columns.extend(derived);
    columns.push(ResultColumn::Rows(Arc::clone(bars.column(SOURCE))));
    if keep {
        columns.push(match &formed.raw_rows {
            Some(raw_rows) => ResultColumn::Rows(Arc::new(Int64Array::from(raw_rows.counts.clone()))),
            None => ResultColumn::Constant(Constant::One),
        });
        columns.push(ResultColumn::Rows(new_null_array(&DataType::Utf8, bars.num_rows())));
    }
    let first_rows = formed.raw_rows.as_ref().map(|raw_rows| raw_rows.first_rows.clone());
    let kept = Refined { schema: Arc::clone(schema), columns, rows: bars.num_rows(), first_rows };
    if !keep || formed.rejected.is_empty() {
        return Ok(kept);
    }
    let rejected = rejected_rows(raw, formed, schema, constants)?;
    interleave(kept, &rejected, formed, constants)
}

fn rejected_rows(
    raw: &RecordBatch,
    formed: &FormedBars,
    schema: &SchemaRef,
    constants: &mut Constants,
) -> Result<RecordBatch> {
    let rows: UInt32Array = formed.rejected.iter().map(|(row, _)| *row).collect();
    let raw = take_record_batch(raw, &rows)?;
    let reasons: StringArray = formed.rejected.iter().map(|(_, reason)| Some(reason.text())).collect();
    let nulls = schema.fields().iter().map(|field| new_null_array(field.data_type(), raw.num_rows()));
    let mut columns: Vec<ArrayRef> = nulls.collect();
    columns.iter_mut().zip(LEADING).for_each(|(column, place)| *column = Arc::clone(raw.column(place)));
    let [.., currency, _days_since_previous, _sessions_since_previous, source, bars, rejected] = &mut columns[..]
    else {
        unreachable!("a schema with rejected rows ends with these columns");
    };
    *currency = match raw.column(CURRENCY).data_type() {
        DataType::Null => constants.column(Constant::Real, raw.num_rows()),
        _ => Arc::clone(raw.column(CURRENCY)),
    };
    *source = Arc::clone(raw.column(SOURCE));
    *bars = Arc::new(Int64Array::from(vec![0; raw.num_rows()]));
    *rejected = Arc::new(reasons);
    batch_of(schema, columns, raw.num_rows())
}

/// Sorts bars and rejected rows by the first raw row of each, so that cuts into batches do not
/// change the order.
fn interleave(
    kept: Refined,
    rejected: &RecordBatch,
    formed: &FormedBars,
    constants: &mut Constants,
) -> Result<Refined> {
    let all = concat_batches(&kept.schema, [&kept.part(0..kept.rows, constants), rejected])?;
    let mut first_rows = kept.first_rows.unwrap_or_else(|| RawRows::identity(kept.rows).first_rows);
    first_rows.extend(formed.rejected.iter().map(|(row, _)| *row));
    let mut order: Vec<u32> = (0..row_number(first_rows.len())).collect();
    order.sort_unstable_by_key(|row| first_rows[*row as usize]);
    let first_rows = order.iter().map(|row| first_rows[*row as usize]).collect();
    let all = take_record_batch(&all, &UInt32Array::from(order))?;
    let columns = all.columns().iter().cloned().map(ResultColumn::Rows).collect();
    Ok(Refined { columns, rows: all.num_rows(), first_rows: Some(first_rows), ..kept })
}

/// Turnover over volume, correctly rounded (from doubles only up to 2^53 shares); null where one is
/// missing or the volume is 0.
fn vwap(bars: &RecordBatch) -> ArrayRef {
    let volume = bars.column(VOLUME).as_primitive::<Int64Type>();
    match bars.column(TURNOVER).as_primitive_opt::<Float64Type>() {
        Some(turnover) => in_blocks(turnover, volume, doubles_over_shares),
        None => in_blocks(bars.column(TURNOVER).as_primitive::<Decimal128Type>(), volume, cents_over_shares),
    }
}

/// Applies `divide` to the rows that have both numbers, in blocks that stay in the cache.
fn in_blocks<T: ArrowPrimitiveType>(
    turnover: &PrimitiveArray<T>,
    volume: &Int64Array,
    divide: impl Fn(&[T::Native], &[i64], &mut Output<'_>),
) -> ArrayRef {
    const BLOCK: usize = 1024;
    let nulls = NullBuffer::union(turnover.nulls(), volume.nulls()).filter(|nulls| nulls.null_count() > 0);
    let (mut values, mut valid) = ([0.0; BLOCK], [false; BLOCK]);
    let mut answer = Doubles::with_capacity(volume.len());
    let blocks = turnover.values().chunks(BLOCK).zip(volume.values().chunks(BLOCK));
    for (block, (turnover, volume)) in blocks.enumerate() {
        let out = &mut Output { values: &mut values[..volume.len()], valid: &mut valid[..volume.len()] };
        match &nulls {
            None => out.valid.fill(true),
            Some(nulls) => {
                let non_null = nulls.slice(block * BLOCK, volume.len());
                out.valid.iter_mut().zip(&non_null).for_each(|(valid, non_null)| *valid = non_null);
            }
        }
        divide(turnover, volume, out);
        answer.append(out.values, out.valid);
    }
    answer.finish()
}

fn cents_over_shares(turnover: &[i128], volume: &[i64], out: &mut Output<'_>) {
    /// Stands for any larger number: [`Quotients`] refuses it, as it has more than 51 bits. 100
    /// times it fits 64 bits, so nothing wraps below; a checked product would be slower.
    const TOO_LARGE: i64 = 1 << 52;
    let small = turnover.iter().zip(volume).map(|(cents, shares)| {
        let cents = i64::try_from(*cents).unwrap_or(TOO_LARGE);
        (cents, (*shares).clamp(-TOO_LARGE, TOO_LARGE).wrapping_mul(100))
    });
    let all_were_small = Isa::best().run(Quotients { pairs: small, answers: out.values, valid: out.valid });
    if all_were_small {
        return;
    }
    // `Quotients` has made a row invalid only where the volume is 0.
    for (row, (cents, shares)) in turnover.iter().zip(volume).enumerate() {
        let vwap = out.valid[row].then(|| signed_quotient(*cents, 100 * i128::from(*shares))).flatten();
        out.set(row, vwap);
    }
}

#[expect(clippy::cast_precision_loss, reason = "volumes above 2^53 shares round once more")]
fn doubles_over_shares(turnover: &[f64], volume: &[i64], out: &mut Output<'_>) {
    for (row, (money, shares)) in turnover.iter().zip(volume).enumerate() {
        let vwap = (out.valid[row] && *shares != 0).then(|| money / *shares as f64);
        out.set(row, vwap);
    }
}
