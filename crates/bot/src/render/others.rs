//! What others do with a server, in words: on a card, a plan, an answer and an end.

use bernard_domain::{
    locale::Locale,
    others::{Beside, OthersWork, Source},
};
use bernard_platform::clock;
use bernard_text::{from_now, say};
use bernard_untrusted::shown::span::code;
use jiff::Timestamp;

/// How many pieces of work are named, each in a line of its own.
const NAMED: usize = 6;

/// What others are at, and what of it could not be read.
pub(crate) fn lines(beside: &Beside, locale: Locale) -> Vec<String> {
    let mut lines = works(&beside.works, locale);
    lines.extend(beside.unread.iter().map(|unread| {
        let said = code(&unread.said);
        match unread.what {
            Source::Tasks => say!(locale, "others-tasks-unread", said = said),
            Source::Planned => say!(locale, "others-planned-unread", said = said),
            Source::Interventions => say!(locale, "others-interventions-unread", said = said),
        }
    }));
    lines
}

/// The work alone.
pub(crate) fn works(works: &[OthersWork], locale: Locale) -> Vec<String> {
    let mut lines: Vec<String> = works.iter().take(NAMED).map(|work| line(work, locale)).collect();
    if works.len() > NAMED {
        lines.push(say!(locale, "others-more", count = works.len() - NAMED));
    }
    lines
}

fn line(work: &OthersWork, locale: Locale) -> String {
    let when = |at: Option<Timestamp>| at.map_or_else(|| "?".to_owned(), from_now);
    match work {
        OthersWork::Task { id, function, status } => {
            let (task, function, status) = (id.to_string(), code(function), code(status.as_str()));
            match work.collides(clock::now()) {
                true => say!(locale, "others-task", task = task, function = function, status = status),
                false => say!(locale, "others-task-beside", task = task, function = function, status = status),
            }
        }
        OthersWork::UnreadTask { id } => say!(locale, "others-task-unread", task = id.to_string()),
        OthersWork::Planned { kind, begins, .. } if begins.is_some_and(|begins| begins > clock::now()) => {
            say!(locale, "others-planned", kind = code(kind), when = when(*begins))
        }
        OthersWork::Planned { kind, ends, .. } => {
            say!(locale, "others-under-way", kind = code(kind), until = when(*ends))
        }
        OthersWork::Intervention { kind, began, .. } => {
            say!(locale, "others-intervention", kind = code(kind), when = from_now(*began))
        }
    }
}
