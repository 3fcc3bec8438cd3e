//! A table's Parquet files with one row each, in folders named by its keys.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Date32Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use pyo3_arrow::{PyRecordBatch, PySchema};

use crate::error::{self, SchemaError};
use crate::parquet_encoder::ParquetEncoder;

#[pyclass(frozen, module = "b3_kernels._native")]
pub(crate) struct PartitionFiles {
    encoder: ParquetEncoder,
    keys: Vec<String>,
    file: String,
}

#[pymethods]
impl PartitionFiles {
    #[new]
    fn new(schema: PySchema, keys: Vec<String>, file: String) -> PyResult<Self> {
        let encoder = ParquetEncoder::try_new(schema.into_inner()).map_err(|error| schema_error(&error))?;
        Ok(Self { encoder, keys, file })
    }

    /// The path of each row's file relative to the table's folder, and its content.
    fn encode<'py>(&self, py: Python<'py>, rows: PyRecordBatch) -> PyResult<Vec<(String, Bound<'py, PyBytes>)>> {
        let rows = rows.into_inner();
        let files = py.detach(|| self.files(&rows)?.collect::<PyResult<Vec<_>>>())?;
        Ok(files.into_iter().map(|(name, content)| (name, PyBytes::new(py, &content))).collect())
    }

    /// Writes each row's file to its folder below `root`; `unique` is part of temporary names.
    #[expect(clippy::needless_pass_by_value, reason = "pyo3 hands over what it made")]
    fn write(&self, py: Python<'_>, rows: PyRecordBatch, root: PathBuf, unique: &str) -> PyResult<()> {
        let rows = rows.into_inner();
        py.detach(|| {
            for file in self.files(&rows)? {
                let (name, content) = file?;
                replace_file(&root.join(name), &content, unique)?;
            }
            Ok(())
        })
    }
}

impl PartitionFiles {
    /// The path of each row's file relative to the table's folder, and its content, made one after
    /// another. The batch has the keys and the encoder's columns in any order.
    fn files(&self, rows: &RecordBatch) -> PyResult<impl Iterator<Item = PyResult<(String, Vec<u8>)>>> {
        let keys = self.keys.iter().map(|key| key_texts(rows, key)).collect::<PyResult<Vec<_>>>()?;
        let columns = self.columns(rows)?;
        Ok((0..rows.num_rows()).map(move |row| {
            let values: Vec<&str> = keys.iter().map(|texts| texts[row].as_str()).collect();
            let pairs = self.keys.iter().zip(&values);
            let metadata = pairs.map(|(key, value)| KeyValue::new(key.clone(), (*value).to_owned())).collect();
            let content =
                self.encoder.encode(&columns.slice(row, 1), metadata).map_err(|error| encode_error(&error))?;
            Ok((self.name(&values), content))
        }))
    }

    /// Only the encoder's columns.
    fn columns(&self, rows: &RecordBatch) -> PyResult<RecordBatch> {
        let schema = self.encoder.schema();
        let found = schema.fields().iter().map(|field| {
            let column = column(rows, field.name())?;
            if column.data_type() == field.data_type() {
                return Ok(Arc::clone(column));
            }
            let (found, expected) = (column.data_type(), field.data_type());
            Err(SchemaError::new_err(format!("column {} is {found}, expected {expected}", field.name())))
        });
        let columns = found.collect::<PyResult<Vec<_>>>()?;
        RecordBatch::try_new(Arc::clone(schema), columns).map_err(|error| SchemaError::new_err(error.to_string()))
    }

    /// `key=value/key=value/file`.
    fn name(&self, values: &[&str]) -> String {
        let folders = self.keys.iter().zip(values).map(|(key, value)| format!("{key}={value}/"));
        folders.collect::<String>() + &self.file
    }
}

/// A Parquet file with all rows and columns of a batch.
#[pyfunction]
pub(crate) fn encode_parquet(py: Python<'_>, rows: PyRecordBatch) -> PyResult<Bound<'_, PyBytes>> {
    let rows = rows.into_inner();
    let encoder = ParquetEncoder::try_new(rows.schema()).map_err(|error| schema_error(&error))?;
    for field in rows.schema().fields() {
        column(&rows, field.name())?;
    }
    let content = py.detach(|| encoder.encode(&rows, Vec::new())).map_err(|error| encode_error(&error))?;
    Ok(PyBytes::new(py, &content))
}

/// A column, whose text is UTF-8.
fn column<'rows>(rows: &'rows RecordBatch, name: &str) -> PyResult<&'rows ArrayRef> {
    let column = rows.column_by_name(name).ok_or_else(|| SchemaError::new_err(format!("column {name} is missing")))?;
    if column.data_type() == &DataType::Utf8 {
        b3_kernels::as_utf8(name, column).map_err(error::kernel)?;
    }
    Ok(column)
}

/// The values of a key as text. Folders are named by it, and the files' metadata holds it.
fn key_texts(rows: &RecordBatch, key: &str) -> PyResult<Vec<String>> {
    let array = column(rows, key)?;
    if array.null_count() > 0 {
        return Err(PyValueError::new_err(format!(
            "column {key}: found a null, expected a value for each row's folder"
        )));
    }
    match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().iter().flatten().map(|text| folder_text(key, text)).collect(),
        DataType::Date32 => {
            let days = array.as_primitive::<Date32Type>();
            let dates = (0..days.len()).map(|row| days.value_as_date(row).map(|date| date.to_string()));
            dates.collect::<Option<_>>().ok_or_else(|| PyValueError::new_err(format!("column {key}: a date too far")))
        }
        found => Err(SchemaError::new_err(format!("column {key} is {found}, expected date32 or utf8"))),
    }
}

/// The text, if Hive and Spark write it into a folder's name as it is. In names they write special
/// characters as `%XX`, and readers decode that, so a special character itself is refused.
fn folder_text(key: &str, text: &str) -> PyResult<String> {
    let is_escaped = |char: char| char.is_ascii_control() || "\"#%'*/:=?\\{[]^".contains(char);
    if text.is_empty() || text.contains(is_escaped) {
        let (text, expected) = (text.escape_debug(), "a text that Hive writes into a folder's name as it is");
        return Err(PyValueError::new_err(format!("column {key}: found '{text}', expected {expected}")));
    }
    Ok(text.to_owned())
}

/// Writes a file under a temporary name, which readers of Parquet ignore, and renames it. An error
/// names the file by its URL, as the job's other messages do.
fn replace_file(target: &Path, content: &[u8], unique: &str) -> PyResult<()> {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let temporary = target.with_file_name(format!("_{name}.{unique}.tmp"));
    let written = write_new(&temporary, content).and_then(|()| fs::rename(&temporary, target));
    written.map_err(|error| {
        let _ = fs::remove_file(&temporary);
        io::Error::new(error.kind(), format!("file://{}: {error}", target.display())).into()
    })
}

/// Writes a file, and creates its folder if necessary.
fn write_new(path: &Path, content: &[u8]) -> io::Result<()> {
    match fs::write(path, content) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(path.parent().unwrap_or(path))?;
            fs::write(path, content)
        }
        written => written,
    }
}

fn schema_error(error: &ParquetError) -> PyErr {
    match error {
        // Without the words "Parquet error: " before it.
        ParquetError::General(message) => SchemaError::new_err(message.clone()),
        other => SchemaError::new_err(other.to_string()),
    }
}

fn encode_error(error: &ParquetError) -> PyErr {
    PyValueError::new_err(error.to_string())
}
