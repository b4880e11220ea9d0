//! The chain's last line is told once a day, where it can be compared later.

use jiff::{Timestamp, civil::Date};

use super::{Act, Anchor, Entry};
use crate::{
    notice::{Letter, Notice, Owed, To},
    operation::ChannelId,
};

/// An anchor that is due.
#[derive(Clone, Debug, PartialEq)]
pub struct Anchoring {
    /// What is owed.
    pub owed: Owed,
    /// The audit's line about it.
    pub entry: Entry,
    /// What is kept of it until the next one.
    pub last: String,
}

/// The anchor of `day` in `channel`, when `head` is the chain's last line; `None` when that day, or a later one, has its own. `last` is
/// what was kept of the last one.
pub fn anchoring(last: Option<&str>, head: Anchor, day: Date, channel: ChannelId, now: Timestamp) -> Option<Anchoring> {
    if !note_due(last, day) {
        return None;
    }
    let last = last.and_then(|text| text.split_once(' '));
    let before: u64 = last.and_then(|(_, number)| number.parse().ok()).unwrap_or(0);
    let (number, hash) = (head.number, head.hash.to_string());
    let notice = Notice::AuditAnchor { number, hash, lines: Some(number.saturating_sub(before)) };
    let letter = Letter { to: To::Channel { channel, or_to: None }, notice };
    Some(Anchoring {
        owed: Owed { origin: format!("anchor:{number}"), letter },
        entry: Entry::act(Act::Anchored, now).at_place(channel).saying(head.to_string()),
        last: format!("{day} {number}"),
    })
}

/// Whether this day's anchor is still to be kept, as a note or otherwise, where `last` was kept of the last one.
pub fn note_due(last: Option<&str>, day: Date) -> bool {
    let last_day = last.and_then(|text| text.split_once(' ')).and_then(|(day, _)| day.parse::<Date>().ok());
    last_day.is_none_or(|last| last < day)
}

/// That `anchor` is kept as this day's signed note at a place: the audit's line about it, and what is kept of it until the next one.
pub fn anchored_as_note(place: &str, anchor: Anchor, day: Date, now: Timestamp) -> (Entry, String) {
    let entry = Entry::act(Act::Anchored, now).saying(format!("{anchor} as a signed note ({place})"));
    (entry, format!("{day} {}", anchor.number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_has_one_anchor_which_counts_the_lines_since_the_last() {
        let head = |number: u64| format!("{number}:{}", "a".repeat(64)).parse::<Anchor>().expect("an anchor");
        let day = |day: i8| Date::constant(2026, 11, day);
        let due = |last: Option<&str>, number, on| {
            anchoring(last, head(number), day(on), ChannelId(1), Timestamp::UNIX_EPOCH)
        };
        let first = due(None, 7, 3).expect("it is due");
        let Notice::AuditAnchor { lines, .. } = first.owed.letter.notice else { panic!("{first:?}") };
        assert_eq!((lines, first.owed.origin.as_str(), first.last.as_str()), (Some(7), "anchor:7", "2026-11-03 7"));
        assert_eq!(due(Some(&first.last), 9, 3), None, "that day has its own");
        assert_eq!(due(Some(&first.last), 9, 2), None, "the clock was set back");
        let next = due(Some(&first.last), 12, 4).expect("it is due");
        let Notice::AuditAnchor { lines, .. } = next.owed.letter.notice else { panic!("{next:?}") };
        assert_eq!(lines, Some(5));
    }
}
