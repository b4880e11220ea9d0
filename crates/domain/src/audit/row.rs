//! A line as a row of a table, for people with a spreadsheet. Reasons are typed by people, so no cell begins a formula.

use bernard_untrusted::shown;

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

/// The cells of a line, each on one line with everything in sight. What a spreadsheet would take for a formula gets an apostrophe
/// in front (OWASP: CSV injection), also where another separator than ours would begin a cell: spreadsheets of many countries part
/// cells at semicolons, at tabs or wherever they are told to, and know nothing of a quote in the middle of what they call a cell.
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
    let shown = shown::visible(text);
    let mut cell = String::with_capacity(shown.len() + 1);
    // A quote would end one of ours where others see a cell's beginning, so what follows it begins one, too.
    for part in shown.split_inclusive([';', ',', '|', '"']) {
        if part.trim_start().starts_with(is_formula) {
            cell.push('\'');
        }
        cell.push_str(part);
    }
    cell
}

/// Whether a cell that begins so may be taken for a formula; the wide forms are for spreadsheets of East Asia.
fn is_formula(c: char) -> bool {
    matches!(c, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠')
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

    /// What a program that parts cells at `separator` makes of a line, quotes counting only where they open a cell.
    fn cells(line: &str, separator: char) -> Vec<String> {
        let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
        let mut rest = line.chars().peekable();
        while let Some(c) = rest.next() {
            match c {
                '"' if quoted && rest.peek() == Some(&'"') => {
                    rest.next();
                    cell.push('"');
                }
                '"' if quoted => quoted = false,
                '"' if cell.is_empty() => quoted = true,
                c if c == separator && !quoted => cells.push(std::mem::take(&mut cell)),
                c => cell.push(c),
            }
        }
        cells.push(cell);
        cells
    }

    #[test]
    fn whichever_separator_a_spreadsheet_knows_no_cell_begins_a_formula() {
        for typed in [
            "x;=cmd|' /C calc'!A0",
            "x; =1+1",
            "a;b;@SUM(A1)",
            "x\";=1+1",
            "\";=1+1;\"",
            "x,\"\";=1",
            "x\n=1+1",
            "x\t=1+1",
            "＝1+1",
            "x;＋1",
            "x|-1",
        ] {
            let entry = Entry::act(Act::Paused, Timestamp::UNIX_EPOCH).because(Some(typed));
            let line = Line::next(None, |number| entry.canonical(number, None));
            let mut table = csv::Writer::from_writer(Vec::new());
            table.write_record(row(&line)).expect("it is written");
            let text = String::from_utf8(table.into_inner().expect("it is whole")).expect("it is text");
            assert_eq!(text.lines().count(), 1, "{text}");
            for separator in [',', ';', '\t', '|'] {
                for cell in cells(text.trim_end(), separator) {
                    assert!(
                        !cell.trim_start_matches([' ', '"']).starts_with(is_formula),
                        "{separator:?}: {cell:?} of {text}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_cell_that_is_no_formula_stays_as_it_was_typed() {
        assert_eq!(harmless("disk full; see RUN-7, then call"), "disk full; see RUN-7, then call");
        assert_eq!(harmless("a - b = c"), "a - b = c");
        assert_eq!(harmless("web\u{202e}1"), "web<U+202E>1");
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
