//! Columns of text, such as tickers.

use std::ops::Range;

use arrow::array::{Array, ArrayRef, StringArray, cast::AsArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;

use super::first_null;
use crate::error::{Error, Result};
use crate::simd::{Isa, Vectorised};
use crate::table::Table;

/// A column of text without nulls.
pub(crate) struct Texts {
    chunks: Vec<StringArray>,
}

impl Texts {
    /// Reads a column of `Utf8`, `LargeUtf8`, `Utf8View` or a dictionary of them.
    pub(crate) fn read(table: &Table, name: &str) -> Result<Self> {
        // A dictionary's key may lead to a null, which only the conversion shows.
        let chunks = table.column(name)?.iter().map(|chunk| as_utf8(name, chunk)).collect::<Result<Vec<_>>>()?;
        match first_null(&chunks) {
            Some(row) => Err(Error::value(name, row, "null", "text")),
            None => Ok(Self { chunks }),
        }
    }

    /// The values of ascending `rows`, up to the first that does not exist, such as the last of
    /// [`run_bounds`](Self::run_bounds).
    pub(crate) fn at_ascending(&self, rows: &[usize]) -> impl Iterator<Item = &str> {
        let mut chunks = self.chunks.iter().filter(|chunk| !chunk.is_empty());
        let (mut chunk, mut start) = (chunks.next(), 0);
        rows.iter().map_while(move |row| {
            while let Some(passed) = chunk.filter(|chunk| *row >= start + chunk.len()) {
                start += passed.len();
                chunk = chunks.next();
            }
            chunk.map(|chunk| chunk.value(row - start))
        })
    }

    /// The value of a row, if the row exists.
    pub(crate) fn at(&self, row: usize) -> Option<&str> {
        self.at_ascending(&[row]).next()
    }

    /// The first row of each run of equal values, then the number of rows.
    pub(crate) fn run_bounds(&self) -> Vec<usize> {
        let mut bounds = Vec::new();
        let mut start = 0;
        let mut last: Option<&str> = None;
        for chunk in self.chunks.iter().filter(|chunk| !chunk.is_empty()) {
            if last != Some(chunk.value(0)) {
                bounds.push(start);
            }
            push_runs(chunk, start, &mut bounds);
            start += chunk.len();
            last = Some(chunk.value(chunk.len() - 1));
        }
        bounds.push(start);
        bounds
    }
}

/// The first row of each run of equal values or of nulls, then the number of rows.
pub(crate) fn run_bounds(texts: &StringArray) -> Vec<usize> {
    let mut bounds = Vec::new();
    if !texts.is_empty() {
        bounds.push(0);
    }
    if texts.null_count() == 0 {
        push_runs(texts, 0, &mut bounds);
    } else {
        let value = |row: usize| texts.is_valid(row).then(|| texts.value(row));
        bounds.extend((1..texts.len()).filter(|row| value(*row) != value(*row - 1)));
    }
    bounds.push(texts.len());
    bounds
}

/// Appends each row from the second on whose value differs from the one before, plus `start`.
fn push_runs(texts: &StringArray, start: usize, bounds: &mut Vec<usize>) {
    let (offsets, bytes) = (texts.value_offsets(), texts.value_data());
    Isa::best().run(Runs { offsets, bytes, start, bounds });
}

struct Runs<'a> {
    offsets: &'a [i32],
    bytes: &'a [u8],
    start: usize,
    bounds: &'a mut Vec<usize>,
}

impl Vectorised for Runs<'_> {
    type Answer = ();

    #[inline(always)]
    fn run<const _FUSED: bool>(self) {
        /// Rows compared at once; their bytes fit the first-level cache.
        const BLOCK: usize = 512;
        /// Up to so many rows are compared one by one.
        const FEW: usize = 8;
        let Self { offsets, bytes, start, bounds } = self;
        let text = |row: usize| &bytes[index(offsets[row])..index(offsets[row + 1])];
        let mut blocks: Vec<Range<usize>> = Vec::new();
        for first in (1..offsets.len() - 1).step_by(BLOCK) {
            blocks.push(first..(first + BLOCK).min(offsets.len() - 1));
            // Most blocks have no bound, and few have more than one: halves that have none are
            // passed over at once too.
            while let Some(Range { start: first, end }) = blocks.pop() {
                if repeats(&offsets[first - 1..=end], bytes) {
                    continue;
                }
                if end - first <= FEW {
                    bounds.extend((first..end).filter(|row| text(*row) != text(*row - 1)).map(|row| start + row));
                    continue;
                }
                let middle = first.midpoint(end);
                blocks.extend([middle..end, first..middle]);
            }
        }
    }
}

/// Whether all texts between `offsets` are equal: they have one length, and the bytes equal
/// themselves shifted by it.
#[inline(always)]
fn repeats(offsets: &[i32], bytes: &[u8]) -> bool {
    let length = offsets[1] - offsets[0];
    let lengths = offsets.iter().zip(&offsets[1..]).map(|(start, end)| end.wrapping_sub(*start));
    let differing_bits = lengths.fold(0, |bits, other| bits | (other ^ length));
    differing_bits == 0 && {
        let block = &bytes[index(offsets[0])..index(offsets[offsets.len() - 1])];
        let length = index(length);
        block[length..] == block[..block.len() - length]
    }
}

fn index(offset: i32) -> usize {
    usize::try_from(offset).expect("Arrow's offsets are not negative")
}

/// Whether [`as_utf8`] reads this type.
pub(crate) fn is_text(data_type: &DataType) -> bool {
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, value) => is_text(value),
        _ => false,
    }
}

/// A column of text as Utf8; a Utf8 column is shared, not copied. Its bytes are checked, because
/// Arrow does not check those that another program gives.
///
/// # Errors
/// A column of another type, or bytes that are not UTF-8.
pub fn as_utf8(name: &str, chunk: &ArrayRef) -> Result<StringArray> {
    if !is_text(chunk.data_type()) {
        let expected = "text (Utf8, LargeUtf8, Utf8View or a dictionary of them)";
        return Err(Error::column_type(name, chunk.data_type(), expected));
    }
    let texts: StringArray = cast(chunk, &DataType::Utf8)?.as_string().clone();
    if is_utf8(&texts) { Ok(texts) } else { Err(Error::not_utf8(name)) }
}

fn is_utf8(texts: &StringArray) -> bool {
    let offsets = texts.value_offsets();
    // Without a row the offset may lie beyond the bytes.
    let bytes = texts.value_data().get(index(offsets[0])..index(offsets[texts.len()]));
    bytes.unwrap_or_default().is_ascii() || texts.iter().flatten().all(|text| str::from_utf8(text.as_bytes()).is_ok())
}

/// [`as_utf8`] that accepts a column of nothing but nulls, which has no type.
pub(crate) fn as_nullable_utf8(name: &str, chunk: &ArrayRef) -> Result<StringArray> {
    match chunk.data_type() {
        DataType::Null => Ok(StringArray::new_null(chunk.len())),
        _ => as_utf8(name, chunk),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_run_begins_wherever_the_text_is_another(
            runs in proptest::collection::vec(("[A-Z]{0,2}", proptest::bool::weighted(0.9), 1_usize..300), 0..6),
            skipped in 0_usize..200,
        ) {
            let rows = || runs.iter().flat_map(|(text, valid, rows)| std::iter::repeat_n((text, *valid), *rows));
            // A null has a text under it.
            let texts: Vec<&str> = rows().map(|(text, _)| text.as_str()).collect();
            let (offsets, bytes, _) = StringArray::from(texts).into_parts();
            let array = StringArray::new(offsets, bytes, Some(rows().map(|(_, valid)| valid).collect()));
            let skipped = skipped.min(array.len());
            let array = array.slice(skipped, array.len() - skipped);
            let texts: Vec<Option<&str>> = array.iter().collect();
            let mut expected: Vec<usize> =
                (0..texts.len()).filter(|row| *row == 0 || texts[*row] != texts[*row - 1]).collect();
            expected.push(texts.len());
            prop_assert_eq!(run_bounds(&array), expected);
        }
    }
}
