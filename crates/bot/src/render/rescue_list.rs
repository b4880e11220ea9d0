//! What is in rescue, as a list with what leads out of it: for `/rescue list` and the digest alike.

use bernard_domain::{
    inventory::foreign::Foreign,
    lease::{Lease, past::Past},
    locale::Locale,
    notice::Listed,
    operation::OperationId,
};
use bernard_text::{day_and_hour, from_now, mention, named, say, since_epoch};
use bernard_untrusted::shown::{size::length, span::code};
use jiff::Timestamp;

use super::{
    button,
    card_links::CardLinks,
    layout::{Accent, Block, Layout, Part},
    message::{Look, Message},
    past, standing,
};
use crate::component::Button;

/// How long the lines may be together: Discord takes 2,000 characters, and a title and the last line come on top.
const LONGEST: usize = 1_800;
/// How much room the last words of a message of frames need.
const LAST_WORDS: usize = 400;
/// No message has room for more rescues.
pub(crate) const MOST: usize = 40;
/// How many rescues have buttons: two each, in rows of four.
const WITH_BUTTONS: usize = 10;

/// A list, and the buttons below it.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// How many rescues there are.
    pub count: usize,
    /// When that was so.
    pub at: Timestamp,
    /// Its lines; empty when nothing is in rescue.
    pub lines: Vec<String>,
    /// Two for each rescue, as far as there is room; they name their server where several are listed.
    pub buttons: Vec<button::Button>,
}

/// One rescue of either sort.
#[derive(Clone, Debug)]
pub(crate) enum Entry {
    /// One of ours.
    Ours(Lease),
    /// One of ours that is over.
    Over(Past),
    /// One that somebody else began.
    Foreign(Foreign),
    /// What somebody else began on the server that people call so, and is over or has an owner now.
    Gone(String),
}

/// The rescues that somebody may see: what nobody answers for comes first, then what should be over, then the others.
pub(crate) fn entries(leases: Vec<Lease>, foreign: Vec<Foreign>, now: Timestamp) -> Vec<Entry> {
    let (over, others): (Vec<Lease>, Vec<Lease>) = leases.into_iter().partition(|lease| lease.deadline <= now);
    let ours = over.into_iter().chain(others).map(Entry::Ours);
    foreign.into_iter().map(Entry::Foreign).chain(ours).collect()
}

/// Them as lines with buttons below. Each line leads to its card, unless there are so many that the words alone fill a message.
pub(crate) fn listing(entries: &[Entry], links: &CardLinks, now: Timestamp, locale: Locale) -> Listing {
    let lines = |links: &CardLinks| fitting(entries, links, now, locale);
    let mut all = lines(links);
    if all.len() < entries.len() {
        all = lines(&CardLinks::default());
    }
    if entries.len() > all.len() {
        all.push(say!(locale, "list-more", count = entries.len() - all.len()));
    }
    let some = &entries[..entries.len().min(WITH_BUTTONS)];
    let buttons = some.iter().flat_map(|entry| {
        let name = (entries.len() > 1).then(|| entry.label());
        entry.buttons(name, locale)
    });
    Listing { count: entries.len(), at: now, lines: all, buttons: buttons.collect() }
}

/// The lines of the first of them, as many as a message takes.
fn fitting(entries: &[Entry], links: &CardLinks, now: Timestamp, locale: Locale) -> Vec<String> {
    let mut left = LONGEST;
    let fits = |line: &String| {
        let length = length(line) + 1;
        let fits = length <= left;
        left = left.saturating_sub(length);
        fits
    };
    entries.iter().map(|entry| entry.line(links, now, locale)).take_while(fits).collect()
}

/// The same as a message of frames, each in the colour of its state with its likely button beside the line; `last` says what else is
/// to be known. What finds no room is counted.
pub(crate) fn frames(
    entries: &[Entry],
    links: &CardLinks,
    last: Option<String>,
    now: Timestamp,
    locale: Locale,
) -> Message {
    /// How many components are kept free for the last words.
    const KEPT: usize = 1;
    let name = |entry: &Entry| (entries.len() > 1).then(|| entry.label().to_owned());
    let last = |left: usize| {
        let more = (left > 0).then(|| say!(locale, "list-more", count = left));
        let words: Vec<String> = more.into_iter().chain(last.clone()).collect();
        (!words.is_empty()).then(|| Part::Block(Block::Text(words.join("\n"))))
    };
    let spare = vec![Part::Block(Block::Separator); KEPT];
    let mut layout = Layout::default();
    for (at, entry) in entries.iter().enumerate() {
        let frame = entry.frame(name(entry).as_deref(), links, now, locale);
        let enough = [frame.clone()].into_iter().chain(spare.clone()).collect::<Vec<_>>();
        if layout.room() < LAST_WORDS || !layout.has_room(&enough) || layout.add(frame).is_err() {
            let _full = last(entries.len() - at).map(|part| layout.add(part));
            return Message { look: Look::Layout(layout), files: Vec::new() };
        }
    }
    let _full = last(0).map(|part| layout.add(part));
    Message { look: Look::Layout(layout), files: Vec::new() }
}

impl Entry {
    /// The operation that began it, if it is one of ours.
    pub(crate) fn operation(&self) -> Option<OperationId> {
        match self {
            Self::Ours(lease) | Self::Over(Past { lease, .. }) => Some(lease.operation),
            Self::Foreign(_) | Self::Gone(_) => None,
        }
    }

    /// The operations that its line names.
    pub(crate) fn names(&self) -> Vec<OperationId> {
        match self {
            Self::Over(past) => past::named_by(past).collect(),
            _ => self.operation().into_iter().collect(),
        }
    }

    /// What a posted list remembers of it.
    pub(crate) fn listed(&self) -> Option<Listed> {
        match self {
            Self::Foreign(foreign) => Some(Listed::Foreign { id: foreign.id, server: foreign.found.server.clone() }),
            _ => self.operation().map(Listed::Ours),
        }
    }

    /// In the colour of its state: its line with the likely button beside it, and the other one below.
    fn frame(&self, name: Option<&str>, links: &CardLinks, now: Timestamp, locale: Locale) -> Part {
        let line = self.line(links, now, locale);
        let mut buttons = self.buttons(name, locale).into_iter();
        let mut blocks = vec![match buttons.next() {
            Some(likely) => Block::Section(line, likely),
            None => Block::Text(line),
        }];
        let others: Vec<button::Button> = buttons.collect();
        if !others.is_empty() {
            blocks.push(Block::Buttons(others));
        }
        Part::Container(self.accent(now), blocks)
    }

    fn accent(&self, now: Timestamp) -> Accent {
        match self {
            Self::Foreign(_) => Accent::Warning,
            Self::Over(_) | Self::Gone(_) => Accent::Quiet,
            Self::Ours(lease) if lease.seen.has_left() => Accent::Quiet,
            Self::Ours(lease) if lease.deadline <= now => Accent::Bad,
            Self::Ours(_) => Accent::Live,
        }
    }

    fn label(&self) -> &str {
        match self {
            Self::Ours(lease) | Self::Over(Past { lease, .. }) => &lease.label,
            Self::Foreign(foreign) => &foreign.found.label,
            Self::Gone(label) => label,
        }
    }

    fn line(&self, links: &CardLinks, now: Timestamp, locale: Locale) -> String {
        let server = named(self.label());
        match self {
            Self::Ours(lease) => ours(lease, links, now, locale),
            Self::Over(past) => past::row(past, links, locale),
            Self::Foreign(foreign) => {
                let (kernel, since) = (code(&foreign.found.boot.kernel), day_and_hour(foreign.first_seen));
                let line = say!(locale, "list-line-foreign", server = server, kernel = kernel, since = since);
                let listed = foreign.listed.map(|read| say!(locale, "list-only-listed", when = from_now(read)));
                let cause = foreign.worked_on.map(|began| say!(locale, "status-likely-cause", when = from_now(began)));
                let small: Vec<String> = listed.into_iter().chain(cause).map(|words| format!("\n-# {words}")).collect();
                format!("{line}{}", small.concat())
            }
            Self::Gone(_) => say!(locale, "list-line-gone", server = server),
        }
    }

    /// The likely one first, each with `name` behind its label, if there is one.
    fn buttons(&self, name: Option<&str>, locale: Locale) -> Vec<button::Button> {
        let both = match self {
            Self::Ours(lease) => standing::choices(lease),
            Self::Foreign(foreign) => vec![Button::Adopt(foreign.marked()), Button::RestoreForeign(foreign.marked())],
            Self::Over(_) | Self::Gone(_) => Vec::new(),
        };
        let create = |button: Button| match name {
            Some(name) => button.create_for(name, locale),
            None => button.create(locale),
        };
        both.into_iter().map(create).collect()
    }
}

/// The line of one of ours.
fn ours(lease: &Lease, links: &CardLinks, now: Timestamp, locale: Locale) -> String {
    let (server, id, who) = (named(&lease.label), links.number(lease.operation), mention(lease.owner));
    let seen = standing::seen(&lease.seen, locale);
    if let Some(left) = seen.clone().filter(|_| lease.seen.has_left()) {
        return say!(locale, "list-line-left", server = server, id = id, who = who, seen = left);
    }
    let (since, until) = (day_and_hour(lease.started), since_epoch(lease.deadline));
    let line = match lease.deadline <= now {
        true => say!(locale, "list-line-over", server = server, id = id, who = who, since = since, until = until),
        false => say!(locale, "list-line", server = server, id = id, who = who, since = since, until = until),
    };
    format!("{line}{}", seen.map(|seen| format!("\n-# {seen}")).unwrap_or_default())
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
        Foreign {
            id: ForeignId(number),
            mark: Mark::default(),
            found,
            first_seen: Timestamp::UNIX_EPOCH,
            listed: None,
            worked_on: None,
        }
    }

    fn list(count: i64) -> Listing {
        let all: Vec<_> = (1..=count).map(foreign).collect();
        let all = entries(Vec::new(), all, Timestamp::UNIX_EPOCH);
        listing(&all, &CardLinks::default(), Timestamp::UNIX_EPOCH, Locale::Fr)
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
    fn a_list_of_frames_stays_within_discords_bounds_and_says_what_it_leaves_out() {
        for count in [1, 6, 7, 8, 500] {
            let all: Vec<_> = (1..=count).map(foreign).collect();
            let last = Some("the last words".to_owned());
            let all = entries(Vec::new(), all, Timestamp::UNIX_EPOCH);
            let message = frames(&all, &CardLinks::default(), last, Timestamp::UNIX_EPOCH, Locale::En);
            let Look::Layout(layout) = &message.look else { panic!("{message:?}") };
            let framed = layout.parts().iter().filter(|part| matches!(part, Part::Container(..))).count();
            let words = message.words();
            assert!(words.ends_with("the last words"), "{count}: {words}");
            match usize::try_from(count).expect("small") - framed {
                0 => assert!(!words.contains("more"), "{words}"),
                left => assert!(framed >= 6 && words.contains(&format!("{left} more")), "{count}: {words}"),
            }
        }
    }

    #[test]
    fn a_button_names_its_server_where_there_is_more_than_one() {
        assert_eq!(labels(&list(1)), ["Adopter", "Restaurer"]);
        let two = labels(&list(2));
        assert!(two[0].starts_with("Adopter web-1") && two[3].starts_with("Restaurer web-2"), "{two:?}");
    }
}
