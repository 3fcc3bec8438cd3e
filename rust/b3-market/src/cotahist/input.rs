//! The bytes of a COTAHIST file, out of its ZIP where it is in one.

use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use flate2::CrcReader;
use flate2::read::DeflateDecoder;
use zip::{CompressionMethod, ZipArchive};

use super::error::Error;

/// The text in `input`, which is a text or a ZIP that holds it, and the name of the file for errors.
pub(super) fn text_of<R>(
    mut input: R,
    file: String,
) -> Result<(Box<dyn Read + Send>, String), Error>
where
    R: Read + Seek + Send + 'static,
{
    match is_zip(&mut input) {
        Ok(true) => member(input, &file),
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

/// The only COTAHIST member of a ZIP.
///
/// The archive only says where the member's bytes stand: its own reader borrows from it, which would force every caller
/// to hold both.
fn member<R>(input: R, file: &str) -> Result<(Box<dyn Read + Send>, String), Error>
where
    R: Read + Seek + Send + 'static,
{
    let broken = |error: &dyn std::fmt::Display| Error::Zip {
        file: file.to_owned(),
        found: error.to_string(),
        expected: "a whole ZIP archive",
    };
    let mut archive = ZipArchive::new(input).map_err(|error| broken(&error))?;
    let name = cotahist_name(&archive, file)?;
    let entry = archive.by_name(&name).map_err(|error| broken(&error))?;
    let (method, crc, size) = (entry.compression(), entry.crc32(), entry.size());
    let (start, packed) = (entry.data_start(), entry.compressed_size());
    drop(entry);
    let file = format!("{file}/{name}");
    let mut input = archive.into_inner();
    input
        .seek(SeekFrom::Start(start.unwrap_or_default()))
        .map_err(|source| Error::Open {
            file: file.clone(),
            source,
        })?;
    let unpacked = unpacked(input.take(packed), method, &file)?;
    Ok((
        Box::new(Member {
            unpacked: CrcReader::new(unpacked),
            crc,
            size,
        }),
        file,
    ))
}

/// The name of the one member called `COTAHIST...`, or else of the one text.
fn cotahist_name<R: Read + Seek>(archive: &ZipArchive<R>, file: &str) -> Result<String, Error> {
    let names: Vec<String> = archive
        .file_names()
        .filter_map(Result::ok)
        .map(Into::into)
        .collect();
    let has_name = |name: &&String| base_name(name).to_ascii_uppercase().starts_with("COTAHIST");
    let is_text = |name: &&String| {
        Path::new(name)
            .extension()
            .is_some_and(|suffix| suffix.eq_ignore_ascii_case("txt"))
    };
    for named in [
        names.iter().filter(has_name).collect::<Vec<_>>(),
        names.iter().filter(is_text).collect(),
    ] {
        match named.as_slice() {
            [] => {}
            [name] => return Ok((*name).clone()),
            _ => break,
        }
    }
    let found = if names.is_empty() {
        "no member".to_owned()
    } else {
        format!("members {}", names.join(", "))
    };
    Err(Error::Zip {
        file: file.to_owned(),
        found,
        expected: "one member named COTAHIST...",
    })
}

fn base_name(name: &str) -> &str {
    name.rsplit(['/', '\\']).next().unwrap_or_default()
}

fn unpacked(
    packed: impl Read + Send + 'static,
    method: CompressionMethod,
    file: &str,
) -> Result<Box<dyn Read + Send>, Error> {
    match method {
        CompressionMethod::Stored => Ok(Box::new(packed)),
        CompressionMethod::Deflated => Ok(Box::new(DeflateDecoder::new(packed))),
        other => Err(Error::Zip {
            file: file.to_owned(),
            found: format!("compression {other}"),
            expected: "a stored or deflated member",
        }),
    }
}

/// A member that is held against its size and checksum when it ends.
struct Member {
    unpacked: CrcReader<Box<dyn Read + Send>>,
    crc: u32,
    size: u64,
}

impl Read for Member {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.unpacked.read(buffer)?;
        if read == 0 && !buffer.is_empty() {
            self.check()?;
        }
        Ok(read)
    }
}

impl Member {
    fn check(&self) -> io::Result<()> {
        let (found, crc, size) = (self.unpacked.crc(), self.crc, self.size);
        // The checksum counts modulo 2^32 only, which no day or year comes near.
        if found.sum() == crc && u64::from(found.amount()) == size & u64::from(u32::MAX) {
            return Ok(());
        }
        let (sum, amount) = (found.sum(), found.amount());
        let message = format!(
            "damaged ZIP member: found {amount} bytes with CRC-32 {sum:08x}, expected {size} bytes with CRC-32 {crc:08x}"
        );
        Err(io::Error::new(io::ErrorKind::InvalidData, message))
    }
}
