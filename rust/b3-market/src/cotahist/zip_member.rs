//! The COTAHIST member of a ZIP archive, checked against its size and checksum.

use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use flate2::CrcReader;
use flate2::read::DeflateDecoder;
use zip::{CompressionMethod, ZipArchive};

use super::error::Error;
use super::text_or_zip::TextStream;

/// The text of the only COTAHIST member of a ZIP, and its name.
///
/// The archive is used only to find the member's bytes: its own reader borrows from it, so every
/// caller would have to keep both.
pub(super) fn member<R>(input: R, file: &str) -> Result<(TextStream, String), Error>
where
    R: Read + Seek + Send + 'static,
{
    let broken = |error: &dyn ToString| refused(file, error.to_string(), "a whole ZIP archive");
    let mut archive = ZipArchive::new(input).map_err(|error| broken(&error))?;
    let (index, name) = cotahist_member(&archive, file)?;
    let packed = Packed::of_member(&mut archive, index).map_err(|error| broken(&error))?;
    let file = format!("{file}/{name}");
    let mut input = archive.into_inner();
    match input.seek(SeekFrom::Start(packed.start)) {
        Ok(_) => Ok((packed.unpacked(input, &file)?, file)),
        Err(source) => Err(Error::Open { file, source }),
    }
}

fn refused(file: &str, found: String, expected: &'static str) -> Error {
    let file = file.to_owned();
    Error::Zip { file, found, expected }
}

/// Index and name of the only member called `COTAHIST...`, or else of the only text.
fn cotahist_member<R>(archive: &ZipArchive<R>, file: &str) -> Result<(usize, String), Error>
where
    R: Read + Seek,
{
    let names: Vec<String> = archive.file_names_raw().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
    let members = || names.iter().enumerate().filter(|(_, name)| !name.ends_with('/'));
    let called: Vec<_> = members().filter(|(_, name)| is_named(name)).collect();
    let texts: Vec<_> = members().filter(|(_, name)| is_text(name)).collect();
    match (called.as_slice(), texts.as_slice()) {
        ([(index, name)], _) | ([], [(index, name)]) => Ok((*index, (*name).clone())),
        _ => {
            let found = if names.is_empty() { "no member".to_owned() } else { format!("members {}", names.join(", ")) };
            Err(refused(file, found, "one member named COTAHIST..."))
        }
    }
}

fn is_named(name: &str) -> bool {
    let base = name.rsplit(['/', '\\']).next().unwrap_or_default();
    base.to_ascii_uppercase().starts_with("COTAHIST")
}

fn is_text(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|suffix| suffix.eq_ignore_ascii_case("txt"))
}

/// The position of a member's bytes, and its expected size and checksum.
struct Packed {
    start: u64,
    len: u64,
    method: CompressionMethod,
    encrypted: bool,
    size: u64,
    crc: u32,
}

impl Packed {
    fn of_member(archive: &mut ZipArchive<impl Read + Seek>, index: usize) -> Result<Self, String> {
        let entry = archive.by_index_raw(index).map_err(|error| error.to_string())?;
        Ok(Self {
            start: entry.data_start().ok_or("a member without data")?,
            len: entry.compressed_size(),
            method: entry.compression(),
            encrypted: entry.encrypted(),
            size: entry.size(),
            crc: entry.crc32(),
        })
    }

    /// The member's text, read from `input` at its first byte.
    fn unpacked(self, input: impl Read + Send + 'static, file: &str) -> Result<TextStream, Error> {
        let packed = input.take(self.len);
        let text: TextStream = match self.method {
            _ if self.encrypted => {
                return Err(refused(file, "an encrypted member".to_owned(), "one without a password"));
            }
            CompressionMethod::Stored => Box::new(packed),
            CompressionMethod::Deflated => Box::new(DeflateDecoder::new(packed)),
            other => return Err(refused(file, format!("compression {other}"), "a stored or deflated member")),
        };
        Ok(Box::new(Checked { text: CrcReader::new(text), size: self.size, crc: self.crc }))
    }
}

/// A member's text, whose size and checksum are checked at its end.
struct Checked {
    text: CrcReader<TextStream>,
    size: u64,
    crc: u32,
}

impl Read for Checked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.text.read(buffer)?;
        if read == 0 && !buffer.is_empty() {
            self.check()?;
        }
        Ok(read)
    }
}

impl Checked {
    fn check(&self) -> io::Result<()> {
        let (sum, amount) = (self.text.crc().sum(), self.text.crc().amount());
        let (size, crc) = (self.size, self.crc);
        // flate2 counts bytes modulo 2^32.
        if sum == crc && u64::from(amount) == size & u64::from(u32::MAX) {
            return Ok(());
        }
        let message = format!(
            "damaged ZIP member: found {amount} bytes with CRC-32 {sum:08x}, expected {size} bytes with CRC-32 {crc:08x}"
        );
        Err(io::Error::new(io::ErrorKind::InvalidData, message))
    }
}
