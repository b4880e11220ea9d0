//! What happens to operations and leases, as entries. The matches know every event and effect, so none can be forgotten.

use jiff::Timestamp;

use super::{Act, End, Entry, Kind};
use crate::{
    access::UserId,
    console::Health,
    lease::Effect,
    operation::{
        Operation, Plan, Source, Wish,
        approval::{Approval, Guard, Waiver},
        event::{Age, Doubt, Event, NoAnswer, NotDone, NotTaken, Port, Problem, PutBack, Taken},
        state::{Link, Outcome, Phase},
    },
    others::in_words,
    server::{
        Boot, TaskId,
        start::{Start, changed},
    },
};

/// An operation was accepted; `origin` is the card or the press that asked for it.
pub fn opened(operation: &Operation, origin: &str, at: Timestamp) -> Entry {
    Entry::new(Kind::Decision, "opened".to_owned(), at)
        .about(operation)
        .because(operation.request.reason.as_deref())
        .saying(format!("{} ({origin}){}", wish(&operation.request.wish), guarded(&operation.request.guard)))
}

/// What protects it, and whether that was passed.
fn guarded(guard: &Guard) -> String {
    match guard {
        Guard::Unprotected => String::new(),
        Guard::Approval(approval) => format!("; {}", waits_for(approval)),
        Guard::BrokenGlass { passed, .. } => {
            format!("; BREAK-GLASS: without the approvals ({}) of {}", passed.count, passed.rule)
        }
        Guard::Waived(Waiver { count, rule, by }) => {
            format!("; WAIVED ON DUTY: without the approvals ({count}) of {rule}, by {by}")
        }
    }
}

fn waits_for(approval: &Approval) -> String {
    format!("waits for approvals ({}) by {}", approval.count, approval.rule)
}

/// What happened to an operation; `after` is the operation with that event.
pub fn of_event(after: &Operation, event: &Event, at: Timestamp) -> Entry {
    let entry = told(Entry::new(Kind::Seen, event.word(), at).about(after), event);
    match &after.state.phase {
        Phase::Ended(outcome) => entry.ending(ended(outcome).word()),
        _ => entry,
    }
}

/// What it meant for a lease; `after` is the operation that it came from.
pub fn of_lease(after: &Operation, effect: &Effect, at: Timestamp) -> Entry {
    let entry = |what: &str| Entry::new(Kind::Seen, what.to_owned(), at).about(after);
    match effect {
        Effect::Begin(lease) => entry("lease_began").saying(format!("until {:.0}", lease.deadline)),
        Effect::Found(found) => {
            let before = after.state.facts.plan.as_ref().map_or(&[][..], |plan| &plan.before.facts);
            let fields: Vec<&str> = changed(before, found).iter().map(|fact| fact.field().as_str()).collect();
            entry("lease_noted").saying(format!("changed with the netboot: {}", fields.join(" ")))
        }
        Effect::Undo => entry("lease_undone"),
        Effect::HandOver { from, to, .. } => {
            Entry::act(Act::LeaseHandedOver, at).about(after).saying(between(*from, *to))
        }
        Effect::End => entry("lease_ended"),
    }
}

fn told(entry: Entry, event: &Event) -> Entry {
    match event {
        Event::Prepared { plan, .. } => entry.saying(planned(plan)),
        Event::Adopted { plan, .. } => entry.saying(adopted(plan)),
        Event::HandedOver { from, to } => entry.saying(between(*from, *to)),
        Event::FoundImpossible { problem } => match problem {
            Problem::Ovhcloud { query, .. } | Problem::Weather { query, .. } => entry.through(query.clone()),
            _ => entry,
        }
        .saying(problem.to_string()),
        Event::BootSet { queries, lacking, .. } => {
            let lacking: Vec<&str> = lacking.iter().map(|field| field.as_str()).collect();
            let entry = effect(entry).through(queries.clone());
            if lacking.is_empty() { entry } else { entry.saying(format!("not taken: {}", lacking.join(" "))) }
        }
        Event::SettingInDoubt { doubt, query } => effect(entry).through(query.clone()).saying(match doubt {
            Doubt::Unanswered { said } => said.as_str(),
            Doubt::Stopped => "Bernard stopped while it may have been writing",
        }),
        Event::WrittenBack { queries } => effect(entry).through(queries.clone()),
        Event::SettingRefused { said, query, .. } => effect(entry).through(query.clone()).saying(said),
        Event::CancelAsked { by, rule }
        | Event::RebootAgainApproved { by, rule }
        | Event::LeftAlone { by, rule }
        | Event::ApprovalGiven { by, rule }
        | Event::ApprovalDenied { by, rule }
        | Event::Withdrawn { by, rule } => decided(entry, *by, rule.as_deref()),
        Event::RebootAgainAsked { by, approval, rule } => {
            decided(entry, *by, rule.as_deref()).saying(waits_for(approval))
        }
        Event::DenialExplained { by, reason, rule, .. } => decided(entry, *by, rule.as_deref()).because(Some(reason)),
        Event::RebootIntended { intent } | Event::SessionsIntended(intent) => effect(entry).saying(format!(
            "OVHcloud's clock: {:.0}; tasks known before: {}",
            intent.at,
            list(&intent.known)
        )),
        Event::RebootAccepted { task, query } | Event::SessionsAccepted(Taken { task, query }) => {
            Entry { task: Some(*task), ..effect(entry).through(query.clone()) }
        }
        Event::RebootNotDone { why, said, query } | Event::SessionsNotDone(NotTaken { why, said, query }) => {
            effect(entry).through(query.clone()).saying(format!("{}: {said}", not_done(*why)))
        }
        Event::RebootUnknown { said, query } | Event::SessionsUnknown(NoAnswer { said, query }) => {
            effect(entry).through(query.clone()).saying(said)
        }
        Event::TaskAdopted { task } => Entry { task: Some(*task), ..entry },
        Event::ConsoleFound { kind } | Event::ConsoleChosen { kind } => entry.saying(kind.as_str()),
        Event::ConsoleTested { health: Health::Passes } => entry,
        Event::ConsoleTested { health: Health::Fails { said } | Health::Unknown { said } } => entry.saying(said),
        Event::ConsoleTestAsked { task, query, .. } | Event::ConsoleAsked { task, query } => {
            Entry { task: Some(*task), ..effect(entry).through(query.clone()) }
        }
        Event::ConsoleOpened { until } => entry.saying(format!("until {until:.0}")),
        Event::RequestLogged { at } => entry.saying(format!("OVHcloud's log has it at {at:.0}")),
        Event::TicketIntended { at } => effect(entry).saying(format!("OVHcloud's clock: {at:.0}")),
        Event::TicketOpened { number, query } => {
            effect(entry).through(query.clone()).saying(format!("ticket {number}"))
        }
        Event::TicketNotDone { why, said, query } => {
            effect(entry).through(query.clone()).saying(format!("{}: {said}", not_done(*why)))
        }
        Event::TicketUnknown { said, query } => effect(entry).through(query.clone()).saying(said),
        Event::TicketFound { number } => entry.saying(format!("ticket {number}")),
        Event::TicketNotFound { trouble: Some(said) } => entry.saying(said),
        Event::NotSettled { trouble: Some(said), .. } => entry.saying(said),
        Event::NotSettled { candidates, trouble: None } => entry.saying(format!("new tasks: {}", list(candidates))),
        Event::PutBack { result, queries } => {
            let entry = effect(entry).through(queries.clone());
            match result {
                PutBack::Done => entry,
                PutBack::Failed { said } => entry.saying(format!("failed: {said}")),
                PutBack::OthersAtWork { works } => {
                    entry.saying(format!("left: others are at work: {}", in_words(works)))
                }
                PutBack::SetByOthers => entry.saying("left: somebody else set another netboot"),
            }
        }
        Event::TaskSeen { status, comment } => entry.saying(match comment {
            Some(comment) => format!("{}: {comment}", status.as_str()),
            None => status.as_str().to_owned(),
        }),
        Event::TicketPrepared
        | Event::SessionsPrepared
        | Event::TicketNotFound { trouble: None }
        | Event::TaskVanished
        | Event::TaskStands
        | Event::StandingUnanswered
        | Event::Unhindered
        | Event::LongerThanUsual => entry,
        Event::Hindered { said, query, .. } => entry.through(query.clone()).saying(said),
        Event::OthersAtWork { works } => entry.saying(in_words(works)),
        Event::RescueFound { age: Age::Unknown, .. } => entry.saying("nobody can tell since when"),
        Event::RescueFound { since, .. } => entry.saying(format!("since {since:.0}")),
        Event::PortSeen { port, .. } => entry.saying(match port {
            Port::Closed => "closed",
            Port::Open => "open",
        }),
        Event::PowerSeen { power } => entry.saying(power),
        Event::DeliveryAttempted { source, query, refused } => {
            let entry = effect(entry).through(query.clone());
            let beside = refused.as_ref().map(|said| format!("; {said}")).unwrap_or_default();
            match source {
                Some(source) => entry.saying(format!("found in: {}{beside}", place(*source))),
                None => entry.saying("a key opens it, there is no link"),
            }
        }
        Event::LinkDelivered | Event::DmClosed { code: None } => effect(entry),
        Event::DmClosed { code: Some(0) } => effect(entry).saying("Discord did not take the DM in time"),
        Event::DmClosed { code: Some(code) } => effect(entry).saying(format!("Discord refused the DM, code {code}")),
        // Only the requester can press that button.
        Event::LinkRevealed { query } => Entry { kind: Kind::Decision, ..entry.through(query.clone()) },
        Event::LinkNotFound { searched, trouble, query } => {
            let searched: Vec<&str> = searched.iter().copied().map(place).collect();
            let trouble = trouble.as_ref().map(|said| format!("; {said}")).unwrap_or_default();
            entry.through(query.clone()).saying(format!("searched: {}{trouble}", searched.join(", ")))
        }
        Event::LinkGivenUp
        | Event::LinkWithheld
        | Event::QuestionUnanswered
        | Event::Watched
        | Event::Expired
        | Event::ApprovalExpired
        | Event::Faulted => entry,
        Event::FoundInCopy => entry.saying("this store is a copy: what was done after it was made is not known"),
        Event::Superseded { by } => entry.saying(format!("by {by}")),
    }
}

fn effect(entry: Entry) -> Entry {
    Entry { kind: Kind::Effect, ..entry }
}

/// A person decided; before rules were recorded with decisions, the rule is not known.
fn decided(entry: Entry, by: UserId, rule: Option<&str>) -> Entry {
    Entry { kind: Kind::Decision, who: Some(by), rule: rule.map(str::to_owned), ..entry }
}

fn wish(wish: &Wish) -> String {
    match wish {
        Wish::Enable(wish) => format!("into {}, for {:#}", boot(&wish.into), wish.lease),
        Wish::Adopt { lease } => format!("a rescue that somebody else started, for {lease:#}"),
        Wish::HandOver { lease, from, to } => format!("the rescue {lease}, {}", between(*from, *to)),
        Wish::Restore { into, despite, instead, .. } | Wish::PutBack { into, despite, instead } => {
            let instead = instead.as_ref().map_or_else(String::new, |instead| format!(", not {}", start(&instead.of)));
            let despite = if despite.is_empty() { "" } else { ", though somebody else changed the server" };
            format!("into {}{instead}{despite}", start(into))
        }
        Wish::Reboot { into: Some(into) } => format!("into {}", start(into)),
        Wish::Reboot { into: None } => "into what it boots by itself".to_owned(),
        Wish::Link { sources } => {
            let sources: Vec<&str> = sources.iter().copied().map(place).collect();
            format!("the link, from {}", sources.join(", "))
        }
        // The one address that may use it is a person's own: it is in the operation.
        Wish::Console { minutes, ip } => {
            let only = if ip.is_some() { ", from one address" } else { "" };
            format!("a console for {} min{only}", minutes.get())
        }
        Wish::FreeSessions { about } => format!("the end of all console sessions, after {about}"),
        Wish::Ticket(ticket) => match ticket.about {
            Some(about) => format!("a ticket about {about}: {}", ticket.subject),
            None => format!("a ticket: {}", ticket.subject),
        },
    }
}

/// Whose a rescue was, and whose it is.
fn between(from: UserId, to: UserId) -> String {
    format!("from {} to {}", from.0, to.0)
}

/// The rescue that was found.
fn adopted(plan: &Plan) -> String {
    plan.into.as_ref().map_or("none".to_owned(), start)
}

/// What was there, and what will be set. A mail and a key are named, not shown: they are in the operation.
fn planned(plan: &Plan) -> String {
    let was = plan.before.boot.as_ref().map_or("none".to_owned(), start);
    let Some(change) = &plan.change else { return format!("nothing is set; boot: {was}") };
    let more = [(&change.rescue_mail, "rescue mail"), (&change.rescue_ssh_key, "rescue SSH key")];
    let more: String = more.iter().filter(|(set, _)| set.is_some()).map(|(_, name)| format!(", {name}")).collect();
    let facts = change.lacking_in(&plan.before).facts;
    let facts: String = facts.iter().map(|fact| format!(", {}", fact.field().as_str())).collect();
    format!("sets boot {}{more}{facts}; before: {was}", start(&change.boot))
}

fn boot(boot: &Boot) -> String {
    let kernel = if boot.kernel.is_empty() { "?" } else { &boot.kernel };
    format!("{} ({kernel})", boot.id)
}

/// A script is said by its length: it may hold anything.
fn start(start: &Start) -> String {
    match start {
        Start::Netboot(netboot) => boot(netboot),
        Start::Script(script) => format!("a script of its own ({} characters)", script.length()),
    }
}

fn list(tasks: &[TaskId]) -> String {
    /// More would say nothing.
    const SHOWN: usize = 20;
    let shown: Vec<String> = tasks.iter().rev().take(SHOWN).map(ToString::to_string).collect();
    if shown.is_empty() { "none".to_owned() } else { shown.join(" ") }
}

fn place(source: Source) -> &'static str {
    match source {
        Source::AuthenticationSecret => "authentication-secret",
        Source::Mail => "mail",
        Source::Console => "console",
    }
}

fn not_done(why: NotDone) -> &'static str {
    match why {
        NotDone::Refused => "refused",
        NotDone::Unsent => "not sent",
    }
}

fn ended(outcome: &Outcome) -> End {
    match outcome {
        Outcome::InRescue(Link::Delivered) | Outcome::ConsoleOpen(Link::Delivered) => End::LinkDelivered,
        Outcome::InRescue(Link::Revealed) | Outcome::ConsoleOpen(Link::Revealed) => End::LinkRevealed,
        Outcome::InRescue(Link::NotNeeded) | Outcome::ConsoleOpen(Link::NotNeeded) => End::LinkNotNeeded,
        Outcome::InRescue(Link::NotFound) | Outcome::ConsoleOpen(Link::NotFound) => End::LinkNotFound,
        Outcome::InRescue(Link::NotTaken) | Outcome::ConsoleOpen(Link::NotTaken) => End::LinkNotTaken,
        Outcome::InRescue(Link::Withheld) | Outcome::ConsoleOpen(Link::Withheld) => End::LinkWithheld,
        Outcome::Adopted => End::Adopted,
        Outcome::HandedOver(_) => End::HandedOver,
        Outcome::TicketOpened(_) => End::TicketOpened,
        Outcome::TicketUnknown => End::TicketUnknown,
        Outcome::SessionsFreed => End::SessionsFreed,
        Outcome::SessionsUnknown => End::SessionsUnknown,
        Outcome::Restored => End::Restored,
        Outcome::Rebooted => End::Rebooted,
        Outcome::NetbootBack => End::NetbootBack,
        Outcome::Impossible(_) => End::Impossible,
        Outcome::Expired => End::Expired,
        Outcome::Denied(_) => End::Denied,
        Outcome::NotApproved => End::NotApproved,
        Outcome::Cancelled(_) => End::Cancelled,
        Outcome::NotDone(NotDone::Refused, _) => End::RefusedByOvhcloud,
        Outcome::NotDone(NotDone::Unsent, _) => End::NotSent,
        Outcome::TaskFailed { .. } => End::TaskFailed,
        Outcome::LeftAlone(_) => End::LeftAlone,
        Outcome::InDoubt => End::InDoubt,
        Outcome::Superseded(_) => End::Superseded,
    }
}
