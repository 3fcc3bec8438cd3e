//! The whole of what the Glue job computes, on a table in any order.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::compute::{interleave, interleave_record_batch};

use crate::bars::Layout;
use crate::error::Result;
use crate::keys::Keys;
use crate::names::{TICKER, TRADE_DATE};
use crate::refiner::{RefineOptions, Refiner, RowNumbers};
use crate::series::SeriesIndex;
use crate::table::{Table, batch_of};

/// Rows refined at once where the input is out of order: whole tickers, at least this many.
const BLOCK: usize = 1 << 16;

/// Raw bars in any order to refined rows, as a [`Refiner`] makes them of the sorted bars.
///
/// The answer has the caller's order: refined rows stand as the first raw row of each stood. Nulls as in
/// [`Refiner`]. Costs one pass where each ticker's rows stand together in time order, else a sort by ticker and the
/// copying of rows besides; memory beyond the answer's is then 16 bytes a row and one column.
///
/// # Errors
/// As [`Refiner::push`], but for the order.
pub fn refine(bars: &Table, options: &RefineOptions) -> Result<Table> {
    options.lookback()?;
    let layout = Layout::of(bars.schema(), &Keys::default())?;
    let mut normal = Vec::with_capacity(bars.batches().len());
    let mut start = 0;
    for batch in bars.batches() {
        normal.push(layout.normal(batch, start)?);
        start += batch.num_rows();
    }
    let index = SeriesIndex::new(bars, TICKER, TRADE_DATE)?;
    let refiner = Refiner::of_layout(options.clone(), layout);
    match index.order() {
        None => in_order(refiner, &normal),
        Some(order) => out_of_order(refiner, &normal, &index, order),
    }
}

fn in_order(mut refiner: Refiner, batches: &[RecordBatch]) -> Result<Table> {
    let schema = Arc::clone(refiner.output_schema());
    if let [only] = batches {
        let answer = refiner.refine(only, RowNumbers::From(0))?;
        return Table::try_new(schema, vec![answer.rows]);
    }
    let mut answers = batches.iter().map(|batch| refiner.push_normal(batch)).collect::<Result<Vec<_>>>()?;
    answers.push(refiner.finish()?);
    Table::try_new(schema, answers)
}

fn out_of_order(mut refiner: Refiner, batches: &[RecordBatch], index: &SeriesIndex, order: &[u32]) -> Result<Table> {
    let schema = Arc::clone(refiner.output_schema());
    let places = Places::new(batches);
    let sources: Vec<&RecordBatch> = batches.iter().collect();
    let mut blocks = Vec::new();
    let mut answers: Vec<(u32, (usize, usize))> = Vec::with_capacity(order.len());
    for rows in index.blocks(BLOCK) {
        let numbers = &order[rows];
        let rows: Vec<(usize, usize)> = numbers.iter().map(|row| places.of(*row)).collect();
        let sorted = interleave_record_batch(&sources, &rows)?;
        let block = refiner.refine(&sorted, RowNumbers::Listed(numbers))?;
        let place = |row: usize| (blocks.len(), row);
        match &block.first_rows {
            None => answers.extend(numbers.iter().enumerate().map(|(row, number)| (*number, place(row)))),
            Some(first) => {
                answers.extend(first.iter().enumerate().map(|(row, first)| (numbers[*first as usize], place(row))));
            }
        }
        blocks.push(block.rows);
    }
    answers.sort_unstable_by_key(|(number, _)| *number);
    let answers: Vec<(usize, usize)> = answers.into_iter().map(|(_, place)| place).collect();
    let columns = (0..schema.fields().len()).map(|column| {
        let parts: Vec<_> = blocks.iter().map(|block| block.column(column).as_ref()).collect();
        Ok(interleave(&parts, &answers)?)
    });
    let columns = if blocks.is_empty() { Vec::new() } else { columns.collect::<Result<_>>()? };
    let batches = if blocks.is_empty() { Vec::new() } else { vec![batch_of(&schema, columns, answers.len())?] };
    Table::try_new(schema, batches)
}

/// Where the rows of a table stand in its batches.
struct Places {
    starts: Vec<usize>,
}

impl Places {
    fn new(batches: &[RecordBatch]) -> Self {
        let starts = batches.iter().scan(0, |next, batch| {
            let start = *next;
            *next += batch.num_rows();
            Some(start)
        });
        Self { starts: starts.collect() }
    }

    fn of(&self, row: u32) -> (usize, usize) {
        let row = row as usize;
        let batch = self.starts.partition_point(|start| *start <= row) - 1;
        (batch, row - self.starts[batch])
    }
}
