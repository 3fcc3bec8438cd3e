//! Options whose values have names, such as `every="1w"`.

use crate::error::{Error, Result};

/// Gives an enum the table `NAMED` of its values and reads them from their names; another text is
/// an error that lists the names.
macro_rules! named_option {
    ($option:literal, $type:ident, $($name:literal => $value:ident),+) => {
        impl $type {
            /// Each value with its name.
            pub const NAMED: &[(&str, Self)] = &[$(($name, Self::$value)),+];
        }

        impl std::str::FromStr for $type {
            type Err = crate::error::Error;

            fn from_str(name: &str) -> crate::error::Result<Self> {
                crate::named_option::value_named(name, $option, Self::NAMED)
            }
        }
    };
}
pub(crate) use named_option;

/// The value of this name; if there is none, an error with the name of the option.
pub(crate) fn value_named<T: Copy>(name: &str, option: &str, values: &[(&str, T)]) -> Result<T> {
    let found = values.iter().find(|(known, _)| *known == name);
    found.map(|(_, value)| *value).ok_or_else(|| {
        let mut names: Vec<&str> = values.iter().map(|(known, _)| *known).collect();
        let last = names.pop().unwrap_or_default();
        Error::option(option, format!("{name:?}"), &format!("{} or {last}", names.join(", ")))
    })
}
