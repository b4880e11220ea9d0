//! What is in rescue, as a list with what leads out of it: for `/rescue list` and the digest alike.

use bernard_domain::{inventory::foreign::Foreign, lease::Lease, locale::Locale};
use bernard_text::{day_and_hour, from_now, mention, named, say, since_epoch};
use bernard_untrusted::shown::span::code;
use jiff::Timestamp;

use super::{
    button,
    layout::{Accent, Block, Layout, Part},
    message::{Look, Message},
    standing,
};
use crate::component::Button;

/// How long the lines may be together: Discord takes 2,000 characters, and a title and the last line come on top.
const LONGEST: usize = 1_800;
/// How much room the last words of a message of frames need.
const LAST_WORDS: usize = 400;
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
enum Entry<'a> {
    Ours(&'a Lease),
    Foreign(&'a Foreign),
}

/// The rescues that somebody may see: what nobody answers for comes first, then what should be over, then the others.
pub(crate) fn listing(leases: &[Lease], foreign: &[Foreign], now: Timestamp, locale: Locale) -> Listing {
    let entries = sorted(leases, foreign, now);
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
    Listing { count: entries.len(), at: now, lines, buttons: buttons.collect() }
}

/// The same as a message of frames, each in the colour of its state with its likely button beside the line; `last` says what else is
/// to be known. What finds no room is counted.
pub(crate) fn frames(
    leases: &[Lease],
    foreign: &[Foreign],
    last: Option<String>,
    now: Timestamp,
    locale: Locale,
) -> Message {
    /// How many components are kept free for the last words.
    const KEPT: usize = 1;
    let entries = sorted(leases, foreign, now);
    let name = |entry: &Entry<'_>| (entries.len() > 1).then(|| entry.label().to_owned());
    let last = |left: usize| {
        let more = (left > 0).then(|| say!(locale, "list-more", count = left));
        let words: Vec<String> = more.into_iter().chain(last.clone()).collect();
        (!words.is_empty()).then(|| Part::Block(Block::Text(words.join("\n"))))
    };
    let spare = vec![Part::Block(Block::Separator); KEPT];
    let mut layout = Layout::default();
    for (at, entry) in entries.iter().enumerate() {
        let frame = entry.frame(name(entry).as_deref(), now, locale);
        let enough = [frame.clone()].into_iter().chain(spare.clone()).collect::<Vec<_>>();
        if layout.room() < LAST_WORDS || !layout.has_room(&enough) || layout.add(frame).is_err() {
            let _full = last(entries.len() - at).map(|part| layout.add(part));
            return Message { look: Look::Layout(layout), files: Vec::new() };
        }
    }
    let _full = last(0).map(|part| layout.add(part));
    Message { look: Look::Layout(layout), files: Vec::new() }
}

/// What nobody answers for comes first, then what should be over, then the others.
fn sorted<'a>(leases: &'a [Lease], foreign: &'a [Foreign], now: Timestamp) -> Vec<Entry<'a>> {
    let is_over = |lease: &&Lease| lease.deadline <= now;
    let mut entries: Vec<Entry<'_>> = foreign.iter().map(Entry::Foreign).collect();
    entries.extend(leases.iter().filter(is_over).map(Entry::Ours));
    entries.extend(leases.iter().filter(|lease| !is_over(lease)).map(Entry::Ours));
    entries
}

impl Entry<'_> {
    /// In the colour of its state: its line with the likely button beside it, and the other one below.
    fn frame(&self, name: Option<&str>, now: Timestamp, locale: Locale) -> Part {
        let line = self.line(now, locale);
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
            Self::Ours(lease) if lease.seen.has_left() => Accent::Quiet,
            Self::Ours(lease) if lease.deadline <= now => Accent::Bad,
            Self::Ours(_) => Accent::Live,
        }
    }

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
                let cause = foreign.worked_on.map(|began| say!(locale, "status-likely-cause", when = from_now(began)));
                let small: Vec<String> = listed.into_iter().chain(cause).map(|words| format!("\n-# {words}")).collect();
                format!("{line}{}", small.concat())
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
    fn a_list_of_frames_stays_within_discords_bounds_and_says_what_it_leaves_out() {
        for count in [1, 6, 7, 8, 500] {
            let all: Vec<_> = (1..=count).map(foreign).collect();
            let last = Some("the last words".to_owned());
            let message = frames(&[], &all, last, Timestamp::UNIX_EPOCH, Locale::En);
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
