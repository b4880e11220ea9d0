//! What became of the rescue that an operation began: more time, another owner, what others did to it, and its end. The channel
//! showed all of it, so it is for everybody who may have the report.

use bernard_domain::{
    access::UserId,
    audit::{Act, Entry, Line},
    lease::past::{Ending, Past},
    locale::Locale,
};
use bernard_text::say;
use serde_json::{Value, json};

use super::{Step, exact};
use crate::render::{card_links::CardLinks, past};

/// What became of a rescue; of an operation that began none, nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Afterwards<'a> {
    /// The audit's lines about the operation, among them those about its lease.
    pub lines: &'a [Line],
    /// The rescue, once it is over.
    pub past: Option<&'a Past>,
}

impl Afterwards<'_> {
    /// Each change of it, in its order, and its end.
    pub(super) fn steps(&self, locale: Locale) -> Vec<Step> {
        let changes = self.lines.iter().filter_map(|line| change(line, locale));
        changes.chain(self.past.map(|past| end(past, locale))).collect()
    }

    /// From when to when it was, and what ended it.
    pub(super) fn json(&self) -> Value {
        let Some(Past { lease, to, ended }) = self.past else { return Value::Null };
        let (how, by, who) = match *ended {
            Ending::Restored { by, who } => ("restored", Some(by), Some(who)),
            Ending::AtDeadline { by } => ("at_deadline", Some(by), None),
            Ending::PutBack { by, who } => ("put_back", Some(by), Some(who)),
            Ending::TakenOver { by, who } => ("taken_over", Some(by), Some(who)),
            Ending::Others => ("others", None, None),
            Ending::ServerLeft => ("server_left", None, None),
            Ending::Undone => ("undone", None, None),
        };
        json!({
            "from": exact(lease.started),
            "to": exact(*to),
            "ended": how,
            "by": by.map(|by| by.to_string()),
            "who": who.map(|who| who.0.to_string()),
        })
    }
}

/// A line about its lease; `None` for any other.
fn change(line: &Line, locale: Locale) -> Option<Step> {
    let act = Act::of_word(&line.text("what")?)?;
    let words = match act {
        Act::LeaseExtended => say!(locale, "report-lease-extended"),
        Act::LeaseHandedOver => say!(locale, "report-handed-over"),
        Act::RescueChanged => say!(locale, "report-rescue-changed"),
        Act::RescueLeft => say!(locale, "report-rescue-left"),
        Act::ServerLeft => say!(locale, "report-server-left"),
        _ => return None,
    };
    let at = line.text("at")?.parse().ok()?;
    let who = line.text("who").and_then(|who| who.parse().ok()).map(UserId);
    let entry = Entry { who, detail: line.text("detail"), ..Entry::act(act, at) };
    Some(Step { at, words, entry })
}

fn end(past: &Past, locale: Locale) -> Step {
    let how = past::how(&past.ended, &CardLinks::default(), locale);
    // The audit has it as the end of whatever ended it.
    let entry = Entry { what: "rescue_over".to_owned(), ..Entry::act(Act::RescueLeft, past.to) };
    Step { at: past.to, words: say!(locale, "report-rescue-over", how = how), entry }
}
