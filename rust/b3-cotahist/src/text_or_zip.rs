//! The text of a COTAHIST file, read directly or from a ZIP.

use std::io::{self, Read, Seek, SeekFrom};

use crate::error::Error;
use crate::zip_member;

/// The text of `input`, which is a text or a ZIP that contains it, and the file's name for errors.
pub(crate) fn text_of<R>(mut input: R, file: String) -> Result<(Box<dyn Read + Send>, String), Error>
where
    R: Read + Seek + Send + 'static,
{
    match is_zip(&mut input) {
        Ok(true) => {
            let (text, file) = zip_member::member(input, &file)?;
            Ok((Box::new(text), file))
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
