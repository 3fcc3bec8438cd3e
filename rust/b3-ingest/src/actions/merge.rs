//! The merge of a run's events with those stored in an object of `actions/`.

use std::collections::{BTreeMap, BTreeSet};

use b3_market::Ticker;
use b3_market::lake::ActionClass;
use chrono::NaiveDate;

use super::event::{Action, Event};

/// The events of one ticker from a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TickerEvents {
    pub ticker: Ticker,
    /// Its events, in any order.
    pub events: Vec<SourceEvent>,
    /// The ex-dates for which the source is complete: a stored event that it does not list was
    /// withdrawn, and is removed. On other dates nothing is removed, and new rows are added only if
    /// the source lists all stored ones.
    pub complete: CompleteDates,
    /// Ex-dates with an unreadable row of the source: stored rows stay, and no new ones are added.
    pub held: BTreeSet<NaiveDate>,
    /// The class of events that the source does not list in full, if any: stored rows of the class
    /// stay, except on ex-dates with a new one.
    pub staying_class: Option<ActionClass>,
}

impl TickerEvents {
    /// The events of a source that is complete on the dates of `complete`.
    pub(crate) fn new(ticker: Ticker, events: Vec<Event>, complete: CompleteDates) -> Self {
        let events = events.into_iter().map(Into::into).collect();
        Self { ticker, events, complete, held: BTreeSet::new(), staying_class: None }
    }
}

/// An event from the source, with alternatives that an earlier run may have stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SourceEvent {
    pub event: Event,
    /// The same cash with larger amounts: an event may be the sum of equal payments, of which the
    /// source may have listed more earlier. Such an amount, if stored, stays instead of `event`.
    pub or_stored: Vec<Action>,
}

/// The ex-dates for which a source's answer is complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CompleteDates {
    /// Every date.
    All,
    /// No date: no stored event is removed.
    Nothing,
    /// From the first date to the second, both included.
    Between(NaiveDate, NaiveDate),
}

impl CompleteDates {
    /// Whether the answer is complete for `date`.
    pub(crate) fn contains(self, date: NaiveDate) -> bool {
        match self {
            Self::All => true,
            Self::Nothing => false,
            Self::Between(from, to) => (from..=to).contains(&date),
        }
    }
}

impl From<Event> for SourceEvent {
    fn from(event: Event) -> Self {
        Self { event, or_stored: Vec::new() }
    }
}

/// The rows that a run found for one ex-date, called new even where an equal row is stored, and the
/// tickers whose stored rows the run may replace.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Day {
    by_ticker: BTreeMap<Ticker, TickerDay>,
}

/// A ticker's new rows on one ex-date, and which of its stored rows they replace.
#[derive(Debug, Clone, PartialEq, Eq)]
struct TickerDay {
    new: Vec<SourceEvent>,
    /// The class whose stored rows stay, if any.
    staying_class: Option<ActionClass>,
    /// Whether the source is complete for the date; if not, it may lack rows that are still valid.
    complete: bool,
}

/// The changes to a ticker's rows on one ex-date.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Change {
    /// The number of rows that the object did not have.
    pub added: usize,
    pub removed: Vec<Action>,
    /// New rows that are not written: the source is not complete for the date, and other rows are
    /// stored.
    pub kept_out: Vec<Action>,
}

impl Day {
    /// A day for each ex-date with a new event, and each `stored` one for which a source is
    /// complete; a ticker's `held` dates do not count.
    pub(super) fn days(events: &[TickerEvents], stored: &BTreeSet<NaiveDate>) -> BTreeMap<NaiveDate, Self> {
        let mut days: BTreeMap<NaiveDate, Self> = BTreeMap::new();
        for TickerEvents { ticker, events, complete, held, staying_class } in events {
            let empty = |complete| TickerDay { new: Vec::new(), staying_class: *staying_class, complete };
            for date in stored.iter().filter(|date| complete.contains(**date) && !held.contains(date)) {
                days.entry(*date).or_default().by_ticker.insert(*ticker, empty(true));
            }
            for found in events.iter().filter(|found| !held.contains(&found.event.ex_date)) {
                let Event { ex_date, action } = &found.event;
                let by_ticker = &mut days.entry(*ex_date).or_default().by_ticker;
                let day = by_ticker.entry(*ticker).or_insert_with(|| empty(complete.contains(*ex_date)));
                day.staying_class = day.staying_class.filter(|class| *class != action.kind.class());
                day.new.push(found.clone());
            }
        }
        days
    }

    /// Whether the day has rows to write, and not only rows to remove.
    pub(super) fn has_new_rows(&self) -> bool {
        self.by_ticker.values().any(|day| !day.new.is_empty())
    }

    /// Whether `stored` contains rows that the day may replace.
    pub(super) fn concerns(&self, stored: &[Action]) -> bool {
        self.by_ticker.iter().any(|(ticker, day)| stored.iter().any(|action| day.may_replace(*ticker, action)))
    }

    /// The tickers whose rows may be replaced.
    pub(super) fn tickers(&self) -> impl Iterator<Item = Ticker> + '_ {
        self.by_ticker.keys().copied()
    }

    /// The rows of the object after the run, in any order, and the changes of each ticker.
    pub(super) fn applied(&self, mut rows: Vec<Action>) -> (Vec<Action>, BTreeMap<Ticker, Change>) {
        let changes = self.by_ticker.iter().map(|(ticker, day)| (*ticker, day.replace(*ticker, &mut rows))).collect();
        (rows, changes)
    }
}

impl TickerDay {
    fn may_replace(&self, ticker: Ticker, stored: &Action) -> bool {
        stored.ticker == ticker && self.staying_class != Some(stored.kind.class())
    }

    /// Replaces the ticker's rows among `rows`, those of an object, if the source is complete for
    /// the date or lists all of them.
    fn replace(&self, ticker: Ticker, rows: &mut Vec<Action>) -> Change {
        let stored: Vec<Action> = rows.extract_if(.., |row| self.may_replace(ticker, row)).collect();
        let (mut not_listed, mut unchanged, mut added) = (stored.clone(), Vec::new(), Vec::new());
        for SourceEvent { event, or_stored } in &self.new {
            let mut alternatives = or_stored.iter().chain([&event.action]);
            if let Some(position) = alternatives.find_map(|row| not_listed.iter().position(|stored| stored == row)) {
                unchanged.push(not_listed.swap_remove(position));
            } else {
                added.push(event.action.clone());
            }
        }
        if !self.complete && !not_listed.is_empty() {
            rows.extend(stored);
            return Change { kept_out: added, ..Change::default() };
        }
        not_listed.sort();
        let change = Change { added: added.len(), removed: not_listed, kept_out: Vec::new() };
        rows.extend(unchanged.into_iter().chain(added));
        change
    }
}

#[cfg(test)]
mod tests {
    use b3_market::lake::ActionKind;

    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn dividend(ticker: &str, amount: i64) -> Action {
        Action::new(ticker.parse().unwrap(), ActionKind::Dividend, None).paying(amount)
    }

    fn events_of(ticker: &str, events: &[(&str, i64)], complete: CompleteDates) -> TickerEvents {
        let event =
            |(ex_date, amount): &(&str, i64)| Event { ex_date: date(ex_date), action: dividend(ticker, *amount) };
        let events = events.iter().map(event).collect();
        TickerEvents::new(ticker.parse().unwrap(), events, complete)
    }

    fn days(events: &[TickerEvents], stored: &[&str]) -> BTreeMap<NaiveDate, Day> {
        Day::days(events, &stored.iter().map(|text| date(text)).collect())
    }

    fn rows_after(day: &Day, stored: &[Action]) -> Vec<Action> {
        let (rows, _changes) = day.applied(stored.to_vec());
        rows
    }

    #[test]
    fn on_dates_for_which_a_source_is_not_complete_it_removes_nothing() {
        let complete = CompleteDates::Between(date("2024-05-02"), date("2024-05-31"));
        let stored = ["2024-05-01", "2024-05-02", "2024-05-31", "2024-06-03"];
        let inside: Vec<String> =
            days(&[events_of("PETR4", &[], complete)], &stored).keys().map(ToString::to_string).collect();
        assert_eq!(inside, ["2024-05-02", "2024-05-31"]);
        assert!(days(&[events_of("PETR4", &[], CompleteDates::Nothing)], &stored).is_empty());
        let days = days(&[events_of("PETR4", &[("2024-05-02", 2)], CompleteDates::Nothing)], &stored);
        let added = [dividend("PETR4", 2)];
        let another = [dividend("PETR4", 1)];
        assert_eq!(rows_after(&days[&date("2024-05-02")], &[]), added);
        let (rows, changes) = days[&date("2024-05-02")].applied(another.to_vec());
        assert_eq!(rows, another);
        assert_eq!(changes[&"PETR4".parse().unwrap()], Change { kept_out: added.to_vec(), ..Change::default() });
    }

    #[test]
    fn a_date_that_is_held_stays_as_it_is() {
        let mut of_ticker = events_of("PETR4", &[("2024-05-02", 2)], CompleteDates::All);
        of_ticker.held.insert(date("2024-05-02"));
        assert!(days(&[of_ticker], &["2024-05-02"]).is_empty());
    }

    #[test]
    fn a_staying_class_is_replaced_only_on_dates_with_a_new_row_of_it() {
        let split = |new| Action::new("PETR4".parse().unwrap(), ActionKind::Split, None).giving(new, 1);
        let mut of_ticker = events_of("PETR4", &[("2024-05-02", 2)], CompleteDates::All);
        of_ticker.staying_class = Some(ActionClass::Cash);
        let days = days(&[of_ticker], &["2024-05-02", "2024-05-03"]);
        let stored = [dividend("PETR4", 1), split(2)];
        assert_eq!(rows_after(&days[&date("2024-05-02")], &stored), [dividend("PETR4", 2)]);
        assert_eq!(rows_after(&days[&date("2024-05-03")], &stored), [dividend("PETR4", 1)]);
    }

    #[test]
    fn two_equal_rows_are_two_and_a_stored_one_is_no_change() {
        let days = days(&[events_of("PETR4", &[("2024-05-02", 2), ("2024-05-02", 2)], CompleteDates::All)], &[]);
        let day = &days[&date("2024-05-02")];
        let (rows, changes) = day.applied(vec![dividend("PETR4", 2)]);
        assert_eq!(rows, [dividend("PETR4", 2), dividend("PETR4", 2)]);
        assert_eq!(changes[&"PETR4".parse().unwrap()].added, 1);
        let (_rows, changes) = day.applied(rows);
        assert!(changes.values().all(|change| *change == Change::default()));
    }

    #[test]
    fn a_larger_amount_stays_if_it_is_stored_and_is_not_added_if_it_is_not() {
        let mut of_ticker = events_of("PETR4", &[("2024-05-02", 2)], CompleteDates::All);
        of_ticker.events[0].or_stored = vec![dividend("PETR4", 6), dividend("PETR4", 4)];
        let days = days(&[of_ticker], &[]);
        for (stored, expected) in [(4, 4), (2, 2), (9, 2)] {
            let rows = rows_after(&days[&date("2024-05-02")], &[dividend("PETR4", stored)]);
            assert_eq!(rows, [dividend("PETR4", expected)]);
        }
    }

    #[test]
    fn a_day_concerns_the_rows_of_its_tickers_and_classes_and_has_new_rows_if_an_event_is_new() {
        let mut of_ticker = events_of("PETR4", &[("2024-05-02", 2)], CompleteDates::All);
        of_ticker.staying_class = Some(ActionClass::Share);
        let days = days(&[of_ticker], &["2024-05-02", "2024-05-03"]);
        let (new, old) = (&days[&date("2024-05-02")], &days[&date("2024-05-03")]);
        assert_eq!((new.has_new_rows(), old.has_new_rows()), (true, false));
        let split = Action::new("PETR4".parse().unwrap(), ActionKind::Split, None).giving(2, 1);
        for (stored, concerns) in [
            (vec![dividend("PETR4", 1)], true),
            (vec![dividend("VALE3", 1)], false),
            (vec![split], false),
            (vec![], false),
        ] {
            assert_eq!(old.concerns(&stored), concerns, "{stored:?}");
        }
        assert_eq!(old.tickers().map(|ticker| ticker.to_string()).collect::<Vec<_>>(), ["PETR4"]);
    }
}
