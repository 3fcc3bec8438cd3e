//! The conversions between the values of an enum and their names.

/// Implements `FromStr` and `Display` for an enum that has `ALL` and `as_str`; text that is no name
/// is the error `$unknown`.
macro_rules! by_name {
    ($named:ident, $unknown:ident) => {
        impl std::str::FromStr for $named {
            type Err = $unknown;

            fn from_str(name: &str) -> Result<Self, Self::Err> {
                let named = Self::ALL.into_iter().find(|value| value.as_str() == name);
                named.ok_or_else(|| $unknown { found: name.to_owned() })
            }
        }

        impl std::fmt::Display for $named {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

pub(super) use by_name;
