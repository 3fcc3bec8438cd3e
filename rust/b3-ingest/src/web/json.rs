//! Parsing of response bodies that should be JSON.

use serde_json::Value;

/// The JSON in `body`, with or without a byte order mark.
///
/// # Errors
/// What the body is instead: empty, HTML, cut or malformed JSON, other text.
pub(crate) fn json_in(body: &str) -> Result<Value, String> {
    let body = body.trim_start_matches('\u{feff}');
    serde_json::from_str(body).map_err(|error| not_json(body, &error))
}

fn not_json(body: &str, error: &serde_json::Error) -> String {
    const SHOWN: usize = 40;
    let start: String = body.trim_start().chars().take(SHOWN).collect();
    match start.chars().next() {
        None => "an empty body where json was expected".to_owned(),
        Some('{' | '[') => format!("json that is cut or malformed: {error}"),
        Some('<') => "html where json was expected".to_owned(),
        Some(_) => format!("'{}' where json was expected", start.escape_debug()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_json_is_named() {
        let cases = [
            ("", "an empty body where json was expected"),
            (" \r\n", "an empty body where json was expected"),
            ("<html>Too busy</html>", "html where json was expected"),
            ("Service Unavailable", "'Service Unavailable' where json was expected"),
        ];
        for (body, expected) in cases {
            assert_eq!(json_in(body).unwrap_err(), expected);
        }
        for cut in [r#"{"page":{"pageN"#, r#"[{"code":"AB"#] {
            assert!(json_in(cut).unwrap_err().starts_with("json that is cut or malformed: EOF"), "{cut}");
        }
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_json() {
        assert_eq!(json_in("\u{feff}[1]").unwrap(), serde_json::json!([1]));
    }
}
