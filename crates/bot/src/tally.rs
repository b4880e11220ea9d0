//! Refusals of one person, who may press a hundred times: told when they begin, and then counted.
//!
//! The first of each kind is a line of its own, because each says something else; kinds beyond [`KINDS`], and repetitions, are
//! counted, and each minute with such has one line for them all, with its number. What was counted last is lost if the
//! process is killed within that minute; an orderly stop writes it.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use bernard_domain::{access::UserId, audit::Entry};

/// How long is counted before it is written.
const MINUTE: Duration = Duration::from_secs(60);
/// How many kinds of refusals of one person have a line of their own as long as they go on.
const KINDS: usize = 4;

/// What is being counted.
#[derive(Debug, Default)]
pub(super) struct Tally(BTreeMap<Option<UserId>, Count>);

#[derive(Debug)]
struct Count {
    since: Instant,
    told: Vec<Entry>,
    more: u64,
    last: Entry,
    kinds: Kinds,
}

/// Whether what is counted is all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kinds {
    One,
    Several,
}

impl Tally {
    /// A refusal at `now`: it comes back, to be written, or is counted.
    pub(super) fn note(&mut self, entry: Entry, now: Instant) -> Option<Entry> {
        let count = self.0.entry(entry.who).or_insert_with(|| Count {
            since: now,
            told: Vec::new(),
            more: 0,
            last: entry.clone(),
            kinds: Kinds::One,
        });
        let is_new = !count.told.iter().any(|told| is_alike(told, &entry));
        if is_new && count.told.len() < KINDS {
            count.told.push(entry.clone());
            return Some(entry);
        }
        if count.more > 0 && !is_alike(&count.last, &entry) {
            count.kinds = Kinds::Several;
        }
        count.more += 1;
        count.last = entry;
        None
    }

    /// The lines of the minutes that are over at `now`. Who was quiet for one is forgotten.
    pub(super) fn due(&mut self, now: Instant) -> Vec<Entry> {
        let mut lines = Vec::new();
        self.0.retain(|_, count| {
            if now.saturating_duration_since(count.since) < MINUTE {
                return true;
            }
            let line = count.close(now);
            let goes_on = line.is_some();
            lines.extend(line);
            goes_on
        });
        lines
    }

    /// The lines of all that is counted, because the process stops.
    pub(super) fn all(&mut self, now: Instant) -> Vec<Entry> {
        std::mem::take(&mut self.0).into_values().filter_map(|mut count| count.close(now)).collect()
    }
}

impl Count {
    fn close(&mut self, now: Instant) -> Option<Entry> {
        let (times, kinds) = (std::mem::take(&mut self.more), std::mem::replace(&mut self.kinds, Kinds::One));
        self.since = now;
        let line = Entry { times: Some(times).filter(|times| *times > 0), ..self.last.clone() };
        line.times?;
        Some(match kinds {
            Kinds::One => line,
            Kinds::Several => Entry { action: None, server: None, rule: None, ..line }.saying("of several kinds"),
        })
    }
}

fn is_alike(one: &Entry, other: &Entry) -> bool {
    (&one.action, &one.server, &one.rule, &one.detail) == (&other.action, &other.server, &other.rule, &other.detail)
}

#[cfg(test)]
mod tests {
    use bernard_domain::audit::Act;
    use jiff::Timestamp;

    use super::*;

    fn refused(who: u64, action: &str) -> Entry {
        Entry::act(Act::Refused, Timestamp::UNIX_EPOCH).by(UserId(who)).asking(action)
    }

    fn told(entries: &[Entry]) -> Vec<(Option<&str>, Option<u64>)> {
        entries.iter().map(|entry| (entry.action.as_deref(), entry.times)).collect()
    }

    #[test]
    fn a_hundred_presses_are_one_line_and_one_more_a_minute() {
        let (mut tally, begin) = (Tally::default(), Instant::now());
        let at = |seconds| begin + Duration::from_secs(seconds);
        let written = (0..100).filter_map(|_| tally.note(refused(1, "reboot"), begin)).count();
        assert_eq!(written, 1);
        assert!(tally.due(at(59)).is_empty());
        assert_eq!(told(&tally.due(at(60))), [(Some("reboot"), Some(99))]);
        assert_eq!(tally.note(refused(1, "reboot"), at(61)), None, "it goes on");
        assert_eq!(told(&tally.due(at(120))), [(Some("reboot"), Some(1))]);
        assert!(tally.due(at(180)).is_empty() && tally.0.is_empty(), "quiet, so forgotten");
        assert!(tally.note(refused(1, "reboot"), at(181)).is_some());
    }

    #[test]
    fn what_says_something_else_is_told_at_once_and_never_without_end() {
        let (mut tally, begin) = (Tally::default(), Instant::now());
        let actions: Vec<String> = (0..40).map(|n| format!("action {n}")).collect();
        let written = actions.iter().filter_map(|action| tally.note(refused(1, action), begin)).count();
        assert_eq!(written, KINDS);
        assert!(tally.note(refused(2, "reboot"), begin).is_some(), "another person is another matter");
        let lines = tally.all(begin);
        assert_eq!(told(&lines), [(None, Some(36))]);
        assert_eq!((lines[0].detail.as_deref(), lines[0].who), (Some("of several kinds"), Some(UserId(1))));
        assert!(tally.all(begin).is_empty());
    }
}
