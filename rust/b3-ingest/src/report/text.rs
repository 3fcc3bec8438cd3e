//! The text of the report, for people.

use indicatif::HumanCount;

use super::{FileReport, Report};
use crate::outcome::{Outcome, Status};

/// The largest number of detail lines of a [`Report`].
const MOST_LINES: usize = 20;

impl Report {
    /// A headline, a line for each status, then details: failures first.
    pub(super) fn text(&self) -> String {
        let mut lines = vec![self.headline()];
        for status in [Status::Written, Status::Unchanged, Status::Empty, Status::Rejected, Status::Failed] {
            let count = self.totals.get(&status).copied().unwrap_or(0);
            let detail = match status {
                Status::Written if count > 0 => {
                    let (objects, rows) = (counted(self.objects, "object"), counted(self.rows, "row"));
                    format!("  in {objects}, {rows}, {}", size(self.bytes))
                }
                Status::Rejected if self.rejected_rows > 0 => {
                    format!("  {} in raw_rejected/", counted(self.rejected_rows, "row"))
                }
                _ => String::new(),
            };
            lines.push(status_line(status, count, &detail));
        }
        lines.extend(shortened(self.details(), MOST_LINES));
        lines.join("\n") + "\n"
    }

    fn headline(&self) -> String {
        let span = match self.span {
            Some((first, last)) if first == last => format!(" {first}"),
            Some((first, last)) => format!(" {first}..{last}"),
            None => String::new(),
        };
        let seconds = self.begun.elapsed().as_secs_f64();
        let sessions = counted(self.sessions, "session");
        format!("{}: {sessions}{span} -> {} in {seconds:.1} s; tickers and dates:", self.command, self.dest)
    }

    fn details(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.failures.iter().map(|failure| format!("failed: {failure}")).collect();
        let mut notable: Vec<&Outcome> = self.notable.iter().collect();
        notable.sort_by_key(|outcome| std::cmp::Reverse(outcome.status));
        // One reason for a whole session is printed once.
        for group in notable.chunk_by(|a, b| (a.status, a.trade_date, &a.reason) == (b.status, b.trade_date, &b.reason))
        {
            let Some(first) = group.first() else { continue };
            let tickers = if group.len() == 1 { first.ticker.to_string() } else { counted(group.len(), "ticker") };
            let reason = first.reason.as_deref().unwrap_or_default();
            lines.push(format!("{}: {tickers} {}: {reason}", first.status, first.trade_date));
        }
        lines.extend(self.warnings.iter().map(|warning| format!("warning: {warning}")));
        lines.extend(self.files.iter().map(|file| {
            let FileReport { file, records, trailer_counts } = file;
            let trailer =
                trailer_counts.as_ref().map_or_else(String::new, |counts| format!(", its trailer counts {counts}"));
            format!("read: {file}: {} records{trailer}", grouped(*records))
        }));
        lines
    }
}

pub(crate) fn status_line(status: Status, count: usize, detail: &str) -> String {
    format!("  {status:<9} {:>9}{detail}", grouped(count as u64))
}

/// The first `most` lines, and the number of the others.
pub(crate) fn shortened(mut lines: Vec<String>, most: usize) -> Vec<String> {
    if let Some(more @ 1..) = lines.len().checked_sub(most) {
        lines.truncate(most);
        lines.push(format!("and {} like these; --report FILE has them all", counted(more, "more line")));
    }
    lines
}

/// `1 object`, `2,000 objects`.
pub(crate) fn counted(count: usize, what: &str) -> String {
    format!("{} {what}{}", grouped(count as u64), if count == 1 { "" } else { "s" })
}

/// `1234567` as `1,234,567`.
pub(crate) fn grouped(count: u64) -> String {
    HumanCount(count).to_string()
}

/// `18.3 kB`.
pub(crate) fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{}.{} kB", bytes / 1_000, bytes % 1_000 / 100),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_are_left_out_are_counted() {
        let lines = |most| shortened(["a", "b", "c"].map(str::to_owned).to_vec(), most);
        assert_eq!(lines(3), ["a", "b", "c"]);
        assert_eq!(lines(2), ["a", "b", "and 1 more line like these; --report FILE has them all"]);
        assert_eq!(lines(1), ["a", "and 2 more lines like these; --report FILE has them all"]);
    }
}
