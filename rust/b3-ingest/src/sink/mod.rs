//! The lake's objects in a directory or a bucket, read and written with the same guarantees.
//!
//! An object is read, rewritten, and put only if no other run has put it since; if one has, the
//! writer starts again from the other's object. An object is never partial, and one whose content
//! would not change is not written.

mod local;
mod s3;
mod s3_client;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use clap::Args;
use sha2::{Digest, Sha256};

use crate::error::IngestError;
use local::LocalLake;
use s3::S3Lake;

/// The largest number of attempts if other writers put the object first. Of n writers the last one
/// loses n - 1 times, so this many may put one object at once.
const MOST_RACES: u32 = 50;

/// The number of objects read or written at the same time.
pub(crate) const OBJECTS_AT_ONCE: usize = 16;

/// The location of the lake; the same arguments for every command.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct LakeArgs {
    /// The lake's root: a directory, or `s3://bucket/prefix`; quotes are under `<DEST>/raw/`
    #[arg(long, value_name = "DEST", help_heading = "Lake")]
    pub dest: String,
    /// An S3-compatible store's address; credentials and region come from the usual AWS environment
    #[arg(long, value_name = "URL", help_heading = "Lake")]
    pub endpoint_url: Option<String>,
    /// Seconds without data until a request to S3 is cancelled and sent again
    #[arg(long, value_name = "S", default_value_t = 15, value_parser = clap::value_parser!(u64).range(1..=600), help_heading = "Lake")]
    pub store_timeout: u64,
}

/// The lake's root.
#[derive(Debug, Clone)]
pub(crate) struct Lake {
    store: Arc<Store>,
}

#[derive(Debug)]
enum Store {
    Local(LocalLake),
    S3(S3Lake),
}

/// The outcome of an update.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Update<T> {
    /// Whether the object was put; if not, it already had the content.
    pub put: bool,
    /// The object's size.
    pub bytes: u64,
    /// What the rewrite noted.
    pub note: T,
}

/// An object as it was read, and the identifier of this version.
struct StoredObject {
    bytes: Bytes,
    version: String,
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
    pub(crate) async fn open(args: &LakeArgs) -> Result<Self, IngestError> {
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
    pub(crate) fn ensure_writable(&self) -> Result<(), IngestError> {
        match &*self.store {
            Store::Local(lake) => lake.ensure_writable(),
            Store::S3(_) => Ok(()),
        }
    }

    /// The object at `key`, or `None` if there is none.
    pub(crate) async fn read(&self, key: &str) -> Result<Option<Bytes>, IngestError> {
        Ok(self.find(key).await?.map(|found| found.bytes))
    }

    /// Replaces the object at `key` by the result of `rewrite`, unless that is what it has.
    ///
    /// `rewrite` takes the object's content, `None` if there is no object, and returns the new
    /// content and a note. It is called again whenever another writer was first, and must be
    /// deterministic.
    pub(crate) async fn update<T, F>(&self, key: &str, rewrite: F) -> Result<Update<T>, IngestError>
    where
        T: Send + 'static,
        F: Fn(Option<Bytes>) -> Result<(Vec<u8>, T), IngestError> + Send + Sync + 'static,
    {
        let rewrite = Arc::new(rewrite);
        let mut lost: Option<(Bytes, T)> = None; // content and note of a put that was `Lost`
        for race in 0..MOST_RACES {
            let found = self.find(key).await?;
            let old = found.as_ref().map(|found| found.bytes.clone());
            // It may have been done: S3's client repeats a put that got no response, and the repeat
            // is `Lost` to the first.
            if let Some((content, note)) = lost.take_if(|(content, _)| old.as_ref() == Some(content)) {
                return Ok(Update { put: true, bytes: content.len() as u64, note });
            }
            // `rewrite` decodes, sorts and encodes: other objects' requests go on meanwhile.
            let (rewrite, content) = (Arc::clone(&rewrite), old.clone());
            let (new, note) = blocking(move || rewrite(content)).await?;
            let new = Bytes::from(new);
            let bytes = new.len() as u64;
            if old.as_ref() == Some(&new) {
                return Ok(Update { put: false, bytes, note });
            }
            let version = found.as_ref().map(|found| found.version.as_str());
            if let PutOutcome::Done = self.put(key, &new, version).await? {
                return Ok(Update { put: true, bytes, note });
            }
            tracing::debug!(key, race, "another writer was first");
            lost = Some((new, note));
            tokio::time::sleep(pause_after(race)).await;
        }
        let reason = format!("other writers were first {MOST_RACES} times in a row");
        Err(IngestError::Remote { address: self.name(key), reason })
    }

    /// The keys in `folder`, such as `raw/`, that sort after `after`, sorted; `""` is before all. A
    /// folder that does not exist is empty.
    pub(crate) async fn keys_after(&self, folder: &str, after: &str) -> Result<Vec<String>, IngestError> {
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

    /// Puts an object if its version is `expected`; `None` means that there must be no object.
    async fn put(&self, key: &str, bytes: &Bytes, expected: Option<&str>) -> Result<PutOutcome, IngestError> {
        tracing::trace!(key, bytes = bytes.len(), "put");
        match &*self.store {
            Store::Local(lake) => lake.put(key, bytes, expected).await,
            Store::S3(lake) => lake.put(key, bytes, expected).await,
        }
    }

    /// The object's full name, for messages.
    pub(crate) fn name(&self, key: &str) -> String {
        match &*self.store {
            Store::Local(lake) => lake.path(key).display().to_string(),
            Store::S3(lake) => lake.name(key),
        }
    }
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

/// The SHA-256 of an object's content in hexadecimal.
pub(crate) fn content_hash(bytes: &[u8]) -> String {
    // As `Bytes`, because the array that `digest` returns has no hexadecimal form.
    format!("{:x}", Bytes::copy_from_slice(&Sha256::digest(bytes)))
}
