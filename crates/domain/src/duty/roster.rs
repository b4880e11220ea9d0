//! Whom an event of the schedule names: by the words that the configuration gives for each person, never by a guess.
//!
//! An event's attendees are looked at first, each as a whole; where none of them is known, the words of its summary, and then those of
//! its description. A name counts only where it stands by itself: *Ann* is neither in *Anna* nor in *Ann-Marie*. Upper and lower
//! case are the same. Who is found by more than one word counts once; where nobody is found, nobody is on duty by this event.

use std::collections::BTreeSet;

use bernard_untrusted::shown;
use jiff::Timestamp;

use super::{Schedule, Shift};
use crate::access::rule::UserId;

/// The most unknown names that are kept.
const UNKNOWN_KEPT: usize = 20;
/// The longest unknown name, in characters.
const LONGEST_UNKNOWN: usize = 80;

/// Somebody, and what a schedule calls them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// On Discord.
    pub user: UserId,
    /// In the schedule: names and addresses, each [`folded`].
    pub words: Vec<String>,
}

/// A time of the schedule, and what it says of whose it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Occurrence {
    /// From this moment on.
    pub start: Timestamp,
    /// Up to this moment, in which it is over.
    pub end: Timestamp,
    /// Who takes part: mail addresses mostly.
    pub attendees: Vec<String>,
    /// Who will not: they are not meant, whatever its other words say.
    pub declined: Vec<String>,
    /// Its title.
    pub summary: String,
    /// More words.
    pub description: String,
}

/// A text as it is compared: without regard to case, and with single spaces.
pub fn folded(text: &str) -> String {
    text.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

/// The schedule of these people; `events` is how many the feed has in all.
pub fn schedule(people: &[Person], occurrences: &[Occurrence], events: usize) -> Schedule {
    let mut unknown = BTreeSet::new();
    let mut shifts = Vec::new();
    for occurrence in occurrences.iter().filter(|occurrence| occurrence.start < occurrence.end) {
        let found = people_of(people, occurrence);
        let is_known = |name: &String| people.iter().any(|person| person.words.contains(&folded(name)));
        // Where somebody is named as a whole, the others beside them are people too.
        if found.is_empty() || occurrence.attendees.iter().any(is_known) {
            unknown.extend(names_in(occurrence).into_iter().filter(|name| !is_known(name)));
        }
        if !found.is_empty() {
            shifts.push(Shift { start: occurrence.start, end: occurrence.end, people: found });
        }
    }
    shifts.sort();
    shifts.dedup();
    Schedule { shifts, unknown: unknown.into_iter().take(UNKNOWN_KEPT).collect(), events }
}

fn people_of(people: &[Person], occurrence: &Occurrence) -> BTreeSet<UserId> {
    let attendees: Vec<String> = occurrence.attendees.iter().map(|attendee| folded(attendee)).collect();
    let whole = |word: &String| attendees.contains(word);
    let refused: Vec<String> = occurrence.declined.iter().map(|attendee| folded(attendee)).collect();
    let declined = named(people, |word| refused.contains(word));
    let mut found = named(people, whole);
    found.retain(|person| !declined.contains(person));
    for text in [&occurrence.summary, &occurrence.description] {
        if found.is_empty() {
            let text = folded(text);
            found = named(people, |word| stands_in(word, &text));
        }
        found.retain(|person| !declined.contains(person));
    }
    found
}

fn named(people: &[Person], is: impl Fn(&String) -> bool) -> BTreeSet<UserId> {
    people.iter().filter(|person| person.words.iter().any(&is)).map(|person| person.user).collect()
}

fn names_in(occurrence: &Occurrence) -> Vec<String> {
    let names = match occurrence.attendees.as_slice() {
        [] => std::slice::from_ref(&occurrence.summary),
        attendees => attendees,
    };
    let names = names.iter().map(|name| shown::cut(&shown::visible(name.trim()), LONGEST_UNKNOWN));
    names.filter(|name| !name.is_empty()).collect()
}

/// Whether `word` stands in `text` by itself. Both are [`folded`].
fn stands_in(word: &str, text: &str) -> bool {
    if word.is_empty() {
        return false;
    }
    text.match_indices(word).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + word.len()..]);
        !goes_on(before.chars().rev()) && !goes_on(after.chars())
    })
}

/// Whether a name goes on with these characters: with a letter, or with a letter behind what joins parts of a name or an address.
fn goes_on(mut characters: impl Iterator<Item = char>) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || ('\u{300}'..='\u{36f}').contains(&c);
    match characters.next() {
        None => false,
        Some(c) if is_name(c) => true,
        Some('-' | '_' | '.' | '@' | '+' | '\'' | '’' | '\u{2010}' | '\u{2011}') => {
            characters.next().is_some_and(is_name)
        }
        Some(_) => false,
    }
}
