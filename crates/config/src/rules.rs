//! `[[role]]` and `[[protect]]`: read into the policy's own types; `[[runbook]]`, which speaks of servers as they do.

use std::{collections::BTreeSet, num::NonZeroU32, time::Duration};

use bernard_domain::{
    access::{
        Action, Capability, NotASelector, OnDuty, Protect, ReasonPattern, Role, RuleKind, RulePlace, SecondFactor,
        Selector, UserId, When, Who,
    },
    hours::{Hours, NotHours, Windows},
    runbook::{Runbook, RunbookEntry},
};
use jiff::tz::TimeZone;

use super::{
    problem::Wrong,
    section::Section,
    source::{Form, Value},
    value,
};

const DEFAULT_EXPIRES: Duration = Duration::from_secs(15 * 60);
const DEFAULT_ACTIONS: [Action; 3] = [Action::Rescue, Action::Reboot, Action::Restore];

pub(super) fn read_role(section: &mut Section<'_>, index: usize, zone: Option<&TimeZone>) -> Option<Role> {
    let place = place(section, RuleKind::Role, index);
    let who = who(section);
    if !section.has("can") {
        section.missing("can", format!("say what it may do: {}", words(&capabilities())));
    }
    let at = section.at_of("can");
    let problems = section.reader.problems.len();
    let can = section.list("can", |value| value::word(value, &capabilities())).map(BTreeSet::from_iter);
    if can.as_ref().is_some_and(BTreeSet::is_empty) && section.reader.problems.len() == problems {
        section.complain("can", at, Wrong::new("is empty, so the entry gives nothing", words(&capabilities())));
    }
    let servers = servers(section);
    let channels = section.list("channels", value::id).unwrap_or_default().into_iter().collect();
    let words = [("always", When::Always), ("on-duty", When::OnDuty)];
    let when = section.read("when", Form::Text, |value| value::word(value, &words)).unwrap_or_default();
    let has_hours = section.has("hours");
    let windows = section.read_optional("hours", hours);
    // Hours that make no sense give no right, wherever the problem is told.
    let hours = match has_hours {
        true => Some(Hours { windows: windows?, zone: zone?.clone() }),
        false => None,
    };
    Some(Role { who: who?, can: can?, servers: servers?, channels, when, hours, place })
}

pub(super) fn read_protect(section: &mut Section<'_>, index: usize) -> Option<Protect> {
    let place = place(section, RuleKind::Protect, index);
    let servers = servers(section);
    let at = section.at_of("actions");
    let problems = section.reader.problems.len();
    let actions = section.list("actions", |value| value::word(value, &actions())).map(BTreeSet::from_iter);
    if actions.as_ref().is_some_and(BTreeSet::is_empty) && section.reader.problems.len() == problems {
        section.complain("actions", at, Wrong::new("is empty, so the entry protects nothing", words(&self::actions())));
    }
    let approvals = section.read("approvals", Form::Toml, value::count).unwrap_or(NonZeroU32::MIN);
    let expires = section.read("expires", Form::Text, value::length).unwrap_or(DEFAULT_EXPIRES);
    let actions = actions.unwrap_or_else(|| DEFAULT_ACTIONS.into());
    let waived = section.read("waived_on_duty", Form::Toml, value::flag).unwrap_or_default();
    let on_duty = if waived { OnDuty::NeedsNone } else { OnDuty::NeedsApproval };
    let at = section.at_of("reason");
    let reason = section.read_optional("reason", reason_pattern);
    if reason.is_some() && actions.iter().all(|action| *action == Action::Console) {
        let wrong = Wrong::new("asks for what nobody can type: a console has no reason", "leave it away");
        section.complain("reason", at, wrong);
    }
    let second_factor = match section.read("second_factor", Form::Toml, value::flag) {
        Some(true) => SecondFactor::Asked,
        Some(false) | None => SecondFactor::NotAsked,
    };
    Some(Protect { servers: servers?, actions, approvals, expires, on_duty, reason, second_factor, place })
}

fn reason_pattern(value: &Value) -> Result<ReasonPattern, Wrong> {
    let right = r"write one such as 'INC-\d+', in single quotes; it must match somewhere in the reason";
    ReasonPattern::new(value::text(value)?).map_err(|error| Wrong::new(error.to_string(), right))
}

pub(super) fn read_runbook(section: &mut Section<'_>, _index: usize) -> Option<RunbookEntry> {
    let servers = servers(section);
    for (key, right) in
        [("url", "write the address of the page"), ("text", "write what it is called, or what to do first")]
    {
        if !section.has(key) {
            section.missing(key, right);
        }
    }
    let url = section.read_optional("url", value::page);
    let text = section.read_optional("text", runbook_text);
    Some(RunbookEntry { servers: servers?, runbook: Runbook { url: url?, text: text? } })
}

fn hours(value: &Value) -> Result<Windows, Wrong> {
    let right = r#"write days and times in quotes, such as "mon-fri 08:00-18:00", several with commas between them"#;
    value::text(value)?.parse().map_err(|error: NotHours| Wrong::new(error.to_string(), right))
}

/// It becomes the words of a link.
fn runbook_text(value: &Value) -> Result<String, Wrong> {
    /// So that a card still fits a screen.
    const LONGEST: usize = 100;
    let text = value::non_empty(value)?;
    if text.chars().count() > LONGEST {
        return Err(Wrong::new("is too long", format!("write at most {LONGEST} characters")));
    }
    match text.contains(['[', ']', '`', '\\']) || text.chars().any(char::is_control) {
        true => Err(Wrong::new("is not plain", r"write one line without [ ] ` and \")),
        false => Ok(text),
    }
}

fn place(section: &Section<'_>, kind: RuleKind, index: usize) -> RulePlace {
    RulePlace { kind, number: index + 1, line: section.at.line() }
}

fn capabilities() -> [(&'static str, Capability); Capability::ALL.len()] {
    Capability::ALL.map(|capability| (capability.as_str(), capability))
}

fn actions() -> [(&'static str, Action); Action::ALL.len()] {
    Action::ALL.map(|action| (action.as_str(), action))
}

fn words<T>(words: &[(&'static str, T)]) -> String {
    words.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ")
}

fn who(section: &mut Section<'_>) -> Option<Who> {
    let (has_role, has_user) = (section.has("id"), section.has("user"));
    let at = section.at_of("user");
    let role = section.read_optional("id", value::id);
    let user = section.read_optional("user", value::id);
    match (has_role, has_user) {
        (true, true) => {
            let what = "stands beside `id`: an entry is for a role or for a person";
            section.complain("user", at, Wrong::new(what, "make two entries of it"));
            None
        }
        (false, false) => {
            section.missing("id", "write the id of a Discord role, or `user` with the id of a person");
            None
        }
        _ => role.map(Who::Role).or(user.map(|user| Who::User(UserId(user)))),
    }
}

/// Absent: every server. Empty is refused: it could be meant as either.
fn servers(section: &mut Section<'_>) -> Option<Vec<Selector>> {
    let at = section.at_of("servers");
    if !section.has("servers") {
        section.take("servers", Form::Toml);
        return "*".parse().ok().map(|all| vec![all]);
    }
    let problems = section.reader.problems.len();
    let servers = section.list("servers", selector)?;
    if servers.is_empty() && section.reader.problems.len() == problems {
        section.complain("servers", at, Wrong::new("is empty, so it means no server", r#"["*"] means all"#));
    }
    Some(servers)
}

fn selector(value: &Value) -> Result<Selector, Wrong> {
    let right = r#"write a name with * and ?, such as "web-*", or a tag, such as "tag:env=prod""#;
    value::text(value)?.parse().map_err(|error: NotASelector| Wrong::new(error.to_string(), right))
}
