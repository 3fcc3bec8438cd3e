use std::fmt;

/// What was read, final once the reader has come to the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// Records of every type, header and trailer included.
    pub records: u64,
    /// Quote records of every market.
    pub quotes: u64,
    /// Quote records of the markets and tickers asked for.
    pub selected: u64,
    /// Which records the trailer counts; `None` where there is no trailer, or one whose count is wrong.
    pub trailer: Option<TrailerCount>,
    /// What is missing; only ever set with [`allow_incomplete`](super::Options::allow_incomplete).
    pub incomplete: Option<Incomplete>,
}

/// Which records a file's trailer counts.
///
/// A file that counts quotes alone, less two of them, looks like one that counts every record: where two files of one
/// origin differ in this, look twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrailerCount {
    /// Every record, header and trailer included, as in B3's files up to 2024 and most later ones.
    EveryRecord,
    /// The quotes alone, as a year file of 2026 is reported to do.
    Quotes,
}

impl fmt::Display for TrailerCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EveryRecord => "every record",
            Self::Quotes => "quotes alone",
        })
    }
}

/// How a file falls short of its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Incomplete {
    /// The trailer counts other records than there are.
    Miscounted {
        /// Records that the trailer counts.
        stated: u64,
        /// Records in the file.
        found: u64,
    },
    /// The file ends without a trailer.
    NoTrailer {
        /// Records in the file.
        found: u64,
    },
    /// The file ends within a line, which is left out.
    Cut {
        /// The cut line.
        line: u64,
    },
}

impl fmt::Display for Incomplete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Miscounted { stated, found } => {
                write!(f, "the trailer counts {stated} records, the file holds {found}")
            }
            Self::NoTrailer { found } => {
                write!(f, "the file ends without a trailer after {found} records")
            }
            Self::Cut { line } => write!(f, "the file is cut within line {line}"),
        }
    }
}
