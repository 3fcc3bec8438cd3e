//! A table in memory: Arrow batches of one schema.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch, RecordBatchOptions};
use arrow::compute::{cast, concat_batches};
use arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef};
use arrow::error::ArrowError;

use crate::error::{Error, Result};

/// Batches of one schema, the input and output of every kernel.
///
/// Cloning shares the columns.
#[derive(Debug, Clone)]
pub struct Table {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
    /// A column of text and the bounds of its runs of one value, where they have been found
    /// already.
    runs: Option<Arc<(String, Vec<usize>)>>,
}

impl Table {
    /// A table of `batches`, all of `schema`; text in views (`Utf8View`) becomes `Utf8`, which
    /// every reader supports.
    ///
    /// # Errors
    /// [`Error::Schema`] names the first column that differs in name or type.
    pub fn try_new(schema: SchemaRef, batches: Vec<RecordBatch>) -> Result<Self> {
        for batch in &batches {
            require_same_columns(&schema, batch.schema_ref())?;
        }
        without_views(Self { schema, batches, runs: None })
    }

    /// The table's columns.
    #[must_use]
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The table's rows, in order.
    #[must_use]
    pub fn batches(&self) -> &[RecordBatch] {
        &self.batches
    }

    /// The number of rows.
    #[must_use]
    pub fn num_rows(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    /// The chunks of a column.
    ///
    /// # Errors
    /// [`Error::Schema`] lists the table's columns.
    pub fn column(&self, name: &str) -> Result<Vec<ArrayRef>> {
        let index = index_of(&self.schema, name)?;
        Ok(self.batches.iter().map(|batch| Arc::clone(batch.column(index))).collect())
    }

    /// The rows `start..start + rows` as far as there are any; shares the columns.
    pub(crate) fn slice(&self, mut start: usize, mut rows: usize) -> Self {
        let mut batches = Vec::new();
        for batch in &self.batches {
            let taken = batch.num_rows().saturating_sub(start).min(rows);
            if taken > 0 {
                batches.push(batch.slice(start, taken));
            }
            start = start.saturating_sub(batch.num_rows());
            rows -= taken;
        }
        Self { schema: Arc::clone(&self.schema), batches, runs: None }
    }

    /// One table of the rows of all `tables`, with the schema of the first; without columns if
    /// there is no table.
    ///
    /// # Errors
    /// [`Error::Schema`] names the first column that differs in name or type.
    pub fn joined(tables: Vec<Self>) -> Result<Self> {
        let schema = tables.first().map_or_else(|| Arc::new(Schema::empty()), |first| Arc::clone(&first.schema));
        Self::try_new(schema, tables.into_iter().flat_map(|table| table.batches).collect())
    }

    /// The table with the columns `names` alone, in that order.
    ///
    /// # Errors
    /// [`Error::Schema`] lists the table's columns.
    pub fn select(&self, names: &[String]) -> Result<Self> {
        let places = names.iter().map(|name| index_of(&self.schema, name)).collect::<Result<Vec<usize>>>()?;
        let schema = Arc::new(self.schema.project(&places)?);
        let batches = self.batches.iter().map(|batch| Ok(batch.project(&places)?)).collect::<Result<_>>()?;
        Self::try_new(schema, batches)
    }

    /// A table of `columns`, each of `rows` values, in one batch.
    pub(crate) fn of_columns(columns: Vec<(FieldRef, ArrayRef)>, rows: usize) -> Result<Self> {
        let (fields, columns): (Vec<FieldRef>, Vec<ArrayRef>) = columns.into_iter().unzip();
        batch_of(&Arc::new(Schema::new(fields)), columns, rows).map(Self::from)
    }

    /// The table with the columns of `other` after its own; a column of the same name is replaced
    /// in its place.
    ///
    /// # Errors
    /// [`Error::Arrow`] if the numbers of rows differ.
    pub fn with_columns_of(&self, other: &Self) -> Result<Self> {
        let other = concat_batches(other.schema(), other.batches())?;
        let fields = other.schema_ref().fields().iter().cloned();
        self.with_columns(&fields.zip(other.columns().iter().cloned()).collect::<Vec<_>>())
    }

    /// [`Self::with_columns_of`] a table of these columns. Each has one value for each row, over
    /// all batches, and is sliced, not copied.
    pub(crate) fn with_columns(&self, columns: &[(FieldRef, ArrayRef)]) -> Result<Self> {
        let mut fields: Vec<FieldRef> = self.schema.fields().iter().cloned().collect();
        let mut places = Vec::with_capacity(columns.len());
        for (field, column) in columns {
            if column.len() != self.num_rows() {
                let message = format!("found {} rows beside {}", column.len(), self.num_rows());
                return Err(ArrowError::InvalidArgumentError(message).into());
            }
            let place = fields.iter().position(|existing| existing.name() == field.name());
            places.push(place.unwrap_or(fields.len()));
            match place {
                Some(place) => fields[place] = Arc::clone(field),
                None => fields.push(Arc::clone(field)),
            }
        }
        let mut start = 0;
        self.with_fields(fields, |batch| {
            let mut arrays = batch.columns().to_vec();
            for ((_, column), place) in columns.iter().zip(&places) {
                let slice = column.slice(start, batch.num_rows());
                match arrays.get_mut(*place) {
                    Some(replaced) => *replaced = slice,
                    None => arrays.push(slice),
                }
            }
            start += batch.num_rows();
            Ok(arrays)
        })
    }

    /// The table with `fields` for its columns, and in each batch what `columns` makes of it.
    pub(crate) fn with_fields(
        &self,
        fields: Vec<FieldRef>,
        mut columns: impl FnMut(&RecordBatch) -> Result<Vec<ArrayRef>>,
    ) -> Result<Self> {
        let schema = Arc::new(Schema::new_with_metadata(fields, self.schema.metadata().clone()));
        let batches = self.batches.iter().map(|batch| batch_of(&schema, columns(batch)?, batch.num_rows()));
        Ok(Self { batches: batches.collect::<Result<_>>()?, schema, runs: None })
    }

    /// The table that knows the bounds of the runs of one value in the column `name`.
    pub(crate) fn with_runs(self, name: &str, bounds: Vec<usize>) -> Self {
        Self { runs: Some(Arc::new((name.to_owned(), bounds))), ..self }
    }

    /// The rows that begin a run of one value in the column `name`, then the number of rows; `None`
    /// if they have not been found yet.
    pub(crate) fn known_runs(&self, name: &str) -> Option<&[usize]> {
        let (column, bounds) = self.runs.as_deref()?;
        (column == name).then_some(bounds)
    }
}

/// For batches without text in views, such as those of this crate.
impl From<RecordBatch> for Table {
    fn from(batch: RecordBatch) -> Self {
        Self { schema: batch.schema(), batches: vec![batch], runs: None }
    }
}

fn without_views(table: Table) -> Result<Table> {
    let is_view = |field: &FieldRef| *field.data_type() == DataType::Utf8View;
    if !table.schema.fields().iter().any(is_view) {
        return Ok(table);
    }
    let plain = |field: &FieldRef| {
        let data_type = if is_view(field) { DataType::Utf8 } else { field.data_type().clone() };
        Arc::new(field.as_ref().clone().with_data_type(data_type))
    };
    let plain_column = |column: &ArrayRef| match column.data_type() {
        DataType::Utf8View => Ok(cast(column, &DataType::Utf8)?),
        _ => Ok(Arc::clone(column)),
    };
    let fields = table.schema.fields().iter().map(plain).collect();
    table.with_fields(fields, |batch| batch.columns().iter().map(plain_column).collect())
}

/// A batch that may have no columns.
pub(crate) fn batch_of(schema: &SchemaRef, columns: Vec<ArrayRef>, rows: usize) -> Result<RecordBatch> {
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    Ok(RecordBatch::try_new_with_options(Arc::clone(schema), columns, &options)?)
}

pub(crate) fn index_of(schema: &Schema, name: &str) -> Result<usize> {
    schema.index_of(name).map_err(|_| Error::missing_column(name, &names_of(schema)))
}

/// The columns' names, in order.
pub(crate) fn names_of(schema: &Schema) -> Vec<String> {
    schema.fields().iter().map(|field| field.name().clone()).collect()
}

/// A field that may hold nulls.
pub(crate) fn nullable(name: impl Into<String>, data_type: DataType) -> FieldRef {
    Arc::new(Field::new(name, data_type, true))
}

fn require_same_columns(before: &Schema, now: &Schema) -> Result<()> {
    const NO_COLUMN: &str = "no such column";
    for (index, field) in before.fields().iter().enumerate() {
        let found = now.fields().get(index).filter(|other| other.name() == field.name());
        if found.is_none_or(|other| other.data_type() != field.data_type()) {
            let found = found.map_or_else(|| NO_COLUMN.to_owned(), |other| other.data_type().to_string());
            return Err(Error::schema_change(field.name(), found, field.data_type()));
        }
    }
    let extra = now.fields().get(before.fields().len());
    extra.map_or(Ok(()), |extra| Err(Error::schema_change(extra.name(), extra.data_type(), NO_COLUMN)))
}
