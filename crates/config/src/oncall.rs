//! `[oncall]` and `[[person]]`: the schedule of who is on duty, and who its names are on Discord.

use std::{collections::BTreeMap, time::Duration};

use bernard_domain::{
    access::{OnDuty, Protect, Role, UserId, When, Who},
    duty::roster::{Person, folded},
};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::{
    problem::{At, Problem, Wrong},
    section::Section,
    source::{Form, Value},
    value,
};

const DEFAULT_REFRESH: Duration = Duration::from_secs(5 * 60);
const DEFAULT_STALE_AFTER: Duration = Duration::from_secs(60 * 60);

/// `[oncall]`
#[derive(Clone, Debug)]
pub struct Oncall {
    /// Where the schedule is: an http(s) or webcal address, or the path of a file. Whoever has the address reads it, so it is a secret.
    pub feed: SecretString,
    /// How often it is read. Default: five minutes.
    pub refresh: Duration,
    /// How old a reading may be that puts somebody on duty. Default: one hour.
    pub stale_after: Duration,
}

/// One `[[person]]`, and where it stands.
pub(super) struct Entry {
    index: usize,
    at: At,
    person: Person,
}

pub(super) fn read(section: &mut Section<'_>) -> Option<Oncall> {
    let at = section.at_of("feed");
    if !section.has("feed") {
        section.missing("feed", r#"write { env = "NAME" } or { file = "/path" } with the address, or a file's path"#);
    }
    let feed = section.take("feed", Form::TextOrTable).and_then(|value| feed(section, value, &at));
    let refresh = section.read("refresh", Form::Text, value::length).unwrap_or(DEFAULT_REFRESH);
    let at = section.at_of("stale_after");
    let stale_after = section.read("stale_after", Form::Text, value::length).unwrap_or(DEFAULT_STALE_AFTER);
    if stale_after <= refresh {
        let what = "is not longer than `refresh`, so a reading is too old before the next one";
        section.warn("stale_after", at, Wrong::new(what, "make it several times as long"));
    }
    Some(Oncall { feed: feed?, refresh, stale_after })
}

/// A path is no secret, an address is.
fn feed(section: &mut Section<'_>, value: Value, at: &At) -> Option<SecretString> {
    let path = value::text(&value).is_ok_and(|text| !text.contains("://"));
    let feed =
        if path { value::text(&value).ok()?.to_owned().into() } else { section.resolve_secret("feed", value)? };
    match check_feed(feed.expose_secret()) {
        Ok(None) => {}
        Ok(Some(in_the_clear)) => section.warn("feed", at.clone(), in_the_clear),
        Err(wrong) => {
            section.complain("feed", at.clone(), wrong);
            return None;
        }
    }
    (!feed.expose_secret().is_empty()).then_some(feed)
}

/// What is wrong with an address, or suspicious. Never with the address in it.
fn check_feed(feed: &str) -> Result<Option<Wrong>, Wrong> {
    if !feed.contains("://") {
        return Ok(None);
    }
    let right = "write an https or webcal address, or the path of a file";
    let url = Url::parse(feed).map_err(|_| Wrong::new("is not an address", right))?;
    if !matches!(url.scheme(), "http" | "https" | "webcal" | "webcals") || url.host_str().is_none_or(str::is_empty) {
        return Err(Wrong::new("is neither an https or webcal address nor the path of a file", right));
    }
    let what = "is http, so whoever listens learns the address and can say who is on duty";
    Ok(value::is_in_the_clear(feed).then(|| Wrong::new(what, "use https")))
}

pub(super) fn read_person(section: &mut Section<'_>, index: usize) -> Option<Entry> {
    if !section.has("user") {
        section.missing("user", "write the id of the person on Discord, in quotes");
    }
    let user = section.read_optional("user", value::id);
    if !section.has("feed") {
        section.missing("feed", r#"write what the schedule calls them, such as ["ann@example.org", "Ann Martin"]"#);
    }
    let at = section.at_of("feed");
    let problems = section.reader.problems.len();
    let words = section.list("feed", |value| value::non_empty(value).map(|word| folded(&word)))?;
    if words.is_empty() && section.reader.problems.len() == problems {
        let right = r#"write what the schedule calls them, such as ["ann@example.org", "Ann Martin"]"#;
        section.complain("feed", at, Wrong::new("is empty, so they are never on duty", right));
    }
    Some(Entry { index, at: section.at.clone(), person: Person { user: UserId(user?), words } })
}

/// The people of these entries; what is wrong between them is noted: one person twice, one word for two.
pub(super) fn people(root: &mut Section<'_>, entries: Vec<Entry>) -> Vec<Person> {
    let (mut users, mut words) = (BTreeMap::new(), BTreeMap::new());
    let mut problems = Vec::new();
    let mut problem = |entry: &Entry, key: &str, what: String, right: &str| {
        let key = format!("person[{}].{key}", entry.index);
        problems.push(Problem { at: entry.at.clone(), key, what, right: right.to_owned() });
    };
    for entry in &entries {
        if let Some(other) = users.insert(entry.person.user, entry.index) {
            let right = "write all that the schedule calls them into one entry";
            problem(entry, "user", format!("is that of person[{other}] too"), right);
        }
        for word in &entry.person.words {
            match words.insert(word.clone(), entry.index) {
                Some(other) if other != entry.index => {
                    let right = "give each person names that nobody else has";
                    problem(entry, "feed", format!("has a name that person[{other}] has too"), right);
                }
                _ => {}
            }
        }
    }
    root.reader.problems.extend(problems);
    entries.into_iter().map(|entry| entry.person).collect()
}

/// What needs a schedule where there is none, and what makes one useless.
pub(super) fn check(root: &mut Section<'_>, oncall: Option<&Oncall>, roles: &[Role], protections: &[Protect]) {
    if oncall.is_some() || root.reader.problems.iter().any(|problem| problem.key.starts_with("oncall")) {
        return;
    }
    let on_duty = roles.iter().filter(|role| role.when == When::OnDuty).map(|role| (role.place, "role", "when"));
    let waived = protections.iter().filter(|protect| protect.on_duty == OnDuty::NeedsNone);
    let waived = waived.map(|protect| (protect.place, "protect", "waived_on_duty"));
    let problems = on_duty.chain(waived).map(|(place, list, key)| Problem {
        at: place.line.map_or(At::File, |line| At::Line { line, column: 1 }),
        key: format!("{list}[{}].{key}", place.number - 1),
        what: "is for who is on duty, and there is no schedule of that".to_owned(),
        right: "add [oncall] with the schedule's feed".to_owned(),
    });
    root.reader.problems.extend(problems);
}

/// What is suspicious: a schedule whose names are nobody's, names without a schedule, and an entry for somebody who is never on duty.
/// `stands` tells where a key is.
pub(super) fn warnings(
    oncall: Option<&Oncall>,
    people: &[Person],
    roles: &[Role],
    stands: impl Fn(&str) -> At,
) -> Vec<Problem> {
    let warning = |at: At, key: String, what: &str, right: &str| Problem {
        at,
        key,
        what: what.to_owned(),
        right: right.to_owned(),
    };
    let whole = match (oncall, people) {
        (Some(_), []) => Some(warning(
            stands("oncall.feed"),
            "oncall.feed".to_owned(),
            "names nobody who is known, so nobody is on duty",
            "add a [[person]] for each name in it",
        )),
        (None, [_, ..]) => Some(warning(
            stands("person[0].user"),
            "person".to_owned(),
            "means nothing without a schedule",
            "add [oncall] with the schedule's feed",
        )),
        _ => None,
    };
    let is_never = |role: &&Role| match role.who {
        Who::User(user) => role.when == When::OnDuty && !people.iter().any(|person| person.user == user),
        Who::Role(_) => false,
    };
    let never = roles.iter().filter(is_never).map(|role| {
        let at = role.place.line.map_or(At::File, |line| At::Line { line, column: 1 });
        let key = format!("role[{}].when", role.place.number - 1);
        let what = "is for somebody who has no [[person]] and so is never on duty";
        warning(at, key, what, "add a [[person]] with what the schedule calls them")
    });
    whole.into_iter().chain(never).collect()
}
