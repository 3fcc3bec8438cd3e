//! Enums whose values have names in the lake's keys and columns.

/// Text that is the name of no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown {what} '{found}': expected {expected}")]
pub struct UnknownName {
    pub(super) what: &'static str,
    pub(super) found: String,
    pub(super) expected: &'static str,
}

/// Defines an enum by its values and their names. `$what` and `$expected` are words of the error
/// [`UnknownName`].
macro_rules! named_enum {
    (
        $(#[$doc:meta])*
        enum $type:ident($what:literal, expected $expected:literal) {
            $($(#[$value_doc:meta])* $value:ident = $name:literal,)*
        }
    ) => {
        $(#[$doc])*
        ///
        /// # Errors
        /// Parsing other text than its names fails with [`UnknownName`](crate::lake::UnknownName).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $type {
            $($(#[$value_doc])* $value,)*
        }

        impl $type {
            /// Every value, in order.
            pub const ALL: &[Self] = &[$(Self::$value),*];

            /// The names, as an error message lists them.
            pub const EXPECTED: &str = $expected;

            /// The name in the lake's keys and columns.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$value => $name,)*
                }
            }
        }

        impl std::str::FromStr for $type {
            type Err = crate::lake::UnknownName;

            fn from_str(name: &str) -> Result<Self, Self::Err> {
                let named = Self::ALL.iter().copied().find(|value| value.as_str() == name);
                named.ok_or_else(|| Self::Err { what: $what, found: name.to_owned(), expected: Self::EXPECTED })
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

pub(super) use named_enum;
