//! Downloads on disk: whole ones under their name, others under a name that says so.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::IngestError;
use crate::lock::open_locked;

/// What tells one state of a remote file from the next.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Validator {
    pub(super) url: String,
    pub(super) etag: Option<String>,
    pub(super) last_modified: Option<String>,
}

impl Validator {
    /// What `If-Range` takes; a weak entity tag is no proof that bytes are the same.
    pub(super) fn strong(&self) -> Option<&str> {
        self.etag.as_deref().filter(|tag| !tag.starts_with("W/")).or(self.last_modified.as_deref())
    }
}

/// The places of one remote file.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) whole: PathBuf,
    part: PathBuf,
    whole_validator: PathBuf,
    part_validator: PathBuf,
}

/// The file of a download under way, locked so that no other run adds to it.
#[derive(Debug)]
pub(super) struct Part {
    file: File,
    pub(super) len: u64,
    /// What the bytes so far are of; `None` where that is not known.
    pub(super) validator: Option<Validator>,
}

impl Entry {
    pub(super) fn of(folder: &Path, name: &str) -> Self {
        let place = |suffix: &str| folder.join(format!("{name}{suffix}"));
        Self {
            whole: place(""),
            part: place(".part"),
            whole_validator: place(".json"),
            part_validator: place(".part.json"),
        }
    }

    /// What the whole file on disk is of, if there is one that came from `url`.
    pub(super) fn whole_validator(&self, url: &str) -> Option<Validator> {
        let validator = validator_at(&self.whole_validator)?;
        (validator.url == url && self.whole.is_file()).then_some(validator)
    }

    /// The part on disk, empty unless it came from `url`; waits while another process downloads it.
    pub(super) fn open_part(&self, url: &str) -> Result<Part, IngestError> {
        let failed = |error| IngestError::file(&self.part, error);
        let file = open_locked(&self.part).map_err(failed)?;
        let validator = validator_at(&self.part_validator).filter(|validator| validator.url == url);
        if validator.is_none() {
            file.set_len(0).map_err(failed)?;
        }
        let len = file.metadata().map_err(failed)?.len();
        Ok(Part { file, len, validator })
    }

    /// Begins the part again, of what `validator` tells.
    pub(super) fn restart(&self, part: &mut Part, validator: Validator) -> Result<(), IngestError> {
        part.file.set_len(0).map_err(|error| IngestError::file(&self.part, error))?;
        part.len = 0;
        write_validator(&self.part_validator, &validator)?;
        part.validator = Some(validator);
        Ok(())
    }

    pub(super) fn append(&self, part: &mut Part, bytes: &[u8]) -> Result<(), IngestError> {
        part.file.write_all(bytes).map_err(|error| IngestError::file(&self.part, error))?;
        part.len += bytes.len() as u64;
        Ok(())
    }

    /// Gives the part the name of a whole file: the only way in which a file gets it.
    pub(super) fn complete(&self, part: &Part) -> Result<(), IngestError> {
        part.file.sync_all().map_err(|error| IngestError::file(&self.part, error))?;
        match fs::remove_file(&self.whole_validator) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(IngestError::file(&self.whole_validator, error));
            }
            _ => {}
        }
        fs::rename(&self.part, &self.whole).map_err(|error| IngestError::file(&self.whole, error))?;
        fs::rename(&self.part_validator, &self.whole_validator)
            .map_err(|error| IngestError::file(&self.whole_validator, error))
    }
}

/// A validator that cannot be read is none: the file is then downloaded again.
fn validator_at(path: &Path) -> Option<Validator> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

fn write_validator(path: &Path, validator: &Validator) -> Result<(), IngestError> {
    let json = serde_json::to_vec(validator).map_err(|error| IngestError::file(path, error.into()))?;
    fs::write(path, json).map_err(|error| IngestError::file(path, error))
}
