//! What is in rescue, as a list with what leads out of it: for `/rescue list` and the digest alike.

use bernard_domain::{
    inventory::{
        foreign::{self, Foreign},
        known::Servers,
    },
    lease::Lease,
    locale::Locale,
    server::{Server, ServiceName},
};
use bernard_engine::fleet::Fleet;
use bernard_store as store;
use bernard_store::Store;
use bernard_text::{day_and_hour, mention, named, say, since_epoch};
use bernard_untrusted::shown::span::code;
use jiff::Timestamp;
use serenity::builder::CreateButton;

use super::{component::Button, standing};

/// How long the lines may be together: Discord takes 2,000 characters, and a title and the last line come on top.
const LONGEST: usize = 1_800;
/// How many rescues have buttons: two each, in rows of four.
const WITH_BUTTONS: usize = 10;

/// A list, and the buttons below it.
#[derive(Clone, Debug)]
pub struct Listing {
    /// Its lines; empty when nothing is in rescue.
    pub lines: Vec<String>,
    /// Two for each rescue, as far as there is room; they name their server where several are listed.
    pub buttons: Vec<CreateButton>,
}

/// One rescue of either sort.
enum Entry<'a> {
    Ours(&'a Lease),
    Foreign(&'a Foreign),
}

/// What is in rescue, ours and others', of the servers that somebody `sees`. One that has left the fleet goes by its service name.
pub(super) async fn in_rescue(
    store: &Store,
    servers: &Servers,
    sees: impl Fn(&Server) -> bool,
) -> Result<(Vec<Lease>, Vec<Foreign>), store::Error> {
    let sees = |name: &ServiceName, account: &str| match servers.get(name) {
        Some(known) => sees(&known.server),
        None => sees(&Server::only_named(name.clone(), account)),
    };
    let (mut leases, mut foreign) = (store.leases().await?, store.foreign_rescues().await?);
    leases.retain(|lease| sees(&lease.server, &lease.account));
    foreign.retain(|foreign| sees(&foreign.found.server, &foreign.found.account));
    Ok((leases, foreign))
}

/// That some of the servers that somebody `sees` were not looked at yet, so that more may be in rescue than is known.
pub(super) fn not_looked_at(fleet: &Fleet, sees: impl Fn(&Server) -> bool, locale: Locale) -> Option<String> {
    let (servers, boots) = (fleet.servers(), fleet.inventory().boots());
    if servers.is_empty() {
        return Some(say!(locale, "doctor-nothing-read"));
    }
    // What OVHcloud lists and does not describe is the doctor's: looking again does not help.
    let is_silent = |server: &Server| {
        fleet.inventory().account(&server.account, |account| account.silent.contains_key(&server.name))
    };
    let unknown = foreign::not_looked_at(&servers, &boots);
    match unknown.filter(|server| sees(server) && !is_silent(server)).count() {
        0 => None,
        count => Some(say!(locale, "list-not-looked-at", count = count)),
    }
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
    Listing { lines, buttons: buttons.collect() }
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
            Self::Foreign(foreign) => say!(
                locale,
                "list-line-foreign",
                server = server,
                kernel = code(&foreign.found.boot.kernel),
                since = day_and_hour(foreign.first_seen),
            ),
        }
    }

    /// The likely one first, each with `name` behind its label, if there is one.
    fn buttons(&self, name: Option<&str>, locale: Locale) -> Vec<CreateButton> {
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
    use serde_json::Value;

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
        Foreign { id: ForeignId(number), mark: Mark::default(), found, first_seen: Timestamp::UNIX_EPOCH }
    }

    fn list(count: i64) -> Listing {
        let all: Vec<_> = (1..=count).map(foreign).collect();
        listing(&[], &all, Timestamp::UNIX_EPOCH, Locale::Fr)
    }

    fn labels(listing: &Listing) -> Vec<String> {
        let text = |button: &CreateButton| serde_json::to_value(button).expect("JSON")["label"].clone();
        listing
            .buttons
            .iter()
            .map(text)
            .filter_map(|label| match label {
                Value::String(label) => Some(label),
                _ => None,
            })
            .collect()
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
