//! A parser of comma-separated values as RFC 4180 describes them.

/// A record with its fields and line number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record {
    /// The number of its first line, from 1.
    pub line: usize,
    /// The fields, unquoted; blanks outside the quotes are removed.
    pub fields: Vec<String>,
}

/// The records of `text`. Lines may end in LF or CRLF; blank lines and lines that begin with `#`
/// are skipped; a byte order mark is ignored.
///
/// # Errors
/// The number of the first line of a record with a quote that is never closed, or with text before
/// an opening quote or after a closing one in its field.
pub(super) fn records(text: &str) -> Result<Vec<Record>, usize> {
    let mut records = Vec::new();
    let mut lines = text.trim_start_matches('\u{feff}').split('\n').zip(1..);
    while let Some((first, line)) = lines.next() {
        if first.trim().is_empty() || first.starts_with('#') {
            continue;
        }
        let mut whole = first.trim_end_matches('\r').to_owned();
        // A quoted field may contain line breaks.
        while !whole.matches('"').count().is_multiple_of(2) {
            let (next, _) = lines.next().ok_or(line)?;
            whole = format!("{whole}\n{}", next.trim_end_matches('\r'));
        }
        records.push(Record { line, fields: fields(&whole).ok_or(line)? });
    }
    Ok(records)
}

/// The fields of a record; `None` where a quote is not closed, or its field has text outside it.
fn fields(record: &str) -> Option<Vec<String>> {
    let mut fields = Vec::new();
    let mut rest = record;
    loop {
        let (field, after) = if let Some(quoted) = rest.trim_start().strip_prefix('"') {
            quoted_field(quoted)?
        } else {
            let (field, after) = rest.split_once(',').map_or((rest, None), |(field, after)| (field, Some(after)));
            (!field.contains('"')).then(|| (field.trim().to_owned(), after))?
        };
        fields.push(field);
        match after {
            Some(after) => rest = after,
            None => return Some(fields),
        }
    }
}

/// The field after its opening quote, and the text after the next comma if there is one; `None`
/// where the quote is not closed, or text follows the closing one.
fn quoted_field(text: &str) -> Option<(String, Option<&str>)> {
    let mut field = String::new();
    let mut rest = text;
    loop {
        let (before, after) = rest.split_once('"')?;
        field.push_str(before);
        if let Some(after) = after.strip_prefix('"') {
            field.push('"');
            rest = after;
            continue;
        }
        let after = after.trim_start();
        return match after.strip_prefix(',') {
            Some(after) => Some((field, Some(after))),
            None => after.is_empty().then_some((field, None)),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_split_at_commas_outside_quotes_and_keep_their_line_numbers() {
        let text = "\u{feff}a, b\r\n\n# a comment, skipped\n\"x, \"\"y\"\"\",2\n\"two\nlines\",\n1";
        let record =
            |line, fields: &[&str]| Record { line, fields: fields.iter().copied().map(str::to_owned).collect() };
        let expected =
            [record(1, &["a", "b"]), record(4, &["x, \"y\"", "2"]), record(5, &["two\nlines", ""]), record(7, &["1"])];
        assert_eq!(records(text).unwrap(), expected);
    }

    #[test]
    fn a_quote_out_of_place_is_an_error_with_its_line() {
        assert_eq!(records("a\n\"open,1\n2"), Err(2));
        assert_eq!(records("\"a\"b,1"), Err(1));
        for unquoted in ["a\"b", "a\"b\"", "a\"b\nc\"d"] {
            assert_eq!(records(&format!("x\n1, {unquoted}")), Err(2), "{unquoted}");
        }
    }
}
