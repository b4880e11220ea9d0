//! What is in rescue, as a list with what leads out of it: for `/rescue list` and the digest alike.

use bernard_domain::{inventory::foreign::Foreign, lease::Lease, locale::Locale};
use bernard_text::{day_and_hour, from_now, mention, named, say, since_epoch};
use bernard_untrusted::shown::span::code;
use jiff::Timestamp;

use super::{button, standing};
use crate::component::Button;

/// How long the lines may be together: Discord takes 2,000 characters, and a title and the last line come on top.
const LONGEST: usize = 1_800;
/// How many rescues have buttons: two each, in rows of four.
const WITH_BUTTONS: usize = 10;

/// A list, and the buttons below it.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// How many rescues there are.
    pub count: usize,
    /// Its lines; empty when nothing is in rescue.
    pub lines: Vec<String>,
    /// Two for each rescue, as far as there is room; they name their server where several are listed.
    pub buttons: Vec<button::Button>,
}

/// One rescue of either sort.
enum Entry<'a> {
    Ours(&'a Lease),
    Foreign(&'a Foreign),
}

/// The rescues that somebody may see: what nobody answers for comes first, then what should be over, then the others.
pub(crate) fn listing(leases: &[Lease], foreign: &[Foreign], now: Timestamp, locale: Locale) -> Listing {
    let is_over = |lease: &&Lease| lease.deadline <= now;
    let mut entries: Vec<Entry<'_>> = foreign.iter().map(Entry::Foreign).collect();
    entries.extend(leases.iter().filter(is_over).map(Entry::Ours));
    entries.extend(leases.iter().filter(|lease| !is_over(lease)).map(Entry::Ours));
    let mut left = LONGEST;
    let fits = |line: &String| {
        let length = line.chars().count() + 1;
        let fits = length <= left;
        left = left.saturating_sub(length);
        fits
    };
    let mut lines: Vec<String> = entries.iter().map(|entry| entry.line(now, locale)).take_while(fits).collect();
    if entries.len() > lines.len() {
        lines.push(say!(locale, "list-more", count = entries.len() - lines.len()));
    }
    let some = &entries[..entries.len().min(WITH_BUTTONS)];
    let buttons = some.iter().flat_map(|entry| {
        let name = (entries.len() > 1).then(|| entry.label());
        entry.buttons(name, locale)
    });
    Listing { count: entries.len(), lines, buttons: buttons.collect() }
}

impl Entry<'_> {
    fn label(&self) -> &str {
        match self {
            Self::Ours(lease) => &lease.label,
            Self::Foreign(foreign) => &foreign.found.label,
        }
    }

    fn line(&self, now: Timestamp, locale: Locale) -> String {
        let server = named(self.label());
        match self {
            Self::Ours(lease) => {
                let (who, since) = (mention(lease.owner), day_and_hour(lease.started));
                let until = since_epoch(lease.deadline);
                if let Some(left) = standing::seen(&lease.seen, locale).filter(|_| lease.seen.has_left()) {
                    return say!(locale, "list-line-left", server = server, who = who, seen = left);
                }
                let line = match lease.deadline <= now {
                    true => say!(locale, "list-line-over", server = server, who = who, since = since, until = until),
                    false => say!(locale, "list-line", server = server, who = who, since = since, until = until),
                };
                let seen = standing::seen(&lease.seen, locale).map(|seen| format!("\n-# {seen}"));
                format!("{line}{}", seen.unwrap_or_default())
            }
            Self::Foreign(foreign) => {
                let (kernel, since) = (code(&foreign.found.boot.kernel), day_and_hour(foreign.first_seen));
                let line = say!(locale, "list-line-foreign", server = server, kernel = kernel, since = since);
                let listed = foreign.listed.map(|read| say!(locale, "list-only-listed", when = from_now(read)));
                format!("{line}{}", listed.map(|listed| format!("\n-# {listed}")).unwrap_or_default())
            }
        }
    }

    /// The likely one first, each with `name` behind its label, if there is one.
    fn buttons(&self, name: Option<&str>, locale: Locale) -> Vec<button::Button> {
        let both = match self {
            Self::Ours(lease) => standing::choices(lease),
            Self::Foreign(foreign) => vec![Button::Adopt(foreign.marked()), Button::RestoreForeign(foreign.marked())],
        };
        let create = |button: Button| match name {
            Some(name) => button.create_for(name, locale),
            None => button.create(locale),
        };
        both.into_iter().map(create).collect()
    }
}

#[cfg(test)]
mod tests {
    use bernard_domain::{
        inventory::foreign::{ForeignId, Found},
        mark::Mark,
        server::{Boot, BootId},
    };

    use super::*;

    fn foreign(number: i64) -> Foreign {
        let boot = Boot {
            id: BootId(1),
            boot_type: "rescue".into(),
            kernel: "rescue12-customer".into(),
            description: String::new(),
        };
        let found = Found {
            server: format!("ns{number}.example").try_into().expect("a name"),
            account: "main".into(),
            label: format!("web-{number}-{}", "x".repeat(80)),
            boot,
        };
        Foreign { id: ForeignId(number), mark: Mark::default(), found, first_seen: Timestamp::UNIX_EPOCH, listed: None }
    }

    fn list(count: i64) -> Listing {
        let all: Vec<_> = (1..=count).map(foreign).collect();
        listing(&[], &all, Timestamp::UNIX_EPOCH, Locale::Fr)
    }

    fn labels(listing: &Listing) -> Vec<String> {
        listing.buttons.iter().map(|button| button.label.clone()).collect()
    }

    #[test]
    fn a_long_list_fits_into_one_message() {
        let long = list(500);
        assert!(long.lines.join("\n").chars().count() <= 2_000);
        let named = long.lines.len() - 1;
        assert!(named > 5 && long.lines.last().is_some_and(|line| line.contains(&(500 - named).to_string())));
        assert_eq!(long.buttons.len(), 20);
        assert!(labels(&long).iter().all(|label| label.chars().count() <= 80), "{:?}", labels(&long));
    }

    #[test]
    fn a_button_names_its_server_where_there_is_more_than_one() {
        assert_eq!(labels(&list(1)), ["Adopter", "Restaurer"]);
        let two = labels(&list(2));
        assert!(two[0].starts_with("Adopter web-1") && two[3].starts_with("Restaurer web-2"), "{two:?}");
    }
}
