//! Where the unit of a series changes: splits and bonuses, and changes that no factor describes.

/// A change of unit between the row before `row` and `row`.
///
/// The bars of a window count in the unit of its last bar. The steps of a [`Series`](super::Series) ascend strictly:
/// several events between two bars are one step, their factors multiplied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// The first row in the new unit; a step at row 0 changes nothing.
    pub row: usize,
    /// What changes there.
    pub change: Change,
}

/// How the numbers before a step compare with those from it on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// `old` shares became `new` ones, both above 0: an older price enters a later window times `old / new`.
    ///
    /// A series of volumes is given the [`inverse`](Change::inverse): there are `new / old` times as many shares.
    Shares {
        /// Shares after the event: 2 after a split of 2 for 1.
        new: u64,
        /// The shares that they were before.
        old: u64,
    },
    /// By how much is not known, as after a change of currency: a window that looks across is null.
    Unknown,
}

impl Change {
    /// The change of what counts shares where this one is that of what is counted per share, and the other way round.
    ///
    /// ```
    /// use b3_kernels::rolling::Change;
    /// assert_eq!(Change::Shares { new: 2, old: 1 }.inverse(), Change::Shares { new: 1, old: 2 });
    /// assert_eq!(Change::Unknown.inverse(), Change::Unknown);
    /// ```
    #[must_use]
    pub fn inverse(self) -> Self {
        match self {
            Self::Shares { new, old } => Self::Shares { new: old, old: new },
            Self::Unknown => Self::Unknown,
        }
    }
}
