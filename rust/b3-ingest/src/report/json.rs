//! The report as a JSON file, which is written under a temporary name and renamed when it is
//! complete.

use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{Report, SessionReport};
use crate::error::IngestError;

/// A file that has a temporary name until it is complete.
#[derive(Debug)]
pub(crate) struct JsonFile {
    path: PathBuf,
    temporary: PathBuf,
    file: BufWriter<File>,
}

impl JsonFile {
    /// Begins the temporary file. Removes the file at `path`, if there is one, so that a run that
    /// fails as a whole does not leave the report of the run before. A device, pipe or link, such
    /// as `/dev/stdout`, is refused: it would be removed too.
    pub(crate) fn begin(path: &Path) -> Result<Self, IngestError> {
        let failed = |error| IngestError::file(path, error);
        if fs::symlink_metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir()) {
            return Err(failed(io::Error::other("a device, pipe or link, expected a file")));
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        // Another run may write the same report.
        let temporary = path.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
        let file = BufWriter::new(File::create(&temporary).map_err(failed)?);
        let begun = Self { path: path.to_owned(), temporary, file };
        match fs::remove_file(path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(failed(error)),
            _ => Ok(begun),
        }
    }

    fn write(&mut self, text: &str) -> Result<(), IngestError> {
        self.file.write_all(text.as_bytes()).map_err(|error| IngestError::file(&self.path, error))
    }

    /// Writes the last part and renames the file.
    pub(crate) fn end(mut self, text: &str) -> Result<(), IngestError> {
        self.write(text)?;
        let written = self.file.flush().and_then(|()| self.file.get_ref().sync_data());
        written
            .and_then(|()| fs::rename(&self.temporary, &self.path))
            .map_err(|error| IngestError::file(&self.path, error))
    }
}

impl Drop for JsonFile {
    fn drop(&mut self) {
        // After `end` there is none.
        let _ = fs::remove_file(&self.temporary);
    }
}

/// Writes outcomes one by one, so that those of a year do not have to be in memory.
#[derive(Debug)]
pub(super) struct JsonReport {
    file: JsonFile,
    outcomes: usize,
    objects: Vec<Value>,
}

impl JsonReport {
    pub(super) fn begin(path: &Path) -> Result<Self, IngestError> {
        let mut file = JsonFile::begin(path)?;
        file.write("{\"outcomes\":[")?;
        Ok(Self { file, outcomes: 0, objects: Vec::new() })
    }

    pub(super) fn add(&mut self, session: &SessionReport) -> Result<(), IngestError> {
        for outcome in &session.outcomes {
            self.file.write(if self.outcomes == 0 { "\n" } else { ",\n" })?;
            self.outcomes += 1;
            serde_json::to_writer(&mut self.file.file, outcome)
                .map_err(|error| IngestError::file(&self.file.path, error.into()))?;
        }
        self.objects.push(json!(session)); // serialized without its outcomes
        Ok(())
    }

    pub(super) fn end(self, report: &Report) -> Result<(), IngestError> {
        let totals = json!({
            "command": report.command,
            "dest": report.dest,
            "version": env!("CARGO_PKG_VERSION"),
            "succeeded": report.succeeded(),
            "seconds": report.begun.elapsed().as_secs_f64(),
            "totals": report.totals,
            "objects": self.objects,
            "objects_put": report.objects,
            "bytes_put": report.bytes,
            "rows_put": report.rows,
            "rejected_rows": report.rejected_rows,
            "files": report.files,
            "warnings": report.warnings,
            "failures": report.failures,
        });
        // `begin` has written the opening brace.
        let rest = totals.to_string().split_off(1);
        self.file.end(&format!("\n],\n{rest}\n"))
    }
}
