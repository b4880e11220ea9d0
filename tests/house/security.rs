//! SECURITY.md names the test that shows each claim. Here it is held to that: the tests are there, and every line names one.

use super::{root, text_of};

/// A row of the table of requirements: its number, and the tests that it names.
struct Row {
    number: String,
    tests: Vec<String>,
}

/// The rows of the table of requirements: those that begin with a number such as `8.2.1`.
fn rows(text: &str) -> Vec<Row> {
    let cells = |line: &str| line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let number = |cell: &String| cell.split('.').count() == 3 && cell.split('.').all(|part| part.parse::<u8>().is_ok());
    text.lines()
        .filter(|line| line.starts_with("| "))
        .map(cells)
        .filter(|cells| cells.first().is_some_and(number))
        .map(|cells| Row { number: cells[0].clone(), tests: named(cells.last().map_or("", String::as_str)) })
        .collect()
}

/// The tests that a text names in code spans: `file.rs::function`.
fn named(text: &str) -> Vec<String> {
    let spans = text.split('`').skip(1).step_by(2);
    spans.filter(|span| span.contains(".rs::")).map(str::to_owned).collect()
}

/// Whether the file has that function, right below what makes it a test or inside a property.
fn is_a_test(name: &str) -> bool {
    let Some((file, function)) = name.split_once("::") else { return false };
    let path = root().join(file);
    path.is_file() && {
        let text = text_of(&path);
        let at = text.find(&format!("fn {function}("));
        at.is_some_and(|at| {
            let above: String = text[..at].lines().rev().take(4).collect();
            above.contains("test]") || above.contains("::test")
        })
    }
}

#[test]
fn every_test_that_security_md_names_exists() {
    let text = text_of(&root().join("SECURITY.md"));
    let gone: Vec<String> = named(&text).into_iter().filter(|name| !is_a_test(name)).collect();
    assert!(gone.is_empty(), "SECURITY.md names what is no test: {gone:#?}");
}

#[test]
fn every_requirement_stands_once_and_names_a_test() {
    let rows = rows(&text_of(&root().join("SECURITY.md")));
    assert!(rows.len() > 30, "the table was not found");
    for (index, row) in rows.iter().enumerate() {
        assert!(!row.tests.is_empty(), "{} names no test", row.number);
        assert!(rows[..index].iter().all(|earlier| earlier.number != row.number), "{} stands twice", row.number);
    }
}

#[test]
fn a_test_that_is_gone_is_noticed() {
    assert!(is_a_test("tests/house.rs::a_long_file_is_noticed"));
    assert!(!is_a_test("tests/house.rs::a_test_that_never_was"));
    assert!(!is_a_test("tests/house.rs::text_of"), "a function that is no test shows nothing");
    assert!(!is_a_test("tests/nowhere.rs::a_long_file_is_noticed"));
    let rows = rows("| 8.2.1 | a | b | `tests/house.rs::x`, `no test` |\n| number | what |\n| 1.2 | x | `y.rs::z` |");
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].tests, ["tests/house.rs::x"]);
}
