//! The counts of a file that was read, and whether it was complete.

use std::fmt;

/// What was read; final once the reader has reached the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// Records of every type, header and trailer included.
    pub records: u64,
    /// Quote records of every market.
    pub quotes: u64,
    /// Quote records of the selected markets and tickers.
    pub selected: u64,
    /// Which records the trailer counts; `None` if there is no trailer, or its count is wrong.
    pub trailer: Option<TrailerCount>,
    /// Why the file is incomplete; set only if the [`Options`](crate::Options) allow such files.
    pub incomplete: Option<Incomplete>,
}

/// Which records a file's trailer counts.
///
/// A count of quotes that is two too high looks like a count of every record. If two files of one
/// source differ in this, check both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrailerCount {
    /// Every record, header and trailer included, as in B3's files up to 2024 and most later ones.
    EveryRecord,
    /// Only the quotes, as a year file of 2026 is reported to do.
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

/// Why a file is incomplete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Incomplete {
    /// The trailer's count is wrong.
    Miscounted {
        /// The count in the trailer.
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
        /// The number of the cut line, from 1.
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
