//! The messages of an operation: a rendering of its state, and of whether its rescue's time is over; nothing else. The same
//! state always looks the same.
//!
//! `card` is posted once and edited; what people wait for comes as a message of its own, because edits ring no phone.

mod link;
mod question;

use bernard_domain::{
    access::Who,
    lease::{Lease, past::Past},
    locale::Locale,
    operation::{
        ChannelId, Kind, Operation, Wish,
        approval::Guard,
        event::{Age, Port, PutBack},
        state::{Link, Outcome, Phase},
    },
    server::start::Start,
};
use bernard_text::{duration, mention, say, since_epoch};
use bernard_untrusted::shown::span::code;
use jiff::{SignedDuration, Timestamp};

use super::{
    accent, approval_card, button,
    card_links::CardLinks,
    console, guide_controls,
    past::Tense,
    progress,
    rendering::{ChannelStyle, Rendering, rendering, title},
    sessions, standing, starts,
    ticket::{self, Support},
    waiting,
    wording::{self, small},
};
use crate::component::Button;

/// The rescue that an operation's messages speak of.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rescue<'a> {
    /// The server's active lease, if any.
    pub lease: Option<&'a Lease>,
    /// How it was, once it is over.
    pub past: Option<&'a Past>,
    /// Where the cards stand of the operations that are named then, as far as that is known.
    pub links: Option<&'a CardLinks>,
}

/// What of an operation's messages is a matter of this moment, beside its rescue.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// Whether a DM may hold the link of the rescue that it ends.
    pub link: LinkOut,
    /// Where its own DM stands: the channel and the message.
    pub dm: Option<(ChannelId, u64)>,
    /// Whether OVHcloud's support can be asked about it.
    pub support: Support,
    /// How long such a thing usually takes, as far as that is known.
    pub usual: Option<SignedDuration>,
    /// When.
    pub now: Timestamp,
}

/// Whether a DM may hold the link of the rescue that an operation ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkOut {
    /// One does, or may.
    Possible,
    /// None was sent.
    Never,
}

/// All messages of an operation as they look at a moment, in the order of posting.
pub fn messages(operation: &Operation, rescue: Rescue<'_>, moment: Moment, manner: ChannelStyle) -> Vec<Rendering> {
    let (locale, lease) = (manner.locale, rescue.lease);
    let nowhere = CardLinks::default();
    let tense = Tense::of(operation, rescue.past, rescue.links.unwrap_or(&nowhere));
    let mut messages = Vec::new();
    // What waits to begin is only asked about; its card comes when there is something to show.
    if operation.state.facts.reboots_approved > 0 {
        let accent = accent::of(operation, tense, moment.usual);
        messages.push(card(operation, tense, moment, locale).in_a_frame(accent));
    }
    messages.extend(approval_card::messages(operation, manner));
    for asked in 1..=operation.state.facts.asked {
        messages.push(question::asked(operation, asked, locale));
        if operation.state.facts.unanswered.contains(&asked) {
            messages.push(question::for_oncall(operation, asked, manner));
        }
    }
    messages.extend(waiting::messages(operation, lease, moment.support, manner));
    if operation.state.facts.dm_closed && operation.state.facts.source.is_some() {
        messages.push(reveal(operation, tense, locale));
    }
    messages.extend(end(operation, lease, tense, moment, locale));
    messages
}

fn card(operation: &Operation, tense: Tense<'_>, moment: Moment, locale: Locale) -> Rendering {
    let mut lines = vec![title(operation, &tense.state(operation, locale), locale)];
    let who = mention(operation.request.requester);
    lines.push(match &operation.request.reason {
        Some(reason) => say!(locale, "card-asked-because", who = who, reason = code(reason)),
        None => say!(locale, "card-asked", who = who),
    });
    lines.extend(approved_line(operation, locale));
    if let Some(past) = tense.line(operation, locale) {
        lines.push(past);
        return rendering("card".to_owned(), lines, Vec::new(), Vec::new()).speaking(tense);
    }
    // How it ended is said by the message that rings: the card does not say it again.
    if matches!(&operation.state.phase, Phase::Ended(outcome) if !matches!(outcome, Outcome::Superseded(_))) {
        lines.extend(task_line(operation, locale).map(|line| small(&line)));
        return rendering("card".to_owned(), lines, Vec::new(), Vec::new());
    }
    lines.extend(progress::line(operation, moment.usual, locale));
    lines.extend(progress::searching(operation, locale));
    lines.extend(progress::longer(operation, moment.usual, locale));
    lines.extend(plan_lines(operation, locale));
    lines.extend(console::card_line(operation, locale));
    lines.extend(console::health_line(operation, locale));
    if let Wish::Ticket(ticket) = &operation.request.wish {
        lines.push(ticket::card_line(ticket, locale));
    }
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
        Guard::Waived(waiver) => Some(say!(locale, "card-waived", rule = code(&waiver.rule))),
        _ if people.is_empty() => None,
        _ => Some(say!(locale, "card-approved-by", who = people.join(" "))),
    }
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
    let mut lines: Vec<String> = task_line(operation, locale).into_iter().collect();
    if facts.task_vanished {
        lines.push(say!(locale, "card-task-vanished"));
    }
    if let Some(power) = &facts.power {
        lines.push(say!(locale, "card-power", power = wording::power(Some(power), locale)));
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

/// OVHcloud's task, and how it came to be ours.
fn task_line(operation: &Operation, locale: Locale) -> Option<String> {
    let facts = &operation.state.facts;
    let (task, status) = facts.task.as_ref()?;
    let (task, status) = (task.to_string(), code(status.as_str()));
    Some(match facts.adopted {
        true => say!(locale, "card-task-adopted", task = task, status = status),
        false => say!(locale, "card-task", task = task, status = status),
    })
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
    let said = wording::said(operation.state.facts.unknown_because.as_ref()?);
    Some(match operation.state.facts.not_done {
        None => say!(locale, "card-unknown-because", said = said),
        Some(_) => say!(locale, "card-not-done-because", said = said),
    })
}

/// The button for those who take no DMs.
fn reveal(operation: &Operation, tense: Tense<'_>, locale: Locale) -> Rendering {
    let who = mention(operation.request.requester);
    let waiting = matches!(operation.state.phase, Phase::AwaitingReveal(_));
    let mut lines = vec![title(operation, &tense.state(operation, locale), locale)];
    lines.push(match waiting {
        true => match operation.state.facts.dm_refused {
            None => say!(locale, "reveal-waiting", who = who),
            Some(why) => {
                say!(locale, "reveal-waiting-refused", who = who, why = wording::refused_by_discord(why, locale))
            }
        },
        false if operation.request.kind() == Kind::Console => say!(locale, "reveal-over-console"),
        false => tense.line(operation, locale).unwrap_or_else(|| say!(locale, "reveal-over")),
    });
    let buttons = if waiting { vec![Button::Reveal(operation.marked()).create(locale)] } else { Vec::new() };
    rendering("reveal".to_owned(), lines, buttons, requester(operation)).speaking(tense)
}

/// The end, as a message of its own. What another operation took over, or a person cancelled, needs none: they know.
fn end(
    operation: &Operation,
    lease: Option<&Lease>,
    tense: Tense<'_>,
    moment: Moment,
    locale: Locale,
) -> Option<Rendering> {
    let Phase::Ended(outcome) = &operation.state.phase else { return None };
    if matches!(outcome, Outcome::Superseded(_)) {
        return None;
    }
    let lease = lease.filter(|lease| lease.is_of(operation));
    let mut lines = vec![title(operation, &tense.state(operation, locale), locale)];
    lines.push(mention(operation.request.requester));
    let until = lease.map(|lease| standing::of_lease(operation, lease, moment.now, locale));
    match (tense.line(operation, locale), outcome) {
        (Some(past), Outcome::InRescue(_) | Outcome::Adopted | Outcome::HandedOver(_)) => {
            lines.extend([past].into_iter().chain(until));
        }
        (past, _) => lines.extend(end_lines(operation, outcome, until, past, moment.link, locale)),
    }
    lines.extend(console::health_line(operation, locale));
    lines.extend(ticket::asked_line(moment.support, locale));
    let mut buttons = Vec::new();
    let failed = matches!(outcome, Outcome::TaskFailed { .. });
    if let Some((channel, message)) = moment.dm.filter(|_| is_delivered(outcome) && matches!(tense, Tense::Present)) {
        let address = format!("https://discord.com/channels/@me/{}/{message}", channel.0);
        buttons.push(button::Button::link(say!(locale, "button-open-dm"), address));
    }
    if failed {
        buttons.push(Button::TryAgain(operation.marked()).create(locale));
    }
    buttons.extend(sessions::buttons(operation, outcome, locale));
    buttons.extend(ticket::ask_button(operation, moment.support, locale));
    if let Some(lease) = lease {
        // More time is of no use to what failed; and a way out that failed is tried again.
        let useful = |button: &Button| match button {
            Button::Extend(_) => !failed,
            Button::RestoreNow(_) => !failed || operation.request.kind() != Kind::Restore,
            _ => true,
        };
        buttons.extend(standing::choices(lease).into_iter().filter(useful).map(|button| button.create(locale)));
        if operation.can_be_put_back() && !lease.seen.has_left() {
            buttons.push(Button::PutNetbootBack(operation.marked()).create(locale));
        }
    }
    let lacks_link = matches!(outcome, Outcome::InRescue(Link::NotFound | Link::NotTaken | Link::Withheld));
    if lacks_link && matches!(tense, Tense::Present) {
        buttons.push(Button::LookAgain(operation.marked()).create(locale));
    }
    if lease.is_some_and(|lease| lease.operation == operation.id) {
        buttons.push(guide_controls::first_page(operation).create(locale));
    }
    // What ended in doubt may have ended otherwise before: Discord must not take the one message for the other.
    let slot = if *outcome == Outcome::InDoubt { "doubt" } else { "end" };
    Some(rendering(slot.to_owned(), lines, buttons, requester(operation)).speaking(tense))
}

fn is_delivered(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::InRescue(Link::Delivered) | Outcome::ConsoleOpen(Link::Delivered))
}

/// How it ended; `until` is what there is to say of its lease, while that is active, `past` once its rescue is over.
fn end_lines(
    operation: &Operation,
    outcome: &Outcome,
    until: Option<String>,
    past: Option<String>,
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
                (Kind::Reboot, _) => rescue_again_line(operation, locale),
                _ => None,
            });
        }
        Outcome::NetbootBack => {
            lines.extend(starts::back_lines(operation, locale));
            lines.extend(wiped());
        }
        Outcome::Impossible(problem) => lines.push(wording::problem(problem, &operation.request.label, locale)),
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
        Outcome::TicketOpened(_) | Outcome::TicketUnknown => {
            lines.extend(ticket::end_lines(operation, outcome, locale))
        }
        Outcome::SessionsFreed | Outcome::SessionsUnknown => {
            lines.extend(sessions::end_lines(operation, outcome, locale));
        }
        Outcome::NotDone(..) if operation.request.kind() == Kind::FreeSessions => {
            lines.extend(sessions::end_lines(operation, outcome, locale));
        }
        Outcome::NotDone(..) if operation.request.kind() == Kind::Ticket => {
            lines.extend(ticket::end_lines(operation, outcome, locale));
        }
        Outcome::NotDone(_, said) => {
            lines.push(say!(locale, "end-not-done", said = wording::said(said)));
            lines.extend(starts::other_way(operation, locale));
        }
        Outcome::TaskFailed { status, comment } => {
            lines.push(say!(locale, "end-task-failed", status = code(status.as_str())));
            lines.extend(comment.as_ref().map(|comment| code(comment)));
            lines.extend(past.or_else(|| starts::netboot_line(operation, locale)));
        }
        Outcome::LeftAlone(by) => {
            lines.push(waiting::left_alone(operation, *by, locale));
            lines.extend(past.or_else(|| starts::netboot_line(operation, locale)));
        }
        Outcome::InDoubt => {
            lines.push(say!(locale, "end-in-doubt"));
            lines.extend(past.or(until));
        }
        Outcome::Superseded(_) => {}
    }
    lines.extend(put_back_lines(operation, locale));
    lines
}

/// What a plain reboot of a server in rescue leads to.
fn rescue_again_line(operation: &Operation, locale: Locale) -> Option<String> {
    let into = operation.state.facts.plan.as_ref()?.into.as_ref()?;
    let command = wording::link_command(operation.request.typed());
    into.is_rescue().then(|| say!(locale, "end-rescue-again", command = command))
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
    back.into_iter().chain(wording::doubt(operation, locale)).collect()
}

/// The one who waits for news.
fn requester(operation: &Operation) -> Vec<Who> {
    vec![Who::User(operation.request.requester)]
}
