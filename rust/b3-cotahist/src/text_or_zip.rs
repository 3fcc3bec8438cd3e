//! The text of a COTAHIST file, read directly or from a ZIP.

use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use zip::{CompressionMethod, ZipArchive};

use crate::error::Error;
use crate::read_ahead::ReadAhead;

/// The text of `input`, which is a text or a ZIP that contains it, and the file's name for errors.
pub(crate) fn text_of<R>(mut input: R, file: String) -> Result<(Box<dyn Read + Send>, String), Error>
where
    R: Read + Seek + Send + 'static,
{
    match is_zip(&mut input) {
        Ok(true) => zip_member(input, &file),
        Ok(false) => Ok((Box::new(input), file)),
        Err(source) => Err(Error::Open { file, source }),
    }
}

fn is_zip(input: &mut (impl Read + Seek)) -> io::Result<bool> {
    let mut magic = Vec::new();
    input.take(4).read_to_end(&mut magic)?;
    input.seek(SeekFrom::Start(0))?;
    Ok(matches!(magic.as_slice(), b"PK\x03\x04" | b"PK\x05\x06"))
}

/// The text of the only COTAHIST member of a ZIP, unpacked by a second thread, and `file/member`,
/// its name in errors.
///
/// A member's reader, which checks its size and checksum, borrows from the archive, so the thread
/// owns the archive.
fn zip_member<R>(input: R, file: &str) -> Result<(Box<dyn Read + Send>, String), Error>
where
    R: Read + Seek + Send + 'static,
{
    let broken = |error: &dyn ToString| refused(file, error.to_string(), "a whole ZIP archive");
    let mut archive = ZipArchive::new(input).map_err(|error| broken(&error))?;
    let (index, name) = cotahist_member(&archive, file)?;
    // Unlike `by_index`, this also opens an encrypted or otherwise packed member.
    let member = archive.by_index_raw(index).map(|entry| (entry.compression(), entry.encrypted()));
    let (method, is_encrypted) = member.map_err(|error| broken(&error))?;
    let file = format!("{file}/{name}");
    if is_encrypted {
        return Err(refused(&file, "an encrypted member".to_owned(), "one without a password"));
    }
    if !matches!(method, CompressionMethod::Stored | CompressionMethod::Deflated) {
        return Err(refused(&file, format!("compression {method}"), "a stored or deflated member"));
    }
    match ReadAhead::of(archive, move |archive| Ok(Box::new(archive.by_index(index)?))) {
        Ok(text) => Ok((Box::new(text), file)),
        // The thread cannot be started.
        Err(source) => Err(Error::Open { file, source }),
    }
}

fn refused(file: &str, found: String, expected: &'static str) -> Error {
    let file = file.to_owned();
    Error::Zip { file, found, expected }
}

/// Index and name of the only member called `COTAHIST...`, or if none is, of the only `.txt` file.
fn cotahist_member(archive: &ZipArchive<impl Read + Seek>, file: &str) -> Result<(usize, String), Error> {
    // In the order of the members' indices.
    let names: Vec<String> = archive.file_names_raw().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
    let members = || names.iter().enumerate().filter(|(_, name)| !name.ends_with('/'));
    let cotahist: Vec<_> = members().filter(|(_, name)| is_cotahist(name)).collect();
    let texts: Vec<_> = members().filter(|(_, name)| is_text(name)).collect();
    match (cotahist.as_slice(), texts.as_slice()) {
        ([(index, name)], _) | ([], [(index, name)]) => Ok((*index, (*name).clone())),
        _ => {
            let found = if names.is_empty() { "no member".to_owned() } else { format!("members {}", names.join(", ")) };
            Err(refused(file, found, "one member named COTAHIST..."))
        }
    }
}

fn is_cotahist(name: &str) -> bool {
    let base = name.rsplit(['/', '\\']).next().unwrap_or_default();
    base.to_ascii_uppercase().starts_with("COTAHIST")
}

fn is_text(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|suffix| suffix.eq_ignore_ascii_case("txt"))
}
