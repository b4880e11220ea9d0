//! A line of the audit as a sentence. The matches know every word of this version, so none is shown raw.

use bernard_domain::{
    access::UserId,
    audit::{Act, Decision, End, Line},
    locale::Locale,
    operation::{Kind, OperationId},
};
use bernard_text::{mention, say};
use bernard_untrusted::shown::span::code;

use super::card_links::CardLinks;

/// Whom and what a line is about, ready to be shown.
struct About {
    who: String,
    action: String,
    server: String,
    id: String,
    /// Whose a rescue is now, if the line says so.
    to: Option<UserId>,
}

/// The operation that a line is about.
pub(crate) fn operation(line: &Line) -> Option<OperationId> {
    line.text("operation")?.strip_prefix("R-")?.parse().ok().map(OperationId)
}

/// What a line says, but for its time and its reason. `server`: what its server is called, in a code span; empty without one.
pub(crate) fn sentence(line: &Line, server: String, links: &CardLinks, locale: Locale) -> String {
    let told = told(line, server, links, locale);
    match line.text("times") {
        Some(times) => format!("{told} ×{times}"),
        None => told,
    }
}

fn told(line: &Line, server: String, links: &CardLinks, locale: Locale) -> String {
    let text = |key| line.text(key).unwrap_or_default();
    let who = text("who").parse().map_or_else(|_| "Bernard".to_owned(), |id| mention(UserId(id)));
    let id = operation(line).map_or_else(|| text("operation"), |id| links.number(id));
    let about = About { who, action: code(&text("action")), server, id, to: new_owner(&text("detail")) };
    let word = text("what");
    // Who decided something says more than that it is over.
    if let Some(decision) = Decision::of_word(&word) {
        return decided(decision, &about, locale);
    }
    if let Some(outcome) = line.text("outcome") {
        let kind = line.text("action").and_then(|action| Kind::of(&action));
        let outcome = End::of_word(&outcome).map_or_else(
            || code(&outcome),
            |end| match (kind, end) {
                (Some(Kind::Console), end) => of_console(end, locale),
                (Some(Kind::Link), End::LinkDelivered | End::LinkRevealed) => say!(locale, "outcome-link"),
                (Some(Kind::Link), End::LinkNotNeeded) => say!(locale, "outcome-key"),
                (Some(Kind::FreeSessions), End::TaskFailed) => say!(locale, "outcome-sessions-failed"),
                (_, end) => ended(end, locale),
            },
        );
        return say!(locale, "history-ended", server = about.server, id = about.id, outcome = outcome);
    }
    match Act::of_word(&word) {
        Some(act) => done(act, &about, locale),
        // Another version wrote it.
        None => say!(locale, "history-other", what = code(&word)),
    }
}

fn decided(decision: Decision, about: &About, locale: Locale) -> String {
    let About { who, action, server, id, .. } = about;
    match decision {
        Decision::Opened => say!(locale, "history-opened", who = who, action = action, server = server, id = id),
        Decision::CancelAsked => say!(locale, "history-cancelled", who = who, server = server, id = id),
        Decision::RebootAgainAsked => say!(locale, "history-again-asked", who = who, server = server, id = id),
        Decision::RebootAgainApproved => say!(locale, "history-again", who = who, server = server, id = id),
        Decision::LeftAlone => say!(locale, "history-left-alone", who = who, server = server, id = id),
        Decision::ApprovalGiven => say!(locale, "history-approved", who = who, server = server, id = id),
        Decision::ApprovalDenied => say!(locale, "history-denied", who = who, server = server, id = id),
        Decision::DenialExplained => say!(locale, "history-denial-explained", who = who, server = server, id = id),
        Decision::Withdrawn => say!(locale, "history-withdrawn", who = who, server = server, id = id),
        Decision::LinkRevealed => say!(locale, "history-revealed", who = who, server = server, id = id),
    }
}

fn done(act: Act, about: &About, locale: Locale) -> String {
    let About { who, action, server, to, .. } = about;
    match act {
        Act::Refused if server.is_empty() => say!(locale, "history-refused", who = who, action = action),
        Act::Refused => say!(locale, "history-refused-on", who = who, action = action, server = server),
        Act::CardDismissed => say!(locale, "history-dismissed", who = who, action = action, server = server),
        Act::RightExplained => say!(locale, "history-right-explained", who = who, server = server),
        Act::HelpAsked => say!(locale, "history-help-asked", who = who, action = action),
        Act::CodeTaken => say!(locale, "history-code-taken", who = who, action = action, server = server),
        Act::CodeRefused => say!(locale, "history-code-refused", who = who, action = action, server = server),
        Act::FactorEnrolled => say!(locale, "history-factor-enrolled"),
        Act::FactorRemoved => say!(locale, "history-factor-removed"),
        Act::Paused => say!(locale, "history-paused", who = who),
        Act::AlertsQuieted => say!(locale, "history-alerts-quieted", who = who, server = server),
        Act::Resumed => say!(locale, "history-resumed", who = who),
        Act::DmWiped => say!(locale, "history-dm-wiped", who = who),
        Act::DmNotWiped => say!(locale, "history-dm-not-wiped", who = who),
        Act::DmWipeGivenUp => say!(locale, "history-dm-wipe-given-up", who = who),
        Act::LeaseExtended => say!(locale, "history-lease-extended", who = who, server = server),
        Act::LeaseHandedOver => match to {
            Some(to) => say!(locale, "history-lease-handed-to", who = who, server = server, to = mention(*to)),
            None => say!(locale, "history-lease-handed-over", who = who, server = server),
        },
        Act::ServerLeft => say!(locale, "history-server-left", server = server),
        Act::RescueLeft => say!(locale, "history-rescue-left", server = server),
        Act::RescueChanged => say!(locale, "history-rescue-changed", server = server),
        Act::Started => say!(locale, "history-started"),
        Act::PolicyLoaded => say!(locale, "history-policy"),
        Act::Anchored => say!(locale, "history-anchored"),
        Act::RefusalsLost => say!(locale, "history-refusals-lost"),
        Act::CopyFound => say!(locale, "history-copy-found"),
        Act::StoreMoved => say!(locale, "history-store-moved"),
    }
}

/// The end of “from … to …”, as the audit says it of a lease.
fn new_owner(detail: &str) -> Option<UserId> {
    let (_, to) = detail.strip_prefix("from ")?.rsplit_once(" to ")?;
    to.parse().ok().map(UserId)
}

fn ended(end: End, locale: Locale) -> String {
    match end {
        End::LinkDelivered | End::LinkRevealed | End::LinkNotNeeded => say!(locale, "outcome-in-rescue"),
        End::LinkNotFound | End::LinkNotTaken | End::LinkWithheld => say!(locale, "outcome-in-rescue-no-link"),
        End::Adopted => say!(locale, "outcome-adopted"),
        End::HandedOver => say!(locale, "outcome-handed-over"),
        End::TicketOpened => say!(locale, "outcome-ticket"),
        End::TicketUnknown => say!(locale, "outcome-ticket-unknown"),
        End::SessionsFreed => say!(locale, "outcome-sessions-freed"),
        End::SessionsUnknown => say!(locale, "outcome-sessions-unknown"),
        End::Restored => say!(locale, "outcome-restored"),
        End::Rebooted => say!(locale, "outcome-rebooted"),
        End::NetbootBack => say!(locale, "outcome-netboot-back"),
        End::Impossible => say!(locale, "outcome-impossible"),
        End::Expired => say!(locale, "outcome-expired"),
        End::Denied => say!(locale, "outcome-denied"),
        End::NotApproved => say!(locale, "outcome-not-approved"),
        End::Cancelled => say!(locale, "outcome-cancelled"),
        End::RefusedByOvhcloud => say!(locale, "outcome-refused"),
        End::NotSent => say!(locale, "outcome-unsent"),
        End::TaskFailed => say!(locale, "outcome-task-failed"),
        End::LeftAlone => say!(locale, "outcome-left-alone"),
        End::InDoubt => say!(locale, "outcome-in-doubt"),
        End::Superseded => say!(locale, "history-superseded"),
    }
}

/// The ends that mean something else of a console.
fn of_console(end: End, locale: Locale) -> String {
    match end {
        End::LinkDelivered | End::LinkRevealed | End::LinkNotNeeded => say!(locale, "outcome-console"),
        End::LinkNotFound | End::LinkNotTaken | End::LinkWithheld => say!(locale, "outcome-console-no-link"),
        End::TaskFailed => say!(locale, "outcome-console-failed"),
        other => ended(other, locale),
    }
}
