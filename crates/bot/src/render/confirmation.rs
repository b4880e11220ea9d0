//! What a confirmation card says.

use bernard_domain::{
    access::UserId,
    lease::{Lease, reminder},
    locale::Locale,
    operation::{Entry, Plan, Request, Wish},
    server::{Server, System, start::Start},
};
use bernard_engine::plan::Proposal;
use bernard_text::{duration, hour, mention, named, say, since_epoch};
use bernard_untrusted::shown::span::{code, code_within};
use jiff::{SignedDuration, Timestamp};

use super::{approval_card, installed, others, runbook, standing, starts, wording::small};

/// How much of the reason is shown: nothing of what follows may be cut for it.
const REASON: usize = 200;

/// What a confirmation card is made of, beside the request that it stands for.
pub(crate) struct Shown<'a> {
    /// The server as it was just read.
    pub(crate) server: &'a Server,
    /// What would be done.
    pub(crate) proposal: &'a Proposal,
    /// The server's active lease, if any.
    pub(crate) lease: Option<&'a Lease>,
    /// How long before a lease's end its owner is reminded.
    pub(crate) remind_before: SignedDuration,
    /// How long such a thing usually takes on this server or in this fleet, as far as that is known.
    pub(crate) usual: Option<SignedDuration>,
    /// Until when the card is good.
    pub(crate) until: Timestamp,
}

/// The card, in this order: the deed, the server, why, how long and what comes then, what would be lost or disturbed, whose approval
/// it needs, its runbooks, and until when it is good.
pub(crate) fn describe(request: &Request, shown: &Shown<'_>) -> String {
    let locale = request.locale;
    let mut lines = vec![deed(request, shown.lease, locale), machine(shown.server)];
    lines.extend(
        request.reason.as_ref().map(|reason| say!(locale, "approval-because", reason = code_within(reason, REASON))),
    );
    lines.extend(then(request, shown, locale));
    lines.extend(losses(request, shown, locale));
    lines.extend(approval_card::forewarning(&request.guard, locale));
    lines.extend(runbook::lines(&request.runbooks, locale));
    lines.push(valid_until(shown.until, locale));
    lines.join("\n")
}

/// Once, and until when.
pub(crate) fn valid_until(until: Timestamp, locale: Locale) -> String {
    say!(locale, "confirm-life", until = hour(until))
}

/// What will be done, in a few words.
fn deed(request: &Request, lease: Option<&Lease>, locale: Locale) -> String {
    match &request.wish {
        Wish::Enable(wish) if wish.system == System::Windows => say!(locale, "confirm-enable-windows"),
        Wish::Enable(_) => say!(locale, "confirm-enable-linux"),
        Wish::Restore { instead: Some(_), .. } if lease.is_none() => say!(locale, "confirm-to-disk"),
        Wish::Restore { .. } => say!(locale, "confirm-restore"),
        Wish::PutBack { .. } => say!(locale, "confirm-put-back"),
        Wish::Reboot { .. } => say!(locale, "confirm-reboot"),
        Wish::Link { .. }
        | Wish::Adopt { .. }
        | Wish::HandOver { .. }
        | Wish::Console { .. }
        | Wish::Ticket(_)
        | Wish::FreeSessions { .. } => named(&request.label),
    }
}

/// The machine, so that it can be recognised: what people call it, OVHcloud's name, its address, what is installed.
pub(crate) fn machine(server: &Server) -> String {
    let mut parts = vec![named(server.label())];
    if server.label() != server.name.as_str() {
        parts.push(code(server.name.as_str()));
    }
    parts.extend(server.ip.as_ref().map(|ip| code(ip)));
    parts.push(installed::in_words(&server.os));
    parts.join(" · ")
}

/// How long it takes, and what comes then.
fn then(request: &Request, shown: &Shown<'_>, locale: Locale) -> Vec<String> {
    let usually = match shown.usual {
        Some(usual) => say!(locale, "confirm-usually", length = duration(locale, usual)),
        None => say!(locale, "confirm-usually-minutes"),
    };
    match &request.wish {
        Wish::Enable(wish) => {
            let by_key = match (shown.proposal.plan.entry, &wish.ssh_key) {
                (Entry::Key, Some(_)) => Some(say!(locale, "confirm-key")),
                (Entry::Key, None) => Some(say!(locale, "confirm-key-there")),
                _ => None,
            };
            let comes = by_key.unwrap_or_else(|| say!(locale, "confirm-then-password"));
            let before = reminder::notice_period(wish.lease, shown.remind_before);
            let (length, before) = (duration(locale, wish.lease), duration(locale, before));
            let mut lines = vec![format!("{usually} {comes}")];
            lines.extend(wish.email.as_ref().map(|email| say!(locale, "confirm-email", email = code(email))));
            lines.push(say!(locale, "confirm-lease", length = length, before = before));
            lines
        }
        Wish::Restore { .. } | Wish::Reboot { .. } => {
            vec![format!("{usually} {}", say!(locale, "confirm-then-told"))]
        }
        _ => Vec::new(),
    }
}

/// What it boots into, whose rescue that ends, and what would be disturbed or lost, with the warnings of OVHcloud's guide.
fn losses(request: &Request, shown: &Shown<'_>, locale: Locale) -> Vec<String> {
    let Shown { proposal, lease, .. } = shown;
    let in_rescue = in_rescue(proposal, *lease, request.requester, locale);
    let into = into(&proposal.plan, locale);
    let mut lines = Vec::new();
    match &request.wish {
        Wish::Enable(wish) => {
            lines.extend(in_rescue);
            lines.extend(starts::displaced(proposal.plan.before.boot.as_ref(), *lease, locale));
            lines.push(say!(locale, "confirm-services-stop-rescue"));
            lines.push(say!(locale, "confirm-backup"));
            if wish.system == System::Windows {
                lines.push(say!(locale, "confirm-windows-vm"));
            }
            lines.push(small(&say!(locale, "confirm-boots-into", into = into)));
        }
        Wish::Restore { despite, .. } => {
            lines.push(say!(locale, "confirm-boots-into", into = into));
            lines.extend(starts::instead(&request.wish, locale));
            lines.extend(in_rescue);
            lines.extend(despite.iter().map(|difference| starts::difference(difference, locale)));
        }
        Wish::PutBack { despite, .. } => {
            lines.push(say!(locale, "confirm-boots-into-next", into = into));
            lines.extend(starts::instead(&request.wish, locale));
            lines.extend(in_rescue);
            lines.extend(despite.iter().map(|difference| starts::difference(difference, locale)));
        }
        Wish::Reboot { into: start } => {
            lines.push(say!(locale, "confirm-boots-into", into = into));
            lines.extend(starts::dead_end(start.as_ref(), locale));
            lines.extend(in_rescue);
            lines.push(say!(locale, "confirm-services-stop"));
        }
        Wish::Link { .. }
        | Wish::Adopt { .. }
        | Wish::HandOver { .. }
        | Wish::Console { .. }
        | Wish::Ticket(_)
        | Wish::FreeSessions { .. } => {}
    }
    let remarks = proposal.remarks.iter().filter(|remark| starts::matters(remark, &request.wish));
    lines.extend(remarks.map(|remark| starts::remark(remark, locale)));
    lines.extend(request.beside.iter().flat_map(|beside| others::lines(beside, locale)));
    lines
}

/// Whose rescue this would end or disturb, and what was seen of it: the lease's, or one that nobody here began.
pub(crate) fn in_rescue(proposal: &Proposal, lease: Option<&Lease>, asker: UserId, locale: Locale) -> Vec<String> {
    let now = proposal.plan.before.boot.as_ref();
    match lease {
        Some(lease) => {
            let whose = whose(&proposal.wish, now, lease, asker, locale);
            whose.into_iter().chain(standing::seen(&lease.seen, locale)).collect()
        }
        None => nobodys(&proposal.wish, now, locale).into_iter().collect(),
    }
}

/// Whose rescue it is, and what becomes of it; `now` is what the server is set to start.
fn whose(wish: &Wish, now: Option<&Start>, lease: &Lease, asker: UserId, locale: Locale) -> Option<String> {
    let (since, until) = (since_epoch(lease.started), since_epoch(lease.deadline));
    let owner = mention(lease.owner);
    match (wish, lease.owner == asker) {
        (Wish::Enable(_), true) => Some(say!(locale, "confirm-rescued-again", since = since, until = until)),
        (Wish::Enable(_), false) => {
            Some(say!(locale, "confirm-takes-over", owner = owner, since = since, until = until))
        }
        // It is over already: what was seen says so.
        (Wish::Reboot { .. }, _) if lease.seen.has_left() => None,
        (Wish::Reboot { .. }, true) if stays_in_rescue(now) => {
            Some(say!(locale, "confirm-reboots-own", since = since, until = until))
        }
        (Wish::Reboot { .. }, false) if stays_in_rescue(now) => {
            Some(say!(locale, "confirm-reboots-others", owner = owner, since = since, until = until))
        }
        (Wish::Restore { .. } | Wish::PutBack { .. } | Wish::Reboot { .. }, false) => {
            Some(say!(locale, "confirm-ends-others", owner = owner, since = since, until = until))
        }
        (Wish::Restore { .. } | Wish::PutBack { .. } | Wish::Reboot { .. }, true) => {
            Some(say!(locale, "confirm-ends-own", since = since, until = until))
        }
        _ => None,
    }
}

/// The same of a server without a lease: then nobody here began the rescue that it is in.
fn nobodys(wish: &Wish, now: Option<&Start>, locale: Locale) -> Option<String> {
    match wish {
        Wish::Restore { .. } => Some(say!(locale, "confirm-ends-nobodys")),
        Wish::Enable(_) | Wish::Reboot { .. } if now.is_some_and(Start::is_rescue) => {
            Some(say!(locale, "confirm-reboots-nobodys"))
        }
        _ => None,
    }
}

/// Whether a plain reboot leads into rescue again, as far as it is known.
fn stays_in_rescue(now: Option<&Start>) -> bool {
    now.is_some_and(|now| now.is_rescue() || now.netboot().is_some_and(|boot| !boot.is_known()))
}

/// What the machine will start, by kernel and OVHcloud's words.
pub(crate) fn into(plan: &Plan, locale: Locale) -> String {
    plan.into.as_ref().map_or_else(|| say!(locale, "boot-none"), |start| starts::long(start, locale))
}
