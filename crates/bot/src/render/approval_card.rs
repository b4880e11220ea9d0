//! The messages that a second person reads: what they are asked to approve, and what was done without them in an emergency.

use bernard_discord::fit::CONTENT;
use bernard_domain::{
    access::{Because, Who},
    locale::Locale,
    operation::{
        Operation, Request, Wish,
        approval::{Approval, Guard, Round, RoundEnd},
    },
    server::start::Start,
};
use bernard_text::{duration, mention, say, since_epoch};
use bernard_untrusted::shown::{
    self,
    span::{code, code_within},
};

use super::{
    others,
    rendering::{ChannelStyle, Rendering, rendering, title},
    runbook, starts,
    wording::{self, Headline, small},
};
use crate::{component::Button, modal::LONGEST_REASON};

/// How many roles and people are called at most; a message has 2,000 characters.
const CALLED: usize = 20;

/// One message for each round of asking, and one for a broken glass.
pub(crate) fn messages(operation: &Operation, manner: ChannelStyle) -> Vec<Rendering> {
    let locale = manner.locale;
    let rounds = operation.state.facts.rounds.iter().enumerate();
    let mut messages: Vec<Rendering> = rounds.map(|(index, round)| asked(operation, index, round, locale)).collect();
    if let Guard::BrokenGlass { passed, tells } = &operation.request.guard {
        messages.push(glass(operation, passed, *tells, manner));
    }
    messages
}

/// The slot of the message of a round, counted from 1.
fn slot(number: u32) -> String {
    format!("approve-{number}")
}

/// The button by which such a message is known again, whatever its text has become.
pub(crate) fn mark(operation: &Operation, slot_name: &str) -> Option<String> {
    let number: u32 = slot_name.strip_prefix("approve-")?.parse().ok()?;
    let round = usize::try_from(number).ok()?.checked_sub(1).and_then(|index| operation.state.facts.rounds.get(index));
    Some(approve(operation, number, round.map(|round| &round.approval)).to_string())
}

/// **Approve**, which opens a form where a code is wanted.
fn approve(operation: &Operation, number: u32, approval: Option<&Approval>) -> Button {
    let asked = operation.round(number);
    match approval.and_then(|approval| approval.second_factor.as_ref()) {
        Some(_) => Button::ApproveByCode(asked, number),
        None => Button::Approve(asked, number),
    }
}

fn asked(operation: &Operation, index: usize, round: &Round, locale: Locale) -> Rendering {
    let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
    let mut lines = vec![title(operation, &state(round, locale), locale)];
    let mut buttons = Vec::new();
    let mut rings = Vec::new();
    if let Some((_, until)) = operation.open_round().filter(|_| round.end == RoundEnd::Open) {
        rings.extend(called(&round.approval));
        let (count, asker) = (round.approval.count, mention(round.asked_by));
        let who = mentions(&round.approval);
        lines.push(say!(locale, "approval-call", who = who, count = count, asker = asker, until = since_epoch(until)));
        // Those who are called come first; the way back of who asked is last.
        let asked = operation.round(number);
        buttons.push(approve(operation, number, Some(&round.approval)).create(locale));
        buttons.push(Button::Deny(asked, number).create(locale));
        if !round.approval.calls.is_empty() {
            buttons.push(Button::AskedCalls(asked, number).create(locale));
        }
        buttons.push(Button::Withdraw(asked, number).create(locale));
    }
    lines.push(if index == 0 { what(&operation.request, locale) } else { again(round, locale) });
    let place_of_why = lines.len();
    // What was not approved was not done either: then the calls say nothing.
    if matches!(round.end, RoundEnd::Open | RoundEnd::Approved) {
        lines.extend(boots_into(&operation.request, locale));
        lines.extend(operation.request.beside.iter().flat_map(|beside| others::lines(beside, locale)));
    }
    if round.end == RoundEnd::Open {
        lines.extend(runbook::lines(&operation.request.runbooks, locale));
    }
    if !round.approvers.is_empty() {
        lines.push(match round.end {
            RoundEnd::Open => {
                let (given, needed) = (round.approvers.len(), round.approval.count);
                say!(locale, "approval-so-far", given = given, needed = needed, who = people(round))
            }
            _ => say!(locale, "card-approved-by", who = people(round)),
        });
    }
    lines.extend(end(round, locale));
    lines.push(small(&say!(locale, "approval-rule", rule = code(&round.approval.rule))));
    // What others do and the rule are never cut: the reason gets the room that is left.
    let taken: usize = lines.iter().map(|line| line.chars().count() + 1).sum();
    lines.insert(place_of_why, why(&operation.request, CONTENT.saturating_sub(taken), locale));
    rendering(slot(number), lines, buttons, rings)
}

fn state(round: &Round, locale: Locale) -> Headline {
    match round.end {
        RoundEnd::Open => Headline::new("🔏", say!(locale, "state-awaiting-approval")),
        RoundEnd::Approved => Headline::new("✅", say!(locale, "approval-approved")),
        RoundEnd::Denied { .. } => Headline::new("🚫", say!(locale, "outcome-denied")),
        RoundEnd::Withdrawn(_) => Headline::new("✋", say!(locale, "approval-withdrawn")),
        RoundEnd::Expired => Headline::new("⌛", say!(locale, "outcome-not-approved")),
        RoundEnd::Overtaken => Headline::new("➡️", say!(locale, "approval-overtaken")),
    }
}

fn end(round: &Round, locale: Locale) -> Option<String> {
    match &round.end {
        RoundEnd::Open | RoundEnd::Approved | RoundEnd::Overtaken => None,
        RoundEnd::Denied { .. } => denied(round, locale),
        RoundEnd::Withdrawn(by) => Some(say!(locale, "approval-withdrawn-by", who = mention(*by))),
        RoundEnd::Expired => Some(expired(round, locale)),
    }
}

/// Who denied it, and why, if they said so; `None` when nobody did.
pub(crate) fn denied(round: &Round, locale: Locale) -> Option<String> {
    match &round.end {
        RoundEnd::Denied { by, reason: Some(reason) } => {
            Some(say!(locale, "approval-denied-because", who = mention(*by), reason = code(reason)))
        }
        RoundEnd::Denied { by, reason: None } => Some(say!(locale, "approval-denied-by", who = mention(*by))),
        _ => None,
    }
}

/// How many approvals it got, of how many.
pub(crate) fn expired(round: &Round, locale: Locale) -> String {
    say!(locale, "approval-expired", count = round.approval.count, given = round.approvers.len())
}

/// What the requester wants, as one line.
fn what(request: &Request, locale: Locale) -> String {
    let asker = mention(request.requester);
    match &request.wish {
        Wish::Enable(wish) => {
            say!(locale, "approval-enable", asker = asker, length = duration(locale, wish.lease))
        }
        Wish::Restore { .. } => say!(locale, "approval-restore", asker = asker),
        Wish::PutBack { .. } => say!(locale, "approval-put-back", asker = asker),
        Wish::Reboot { .. } => say!(locale, "approval-reboot", asker = asker),
        Wish::Link { .. } => say!(locale, "approval-link", asker = asker),
        Wish::Adopt { lease } => {
            say!(locale, "approval-adopt", asker = asker, length = duration(locale, *lease))
        }
        Wish::HandOver { from, to, .. } => {
            say!(locale, "approval-hand-over", asker = asker, from = mention(*from), to = mention(*to))
        }
        Wish::Console { minutes, .. } => {
            say!(locale, "approval-console", asker = asker, minutes = minutes.get())
        }
        Wish::FreeSessions { .. } => say!(locale, "approval-free-sessions", asker = asker),
        // No protection can name it.
        Wish::Ticket(_) => say!(locale, "ticket-title"),
    }
}

fn again(round: &Round, locale: Locale) -> String {
    say!(locale, "approval-again", asker = mention(round.asked_by))
}

/// Why they want it, in `room` characters if the reason can be cut to that.
fn why(request: &Request, room: usize, locale: Locale) -> String {
    let Some(reason) = &request.reason else { return say!(locale, "approval-no-reason") };
    let all = shown::visible(reason).chars().count();
    let said = |length: usize| say!(locale, "approval-because", reason = code_within(reason, length));
    let longest = all.min(usize::from(LONGEST_REASON));
    let whole = said(longest);
    match whole.chars().count().saturating_sub(room) {
        0 => whole,
        too_long => said(longest.saturating_sub(too_long + 1)),
    }
}

fn boots_into(request: &Request, locale: Locale) -> Option<String> {
    let start = match &request.wish {
        Wish::Enable(wish) => Some(Start::from(wish.into.clone())),
        Wish::Restore { into, .. } | Wish::PutBack { into, .. } => Some(into.clone()),
        Wish::Reboot { into } => into.clone(),
        Wish::Link { .. }
        | Wish::Adopt { .. }
        | Wish::HandOver { .. }
        | Wish::Console { .. }
        | Wish::Ticket(_)
        | Wish::FreeSessions { .. } => return None,
    };
    let into = start.map_or_else(|| say!(locale, "boot-none"), |start| starts::short(&start, locale));
    let into = say!(locale, "card-boots-into", into = into);
    Some(match starts::instead(&request.wish, locale) {
        Some(instead) => format!("{into}\n{instead}"),
        None => into,
    })
}

/// What was done without others, told to who is on call.
fn glass(operation: &Operation, passed: &Approval, tells: Option<u64>, manner: ChannelStyle) -> Rendering {
    let (request, locale) = (&operation.request, manner.locale);
    // The role is the one of that moment; who is on duty now goes before it.
    let called = match manner.oncall {
        [Who::User(_), ..] => manner.oncall.to_vec(),
        _ => tells.map(Who::Role).into_iter().collect(),
    };
    let mut lines = vec![title(operation, &Headline::new("🚨", say!(locale, "glass-title")), locale)];
    lines.push(match called.is_empty() {
        false => say!(locale, "glass-call", who = wording::each(&called)),
        true => say!(locale, "glass-nobody"),
    });
    lines.push(what(request, locale));
    lines.push(say!(locale, "glass-without", rule = code(&passed.rule), count = passed.count));
    lines.push(why(request, CONTENT, locale));
    rendering("glass".to_owned(), lines, Vec::new(), called)
}

/// What a confirmation card says of protection before **Confirm** is pressed.
pub(crate) fn forewarning(guard: &Guard, locale: Locale) -> Vec<String> {
    match guard {
        Guard::Unprotected => Vec::new(),
        Guard::Waived(waiver) => vec![say!(locale, "confirm-waived", rule = code(&waiver.rule))],
        Guard::Approval(approval) => {
            let (rule, length) = (code(&approval.rule), duration(locale, approval.expires));
            let (count, who) = (approval.count, mentions(approval));
            let mut lines =
                vec![say!(locale, "confirm-approval", rule = rule, count = count, length = length, who = who)];
            if approval.because == Because::Unread {
                lines.push(say!(locale, "confirm-approval-unread"));
            }
            lines
        }
        Guard::BrokenGlass { passed, tells } => {
            let rule = code(&passed.rule);
            vec![match tells {
                Some(role) => say!(locale, "confirm-glass", rule = rule, who = wording::who(&Who::Role(*role))),
                None => say!(locale, "confirm-glass-nobody", rule = rule),
            }]
        }
    }
}

/// Those who may approve, as mentions; they ring only where the message lets them.
pub(crate) fn mentions(approval: &Approval) -> String {
    wording::each(called(approval))
}

fn called(approval: &Approval) -> impl Iterator<Item = &Who> {
    approval.of.iter().take(CALLED)
}

fn people(round: &Round) -> String {
    round.approvers.iter().map(|person| mention(*person)).collect::<Vec<_>>().join(" ")
}
