//! What a server starts, in words: a netboot by its kernel, a script of its owners' by its length and nothing else.

use bernard_domain::{
    lease::Lease,
    locale::Locale,
    operation::{Difference, Operation, Wish},
    server::{
        Boot,
        start::{Field, LeftOut, Start, Unfit},
    },
};
use bernard_engine::plan::Remark;
use bernard_text::say;
use bernard_untrusted::shown::span::code;

/// How many entries that OVHcloud does not show are named.
const NAMED: usize = 5;

/// In a word or two.
pub(crate) fn short(start: &Start, locale: Locale) -> String {
    named(start, |boot| code(&boot.kernel), locale)
}

/// With OVHcloud's description.
pub(crate) fn long(start: &Start, locale: Locale) -> String {
    named(start, |boot| format!("{} ({})", code(&boot.kernel), code(&boot.description)), locale)
}

fn named(start: &Start, known: impl Fn(&Boot) -> String, locale: Locale) -> String {
    match start {
        Start::Script(script) => say!(locale, "boot-script", length = script.length()),
        Start::Netboot(boot) if !boot.kernel.is_empty() => known(boot),
        Start::Netboot(boot) => {
            let id = code(&boot.id.to_string());
            if boot.is_disk() {
                say!(locale, "boot-disk-unread", id = id)
            } else {
                say!(locale, "boot-unread", id = id)
            }
        }
    }
}

/// That a way out leads to the disk, and why not to what was there.
pub(crate) fn instead(wish: &Wish, locale: Locale) -> Option<String> {
    let (Wish::Restore { instead, .. } | Wish::PutBack { instead, .. }) = wish else { return None };
    let instead = instead.as_ref()?;
    let what = short(&instead.of, locale);
    Some(match &instead.why {
        Unfit::Rescue => say!(locale, "instead-rescue", what = what),
        Unfit::PowerOff => say!(locale, "instead-off", what = what),
        Unfit::Unreachable => say!(locale, "instead-unreachable", what = what),
        Unfit::Gone => say!(locale, "instead-gone", what = what),
        Unfit::Unread { said } => say!(locale, "instead-unread", what = what, said = code(said)),
        Unfit::Chosen => say!(locale, "instead-chosen", what = what),
    })
}

/// What becomes of what is set now, when a rescue is set in its place.
pub(crate) fn displaced(now: Option<&Start>, lease: Option<&Lease>, locale: Locale) -> Option<String> {
    let now = now?;
    match (now, now.unfit()) {
        (Start::Script(script), _) => Some(say!(locale, "confirm-script", length = script.length())),
        (_, Some(Unfit::PowerOff | Unfit::Unreachable)) if lease.is_none() => {
            Some(say!(locale, "confirm-dead-end", what = short(now, locale)))
        }
        _ => None,
    }
}

/// What a plain reboot would lead into, if nobody gets there, or only by the way out.
pub(crate) fn dead_end(start: Option<&Start>, locale: Locale) -> Option<String> {
    Some(match start?.unfit()? {
        Unfit::Rescue => say!(locale, "confirm-reboot-rescue"),
        Unfit::PowerOff => say!(locale, "confirm-reboot-off"),
        Unfit::Unreachable => say!(locale, "confirm-reboot-unreachable"),
        Unfit::Gone | Unfit::Unread { .. } | Unfit::Chosen => return None,
    })
}

/// Something to know before; `None` when it matters only to whoever asks for everything.
pub(crate) fn remark(remark: &Remark, locale: Locale) -> String {
    match remark {
        Remark::LeftOut(LeftOut { id, said }) => {
            say!(locale, "remark-left-out", id = code(&id.to_string()), said = code(said))
        }
        Remark::Unread(id, said) => say!(locale, "remark-unread", id = code(&id.to_string()), said = code(said)),
        Remark::Stays(field) => say!(locale, "remark-stays", field = code(field.as_str())),
    }
}

/// Whether it belongs on a card of this wish: what was left out of a list matters where the choice is a poor one.
pub(crate) fn matters(remark: &Remark, wish: &Wish) -> bool {
    match (remark, wish) {
        (Remark::LeftOut(_), Wish::Enable(wish)) => wish.into.is_retired(),
        (Remark::LeftOut(_), _) => false,
        (Remark::Unread(..) | Remark::Stays(_), _) => true,
    }
}

/// The entries that OVHcloud does not show, with its words about the first.
pub(crate) fn left_out(left_out: &[LeftOut], locale: Locale) -> Option<String> {
    let said = code(&left_out.first()?.said);
    let ids: Vec<String> = left_out.iter().take(NAMED).map(|entry| code(&entry.id.to_string())).collect();
    Some(say!(locale, "problem-left-out", ids = ids.join(", "), said = said))
}

/// What somebody else changed.
pub(crate) fn difference(difference: &Difference, locale: Locale) -> String {
    match difference {
        Difference::Boot(Some(Start::Script(script))) => {
            say!(locale, "difference-script", length = script.length())
        }
        Difference::Boot(Some(start)) => say!(locale, "difference-boot", now = short(start, locale)),
        Difference::Boot(None) => say!(locale, "difference-no-boot"),
        Difference::RescueMail => say!(locale, "difference-mail"),
        Difference::RescueSshKey => say!(locale, "difference-key"),
        Difference::Field(field) => say!(locale, "difference-field", field = code(field.as_str())),
    }
}

/// That what was set is back without a reboot, and what of it is not.
pub(crate) fn back_lines(operation: &Operation, locale: Locale) -> Vec<String> {
    let mut lines = vec![match operation.state.facts.lacking.is_empty() {
        true => say!(locale, "end-netboot-back"),
        false => say!(locale, "end-netboot-back-but"),
    }];
    lines.extend(way_lines(operation, locale));
    lines
}

/// That it leads to the disk instead of what was there, and what did not take.
pub(crate) fn way_lines(operation: &Operation, locale: Locale) -> Vec<String> {
    let lacking = &operation.state.facts.lacking;
    let lacking = (!lacking.is_empty()).then(|| say!(locale, "end-lacking", fields = fields(lacking)));
    instead(&operation.request.wish, locale).into_iter().chain(lacking).collect()
}

/// The way out that is left when what was recorded cannot be put back.
pub(crate) fn other_way(operation: &Operation, locale: Locale) -> Option<String> {
    let (Wish::Restore { into, .. } | Wish::PutBack { into, .. }) = &operation.request.wish else { return None };
    let command = code(&format!("/restore server:{}", operation.request.label));
    (!into.is_disk()).then(|| say!(locale, "end-other-way", command = command))
}

/// Where the next reboot goes, if that was changed, and the way back.
pub(crate) fn netboot_line(operation: &Operation, locale: Locale) -> Option<String> {
    operation.state.facts.plan.as_ref()?.change.as_ref()?;
    let stays = say!(locale, "end-netboot-stays");
    Some(match operation.can_be_put_back() {
        true => format!("{stays}\n{}", say!(locale, "end-put-netboot-back")),
        false => stays,
    })
}

/// Fields, by OVHcloud's names.
fn fields(fields: &[Field]) -> String {
    fields.iter().map(|field| code(field.as_str())).collect::<Vec<_>>().join(", ")
}
