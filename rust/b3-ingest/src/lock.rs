//! Files that serve as their own lock.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Opens `path` for appending, creates it if necessary, and waits until no other process has it
/// locked. The system releases the lock of a process that was killed.
///
/// The holder may rename or remove the file when it is done; a process that waited then opens a new
/// one.
pub(crate) fn open_locked(path: &Path) -> io::Result<File> {
    loop {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        file.lock()?;
        match File::open(path) {
            Ok(now) if inode_of(&now)? == inode_of(&file)? => return Ok(file),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
}

fn inode_of(file: &File) -> io::Result<(u64, u64)> {
    let metadata = file.metadata()?;
    Ok((metadata.dev(), metadata.ino()))
}
