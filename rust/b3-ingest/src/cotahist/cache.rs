//! The cache of downloaded files on disk: complete files under their own name, partial ones under
//! another.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::IngestError;
use crate::lock::open_locked;

/// The values that identify one version of a remote file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Validator {
    pub(super) url: String,
    pub(super) etag: Option<String>,
    pub(super) last_modified: Option<String>,
}

impl Validator {
    /// The value for `If-Range`: the entity tag or else the date; a weak tag does not prove that
    /// bytes are equal.
    pub(super) fn strong(&self) -> Option<&str> {
        self.etag.as_deref().filter(|tag| !tag.starts_with("W/")).or(self.last_modified.as_deref())
    }
}

/// The paths of one remote file in the cache.
#[derive(Debug)]
pub(super) struct CacheEntry {
    pub(super) whole: PathBuf,
    part: PathBuf,
    whole_validator: PathBuf,
    part_validator: PathBuf,
}

/// The file of a partial download, open for appending and locked against other runs.
#[derive(Debug)]
pub(super) struct PartialDownload {
    file: File,
    pub(super) len: u64,
    /// The version that the bytes are from; `None` only if there are no bytes.
    pub(super) validator: Option<Validator>,
}

impl CacheEntry {
    pub(super) fn of(folder: &Path, name: &str) -> Self {
        let path = |suffix: &str| folder.join(format!("{name}{suffix}"));
        Self {
            whole: path(""),
            part: path(".part"),
            whole_validator: path(".json"),
            part_validator: path(".part.json"),
        }
    }

    /// The version of the complete file on disk, if there is one that was downloaded from `url`.
    pub(super) fn whole_validator(&self, url: &str) -> Option<Validator> {
        let validator = validator_at(&self.whole_validator)?;
        (validator.url == url && self.whole.is_file()).then_some(validator)
    }

    /// The partial download, empty unless it is from `url`; waits while another process downloads
    /// it.
    pub(super) fn open_part(&self, url: &str) -> Result<PartialDownload, IngestError> {
        let failed = |error| IngestError::file(&self.part, error);
        let file = open_locked(&self.part).map_err(failed)?;
        let validator = validator_at(&self.part_validator).filter(|validator| validator.url == url);
        if validator.is_none() {
            file.set_len(0).map_err(failed)?;
        }
        let len = file.metadata().map_err(failed)?.len();
        Ok(PartialDownload { file, len, validator })
    }

    /// Empties the partial download and starts again with the version `validator`.
    pub(super) fn restart(&self, part: &mut PartialDownload, validator: Validator) -> Result<(), IngestError> {
        part.file.set_len(0).map_err(|error| IngestError::file(&self.part, error))?;
        part.len = 0;
        let failed = |error| IngestError::file(&self.part_validator, error);
        let json = serde_json::to_vec(&validator).map_err(|error| failed(error.into()))?;
        fs::write(&self.part_validator, json).map_err(failed)?;
        part.validator = Some(validator);
        Ok(())
    }

    pub(super) fn append(&self, part: &mut PartialDownload, bytes: &[u8]) -> Result<(), IngestError> {
        part.file.write_all(bytes).map_err(|error| IngestError::file(&self.part, error))?;
        part.len += bytes.len() as u64;
        Ok(())
    }

    /// Renames the partial download to the complete file; nothing else creates a file of that name.
    pub(super) fn complete(&self, part: &PartialDownload) -> Result<(), IngestError> {
        part.file.sync_all().map_err(|error| IngestError::file(&self.part, error))?;
        // First, so that a run killed between the two renames leaves a file without a validator.
        self.forget_version()?;
        fs::rename(&self.part, &self.whole).map_err(|error| IngestError::file(&self.whole, error))?;
        fs::rename(&self.part_validator, &self.whole_validator)
            .map_err(|error| IngestError::file(&self.whole_validator, error))
    }

    /// Removes the validator of the complete file, which is then downloaded again.
    pub(super) fn forget_version(&self) -> Result<(), IngestError> {
        match fs::remove_file(&self.whole_validator) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(IngestError::file(&self.whole_validator, error)),
            _ => Ok(()),
        }
    }
}

/// The validator in a file; if it is unreadable there is none, and the file is downloaded again.
fn validator_at(path: &Path) -> Option<Validator> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}
