//! The messages of a rescue that is over say so: a glance at the channel is never wrong.

use jiff::Timestamp;

use super::card::{Rendering, title};
use crate::{
    config::Locale,
    rescue::{
        operation::Operation,
        state::{Outcome, Phase},
    },
    say,
    store::Over,
};

/// The messages of an operation whose rescue is `over`, with a title that says when it was, and what ended it.
pub(super) fn told(
    messages: Vec<Rendering>,
    operation: &Operation,
    over: Option<&Over>,
    locale: Locale,
) -> Vec<Rendering> {
    let Some(over) = over.filter(|_| began_a_rescue(operation)) else { return messages };
    let (from, to) = (at_hour(over.from), at_hour(over.to));
    let was = match over.by {
        Some(by) => say!(locale, "was-in-rescue-by", from = from, to = to, by = by.to_string()),
        None => say!(locale, "was-in-rescue", from = from, to = to),
    };
    let first = title(operation, ("🏁", was), locale);
    let tell = |message: Rendering| match message.content.split_once('\n') {
        Some((_, rest)) if says_it_runs(&message) => {
            let content = format!("{first}\n{rest}");
            Rendering { content, ..message }
        }
        _ => message,
    };
    messages.into_iter().map(tell).collect()
}

/// A time of day, shown by Discord in the reader's own time zone.
fn at_hour(time: Timestamp) -> String {
    format!("<t:{}:t>", time.as_second())
}

fn began_a_rescue(operation: &Operation) -> bool {
    matches!(operation.state.phase, Phase::Ended(Outcome::InRescue(_) | Outcome::Adopted))
}

/// The card, the end, and what waited for **Reveal link**: what has the operation's state for its title.
fn says_it_runs(message: &Rendering) -> bool {
    matches!(message.slot.as_str(), "card" | "end" | "reveal")
}
