//! A line of the audit as a message of syslog (RFC 5424), counted in octets (RFC 6587).
//!
//! What is told twice is the same octets twice, but for the machine's name where another replica tells it.

use bernard_domain::audit::{Kind, shipping::Record};

/// Many receivers cut a message at 8 KiB, and what is cut is no JSON any more.
const MOST: usize = 8 * 1024;
/// Log audit (13), informational (6) and warning (4).
const INFORMATIONAL: u8 = 13 * 8 + 6;
const WARNING: u8 = 13 * 8 + 4;
/// The longest name of a machine that RFC 5424 takes.
const LONGEST_NAME: usize = 255;

/// The message with its length in front.
pub(crate) fn framed(record: &Record, machine: &str) -> String {
    let message = message(record, machine);
    format!("{} {message}", message.len())
}

fn message(record: &Record, machine: &str) -> String {
    let text = |key| record.line.text(key).unwrap_or_else(|| "-".to_owned());
    let priority = if text("kind") == Kind::Refusal.as_str() { WARNING } else { INFORMATIONAL };
    let (number, hash) = (record.line.number, record.line.hash);
    let chain = record.chain;
    let head = format!(
        "<{priority}>1 {} {machine} bernard - audit [bernard@32473 chain=\"{chain}\" n=\"{number}\" hash=\"{hash}\"] ",
        text("at")
    );
    if head.len() + record.json.len() <= MOST {
        return head + &record.json;
    }
    // Nothing is cut out of a line: its hash would be wrong. Who wants it has its number.
    let previous = record.line.previous;
    let (at, kind, what) = (text("at"), text("kind"), text("what"));
    head + &format!(
        "{{\"at\":\"{at}\",\"chain\":\"{chain}\",\"hash\":\"{hash}\",\"kind\":\"{kind}\",\"n\":{number},\
         \"previous\":\"{previous}\",\"too_long\":\"{}\",\"what\":\"{what}\"}}",
        record.json.len()
    )
}

/// The machine's name as a message may have it.
pub(crate) fn machine() -> String {
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    named(&name)
}

fn named(name: &str) -> String {
    let plain: String = name.chars().filter(char::is_ascii_graphic).take(LONGEST_NAME).collect();
    if plain.is_empty() { "-".to_owned() } else { plain }
}

#[cfg(test)]
mod tests {
    use bernard_domain::audit::{Act, Entry, Line};
    use jiff::Timestamp;

    use super::*;

    fn record(act: Act, detail: &str) -> Record {
        let at: Timestamp = "2026-11-22T03:14:07.1234567Z".parse().expect("a moment");
        let mut entry = Entry::act(act, at).saying(detail).because(Some(detail)).under(detail);
        entry.outcome = Some(detail.to_owned());
        let line = Line::next(None, |number| entry.canonical(number, None));
        let chain = line.hash;
        Record::of(line, chain)
    }

    #[test]
    fn a_line_is_a_message_that_counts_its_octets_and_holds_the_record() {
        let record = record(Act::Refused, "été");
        let framed = framed(&record, "host");
        let (length, message) = framed.split_once(' ').expect("a length");
        assert_eq!(length.parse(), Ok(message.len()));
        let hash = record.line.hash;
        let head = format!(
            "<108>1 2026-11-22T03:14:07.123Z host bernard - audit [bernard@32473 chain=\"{hash}\" n=\"1\" hash=\"{hash}\"] "
        );
        assert_eq!(message, head + &record.json);
        assert!(super::framed(&self::record(Act::Started, "x"), "host").contains("<110>1 "));
    }

    #[test]
    fn a_line_that_is_too_long_is_told_by_its_number_and_hash_and_nothing_is_cut_in_two() {
        let record = record(Act::Refused, &"é\"\\".repeat(330));
        assert!(record.json.len() > MOST);
        let message = message(&record, "host");
        assert!(message.len() <= MOST, "{}", message.len());
        let (_, told) = message.split_once("] ").expect("a message");
        let told: serde_json::Value = serde_json::from_str(told).expect("JSON");
        assert_eq!((&told["n"], &told["hash"]), (&1.into(), &record.line.hash.to_string().into()));
        assert_eq!(told["too_long"], record.json.len().to_string());
    }

    #[test]
    fn a_machine_without_a_plain_name_has_none() {
        assert_eq!((named("web 1\u{e9}").as_str(), named("").as_str()), ("web1", "-"));
    }
}
