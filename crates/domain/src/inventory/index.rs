//! What servers go by, made ready to be searched at each letter that somebody types.
//!
//! All of it lies side by side, so that a search reads a megabyte of ten thousand servers from one end to the other: going from server to
//! server it would mostly wait for memory.

use std::{borrow::Cow, ops::Range};

use memchr::memmem::Finder;
use nucleo_matcher::chars;

use super::letters::Letters;
use crate::server::Server;

/// How well a word is held that is a whole line.
pub(super) const WHOLE: u32 = 4;

/// What servers go by, in their order: see [`Sought`].
#[derive(Clone, Debug, Default)]
pub(super) struct SearchIndex {
    /// All lines of all servers, each with its end.
    text: String,
    places: Vec<Place>,
}

/// Where it stands what a server goes by.
#[derive(Clone, Debug)]
struct Place {
    /// Within [`SearchIndex::text`].
    lines: Range<usize>,
    /// The lines that it is called by.
    called: [Called; 2],
}

/// One of its names.
#[derive(Clone, Debug)]
struct Called {
    /// Those that the name has.
    letters: Letters,
    /// Within the server's lines.
    line: Range<usize>,
}

/// Everything a server goes by, without case and accents, a line each: its name, its display name, and then the rest.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sought<'a> {
    lines: &'a str,
    called: &'a [Called; 2],
}

impl SearchIndex {
    /// What these servers go by.
    pub(super) fn of<'a>(servers: impl Iterator<Item = &'a Server>) -> Self {
        let mut index = Self::default();
        for server in servers {
            let place = index.write(server);
            index.places.push(place);
        }
        index.shrink();
        index
    }

    /// Gives back the memory that changes have left over.
    pub(super) fn shrink(&mut self) {
        self.text.shrink_to_fit();
        self.places.shrink_to_fit();
    }

    /// What each server goes by, in their order.
    pub(super) fn iter(&self) -> impl Iterator<Item = Sought<'_>> {
        self.places.iter().map(|place| Sought { lines: &self.text[place.lines.clone()], called: &place.called })
    }

    /// How many servers.
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// How well each server holds this word, which is within a line; `None`: not at all.
    pub(super) fn held(&self, word: &Finder<'_>) -> Vec<Option<u32>> {
        let (text, mut held) = (self.text.as_bytes(), vec![None; self.places.len()]);
        let mut server = 0;
        for found in word.find_iter(text) {
            server += self.places[server..].iter().take_while(|place| place.lines.end <= found).count();
            let score = Some(how_well(text, found, found + word.needle().len()));
            held[server] = held[server].max(score);
        }
        held
    }

    /// Forgets the server at this place.
    pub(super) fn remove(&mut self, at: usize) {
        let Place { lines, .. } = self.places.remove(at);
        let after = lines.end + 1;
        self.text.replace_range(lines.start..after, "");
        self.move_on(at, |place| place - after + lines.start);
    }

    /// What this server goes by, at this place.
    pub(super) fn insert(&mut self, at: usize, server: &Server) {
        let begins = self.places.get(at).map_or(self.text.len(), |next| next.lines.start);
        let after = self.text.split_off(begins);
        let place = self.write(server);
        let length = self.text.len() - begins;
        self.text.push_str(&after);
        self.move_on(at, |place| place + length);
        self.places.insert(at, place);
    }

    fn move_on(&mut self, from: usize, to: impl Fn(usize) -> usize) {
        for place in &mut self.places[from..] {
            place.lines = to(place.lines.start)..to(place.lines.end);
        }
    }

    fn write(&mut self, server: &Server) -> Place {
        let begins = self.text.len();
        let called = [server.name.as_str(), server.display_name.as_deref().unwrap_or_default()].map(|name| {
            let line = self.line(&[name]);
            Called { letters: Letters::of(&self.text[line.clone()]), line: line.start - begins..line.end - begins }
        });
        let reverse = server.reverse.as_deref().filter(|reverse| *reverse != server.name.as_str());
        for line in reverse.into_iter().chain(server.ip.as_deref()) {
            self.line(&[line]);
        }
        for (key, value) in server.tags.iter().flatten() {
            self.line(&[key, "=", value]);
        }
        Place { lines: begins..self.text.len() - 1, called }
    }

    /// Adds a line, without case and accents; returns where it is, without its end.
    fn line(&mut self, parts: &[&str]) -> Range<usize> {
        let begins = self.text.len();
        parts.iter().for_each(|part| fold(&mut self.text, &one_line(part)));
        let line = begins..self.text.len();
        self.text.push('\n');
        line
    }
}

impl<'a> Sought<'a> {
    /// Its service name.
    pub(super) fn name(self) -> &'a str {
        &self.lines[self.called[0].line.clone()]
    }

    /// Those of its two names that lack at most so many of these letters. Addresses and tags are left out: in nearly every one of them some
    /// letters stand in order, or are a slip away.
    pub(super) fn called(self, letters: Letters, lacking: u32) -> impl Iterator<Item = &'a str> {
        let names = self.called.iter().filter(move |name| letters.missing_in(name.letters) <= lacking);
        names.map(move |name| &self.lines[name.line.clone()])
    }
}

/// How well what stands there is held: best as a whole line, then where a line begins, then where a word does, then inside.
fn how_well(text: &[u8], begins: usize, ends: usize) -> u32 {
    match begins.checked_sub(1).map(|before| text[before]) {
        None | Some(b'\n') if text[ends] == b'\n' => WHOLE,
        None | Some(b'\n') => 3,
        Some(before) if before.is_ascii() && !before.is_ascii_alphanumeric() => 2,
        Some(_) => 1,
    }
}

/// A space for each end of a line.
pub(super) fn one_line(text: &str) -> Cow<'_, str> {
    const ENDS: [char; 2] = ['\n', '\r'];
    if text.contains(ENDS) { text.replace(ENDS, " ").into() } else { text.into() }
}

/// Lower case, and the letter alone where it has an accent.
pub(super) fn folded(text: &str) -> String {
    let mut folded = String::new();
    fold(&mut folded, text);
    folded
}

fn fold(into: &mut String, text: &str) {
    if text.is_ascii() {
        let begins = into.len();
        into.push_str(text);
        into[begins..].make_ascii_lowercase();
    } else {
        into.extend(chars::graphemes(text).map(chars::normalize).map(chars::to_lower_case));
    }
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::{super::letters, *};
    use crate::server::ServiceName;

    /// The same as if every name had every letter.
    pub(in super::super) fn with_every_letter(mut index: SearchIndex) -> SearchIndex {
        let names = index.places.iter_mut().flat_map(|place| &mut place.called);
        names.for_each(|name| name.letters = letters::tests::EVERY);
        index
    }

    fn server(name: &str, display: &str) -> Server {
        let name = ServiceName::try_from(name.to_owned()).expect("a name");
        Server { display_name: Some(display.to_owned()), ..Server::only_named(name, "main") }
    }

    #[test]
    fn each_server_has_its_own_lines() {
        let mut first = server("NS1.example", "Équipe");
        first.reverse = Some("db.example".to_owned());
        first.ip = Some("198.51.100.7".to_owned());
        first.tags = Some([("Env".to_owned(), "prod".to_owned())].into());
        let mut second = server("ns2.example", "");
        second.reverse = Some("ns2.example".to_owned());
        let index = SearchIndex::of([&first, &second].into_iter());
        let lines: Vec<&str> = index.iter().map(|sought| sought.lines).collect();
        assert_eq!(lines, ["ns1.example\nequipe\ndb.example\n198.51.100.7\nenv=prod", "ns2.example\n"]);
        let names: Vec<&str> = index.iter().map(Sought::name).collect();
        assert_eq!(names, ["ns1.example", "ns2.example"]);
        let called: Vec<&str> = index.iter().flat_map(|sought| sought.called(Letters::of("equipe"), 0)).collect();
        assert_eq!(called, ["equipe"]);
        assert_eq!(index.iter().flat_map(|sought| sought.called(Letters::of("equipe"), 6)).count(), 4);
    }

    proptest! {
        /// Whatever was put in and taken out, it is as if it had been made of the servers that are left.
        #[test]
        fn it_follows_its_servers(changes in prop::collection::vec((0_usize..6, "[a-z]{1,6}", any::<bool>()), 0..60)) {
            let (mut servers, mut index) = (Vec::new(), SearchIndex::default());
            for (at, name, comes) in changes {
                if comes || servers.is_empty() {
                    let server = server(&name, &name.to_uppercase());
                    let at = at.min(servers.len());
                    index.insert(at, &server);
                    servers.insert(at, server);
                } else {
                    let at = at.min(servers.len() - 1);
                    index.remove(at);
                    servers.remove(at);
                }
                let anew = SearchIndex::of(servers.iter());
                let seen = |index: &SearchIndex| -> Vec<String> {
                    index.iter().flat_map(|sought| [sought.lines.to_owned(), sought.name().to_owned()]).collect()
                };
                prop_assert_eq!(seen(&index), seen(&anew));
            }
        }

        /// What is found in one pass is found at the server that it stands at.
        #[test]
        fn a_word_is_held_by_who_has_it(names in prop::collection::vec("[ab1-]{1,5}", 0..8), word in "[ab1-]{1,2}") {
            let servers: Vec<Server> = names.iter().map(|name| server("zzz", name)).collect();
            let index = SearchIndex::of(servers.iter());
            let held = index.held(&Finder::new(&word));
            for (sought, held) in index.iter().zip(&held) {
                prop_assert_eq!(held.is_some(), sought.lines.contains(&word), "{:?}", sought);
                prop_assert_eq!(*held == Some(WHOLE), sought.lines.lines().any(|line| line == word), "{:?}", sought);
            }
            prop_assert_eq!(held.len(), servers.len());
        }

        #[test]
        fn the_short_way_for_ascii_folds_as_the_long_one(text in "[ -~]{0,12}") {
            let long: String = chars::graphemes(&text).map(chars::normalize).map(chars::to_lower_case).collect();
            prop_assert_eq!(folded(&text), long);
        }
    }
}
