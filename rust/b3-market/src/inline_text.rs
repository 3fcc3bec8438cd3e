//! The text forms of codes that are stored inline.

/// Implements `Display` and `Debug` for a type with a method that returns its text: `PETR4` and
/// `Ticker(PETR4)`.
macro_rules! shown_as_text {
    ($type:ident, $text:ident) => {
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&self.$text())
            }
        }

        impl std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($type), "({})"), self)
            }
        }
    };
}

pub(crate) use shown_as_text;
