//! The lake's objects in a directory or a bucket, read and written with the same guarantees.
//!
//! An object is read, rewritten, and put only if no other run has put it since; if one has, the
//! writer starts again from the other's object. An object is never partial, and one whose content
//! would not change is not written.

mod args;
mod local;
mod s3;
mod s3_client;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::error::IngestError;
pub use args::LakeArgs;
use local::LocalLake;
use s3::S3Lake;

/// The largest number of attempts if other writers put the object first. In each race one of them
/// wins, so as many writers may put one object at once.
const MOST_RACES: u32 = 50;

/// The lake's root.
#[derive(Debug, Clone)]
pub struct Lake {
    store: Arc<Store>,
}

#[derive(Debug)]
enum Store {
    Local(LocalLake),
    S3(S3Lake),
}

/// The outcome of an update.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Update {
    /// Whether the object was put; if not, it already had the content.
    pub put: bool,
    /// The object's size.
    pub bytes: u64,
}

/// An object as it was read, and the identifier of this version.
struct StoredObject {
    bytes: Bytes,
    version: String,
}

/// The result of comparing an object with the content to be written.
enum ContentComparison {
    Absent,
    Same,
    Different,
}

/// The outcome of a conditional put: `Lost` if another writer was first.
enum PutOutcome {
    Done,
    Lost,
}

impl Lake {
    /// The lake at `args.dest`: `s3://bucket/prefix`, or else a directory, which is created when
    /// needed.
    ///
    /// # Errors
    /// [`IngestError::Argument`] if the destination has another scheme, no bucket, or is empty.
    pub async fn open(args: &LakeArgs) -> Result<Self, IngestError> {
        let dest = args.dest.as_str();
        let wrong =
            |found| IngestError::Argument(format!("--dest {found}, expected s3://bucket/prefix or a directory"));
        let store = match dest.split_once("://") {
            Some(("s3", path)) => Store::S3(S3Lake::open(path, args).await?),
            Some((scheme, _)) => return Err(wrong(format!("'{dest}': unknown scheme '{scheme}'"))),
            None if dest.is_empty() => return Err(wrong("is empty".to_owned())),
            None => Store::Local(LocalLake::at(dest)),
        };
        Ok(Self { store: Arc::new(store) })
    }

    /// Checks early that objects can be written: creates `raw/`, creates and removes a file in it.
    /// A bucket is not checked.
    ///
    /// # Errors
    /// [`IngestError::File`] with the directory and the operating system's error.
    pub fn ensure_writable(&self) -> Result<(), IngestError> {
        match &*self.store {
            Store::Local(lake) => lake.ensure_writable(),
            Store::S3(_) => Ok(()),
        }
    }

    /// The object at `key`, or `None` if there is none.
    ///
    /// # Errors
    /// [`IngestError::File`] or [`IngestError::Store`] if it exists and cannot be read completely.
    pub async fn read(&self, key: &str) -> Result<Option<Bytes>, IngestError> {
        Ok(self.find(key).await?.map(|found| found.bytes))
    }

    /// Replaces the object at `key` by the result of `rewrite`; see [`Lake::update_with`].
    ///
    /// # Errors
    /// Those of `rewrite` and of the store.
    pub async fn update<F>(&self, key: &str, rewrite: F) -> Result<Update, IngestError>
    where
        F: Fn(Option<Bytes>) -> Result<Vec<u8>, IngestError> + Send + Sync + 'static,
    {
        let noted = move |old| Ok((rewrite(old)?, ()));
        Ok(self.update_with(key, noted).await?.0)
    }

    /// Replaces the object at `key` by the result of `rewrite`, and returns what `rewrite` noted.
    ///
    /// `rewrite` returns the new content and a note. It is called with `None`, as if there were no
    /// object; if there is one with other content, also with that, and again whenever another
    /// writer was first. It must be deterministic, and a rewrite of its own result must change
    /// nothing. If the object already has the content for `None`, the returned note is `None`.
    ///
    /// # Errors
    /// Those of `rewrite`; [`IngestError::File`] or [`IngestError::Store`] from reading or putting.
    pub async fn update_with<T, F>(&self, key: &str, rewrite: F) -> Result<(Update, Option<T>), IngestError>
    where
        T: Send + 'static,
        F: Fn(Option<Bytes>) -> Result<(Vec<u8>, T), IngestError> + Send + Sync + 'static,
    {
        let rewrite = Arc::new(rewrite);
        let (fresh, note) = on_blocking_thread(&rewrite, None).await?;
        let fresh = Bytes::from(fresh);
        let bytes = fresh.len() as u64;
        match self.compare(key, &fresh).await? {
            ContentComparison::Same => Ok((Update { put: false, bytes }, None)),
            ContentComparison::Different => self.rewrite_found(key, &rewrite, None).await,
            ContentComparison::Absent => match self.put(key, &fresh, None).await? {
                PutOutcome::Done => Ok((Update { put: true, bytes }, Some(note))),
                PutOutcome::Lost => self.rewrite_found(key, &rewrite, Some((fresh, note))).await,
            },
        }
    }

    /// Rewrites the object from its present content, and again whenever another writer is first.
    ///
    /// `tried` is content and note of a put that failed. A put whose response was lost is sent
    /// again, and then fails as if another writer had been first, although the object has the
    /// content in `tried`.
    async fn rewrite_found<T, F>(
        &self,
        key: &str,
        rewrite: &Arc<F>,
        mut tried: Option<(Bytes, T)>,
    ) -> Result<(Update, Option<T>), IngestError>
    where
        T: Send + 'static,
        F: Fn(Option<Bytes>) -> Result<(Vec<u8>, T), IngestError> + Send + Sync + 'static,
    {
        for race in 0..MOST_RACES {
            let found = self.find(key).await?;
            let old = found.as_ref().map(|found| found.bytes.clone());
            if let Some((content, note)) = tried.take_if(|(content, _)| old.as_ref() == Some(content)) {
                return Ok((Update { put: true, bytes: content.len() as u64 }, Some(note)));
            }
            let (new, note) = on_blocking_thread(rewrite, old.clone()).await?;
            let new = Bytes::from(new);
            let bytes = new.len() as u64;
            if old.as_ref() == Some(&new) {
                return Ok((Update { put: false, bytes }, Some(note)));
            }
            let version = found.as_ref().map(|found| found.version.as_str());
            if let PutOutcome::Done = self.put(key, &new, version).await? {
                return Ok((Update { put: true, bytes }, Some(note)));
            }
            tracing::debug!(key, race, "another writer was first");
            tried = Some((new, note));
            tokio::time::sleep(pause_after(race)).await;
        }
        let reason = format!("{MOST_RACES} other writers were first, each time");
        Err(IngestError::Store { object: self.name(key), reason })
    }

    /// The keys in `folder`, such as `raw/`, that sort after `after`, sorted; `""` is before all.
    ///
    /// # Errors
    /// [`IngestError::File`] or [`IngestError::Store`] if the folder cannot be listed; one that
    /// does not exist is empty.
    pub async fn keys_after(&self, folder: &str, after: &str) -> Result<Vec<String>, IngestError> {
        tracing::trace!(folder, after, "list");
        match &*self.store {
            Store::Local(lake) => lake.keys_after(folder, after).await,
            Store::S3(lake) => lake.keys_after(folder, after).await,
        }
    }

    async fn find(&self, key: &str) -> Result<Option<StoredObject>, IngestError> {
        tracing::trace!(key, "read");
        match &*self.store {
            Store::Local(lake) => lake.find(key).await,
            Store::S3(lake) => lake.find(key).await,
        }
    }

    async fn compare(&self, key: &str, wanted: &Bytes) -> Result<ContentComparison, IngestError> {
        tracing::trace!(key, "compare");
        match &*self.store {
            Store::Local(lake) => lake.compare(key, wanted).await,
            Store::S3(lake) => lake.compare(key, wanted).await,
        }
    }

    /// Puts an object if its version is `expected`; `None` means that there must be no object.
    async fn put(&self, key: &str, bytes: &Bytes, expected: Option<&str>) -> Result<PutOutcome, IngestError> {
        tracing::trace!(key, bytes = bytes.len(), "put");
        match &*self.store {
            Store::Local(lake) => lake.put(key, bytes, expected).await,
            Store::S3(lake) => lake.put(key, bytes, expected).await,
        }
    }

    /// The object's full name, for messages.
    #[must_use]
    pub fn name(&self, key: &str) -> String {
        match &*self.store {
            Store::Local(lake) => lake.path(key).display().to_string(),
            Store::S3(lake) => lake.name(key),
        }
    }
}

/// Runs a rewrite, which decodes, sorts and encodes, on a blocking thread, so that other objects'
/// requests go on.
async fn on_blocking_thread<T, F>(rewrite: &Arc<F>, old: Option<Bytes>) -> Result<T, IngestError>
where
    T: Send + 'static,
    F: Fn(Option<Bytes>) -> Result<T, IngestError> + Send + Sync + 'static,
{
    let rewrite = Arc::clone(rewrite);
    blocking(move || rewrite(old)).await
}

/// Runs `work` on a blocking thread; a panic in it is resumed in the caller.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(value) => value,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

/// A random wait before another attempt, so that two writers wait differently; its bound grows with
/// each of the first attempts.
fn pause_after(race: u32) -> Duration {
    Duration::from_millis(fastrand::u64(..20) * u64::from(race.min(10) + 1))
}

/// The SHA-256 of an object's content in hexadecimal, as stored in its metadata.
pub(crate) fn content_hash(bytes: &[u8]) -> String {
    // As `Bytes`, because the array that `digest` returns has no hexadecimal form.
    format!("{:x}", Bytes::copy_from_slice(&Sha256::digest(bytes)))
}
