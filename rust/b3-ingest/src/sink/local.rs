//! A lake in a local directory.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use bytes::Bytes;

use super::{PutOutcome, StoredObject, blocking, content_hash};
use crate::error::IngestError;
use crate::lock::open_locked;

/// The root directory of the lake.
#[derive(Debug)]
pub(super) struct LocalLake {
    root: PathBuf,
}

impl LocalLake {
    pub(super) fn at(root: &str) -> Self {
        Self { root: PathBuf::from(root) }
    }

    pub(super) fn path(&self, key: &str) -> PathBuf {
        self.root.join(key)
    }

    /// Creates `raw/`, and creates and removes a file in it, because permission bits do not always
    /// tell whether this user may write. The file is locked, because other runs do the same.
    pub(super) fn ensure_writable(&self) -> Result<(), IngestError> {
        let raw = self.root.join("raw");
        fs::create_dir_all(&raw).map_err(|error| IngestError::file(&raw, error))?;
        let trial = raw.join(".b3-ingest.tmp");
        open_locked(&trial).and_then(|_| fs::remove_file(&trial)).map_err(|error| IngestError::file(&raw, error))
    }

    pub(super) async fn find(&self, key: &str) -> Result<Option<StoredObject>, IngestError> {
        let path = self.path(key);
        blocking(move || found_at(&path).map_err(|error| IngestError::file(path, error))).await
    }

    /// The files two levels below `folder`, where `raw/` and `actions/` have their objects. What a
    /// killed writer left there is among them, but its name parses as no key of the lake's layout.
    pub(super) async fn keys_after(&self, folder: &str, after: &str) -> Result<Vec<String>, IngestError> {
        let (path, folder, after) = (self.path(folder), folder.to_owned(), after.to_owned());
        blocking(move || {
            let mut keys = Vec::new();
            for partition in names_in(&path)? {
                let files = names_in(&path.join(&partition))?;
                keys.extend(files.iter().map(|file| format!("{folder}{partition}/{file}")));
            }
            keys.retain(|key| *key > after);
            keys.sort_unstable();
            Ok(keys)
        })
        .await
    }

    pub(super) async fn put(
        &self,
        key: &str,
        bytes: &Bytes,
        expected: Option<&str>,
    ) -> Result<PutOutcome, IngestError> {
        let (path, bytes, expected) = (self.path(key), bytes.clone(), expected.map(str::to_owned));
        blocking(move || replace(&path, &bytes, expected.as_deref()).map_err(|error| IngestError::file(path, error)))
            .await
    }
}

/// The names in a directory; none if it is absent or a file, such as the one that `ensure_writable`
/// makes in `raw/`.
fn names_in(folder: &Path) -> Result<Vec<String>, IngestError> {
    let failed = |error| IngestError::file(folder, error);
    match fs::read_dir(folder) {
        Ok(entries) => {
            entries.map(|entry| Ok(entry.map_err(failed)?.file_name().to_string_lossy().into_owned())).collect()
        }
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(Vec::new()),
        Err(error) => Err(failed(error)),
    }
}

fn found_at(path: &Path) -> std::io::Result<Option<StoredObject>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(StoredObject { version: content_hash(&bytes), bytes: bytes.into() })),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Writes `bytes` to `path` if its version is still `expected`, where `None` means no object. The
/// temporary file is the lock: its holder checks the version, writes the file and renames it over
/// the object, so a killed writer leaves no lock and no partial object; the temporary file that it
/// leaves is emptied by the next writer.
fn replace(path: &Path, bytes: &[u8], expected: Option<&str>) -> std::io::Result<PutOutcome> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = path.with_file_name(format!(".{name}.tmp"));
    let mut file = open_locked(&temporary)?;
    let current = found_at(path)?.map(|found| found.version);
    if current.as_deref() != expected {
        fs::remove_file(&temporary)?;
        return Ok(PutOutcome::Lost);
    }
    file.set_len(0)?;
    file.write_all(bytes)?;
    file.sync_data()?;
    fs::rename(&temporary, path)?;
    File::open(folder)?.sync_all()?;
    Ok(PutOutcome::Done)
}
