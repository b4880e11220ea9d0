//! How it stands with a rescue, in words: until when it is whose, and what others did to it.

use bernard_domain::{
    lease::{
        Lease,
        sight::{Seen, Sight},
    },
    locale::Locale,
    operation::Operation,
    server::Boot,
};
use bernard_text::{mention, say, since_epoch};
use bernard_untrusted::shown::span::code;
use jiff::Timestamp;

use super::button;
use crate::component::Button;

/// Until when, whose it is if that changed hands, whether its time is over, and what others did to it.
pub(crate) fn of_lease(operation: &Operation, lease: &Lease, now: Timestamp, locale: Locale) -> String {
    let (until, who) = (since_epoch(lease.deadline), mention(lease.owner));
    let line = match (lease.deadline <= now, lease.owner == operation.request.requester) {
        (false, true) => say!(locale, "end-until", until = until),
        (false, false) => say!(locale, "end-until-of", who = who, until = until),
        (true, true) => say!(locale, "end-until-over", until = until),
        (true, false) => say!(locale, "end-until-over-of", who = who, until = until),
    };
    match seen(&lease.seen, locale) {
        // What is over is over, whatever its deadline.
        Some(left) if lease.seen.has_left() => left,
        Some(seen) => format!("{line}\n{seen}"),
        None => line,
    }
}

/// What leads out of a rescue, or gives it more time; of one that is left, only what puts the rest back.
pub(crate) fn choices(lease: &Lease) -> Vec<Button> {
    let id = lease.marked();
    match lease.seen.has_left() {
        true => vec![Button::PutNetbootBack(id)],
        false => vec![Button::RestoreNow(id), Button::Extend(id)],
    }
}

/// The same as buttons.
pub(crate) fn buttons(lease: &Lease, locale: Locale) -> Vec<button::Button> {
    choices(lease).into_iter().map(|button| button.create(locale)).collect()
}

/// What others did to a rescue, if they did.
pub(crate) fn seen(seen: &Seen, locale: Locale) -> Option<String> {
    Some(match seen.sight.as_ref()? {
        Sight::Left { boot, task } => {
            say!(locale, "seen-left", boot = kernel(boot.as_ref(), locale), task = task.to_string())
        }
        Sight::Leaving { boot } => say!(locale, "seen-leaving", boot = kernel(boot.as_ref(), locale)),
        Sight::Rebooted { task } => say!(locale, "seen-rebooted", task = task.to_string()),
    })
}

fn kernel(boot: Option<&Boot>, locale: Locale) -> String {
    named(boot.map(|boot| boot.kernel.as_str()), locale)
}

/// A netboot by its kernel.
pub(crate) fn named(kernel: Option<&str>, locale: Locale) -> String {
    kernel.map_or_else(|| say!(locale, "boot-none"), code)
}
