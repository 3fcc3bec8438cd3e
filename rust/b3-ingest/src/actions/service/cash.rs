//! Dividends, interest on capital and returns of capital, from two lists of B3's service: rows of
//! the history name a share class, rows of the last year's list a paper and a date of payment.

use serde_json::Value;

use super::super::merge::SourceEvent;
use super::cash_rows::{CashFields, CashRows, grouped};
use super::paper::Paper;
use super::row::PaperEvents;

const HISTORY: CashFields = CashFields {
    label: "corporateAction",
    last_day: "lastDatePriorEx",
    value: "valueCash",
    shares: Some("quotedPerShares"),
};
const LAST_YEAR: CashFields = CashFields { label: "label", last_day: "lastDatePrior", value: "rate", shares: None };

/// How equal rows of the history of cash are counted.
///
/// An amount that is paid on several dates has one row for each, but the history has no dates of
/// payment: equal rows may be payments or repetitions. The last year's list has the dates, so its
/// different rows are payments, and their number counts for the cash that it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum RepeatedCash {
    /// As repetitions, unless the last year's list has the cash
    #[default]
    Once,
    /// As payments, unless the last year's list has the cash
    Each,
}

/// Reads the cash of `paper`: the rows of `history` with its class, and the rows of `recent`, the
/// last year's list, with its ISIN and of a kind and ex-date that the history does not have.
pub(super) fn read_cash(
    paper: Paper,
    history: &[Value],
    recent: &[Value],
    repeated: RepeatedCash,
    reading: &mut PaperEvents,
) {
    let class = paper.class();
    let history_rows = reading.rows_with("typeStock", class, "cash history", history);
    let of_history = grouped(history_rows, &HISTORY, reading);
    let recent_rows = reading.rows_of("cashDividends", paper, recent);
    let of_recent = grouped(recent_rows, &LAST_YEAR, reading);
    // Each group of the last year's list, with the history's group of the same cash.
    let pairs: Vec<_> = of_recent.iter().map(|rows| (rows, rows.same_in(&of_history))).collect();
    for rows in &of_history {
        let its_pairs = pairs.iter().filter(|(_recent, same)| *same == Some(rows));
        // `None` without a pair, because the list then lacks this cash.
        let proven = its_pairs.map(|(recent, _same)| recent.distinct_rows).reduce(|sum, rows| sum + rows);
        add(paper, rows, proven, repeated, reading);
    }
    for (rows, same) in pairs {
        if !of_history.iter().any(|other| rows.is_of_same_event(other)) {
            add(paper, rows, Some(rows.distinct_rows), repeated, reading);
        } else if same.is_none() {
            let value = rows.value.normalize();
            reading.remarks.push(format!(
                "{}: {value}, of which the cash history says another amount, is left out",
                rows.row.name()
            ));
        }
    }
}

/// Adds the event of `rows`, all of one kind, date and value: the value times their number of
/// payments. Rows that differ are different payments, and `proven` is the number of payments in the
/// last year's list, `None` if it lacks this cash; then `repeated` says what equal rows are.
///
/// The last year's list forgets cash after a year, so an earlier run may have proven more payments
/// than this one can, at most one for each row. `or_stored` has such events, with a note such as
/// `2 payments`; if one is stored, it stays. A stored event with the note `2 rows` was only assumed
/// (`RepeatedCash::Each`), so `or_stored` lacks it and it is replaced.
fn add(paper: Paper, rows: &CashRows<'_>, proven: Option<usize>, repeated: RepeatedCash, reading: &mut PaperEvents) {
    let CashRows { row, ex_date, distinct_rows, all_rows, .. } = *rows;
    let certain = distinct_rows.max(proven.unwrap_or(0));
    let possible = if proven.is_some() { certain } else { all_rows };
    let (times, unit) = match repeated {
        RepeatedCash::Each if certain < possible => (possible, "rows"),
        _ => (certain, "payments"),
    };
    if times < possible {
        reading.remarks.push(format!(
            "{}: {all_rows} rows counted as {times}, equal ones once; if they are payments on several dates, --repeated-cash each \
             counts each",
            row.name()
        ));
    }
    let event = || {
        let event = rows.event(paper, times, unit)?;
        let proven_earlier = (certain + 1..=possible).rev();
        let or_stored = proven_earlier.map(|times| rows.event(paper, times, "payments").map(|event| event.action));
        Ok(SourceEvent { event, or_stored: or_stored.collect::<Result<_, _>>()? })
    };
    reading.add(ex_date, event());
}

#[cfg(test)]
mod tests {
    use super::super::super::event::Action;
    use super::super::paper::tests::paper;
    use super::*;
    use serde_json::json;

    fn cash_row(class: &str, label: &str, value: &str, last: &str) -> Value {
        json!({"typeStock": class, "dateApproval": "11/05/2026", "valueCash": value, "ratio": "1", "corporateAction": label,
               "lastDatePriorEx": last, "closingPricePriorExDate": "47,34", "quotedPerShares": "1"})
    }

    fn recent(label: &str, rate: &str, last: &str, paid: &str) -> Value {
        json!({"assetIssued": "BRPETRACNPR6", "paymentDate": paid, "rate": rate, "relatedTo": "Anual/2026",
               "approvedOn": "11/05/2026", "isinCode": "BRPETRACNPR6", "label": label, "lastDatePrior": last, "remarks": ""})
    }

    fn read(history: &[Value], recent: &[Value], repeated: RepeatedCash) -> PaperEvents {
        let mut reading = PaperEvents::default();
        read_cash(paper("PETR4", "BRPETRACNPR6"), history, recent, repeated, &mut reading);
        reading
    }

    fn shown(reading: &PaperEvents) -> Vec<String> {
        let note = |action: &Action| action.note.clone().unwrap_or_default();
        let event = |found: &SourceEvent| {
            format!("{} {} ({})", found.event.ex_date, found.event.action, note(&found.event.action))
        };
        reading.events.iter().map(event).collect()
    }

    #[test]
    fn the_history_is_read_by_class_and_each_label_has_its_kind() {
        let history = [
            cash_row("ON", "DIVIDENDO", "0,31311454", "22/04/2026"),
            cash_row("PN", "DIVIDENDO", "0,31311454", "22/04/2026"),
            cash_row("PN", "JRS CAP PROPRIO", "0,20250435", "21/08/2026"),
            cash_row("PN ", "REST CAP DIN", "1,35", "17/12/2020"),
        ];
        let expected = [
            "2026-04-23 PETR4 dividend 0.31311454 (DIVIDENDO)",
            "2026-08-24 PETR4 interest 0.20250435 (JRS CAP PROPRIO)",
            "2020-12-18 PETR4 capital_return 1.35 (REST CAP DIN)",
        ];
        let reading = read(&history, &[], RepeatedCash::Once);
        assert_eq!(shown(&reading), expected);
        assert_eq!((reading.problems, reading.remarks), (vec![], vec![]));
    }

    #[test]
    fn cash_for_a_thousand_shares_is_divided_by_a_thousand() {
        let mut row = cash_row("PN", "DIVIDENDO", "0,17", "30/09/2004");
        row["quotedPerShares"] = json!("1000");
        let reading = read(&[row], &[], RepeatedCash::Once);
        assert_eq!(shown(&reading), ["2004-10-01 PETR4 dividend 0.00017 (DIVIDENDO)"]);
    }

    #[test]
    fn too_many_decimals_are_rounded_and_noted() {
        let reading = read(&[cash_row("PN", "JRS CAP PROPRIO", "0,315359035", "03/07/2026")], &[], RepeatedCash::Once);
        assert_eq!(shown(&reading), ["2026-07-06 PETR4 interest 0.31535904 (JRS CAP PROPRIO, told as 0.315359035)"]);
    }

    #[test]
    fn equal_rows_count_once_by_default_and_more_payments_may_stay_stored() {
        let row = cash_row("PN", "JRS CAP PROPRIO", "0,35048636", "01/06/2026");
        let history = [row.clone(), row];
        let once = read(&history, &[], RepeatedCash::Once);
        assert_eq!(shown(&once), ["2026-06-02 PETR4 interest 0.35048636 (JRS CAP PROPRIO)"]);
        assert_eq!(
            once.remarks,
            [
                "cash history, JRS CAP PROPRIO of 01/06/2026: 2 rows counted as 1, equal ones once; if they are payments on several \
              dates, --repeated-cash each counts each"
            ]
        );
        let each = read(&history, &[], RepeatedCash::Each);
        assert_eq!(shown(&each), ["2026-06-02 PETR4 interest 0.70097272 (JRS CAP PROPRIO, 2 rows of 0.35048636)"]);
        assert_eq!(each.remarks, Vec::<String>::new());
        let two_payments = Action {
            note: Some("JRS CAP PROPRIO, 2 payments of 0.35048636".to_owned()),
            ..each.events[0].event.action.clone()
        };
        for reading in [once, each] {
            assert_eq!(reading.events[0].or_stored, std::slice::from_ref(&two_payments));
        }
    }

    #[test]
    fn dates_of_payment_prove_payments_and_one_date_proves_a_repetition() {
        let row = cash_row("PN", "JRS CAP PROPRIO", "0,35048636", "01/06/2026");
        let history = [row.clone(), row];
        let payment = |paid| recent("JRS CAP PROPRIO", "0,35048636000", "01/06/2026", paid);
        let two = read(&history, &[payment("20/08/2026"), payment("21/09/2026")], RepeatedCash::Once);
        assert_eq!(shown(&two), ["2026-06-02 PETR4 interest 0.70097272 (JRS CAP PROPRIO, 2 payments of 0.35048636)"]);
        assert_eq!(two.remarks, Vec::<String>::new());
        let one = read(&history, &[payment("20/08/2026"), payment("20/08/2026")], RepeatedCash::Each);
        assert_eq!(shown(&one), ["2026-06-02 PETR4 interest 0.35048636 (JRS CAP PROPRIO)"]);
        assert_eq!(one.events[0].or_stored, []);
    }

    #[test]
    fn each_payment_of_the_last_years_list_counts_for_the_nearest_amount_of_the_history() {
        let of_history = |value| cash_row("PN", "DIVIDENDO", value, "18/12/2025");
        let of_list = |rate, paid| recent("DIVIDENDO", rate, "18/12/2025", paid);
        let payments = [of_list("0,35048610000", "30/12/2025"), of_list("0,35048670000", "30/01/2026")];
        let one_amount = read(&[of_history("0,350486"), of_history("0,350486")], &payments, RepeatedCash::Once);
        assert_eq!(shown(&one_amount), ["2025-12-19 PETR4 dividend 0.700972 (DIVIDENDO, 2 payments of 0.350486)"]);
        let two_amounts = read(&[of_history("0,350486"), of_history("0,350487")], &payments, RepeatedCash::Once);
        let expected =
            ["2025-12-19 PETR4 dividend 0.350486 (DIVIDENDO)", "2025-12-19 PETR4 dividend 0.350487 (DIVIDENDO)"];
        assert_eq!(shown(&two_amounts), expected);
    }

    #[test]
    fn a_payment_only_in_the_last_years_list_is_read_unless_the_history_has_another_amount() {
        let payment = recent("DIVIDENDO", "0,25000000000", "18/12/2025", "30/12/2025");
        assert_eq!(
            shown(&read(&[], std::slice::from_ref(&payment), RepeatedCash::Once)),
            ["2025-12-19 PETR4 dividend 0.25 (DIVIDENDO)"]
        );
        let history = [cash_row("PN", "DIVIDENDO", "0,26", "18/12/2025")];
        let reading = read(&history, &[payment], RepeatedCash::Once);
        assert_eq!(shown(&reading), ["2025-12-19 PETR4 dividend 0.26 (DIVIDENDO)"]);
        assert_eq!(
            reading.remarks,
            [
                "cashDividends, DIVIDENDO of 18/12/2025: 0.25, of which the cash history says another amount, is left out"
            ]
        );
    }

    #[test]
    fn an_amount_of_0_in_the_history_does_not_hide_the_one_of_the_last_years_list() {
        let history = [cash_row("PN", "DIVIDENDO", "0,00", "18/12/2025")];
        let reading = read(&history, &[recent("DIVIDENDO", "0,25", "18/12/2025", "30/12/2025")], RepeatedCash::Once);
        assert_eq!(shown(&reading), ["2025-12-19 PETR4 dividend 0.25 (DIVIDENDO)"]);
        assert_eq!(
            reading.remarks,
            ["cash history, DIVIDENDO of 18/12/2025: left out, its amount is 0, not fixed yet"]
        );
    }

    #[test]
    fn of_a_row_whose_date_is_not_fixed_or_too_old_nothing_else_is_read() {
        let history = ["31/12/9999", "09/03/1979"].map(|last| cash_row("PN", "BRINDE", "n/d", last));
        let reading = read(&history, &[], RepeatedCash::Once);
        assert_eq!((reading.events, reading.problems), (vec![], vec![]));
        assert_eq!(
            reading.remarks,
            [
                "cash history, BRINDE of 31/12/9999: left out, its date is not fixed yet",
                "cash history, BRINDE of 09/03/1979: left out, it is older than the trading calendar"
            ]
        );
    }

    #[test]
    fn a_row_that_cannot_be_read_is_a_problem_and_an_amount_of_0_is_not_fixed() {
        let mut lots = cash_row("PN", "DIVIDENDO", "0,17", "30/09/2004");
        lots["quotedPerShares"] = json!("0");
        let mut classless = cash_row("PN", "DIVIDENDO", "0,17", "30/09/2004");
        classless.as_object_mut().unwrap().remove("typeStock");
        let history = [
            cash_row("PN", "DIVIDENDO", "n/d", "22/04/2026"),
            cash_row("PN", "BRINDE", "0,1", "22/04/2026"),
            cash_row("PN", "DIVIDENDO", "0,1", ""),
            cash_row("PN", "DIVIDENDO", "0,00", "22/04/2026"),
            lots,
            classless,
        ];
        let mut without_isin = recent("DIVIDENDO", "0,25000000000", "18/12/2025", "30/12/2025");
        without_isin.as_object_mut().unwrap().remove("isinCode");
        let reading = read(&history, &[without_isin], RepeatedCash::Once);
        // A list's rows without a class or ISIN come first: that field is read before all others.
        let problems: Vec<&str> = reading.problems.iter().map(|problem| problem.reason.as_str()).collect();
        assert_eq!(
            problems,
            [
                "cash history, DIVIDENDO of 30/09/2004: typeStock is missing, expected text",
                "cash history, DIVIDENDO of 22/04/2026: valueCash is \"n/d\", expected a number such as \"0,47156696\"",
                "cash history, BRINDE of 22/04/2026: corporateAction is 'BRINDE', which is not known: expected DIVIDENDO, \
                 RENDIMENTO, JRS CAP PROPRIO, JUROS CAP PROPRIO, JUROS SOBRE CAPITAL PROPRIO, REST CAP DIN, RESTITUICAO \
                 CAPITAL, AMORTIZACAO or AMORTIZACAO RF",
                "cash history, DIVIDENDO of no date: lastDatePriorEx is missing, expected text",
                "cash history, DIVIDENDO of 30/09/2004: quoted per 0 shares, expected a number above 0",
                "cashDividends, DIVIDENDO of 18/12/2025: isinCode is missing, expected text",
            ]
        );
        assert_eq!(reading.events, []);
        assert_eq!(
            reading.remarks,
            ["cash history, DIVIDENDO of 22/04/2026: left out, its amount is 0, not fixed yet"]
        );
    }
}
