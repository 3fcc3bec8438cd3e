//! Splits, bonuses and other changes of shares, from the lists `stockDividends` and
//! `subscriptions`.

use std::collections::BTreeMap;

use b3_market::lake::ActionKind;
use serde_json::Value;

use super::super::event::{Action, Event};
use super::label::{SHARE_LABELS, SUBSCRIPTION_LABELS, ShareLabel};
use super::number::{ratio_below_one, ratio_of_percentage};
use super::paper::Paper;
use super::row::{ListRow, PaperEvents};

/// Reads the rows of `stockDividends` about `paper`.
///
/// The service repeats an event for each paper that the company ever had; the ISIN tells which
/// paper a row is about. Rows with equal fields count once. Several events of one date are several
/// rows, whose ratios the job multiplies.
pub(super) fn read_share_events(paper: Paper, rows: &[Value], reading: &mut PaperEvents) {
    let mut events_by_label_and_date: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (row, times) in reading.rows_of("stockDividends", paper, rows) {
        if times > 1 {
            reading.remarks.push(format!("{}: {times} equal rows counted once", row.name()));
        }
        let Some(ex_date) = reading.ex_date(row, "lastDatePrior") else { continue };
        let event = share_event(paper, row).map(|action| Event { ex_date, action }.into());
        let label_and_date = (row.text("label"), row.text("lastDatePrior"));
        *events_by_label_and_date.entry(label_and_date).or_default() += usize::from(event.is_ok());
        reading.add(ex_date, event);
    }
    for ((label, date), count) in events_by_label_and_date.into_iter().filter(|(_, count)| *count > 1) {
        reading.remarks.push(format!("stockDividends, {label} of {date}: {count} different rows, all used"));
    }
}

/// Reads the rows of `subscriptions` about `paper`.
pub(super) fn read_subscriptions(paper: Paper, rows: &[Value], reading: &mut PaperEvents) {
    for (row, _copies) in reading.rows_of("subscriptions", paper, rows) {
        if let Some(ex_date) = reading.ex_date(row, "lastDatePrior") {
            reading.add(ex_date, subscription(paper, row).map(|action| Event { ex_date, action }.into()));
        }
    }
}

fn share_event(paper: Paper, row: ListRow<'_>) -> Result<Action, String> {
    let (label, meaning) = row.label("label", &SHARE_LABELS)?;
    let factor = || row.number("factor");
    let no_ratio = |reason: String| row.wrong("factor", &format!("is no ratio: {reason}"));
    let issued_isin = row.text("assetIssued");
    let action = |kind| Action::new(paper.ticker, kind, Some(label.to_owned()));
    let (kind, (after, before)) = match meaning {
        ShareLabel::Unsized(kind) => return Ok(action(kind)),
        _ if !issued_isin.is_empty() && !paper.is_meant_by(issued_isin) => {
            // Shares of another paper are distributed, as those of AXIA7 to holders of AXIA3 on
            // 2025-12-22: the number of this paper's shares does not change.
            let note = format!("{label}, {} in {issued_isin}", factor()?.normalize());
            return Ok(Action::new(paper.ticker, ActionKind::SpinOff, Some(note)));
        }
        ShareLabel::Percentage(kind) => (kind, ratio_of_percentage(factor()?).map_err(no_ratio)?),
        ShareLabel::Ratio(kind) => (kind, ratio_below_one(factor()?).map_err(no_ratio)?),
    };
    Ok(action(kind).giving(after, before))
}

fn subscription(paper: Paper, row: ListRow<'_>) -> Result<Action, String> {
    let (label, kind) = row.label("label", &SUBSCRIPTION_LABELS)?;
    Ok(Action::new(paper.ticker, kind, Some(label.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::super::paper::tests::paper;
    use super::*;
    use serde_json::json;

    fn row(isin: &str, label: &str, factor: &str, last: &str) -> Value {
        json!({"assetIssued": isin, "factor": factor, "approvedOn": "01/01/2020", "isinCode": isin, "label": label,
               "lastDatePrior": last, "remarks": ""})
    }

    fn read(ticker: &str, isin: &str, rows: &[Value]) -> PaperEvents {
        let mut reading = PaperEvents::default();
        read_share_events(paper(ticker, isin), rows, &mut reading);
        reading
    }

    fn shown(reading: &PaperEvents) -> Vec<String> {
        reading.events.iter().map(|found| format!("{} {}", found.event.ex_date, found.event.action)).collect()
    }

    #[test]
    fn equal_rows_are_one_and_different_ones_of_one_label_are_reported() {
        let bonus = |factor| row("BRBBASACNOR3", "BONIFICACAO", factor, "17/06/1996");
        let reading = read("BBAS3", "BRBBASACNOR3", &[bonus("20,00"), bonus("30,00"), bonus("20,00")]);
        assert_eq!(shown(&reading), ["1996-06-18 BBAS3 bonus 6 for 5", "1996-06-18 BBAS3 bonus 13 for 10"]);
        assert_eq!(
            reading.remarks,
            [
                "stockDividends, BONIFICACAO of 17/06/1996: 2 equal rows counted once",
                "stockDividends, BONIFICACAO of 17/06/1996: 2 different rows, all used"
            ]
        );
    }

    #[test]
    fn a_bonus_in_another_paper_multiplies_nothing() {
        let mut bonus = row("BRAXIAACNOR0", "BONIFICACAO", "26,28378881074", "19/12/2025");
        bonus["assetIssued"] = json!("BRAXIAACNPC9");
        let reading = read("AXIA3", "BRAXIAACNOR0", &[bonus]);
        assert_eq!(shown(&reading), ["2025-12-22 AXIA3 spin_off"]);
        let note = reading.events[0].event.action.note.as_deref();
        assert_eq!(note, Some("BONIFICACAO, 26.28378881074 in BRAXIAACNPC9"));
    }

    #[test]
    fn a_row_that_cannot_be_read_is_a_problem_with_its_date_where_that_is_known() {
        let rows = [
            row("BRMGLUACNOR2", "DIREITO NOVO", "5,0", "29/12/2025"),
            row("BRMGLUACNOR2", "GRUPAMENTO", "10,0", "24/05/2024"),
            row("BRMGLUACNOR2", "GRUPAMENTO", "n/d", "24/05/2024"),
            row("BRMGLUACNOR2", "DESDOBRAMENTO", "300,0", "13-10-2020"),
            json!({"label": "DESDOBRAMENTO", "factor": "100,0", "lastDatePrior": "13/10/2020"}),
        ];
        let reading = read("MGLU3", "BRMGLUACNOR2", &rows);
        let problems: Vec<(Option<String>, &str)> = reading
            .problems
            .iter()
            .map(|problem| (problem.ex_date.map(|date| date.to_string()), problem.reason.as_str()))
            .collect();
        let on = |date: &str| Some(date.to_owned());
        assert_eq!((reading.events, reading.remarks), (vec![], vec![]));
        assert_eq!(
            problems,
            [
                (None, "stockDividends, DESDOBRAMENTO of 13/10/2020: isinCode is missing, expected text"),
                (
                    on("2025-12-30"),
                    "stockDividends, DIREITO NOVO of 29/12/2025: label is 'DIREITO NOVO', which is not known: expected \
                     DESDOBRAMENTO, GRUPAMENTO, BONIFICACAO, CIS RED CAP, CIS RED CAP QTD, REST CAP ACOES, REST CAP C/ RED, \
                     INCORPORACAO or RESG TOTAL RV"
                ),
                (
                    on("2024-05-27"),
                    "stockDividends, GRUPAMENTO of 24/05/2024: factor is no ratio: factor 10.0, expected shares after for one \
                     share before, between 0 and 1"
                ),
                (
                    on("2024-05-27"),
                    "stockDividends, GRUPAMENTO of 24/05/2024: factor is \"n/d\", expected a number such as \"0,47156696\""
                ),
                (
                    None,
                    "stockDividends, DESDOBRAMENTO of 13-10-2020: lastDatePrior is '13-10-2020', expected a date dd/mm/yyyy"
                ),
            ]
        );
    }
}
