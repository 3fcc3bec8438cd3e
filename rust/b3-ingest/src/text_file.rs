//! Reading of text files that a user wrote.

use std::path::Path;

use crate::IngestError;

/// The text of a file.
///
/// # Errors
/// [`IngestError::File`] if it cannot be read, [`IngestError::Argument`] with the line and
/// character at which it is not UTF-8.
pub(crate) fn read(path: &Path) -> Result<String, IngestError> {
    let bytes = std::fs::read(path).map_err(|error| IngestError::file(path, error))?;
    String::from_utf8(bytes).map_err(|error| {
        let (valid, rest) = error.as_bytes().split_at(error.utf8_error().valid_up_to());
        let before = String::from_utf8_lossy(valid);
        let line = before.matches('\n').count() + 1;
        let character = before.rsplit('\n').next().map_or(0, |text| text.chars().count()) + 1;
        let found = rest.first().map_or_else(String::new, |byte| format!("0x{byte:02X}"));
        let place = format!("{}: line {line}, character {character}", path.display());
        IngestError::Argument(format!("{place}: byte {found} is not UTF-8; save the file as UTF-8"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_that_is_not_utf8_is_named_with_its_line_and_character() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events.csv");
        for (bytes, place) in [
            (&b"ticker\nPETR4,ordin\xe1rio"[..], "line 2, character 12"),
            (b"\xffPETR4", "line 1, character 1"),
            (b"a\na\xc3\xa7\xc3\xa3o\n\xc3", "line 3, character 1"),
        ] {
            std::fs::write(&path, bytes).unwrap();
            let error = read(&path).unwrap_err().to_string();
            assert!(error.contains(&format!("events.csv: {place}: byte 0x")), "{error}");
        }
        std::fs::write(&path, "ação").unwrap();
        assert_eq!(read(&path).unwrap(), "ação");
    }
}
