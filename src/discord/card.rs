//! The messages of an operation: a rendering of its state, and of whether its rescue's time is over; nothing else. The same
//! state always looks the same.
//!
//! `card` is posted once and edited; what people wait for comes as a message of its own, because edits ring no phone.

mod link;

pub use link::source;

use jiff::Timestamp;
use serenity::builder::CreateButton;

use super::{
    approval_card,
    component::Button,
    console, fit,
    guide::{Place, Reader, Topic},
    others, speak, standing, starts, waiting,
};
use crate::{
    access::Who,
    config::Locale,
    rescue::{
        approval::Guard,
        event::{Age, NotDone, Port, PutBack},
        lease::Lease,
        operation::{Kind, Operation, Wish},
        start::Start,
        state::{Link, Outcome, Phase},
    },
    say,
    text::{code, duration, mention, named, since_epoch},
};

/// One message of an operation as it should look now.
#[derive(Clone, Debug)]
pub struct Rendering {
    /// Which of the operation's messages it is; short enough for a nonce.
    pub slot: String,
    /// Its text.
    pub content: String,
    /// Its buttons, the likely one first; at most five.
    pub buttons: Vec<CreateButton>,
    /// Who is rung when it is posted; nobody for what one does not wait for.
    pub rings: Vec<Who>,
}

/// Whether a DM may hold the link of the rescue that an operation ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkOut {
    /// One does, or may.
    Possible,
    /// None was sent.
    Never,
}

/// How a channel is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Manner {
    /// The language of messages that everybody sees.
    pub locale: Locale,
    /// The Discord role that is told what nobody else reacts to.
    pub oncall: Option<u64>,
}

impl Rendering {
    /// What tells two looks apart.
    pub fn digest(&self) -> String {
        let buttons = serde_json::to_string(&self.buttons).unwrap_or_default();
        format!("{}\n{buttons}", self.content)
    }
}

/// All messages of an operation as they look `now`, in the order of posting. `lease` is the server's active one, if any.
pub fn messages(
    operation: &Operation,
    lease: Option<&Lease>,
    link: LinkOut,
    now: Timestamp,
    manner: Manner,
) -> Vec<Rendering> {
    let locale = manner.locale;
    let mut messages = Vec::new();
    // What waits to begin is only asked about; its card comes when there is something to show.
    if operation.state.facts.reboots_approved > 0 {
        messages.push(card(operation, locale));
    }
    messages.extend(approval_card::messages(operation, locale));
    for asked in 1..=operation.state.facts.asked {
        messages.push(question(operation, asked, locale));
        if operation.state.facts.unanswered.contains(&asked) {
            messages.push(question_for_oncall(operation, asked, manner));
        }
    }
    messages.extend(waiting::messages(operation, lease, manner));
    if operation.state.facts.dm_closed && operation.state.facts.source.is_some() {
        messages.push(reveal(operation, locale));
    }
    messages.extend(end(operation, lease, link, now, locale));
    messages
}

fn card(operation: &Operation, locale: Locale) -> Rendering {
    let mut lines = vec![title(operation, speak::state(operation, locale), locale)];
    let who = mention(operation.request.requester);
    lines.push(match &operation.request.reason {
        Some(reason) => say!(locale, "card-asked-because", who = who, reason = code(reason)),
        None => say!(locale, "card-asked", who = who),
    });
    lines.extend(approved_line(operation, locale));
    lines.extend(plan_lines(operation, locale));
    lines.extend(console::card_line(operation, locale));
    lines.extend(seen_lines(operation, locale));
    lines.extend(waiting::lines(operation, locale));
    let mut buttons = Vec::new();
    if operation.state.can_be_cancelled() {
        buttons.push(Button::Cancel(operation.marked()).create(locale));
    }
    rendering("card".to_owned(), lines, buttons, Vec::new())
}

/// In whose name it is done, if others had to approve it.
fn approved_line(operation: &Operation, locale: Locale) -> Option<String> {
    let people: Vec<String> = operation.state.mandate.approvers.iter().map(|person| mention(*person)).collect();
    match &operation.request.guard {
        Guard::BrokenGlass { passed, .. } if people.is_empty() => {
            Some(say!(locale, "card-glass", rule = code(&passed.rule)))
        }
        _ if people.is_empty() => None,
        _ => Some(say!(locale, "card-approved-by", who = people.join(" "))),
    }
}

pub(super) fn title(operation: &Operation, (emoji, state): (&str, String), locale: Locale) -> String {
    let server = named(&operation.request.label);
    say!(locale, "card-title", emoji = emoji, state = state, server = server, id = operation.id.to_string())
}

/// What is going to be done, and what was there.
fn plan_lines(operation: &Operation, locale: Locale) -> Vec<String> {
    let mut lines = Vec::new();
    let Some(plan) = &operation.state.facts.plan else { return lines };
    let named = |start: &Start| starts::short(start, locale);
    let into = plan.into.as_ref().map_or_else(|| say!(locale, "boot-none"), named);
    lines.push(match (&plan.change, &plan.before.boot) {
        (Some(_), Some(before)) => say!(locale, "card-boots-into-from", into = into, before = named(before)),
        _ => say!(locale, "card-boots-into", into = into),
    });
    lines.extend(starts::instead(&operation.request.wish, locale));
    if let Wish::Enable(wish) = &operation.request.wish {
        lines.push(say!(locale, "card-lease", length = duration(locale, wish.lease)));
    }
    lines
}

/// What has been seen so far, each as it was seen.
fn seen_lines(operation: &Operation, locale: Locale) -> Vec<String> {
    let facts = &operation.state.facts;
    let mut lines = Vec::new();
    if let Some((task, status)) = &facts.task {
        let status = code(status.as_str());
        lines.push(match facts.adopted {
            true => say!(locale, "card-task-adopted", task = task.to_string(), status = status),
            false => say!(locale, "card-task", task = task.to_string(), status = status),
        });
    }
    if facts.task_vanished {
        lines.push(say!(locale, "card-task-vanished"));
    }
    if let Some(power) = &facts.power {
        lines.push(say!(locale, "card-power", power = code(power)));
    }
    lines.extend(port_line(operation, locale));
    if facts.task.is_none() {
        lines.extend(because_line(operation, locale));
    }
    lines.extend(put_back_lines(operation, locale));
    if facts.faults > 0 {
        lines.push(say!(locale, "card-faults", count = facts.faults));
    }
    lines
}

/// A port counts only after it was seen closed since the reboot.
fn port_line(operation: &Operation, locale: Locale) -> Option<String> {
    let facts = &operation.state.facts;
    let (port, at) = facts.port?;
    let at = since_epoch(at);
    Some(match (port, facts.port_closed) {
        (Port::Open, None) => say!(locale, "card-port-old"),
        (Port::Open, Some(_)) => say!(locale, "card-port-back", at = at),
        (Port::Closed, _) => say!(locale, "card-port-closed", at = at),
    })
}

/// What came of the call: instead of an answer, or as the answer.
fn because_line(operation: &Operation, locale: Locale) -> Option<String> {
    let said = code(operation.state.facts.unknown_because.as_ref()?);
    Some(match operation.state.facts.not_done {
        None => say!(locale, "card-unknown-because", said = said),
        Some(_) => say!(locale, "card-not-done-because", said = said),
    })
}

/// A question that only a person can answer; answered, it keeps its text and loses its buttons.
fn question(operation: &Operation, asked: u32, locale: Locale) -> Rendering {
    let facts = &operation.state.facts;
    let mut lines = vec![title(operation, ("❓", say!(locale, "state-undecided")), locale)];
    let mut buttons = Vec::new();
    match &operation.state.phase {
        Phase::Undecided { candidates, .. } if asked == facts.asked => {
            lines.push(mention(operation.request.requester));
            lines.push(match (facts.not_done, candidates.len()) {
                _ if !facts.stopped_by.is_empty() => {
                    let works = others::works(&facts.stopped_by, locale).join("\n");
                    format!("{}\n{works}", say!(locale, "question-others"))
                }
                (Some(NotDone::Refused), _) => say!(locale, "question-again-refused"),
                (Some(NotDone::Unsent), _) => say!(locale, "question-again-unsent"),
                (None, 0) => match &facts.tasks_unread {
                    None => say!(locale, "question-none"),
                    Some(said) => say!(locale, "question-unread", said = code(said)),
                },
                (None, several) => say!(locale, "question-several", count = several),
            });
            lines.extend(because_line(operation, locale));
            lines.push(say!(locale, "question-choices"));
            buttons = choices(operation, asked, locale);
        }
        _ => lines.push(say!(locale, "question-answered")),
    }
    rendering(format!("ask-{asked}"), lines, buttons, requester(operation))
}

fn choices(operation: &Operation, asked: u32, locale: Locale) -> Vec<CreateButton> {
    let both = [Button::LeaveIt as fn(_, _) -> _, Button::RebootAgain];
    both.map(|button| button(operation.question(asked), asked).create(locale)).to_vec()
}

/// The same question to on-call, because nobody answered it in time; to its requester once more if nobody is on call.
fn question_for_oncall(operation: &Operation, asked: u32, manner: Manner) -> Rendering {
    let (locale, requester) = (manner.locale, operation.request.requester);
    let called = manner.oncall.map_or(Who::User(requester), Who::Role);
    let mut lines = vec![title(operation, ("❓", say!(locale, "state-unanswered")), locale), speak::who(&called)];
    let open = matches!(operation.state.phase, Phase::Undecided { .. }) && asked == operation.state.facts.asked;
    let buttons = if open {
        lines.push(say!(locale, "question-unanswered", who = mention(requester)));
        lines.push(say!(locale, "question-choices"));
        choices(operation, asked, locale)
    } else {
        lines.push(say!(locale, "question-answered"));
        Vec::new()
    };
    rendering(format!("call-{asked}"), lines, buttons, vec![called])
}

/// The button for those who take no DMs.
fn reveal(operation: &Operation, locale: Locale) -> Rendering {
    let who = mention(operation.request.requester);
    let waiting = matches!(operation.state.phase, Phase::AwaitingReveal(_));
    let mut lines = vec![title(operation, speak::state(operation, locale), locale)];
    lines.push(match waiting {
        true => match operation.state.facts.dm_refused {
            None => say!(locale, "reveal-waiting", who = who),
            Some(why) => {
                say!(locale, "reveal-waiting-refused", who = who, why = speak::refused_by_discord(why, locale))
            }
        },
        false if operation.request.kind() == Kind::Console => say!(locale, "reveal-over-console"),
        false => say!(locale, "reveal-over"),
    });
    let buttons = if waiting { vec![Button::Reveal(operation.marked()).create(locale)] } else { Vec::new() };
    rendering("reveal".to_owned(), lines, buttons, requester(operation))
}

/// The end, as a message of its own. What another operation took over, or a person cancelled, needs none: they know.
fn end(
    operation: &Operation,
    lease: Option<&Lease>,
    link: LinkOut,
    now: Timestamp,
    locale: Locale,
) -> Option<Rendering> {
    let Phase::Ended(outcome) = &operation.state.phase else { return None };
    if matches!(outcome, Outcome::Superseded(_)) {
        return None;
    }
    let lease = lease.filter(|lease| operation.is_about(lease));
    let mut lines = vec![title(operation, speak::state(operation, locale), locale)];
    lines.push(mention(operation.request.requester));
    let until = lease.map(|lease| standing::of_lease(operation, lease, now, locale));
    lines.extend(end_lines(operation, outcome, until, link, locale));
    let mut buttons = Vec::new();
    if let Some(lease) = lease {
        buttons.extend(standing::buttons(lease, locale));
        if operation.can_be_put_back() && !lease.seen.has_left() {
            buttons.push(Button::PutNetbootBack(operation.marked()).create(locale));
        }
    }
    if matches!(outcome, Outcome::InRescue(Link::NotFound | Link::NotTaken | Link::Withheld)) {
        buttons.push(Button::LookAgain(operation.marked()).create(locale));
    }
    if lease.is_some_and(|lease| lease.operation == operation.id) {
        buttons.push(guide(operation).create(locale));
    }
    Some(rendering("end".to_owned(), lines, buttons, requester(operation)))
}

/// How it ended; `until` is what there is to say of its lease, while that is active.
fn end_lines(
    operation: &Operation,
    outcome: &Outcome,
    until: Option<String>,
    out: LinkOut,
    locale: Locale,
) -> Vec<String> {
    let facts = &operation.state.facts;
    let wiped = || (out == LinkOut::Possible).then(|| say!(locale, "end-wiped"));
    let mut lines = Vec::new();
    match outcome {
        Outcome::InRescue(link) => {
            lines.push(link::line(operation, *link, locale));
            lines.extend(waiting::beside_link(operation, *link, locale));
            if facts.age == Age::Unknown {
                lines.push(say!(locale, "end-link-old"));
            }
            lines.extend(port_line(operation, locale));
            // A link that was found says that the rescue came up; without one, only the task could.
            if facts.task_vanished && matches!(link, Link::NotFound | Link::NotNeeded) {
                lines.push(say!(locale, "card-task-vanished"));
            }
            lines.extend(until);
        }
        Outcome::Adopted => {
            lines.push(say!(locale, "end-adopted"));
            lines.extend(until);
        }
        Outcome::HandedOver(to) => lines.push(say!(locale, "end-handed-over", who = mention(*to))),
        Outcome::ConsoleOpen(link) => lines.push(console::end_line(operation, *link, locale)),
        Outcome::Restored | Outcome::Rebooted => {
            lines.push(match facts.is_back() {
                true => say!(locale, "end-back"),
                false if facts.task_vanished => say!(locale, "end-unseen"),
                false => say!(locale, "end-task-done"),
            });
            lines.extend(starts::way_lines(operation, locale));
            lines.extend(port_line(operation, locale));
            lines.extend(match (operation.request.kind(), operation.state.is_end_unseen()) {
                (Kind::Restore, false) => wiped(),
                (Kind::Restore, true) => until.map(|_| say!(locale, "end-lease-stays")),
                _ => None,
            });
        }
        Outcome::NetbootBack => {
            lines.extend(starts::back_lines(operation, locale));
            lines.extend(wiped());
        }
        Outcome::Impossible(problem) => lines.push(speak::problem(problem, &operation.request.label, locale)),
        Outcome::Expired if operation.state.mandate.good_for.is_some() => {
            lines.push(say!(locale, "end-approval-old"));
        }
        Outcome::Expired => lines.push(say!(locale, "end-expired")),
        Outcome::Denied(_) => {
            lines.extend(facts.rounds.last().and_then(|round| approval_card::denied(round, locale)));
            lines.push(say!(locale, "end-nothing-done"));
        }
        Outcome::NotApproved => {
            lines.extend(facts.rounds.last().map(|round| approval_card::expired(round, locale)));
            lines.push(say!(locale, "end-nothing-done"));
        }
        Outcome::Cancelled(by) => lines.push(say!(locale, "end-cancelled", who = mention(*by))),
        Outcome::NotDone(_, said) => {
            lines.push(say!(locale, "end-not-done", said = code(said)));
            lines.extend(starts::other_way(operation, locale));
        }
        Outcome::TaskFailed { status, comment } => {
            lines.push(say!(locale, "end-task-failed", status = code(status.as_str())));
            lines.extend(comment.as_ref().map(|comment| code(comment)));
            lines.extend(starts::netboot_line(operation, locale));
        }
        Outcome::LeftAlone(by) => {
            lines.push(say!(locale, "end-left-alone", who = mention(*by)));
            lines.extend(starts::netboot_line(operation, locale));
        }
        Outcome::Superseded(_) => {}
    }
    lines.extend(put_back_lines(operation, locale));
    lines
}

/// Whether what was set is back, and whether a change may still show up late.
fn put_back_lines(operation: &Operation, locale: Locale) -> Vec<String> {
    let back = match &operation.state.facts.put_back {
        Some(PutBack::Done) => Some(say!(locale, "card-put-back")),
        Some(PutBack::Failed { said }) => Some(say!(locale, "card-not-put-back", said = code(said))),
        Some(PutBack::OthersAtWork { .. }) => Some(say!(locale, "card-others-at-work")),
        Some(PutBack::SetByOthers) => Some(say!(locale, "card-set-by-others")),
        None => None,
    };
    back.into_iter().chain(speak::doubt(operation, locale)).collect()
}

/// The guide's first page for the rescue of this operation.
pub(super) fn guide(operation: &Operation) -> Button {
    Button::Guide(Place::first(Topic::Connect, reader(operation)))
}

/// Which rescue the guide is asked about.
pub(super) fn reader(operation: &Operation) -> Reader {
    operation.rescue().map_or(Reader::Any, |(system, _)| Reader::Of(system))
}

/// The one who waits for news.
fn requester(operation: &Operation) -> Vec<Who> {
    vec![Who::User(operation.request.requester)]
}

pub(super) fn rendering(slot: String, lines: Vec<String>, buttons: Vec<CreateButton>, rings: Vec<Who>) -> Rendering {
    Rendering { slot, content: fit::cut(&lines.join("\n")), buttons, rings }
}
