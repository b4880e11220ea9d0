//! Every way in which a person is told no: as data, so that the sentence names the rule and who could help.

mod code;
mod emergency;
mod lease;
mod reason;

use std::collections::BTreeSet;

use bernard_domain::{
    access::{Denial, UserId, WantedReason, Who},
    locale::Locale,
    operation::{Operation, OperationId, event::Problem},
    pause::Pause,
    server::ServiceName,
};
use bernard_engine::{
    fleet::NotFound,
    intake::{self, Decided},
    limits::{Limit, TooOften},
    plan,
};
use bernard_store as store;
use bernard_store::CardRefusal;
use bernard_text::{from_now, mention, named, say};
use bernard_untrusted::shown::span::code;

use crate::{
    render::{ticket, wording},
    repeat::shown,
    retype::Retype,
};

pub use code::CodeRefusal;
pub use emergency::Emergency;
pub use lease::LeaseRefusal;

/// Why a person does not get what they asked for. A refusal has no buttons.
#[derive(Debug)]
pub enum Refusal {
    /// Asked in a DM, another guild, or through a user install.
    NotHere,
    /// Asked in a channel that is not served.
    WrongChannel(BTreeSet<u64>),
    /// The person's roles could not be fetched, so the answer is no.
    RolesUnreadable,
    /// Discord says that the person is not in the guild.
    NotAMember,
    /// The bot lacks permissions in this channel.
    BotLacks(Vec<String>),
    /// No rule allows it; and what people call the server.
    Denied(Box<Denial>, Option<String>),
    /// Others must approve it by this rule, and nobody else may; and what may be typed instead of a press.
    NobodyMayApprove(String, Option<Emergency>),
    /// Whoever asked for it does not judge it.
    OwnRequest,
    /// It is not theirs to take back; what they may do is deny it.
    DenyInstead,
    /// Their approval counts already, or never does.
    CountsNot,
    /// The code of their second factor is not taken.
    Code(CodeRefusal),
    /// Its reason is not one that a rule takes; and what to type with another one.
    ReasonUnfit(Box<WantedReason>, String),
    /// What was typed names no one server.
    NoServer(String, NotFound),
    /// What was typed names a server that they may not see: told as if there were none, with what comes near; and why, for the
    /// audit.
    Unseen(Box<Denial>, String, Vec<String>),
    /// What was typed is the number of no operation that they may see; why not, for the audit.
    NoOperation(Option<Box<Denial>>, String),
    /// A typed option is wrong: its name, and what would be right.
    Typed(&'static str, String),
    /// Another operation holds the server.
    Busy(Box<Operation>),
    /// It cannot be done; and what people call the server.
    Problem(Box<Problem>, String),
    /// The card was answered, or is too old; and what to type instead.
    Card(CardRefusal, String),
    /// The card was confirmed, and this operation is doing it; and what to type to do it once more.
    UnderWay(OperationId, String),
    /// The button is for somebody else.
    NotYours {
        /// For whom, where that is known: who could press it.
        whose: Option<UserId>,
        /// What asks for the same oneself, if the button stands where everybody can press it.
        command: Option<String>,
    },
    /// The operation has gone on; the button means nothing any more.
    TooLate(Option<OperationId>, Option<String>),
    /// OVHcloud has a ticket about it: the operation that opened it, its number, and what people call the server.
    TicketThere(OperationId, u64, String),
    /// No link turned up just now.
    NoLinkYet(String),
    /// The rescue that this link was of may be another one by now: others must approve it; and what to type.
    NotSparedAnyMore(String),
    /// A lease is not changed.
    Lease(LeaseRefusal),
    /// The kill switch is pulled; and who can end that.
    Paused(Box<Pause>, BTreeSet<Who>),
    /// Asked too often; and what people call the server, if it is about one and known.
    TooOften(TooOften, Option<String>),
    /// Somebody else's roles could not be fetched.
    TheirRolesUnreadable(UserId),
    /// The alerts that a button is about are over, or quiet; and what to type.
    AlertOver(String),
    /// The button was made by another store, or is too old to be told from one: what to type instead.
    MadeElsewhere(Retype),
    /// What was offered below an answer is too long ago.
    WayOver,
    /// A command or button of another version.
    Unknown,
    /// Something is wrong with us; nothing was done.
    Fault,
}

impl From<store::Error> for Refusal {
    fn from(error: store::Error) -> Self {
        if let store::Error::Paused(pause) = error {
            return Self::Paused(pause, BTreeSet::new());
        }
        tracing::error!(%error, "the store did not do what a person asked for");
        Self::Fault
    }
}

impl From<intake::Error> for Refusal {
    fn from(error: intake::Error) -> Self {
        match error {
            intake::Error::Store(error) => error.into(),
            intake::Error::TooOften(too_often) => Self::TooOften(too_often, None),
            intake::Error::WrongGrant => {
                tracing::error!(%error, "the desk did not do what a person asked for");
                Self::Fault
            }
        }
    }
}

impl Refusal {
    /// A plan that could not be made, for the server that people call `label`.
    pub(crate) fn from_plan(error: plan::Error, label: &str) -> Self {
        match error {
            plan::Error::Problem(problem) => Self::Problem(Box::new(problem), label.to_owned()),
            plan::Error::Ovh(error) => {
                tracing::warn!(%error, "a plan could not be made");
                Self::Problem(Box::new(plan::trouble(&error)), label.to_owned())
            }
        }
    }

    /// The same to whoever pressed a button, with what they may type instead.
    #[must_use]
    pub(super) fn naming(self, emergency: Option<Emergency>) -> Self {
        match self {
            Self::NobodyMayApprove(rule, _) => Self::NobodyMayApprove(rule, emergency),
            other => other,
        }
    }

    /// The sentence.
    pub fn speak(&self, locale: Locale) -> String {
        let text = match self {
            Self::NotHere => say!(locale, "refusal-not-here"),
            Self::WrongChannel(channels) => {
                say!(locale, "refusal-wrong-channel", channels = wording::channels(channels))
            }
            Self::RolesUnreadable => say!(locale, "refusal-roles-unreadable"),
            Self::NotAMember => say!(locale, "refusal-not-a-member"),
            Self::BotLacks(missing) => {
                let missing = missing.iter().map(|name| code(name)).collect::<Vec<_>>().join(", ");
                say!(locale, "refusal-bot-lacks", missing = missing)
            }
            Self::Denied(denial, label) => wording::denial(denial, label.as_deref(), locale),
            Self::NobodyMayApprove(rule, emergency) => {
                let text = say!(locale, "refusal-nobody-may-approve", rule = code(rule));
                Emergency::below(text, emergency.as_ref(), locale)
            }
            Self::OwnRequest => say!(locale, "refusal-own-request"),
            Self::DenyInstead => say!(locale, "refusal-deny-instead"),
            Self::CountsNot => say!(locale, "refusal-counts-not"),
            Self::Code(code) => code.speak(locale),
            Self::ReasonUnfit(wanted, command) => reason::unfit(wanted, command, locale),
            Self::NoServer(typed, not_found) => no_server(typed, not_found, locale),
            Self::Unseen(_, typed, near) => no_server(typed, &NotFound::Unknown(near.clone()), locale),
            Self::NoOperation(_, typed) => say!(locale, "report-unknown", typed = code(typed)),
            Self::Typed(option, right) => say!(locale, "refusal-typed", option = code(option), right = right.as_str()),
            Self::Busy(operation) => busy(operation, locale),
            Self::Problem(problem, label) => {
                let said = wording::problem(problem, label, locale);
                let nothing_done = || say!(locale, "end-nothing-done");
                match **problem {
                    Problem::Ovhcloud { .. } | Problem::Unclear { .. } => {
                        format!("{said}\n{}", nothing_done())
                    }
                    _ => said,
                }
            }
            Self::Card(refusal, command) => card(*refusal, command, locale),
            Self::UnderWay(id, command) => {
                say!(locale, "card-under-way", id = id.to_string(), command = shown(command))
            }
            Self::NotYours { whose, command } => not_yours(*whose, command.as_deref(), locale),
            Self::TooLate(operation, command) => too_late(*operation, command.as_deref(), locale),
            Self::TicketThere(by, number, label) => ticket::there(*by, *number, label, locale),
            Self::NoLinkYet(command) => say!(locale, "refusal-no-link-yet", command = shown(command)),
            Self::NotSparedAnyMore(command) => say!(locale, "refusal-not-spared", command = shown(command)),
            Self::Lease(refusal) => refusal.speak(locale),
            Self::Paused(pause, who) => paused(pause, who, locale),
            Self::TooOften(too_often, label) => self::too_often(too_often, label.as_deref(), locale),
            Self::TheirRolesUnreadable(user) => say!(locale, "refusal-their-roles", who = mention(*user)),
            Self::AlertOver(command) => say!(locale, "refusal-alert-over", command = shown(command)),
            Self::MadeElsewhere(retype) => retype.speak(locale),
            Self::WayOver => say!(locale, "refusal-way-over"),
            Self::Unknown => say!(locale, "refusal-unknown"),
            Self::Fault => say!(locale, "refusal-fault"),
        };
        format!("🚫 {text}")
    }
}

/// The operation after a decision, or why it was not taken.
pub(super) fn done(decided: Decided) -> Result<Box<Operation>, Refusal> {
    match decided {
        Decided::Done(operation) => Ok(operation),
        Decided::TooLate(operation) => Err(Refusal::TooLate(Some(operation.id), None)),
        Decided::Unknown => Err(Refusal::Unknown),
        Decided::Refused(refusal) => Err(Refusal::Card(refusal, String::new())),
    }
}

fn paused(pause: &Pause, who: &BTreeSet<Who>, locale: Locale) -> String {
    let first = wording::paused(pause, locale);
    let second = say!(locale, "paused-ways-out");
    match who.is_empty() {
        true => format!("{first}\n{second}"),
        false => format!("{first}\n{second}\n{}", say!(locale, "paused-resume", who = wording::everybody(who))),
    }
}

fn too_often(too_often: &TooOften, label: Option<&str>, locale: Locale) -> String {
    let again = from_now(too_often.again);
    match &too_often.limit {
        Limit::Person(count) => say!(locale, "too-often-person", count = count.get(), again = again),
        Limit::Server(server, count) => {
            say!(
                locale,
                "too-often-server",
                server = named(label.unwrap_or(server.as_str())),
                count = count.get(),
                again = again
            )
        }
    }
}

fn no_server(typed: &str, not_found: &NotFound, locale: Locale) -> String {
    let typed = code(typed);
    match not_found {
        NotFound::Unknown(near) if near.is_empty() => say!(locale, "no-server", typed = typed),
        NotFound::Unknown(near) => {
            let names = list(near.iter().map(String::as_str));
            say!(locale, "no-server-near", typed = typed, count = near.len(), near = names)
        }
        NotFound::Ambiguous(all) => {
            say!(locale, "no-server-ambiguous", typed = typed, all = list(all.iter().map(ServiceName::as_str)))
        }
        NotFound::StillReading { read, all } => {
            say!(locale, "no-server-yet", typed = typed, read = *read, all = *all)
        }
        NotFound::Unreadable(said) => say!(locale, "no-server-unreadable", typed = typed, said = code(said)),
    }
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(code).collect::<Vec<_>>().join(", ")
}

fn busy(operation: &Operation, locale: Locale) -> String {
    say!(
        locale,
        "refusal-busy",
        server = named(&operation.request.label),
        id = operation.id.to_string(),
        who = mention(operation.request.requester),
        state = wording::state(operation, locale).words,
    )
}

fn card(refusal: CardRefusal, command: &str, locale: Locale) -> String {
    let command = shown(command);
    match refusal {
        CardRefusal::Answered(Some(id)) => {
            say!(locale, "card-answered", id = id.to_string(), command = command)
        }
        CardRefusal::Answered(None) => say!(locale, "card-dismissed", command = command),
        CardRefusal::Expired => say!(locale, "card-expired", command = command),
        CardRefusal::Unknown => say!(locale, "refusal-unknown"),
    }
}

fn not_yours(whose: Option<UserId>, command: Option<&str>, locale: Locale) -> String {
    match (whose.map(mention), command) {
        (Some(who), Some(command)) => {
            say!(locale, "refusal-not-yours-command", who = who, command = shown(command))
        }
        (Some(who), None) => say!(locale, "refusal-not-yours-of", who = who),
        (None, _) => say!(locale, "refusal-not-yours"),
    }
}

fn too_late(operation: Option<OperationId>, command: Option<&str>, locale: Locale) -> String {
    match (operation, command) {
        (Some(id), Some(command)) => {
            say!(locale, "too-late-command", id = id.to_string(), command = shown(command))
        }
        (Some(id), None) => say!(locale, "too-late", id = id.to_string()),
        (None, _) => say!(locale, "refusal-unknown"),
    }
}
