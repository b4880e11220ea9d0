//! What a confirmation card says.

use bernard_domain::{
    access::UserId,
    lease::{Lease, reminder},
    locale::Locale,
    operation::{Entry, Plan, Request, Wish},
    server::System,
};
use bernard_engine::plan::Proposal;
use bernard_text::{duration, mention, named, say, since_epoch};
use bernard_untrusted::shown::span::code;
use jiff::SignedDuration;

use super::{approval_card, others, standing, starts};

/// What will happen, with the warnings of OVHcloud's guide.
pub(crate) fn describe(
    request: &Request,
    proposal: &Proposal,
    lease: Option<&Lease>,
    remind_before: SignedDuration,
) -> String {
    let (server, locale) = (named(&request.label), request.locale);
    let in_rescue = lease.map(|lease| in_rescue(&request.wish, lease, request.requester, locale)).unwrap_or_default();
    let into = into(&proposal.plan, locale);
    let mut lines = Vec::new();
    match &request.wish {
        Wish::Enable(wish) => {
            lines.push(say!(locale, "confirm-enable", server = server));
            lines.push(say!(locale, "confirm-boots-into", into = into));
            let before = reminder::notice_period(wish.lease, remind_before);
            let (length, before) = (duration(locale, wish.lease), duration(locale, before));
            lines.push(say!(locale, "confirm-lease", length = length, before = before));
            if let Some(email) = &wish.email {
                lines.push(say!(locale, "confirm-email", email = code(email)));
            }
            match (proposal.plan.entry, &wish.ssh_key) {
                (Entry::Key, Some(_)) => lines.push(say!(locale, "confirm-key")),
                (Entry::Key, None) => lines.push(say!(locale, "confirm-key-there")),
                _ => {}
            }
            lines.extend(in_rescue);
            lines.extend(starts::displaced(proposal.plan.before.boot.as_ref(), lease, locale));
            lines.push(say!(locale, "confirm-services-stop"));
            lines.push(say!(locale, "confirm-backup"));
            if wish.system == System::Windows {
                lines.push(say!(locale, "confirm-windows-vm"));
            }
        }
        Wish::Restore { despite, instead, .. } => {
            lines.push(match (lease, instead) {
                (None, Some(_)) => say!(locale, "confirm-to-disk", server = server),
                _ => say!(locale, "confirm-restore", server = server),
            });
            lines.push(say!(locale, "confirm-boots-into", into = into));
            lines.extend(starts::instead(&request.wish, locale));
            lines.extend(in_rescue);
            lines.extend(lease.is_none().then(|| say!(locale, "confirm-ends-nobodys")));
            lines.extend(despite.iter().map(|difference| starts::difference(difference, locale)));
        }
        Wish::PutBack { despite, .. } => {
            lines.push(say!(locale, "confirm-put-back", server = server));
            lines.push(say!(locale, "confirm-boots-into-next", into = into));
            lines.extend(starts::instead(&request.wish, locale));
            lines.extend(in_rescue);
            lines.extend(despite.iter().map(|difference| starts::difference(difference, locale)));
        }
        Wish::Reboot { into: start } => {
            lines.push(say!(locale, "confirm-reboot", server = server));
            lines.push(say!(locale, "confirm-boots-into", into = into));
            lines.extend(starts::dead_end(start.as_ref(), locale));
            lines.push(say!(locale, "confirm-services-stop"));
        }
        Wish::Link { .. } | Wish::Adopt { .. } | Wish::HandOver { .. } | Wish::Console { .. } => {}
    }
    let remarks = proposal.remarks.iter().filter(|remark| starts::matters(remark, &request.wish));
    lines.extend(remarks.map(|remark| starts::remark(remark, locale)));
    lines.extend(request.beside.iter().flat_map(|beside| others::lines(beside, locale)));
    lines.extend(approval_card::forewarning(&request.guard, locale));
    lines.push(say!(locale, "confirm-life"));
    lines.join("\n")
}

/// Whose rescue this would end, and what was seen of it.
pub(crate) fn in_rescue(wish: &Wish, lease: &Lease, asker: UserId, locale: Locale) -> Vec<String> {
    let (since, until) = (since_epoch(lease.started), since_epoch(lease.deadline));
    let owner = mention(lease.owner);
    let whose = match (wish, lease.owner == asker) {
        (Wish::Enable(_), true) => Some(say!(locale, "confirm-rescued-again", since = since, until = until)),
        (Wish::Enable(_), false) => {
            Some(say!(locale, "confirm-takes-over", owner = owner, since = since, until = until))
        }
        (Wish::Restore { .. } | Wish::PutBack { .. }, false) => {
            Some(say!(locale, "confirm-ends-others", owner = owner, since = since, until = until))
        }
        (Wish::Restore { .. } | Wish::PutBack { .. }, true) => {
            Some(say!(locale, "confirm-ends-own", since = since, until = until))
        }
        _ => None,
    };
    whose.into_iter().chain(standing::seen(&lease.seen, locale)).collect()
}

/// What the machine will start, by kernel and OVHcloud's words.
pub(crate) fn into(plan: &Plan, locale: Locale) -> String {
    plan.into.as_ref().map_or_else(|| say!(locale, "boot-none"), |start| starts::long(start, locale))
}
