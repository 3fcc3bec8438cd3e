//! Options whose values have names.

use crate::error::{Error, Result};

/// The value that `text` names among `values`; if there is none, an error with the option's name.
pub(crate) fn option_value<T: Copy>(option: &str, text: &str, values: &[(&str, T)], expected: &str) -> Result<T> {
    let found = values.iter().find(|(name, _)| *name == text);
    found.map(|(_, value)| *value).ok_or_else(|| Error::option(option, format!("{text:?}"), expected))
}
