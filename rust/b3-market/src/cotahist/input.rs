//! The text of a COTAHIST file, out of its ZIP where it is in one.

use std::io::{self, Read, Seek, SeekFrom};

use super::archive;
use super::error::Error;
use super::read_ahead::ReadAhead;

/// Text as it streams in.
pub(super) type Text = Box<dyn Read + Send>;

/// The text in `input`, which is a text or a ZIP that holds it, and the name of the file for errors.
pub(super) fn text_of<R>(mut input: R, file: String) -> Result<(Text, String), Error>
where
    R: Read + Seek + Send + 'static,
{
    match is_zip(&mut input) {
        Ok(true) => {
            let (text, file) = archive::member(input, &file)?;
            match ReadAhead::of(text) {
                Ok(text) => Ok((Box::new(text), file)),
                Err(source) => Err(Error::Open { file, source }),
            }
        }
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
