//! The options of a refiner.

use crate::actions::Actions;
use crate::error::{Error, Result};
use crate::every::Every;
use crate::named_option::named_option;
use crate::window::{default_span, require_distinct_windows};

/// The options of a [`Refiner`](crate::Refiner).
#[derive(Debug, Clone)]
pub struct RefineOptions {
    /// The period of a refined bar.
    pub every: Every,
    /// The windows of the moving averages, in bars: at least one, distinct, each from 1 to
    /// `LONGEST_WINDOW`, in the order of the columns.
    pub windows: Vec<u32>,
    /// Whether the columns get their published names, `fechamento` for `close`.
    pub rename: bool,
    /// How raw bars that break a rule are treated.
    pub on_invalid: OnInvalid,
    /// The known corporate actions.
    pub actions: Actions,
    /// Whether older prices are converted over splits and bonuses.
    pub adjust: Adjust,
    /// What becomes of values that look across a change of shares by an unknown factor.
    pub unknown_actions: UnknownActions,
}

/// How raw bars that break a rule are treated. The rules: finite prices above 0, open and close
/// from low to high, no negative volume, no unknown source, one bar for each ticker, date, source
/// and start, no daily bar beside intraday ones of its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnInvalid {
    /// They are used as they are: a null or NaN close makes null exactly the windows and returns
    /// that contain it. An unknown source or a duplicate key is an error, because no rule says
    /// which row counts.
    Accept,
    /// The first one is an error.
    Raise,
    /// Each becomes a result row whose column `rejected` says why, as does each bar of a less
    /// trusted source; with `Accept` and `Raise` such a bar is left out and is no error.
    Keep,
}

named_option!("on_invalid", OnInvalid, "accept" => Accept, "raise" => Raise, "keep" => Keep);

/// How prices on both sides of a split or bonus are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Adjust {
    /// Older prices are converted to the shares of the bar whose window contains them.
    Splits,
    /// Every price counts as traded.
    None,
}

named_option!("adjust", Adjust, "splits" => Splits, "none" => None);

/// What becomes of values that look across a change of shares by an unknown factor (`sem_fator`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnknownActions {
    /// Null.
    Null,
    /// Computed as if the shares had not changed.
    Keep,
}

named_option!("unknown_actions", UnknownActions, "null" => Null, "keep" => Keep);

/// The options that say how bars are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Comparison {
    pub(crate) adjust: Adjust,
    pub(crate) unknown_actions: UnknownActions,
}

impl Default for RefineOptions {
    fn default() -> Self {
        Self {
            every: Every::Day,
            windows: vec![5, 20, 50, 200],
            rename: true,
            on_invalid: OnInvalid::Accept,
            actions: Actions::default(),
            adjust: Adjust::Splits,
            unknown_actions: UnknownActions::Null,
        }
    }
}

impl RefineOptions {
    pub(crate) fn comparison(&self) -> Comparison {
        Comparison { adjust: self.adjust, unknown_actions: self.unknown_actions }
    }

    /// The largest age of a previous bar: twice the longest window, in sessions or periods. Fails
    /// if there is no window, one is 0 or too long, or one is given twice.
    pub(crate) fn lookback(&self) -> Result<u32> {
        require_distinct_windows(&self.windows)?;
        let longest = self.windows.iter().max();
        let longest = longest.ok_or_else(|| Error::option("windows", "none", "at least one window"))?;
        Ok(default_span(*longest))
    }
}
