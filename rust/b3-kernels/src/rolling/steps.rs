//! Steps: the rows where the unit of a series changes, by splits and bonuses or by an unknown
//! factor.

use std::collections::BTreeSet;
use std::ops::Range;

/// A change of unit between the row before `row` and `row`.
///
/// The bars of a window are converted to the unit of its last bar. The steps of a
/// [`Series`](super::Series) ascend strictly: several events between two bars are one step with the
/// product of their factors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// The first row in the new unit; a step at row 0 changes nothing.
    pub row: usize,
    /// How the unit changes.
    pub change: Change,
}

/// The relation between the units before and after a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// `old` shares became `new` ones, both above 0: an older price is multiplied by `old / new`.
    ///
    /// A series of volumes gets the [`inverse`](Change::inverse), because there are `new / old`
    /// times as many shares.
    Shares {
        /// Shares after the event: 2 after a split of 2 for 1.
        new: u64,
        /// Shares before the event.
        old: u64,
    },
    /// The factor is unknown, as after a change of currency: a window that contains the step is
    /// null.
    Unknown,
}

impl Change {
    /// The change for numbers of shares that corresponds to this change for numbers per share, and
    /// the other way round.
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

impl Step {
    /// New and old shares; 1 and 1 where the change has no factor.
    pub(crate) fn shares(&self) -> (u64, u64) {
        match self.change {
            Change::Shares { new, old } => (new, old),
            Change::Unknown => (1, 1),
        }
    }
}

/// Panics if steps do not ascend or have 0 shares.
pub(super) fn check_steps(steps: &[Step]) {
    assert!(steps.is_sorted_by(|one, other| one.row < other.row), "one step a row, ascending");
    assert!(steps.iter().map(Step::shares).all(|(new, old)| new > 0 && old > 0), "shares above 0");
}

/// The steps between two rows of `run`.
pub(crate) fn steps_within<'a>(steps: &'a [Step], run: &Range<usize>) -> &'a [Step] {
    let first = steps.partition_point(|step| step.row <= run.start);
    let end = steps.partition_point(|step| step.row < run.end);
    &steps[first..end.max(first)]
}

/// The steps of several series, completed so that all have steps at the same rows: 1 for 1 where
/// only another series changes, unknown where one of them is unknown.
pub(crate) fn aligned_steps<const N: usize>(series: [&[Step]; N]) -> [Vec<Step>; N] {
    series.into_iter().for_each(check_steps);
    let rows: BTreeSet<usize> = series.iter().flat_map(|steps| steps.iter().map(|step| step.row)).collect();
    let change = |steps: &[Step], row: usize| {
        let found = steps.iter().find(|step| step.row == row);
        found.map_or(Change::Shares { new: 1, old: 1 }, |step| step.change)
    };
    let is_unknown = |row: usize| series.iter().any(|steps| change(steps, row) == Change::Unknown);
    series.map(|steps| {
        let step = |row: &usize| {
            let change = if is_unknown(*row) { Change::Unknown } else { change(steps, *row) };
            Step { row: *row, change }
        };
        rows.iter().map(step).collect()
    })
}

/// The steps of a series for kernels that carry a state from row to row.
pub(crate) struct StepCursor<'a> {
    rest: &'a [Step],
}

impl<'a> StepCursor<'a> {
    /// The steps after row 0.
    pub(crate) fn new(steps: &'a [Step]) -> Self {
        Self { rest: steps_within(steps, &(0..usize::MAX)) }
    }

    /// The change at `row`; must be called for every row in turn.
    #[inline(always)]
    pub(crate) fn at(&mut self, row: usize) -> Option<Change> {
        let (step, rest) = self.rest.split_first()?;
        (step.row == row).then(|| {
            self.rest = rest;
            step.change
        })
    }
}
