//! A line as a row of a table, for people with a spreadsheet. Reasons are typed by people, so no cell begins a formula.

use super::Line;

/// The columns, in their order.
pub const COLUMNS: [&str; 20] = [
    "n",
    "at",
    "kind",
    "what",
    "who",
    "action",
    "server",
    "account",
    "channel",
    "reason",
    "rule",
    "policy",
    "operation",
    "task",
    "query",
    "outcome",
    "detail",
    "times",
    "previous",
    "hash",
];

/// The cells of a line. What a spreadsheet would take for a formula gets an apostrophe in front (OWASP: CSV injection).
pub fn row(line: &Line) -> [String; COLUMNS.len()] {
    let mut fields = line.fields();
    COLUMNS.map(|column| match column {
        "n" => line.number.to_string(),
        "previous" => line.previous.to_string(),
        "hash" => line.hash.to_string(),
        _ => fields.remove(column).and_then(|value| value.as_str().map(harmless)).unwrap_or_default(),
    })
}

fn harmless(text: &str) -> String {
    let begins_formula = text.trim_start().starts_with(['=', '+', '-', '@', '\t', '\r']);
    if begins_formula { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::audit::{Act, Entry};

    #[test]
    fn no_cell_begins_a_formula() {
        for typed in ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1"] {
            let entry = Entry::act(Act::Paused, Timestamp::UNIX_EPOCH).because(Some(typed));
            let line = Line::next(None, |number| entry.canonical(number, None));
            let reason = row(&line)[9].clone();
            assert!(reason.starts_with('\''), "{reason}");
        }
    }

    #[test]
    fn every_field_of_an_entry_has_its_column() {
        let entry = Entry::act(Act::Paused, Timestamp::UNIX_EPOCH).because(Some("a disk, full")).saying("more");
        let line = Line::next(None, |number| entry.canonical(number, Some("policy")));
        for key in line.fields().keys() {
            assert!(COLUMNS.contains(&key.as_str()), "{key}");
        }
        assert_eq!(row(&line).iter().filter(|cell| !cell.is_empty()).count(), line.fields().len() + 2);
    }
}
