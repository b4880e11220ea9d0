//! Which servers are meant by what somebody has typed so far: by name, display name, reverse, address and tags.
//!
//! Pure, and quick enough for each letter over ten thousand servers. What holds the typed words comes first; only if nothing
//! does, what has their letters in order (`web1` for `web-1`). A match is offered, never taken.

use std::cmp::Ordering;

use nucleo_matcher::{
    Config, Matcher, Utf32Str,
    pattern::{Atom, AtomKind, CaseMatching, Normalization},
};

use super::server::{Server, ServiceName};

/// More words than this are not looked at: nobody types them to find a server.
const WORDS: usize = 8;
/// The longest name OVHcloud or its customers give.
const LONGEST: usize = 253;

/// How near a server comes to what was typed; nearer ones first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Nearness {
    /// It goes by exactly that.
    Is,
    /// Something it goes by holds every word.
    Holds,
    /// Its names have every word's letters in their order.
    Resembles,
}

/// At most `most` of `servers` for `typed`: exact ones, then those of `recent` (the latest first), then the best fitting,
/// then in the order given. For an empty `typed`, the recent ones and then all in the order given.
pub fn search<'a>(
    servers: impl IntoIterator<Item = &'a Server>,
    typed: &str,
    recent: &[ServiceName],
    most: usize,
) -> Vec<&'a Server> {
    let servers: Vec<&Server> = servers.into_iter().collect();
    let typed: String = typed.trim().chars().take(LONGEST).collect();
    let recency = |server: &Server| recent.iter().position(|name| *name == server.name).unwrap_or(usize::MAX);
    if typed.is_empty() {
        return recent_first(servers, recency, most);
    }
    let mut query = Query::new(&typed);
    let mut found = Vec::new();
    for nearness in [Nearness::Holds, Nearness::Resembles] {
        for (place, server) in servers.iter().enumerate() {
            if let Some(score) = query.score(server, nearness) {
                let nearness = if goes_by(server, &typed) { Nearness::Is } else { nearness };
                found.push(((nearness, recency(server), std::cmp::Reverse(score), place), *server));
            }
        }
        if !found.is_empty() {
            break;
        }
    }
    found.sort_unstable_by_key(|(rank, _)| *rank);
    found.into_iter().take(most).map(|(_, server)| server).collect()
}

fn recent_first(servers: Vec<&Server>, recency: impl Fn(&Server) -> usize, most: usize) -> Vec<&Server> {
    let (mut recent, others): (Vec<_>, Vec<_>) = servers.into_iter().partition(|server| recency(server) < usize::MAX);
    recent.sort_by_key(|server| recency(server));
    recent.into_iter().chain(others).take(most).collect()
}

/// Whether the server's service name, display name, address or reverse is this, without regard to case.
pub fn goes_by(server: &Server, typed: &str) -> bool {
    // Ten thousand times a letter: nothing is copied unless letters beyond ASCII make it necessary.
    let same = |name: &str| match name.is_ascii() && typed.is_ascii() {
        true => name.eq_ignore_ascii_case(typed),
        false => name.to_lowercase() == typed.to_lowercase(),
    };
    names(server).any(same)
}

/// Text as people order it: `web-2` before `web-10`, without regard to case.
pub fn natural(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a, b);
    loop {
        let (Some(x), Some(y)) = (a.chars().next(), b.chars().next()) else { return a.len().cmp(&b.len()) };
        if x.is_ascii_digit() && y.is_ascii_digit() {
            let (number, rest) = leading_number(a);
            let (other, other_rest) = leading_number(b);
            // By length first: numbers of any size compare without being read.
            match number.len().cmp(&other.len()).then_with(|| number.cmp(other)) {
                Ordering::Equal => (a, b) = (rest, other_rest),
                order => return order,
            }
        } else {
            match x.to_lowercase().cmp(y.to_lowercase()) {
                Ordering::Equal => (a, b) = (&a[x.len_utf8()..], &b[y.len_utf8()..]),
                order => return order,
            }
        }
    }
}

/// The digits at the beginning, without zeros before them, and what follows.
fn leading_number(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    (digits.trim_start_matches('0'), rest)
}

fn names(server: &Server) -> impl Iterator<Item = &str> {
    let others = [server.display_name.as_deref(), server.reverse.as_deref(), server.ip.as_deref()];
    std::iter::once(server.name.as_str()).chain(others.into_iter().flatten())
}

/// What was typed, made ready for many servers.
struct Query {
    matcher: Matcher,
    held: Vec<Atom>,
    resembled: Vec<Atom>,
    characters: Vec<char>,
    tag: String,
}

impl Query {
    fn new(typed: &str) -> Self {
        let words = |kind| -> Vec<Atom> {
            let atom = |word| Atom::new(word, CaseMatching::Ignore, Normalization::Smart, kind, false);
            typed.split_whitespace().take(WORDS).map(atom).collect()
        };
        Self {
            matcher: Matcher::new(Config::DEFAULT),
            held: words(AtomKind::Substring),
            resembled: words(AtomKind::Fuzzy),
            characters: Vec::new(),
            tag: String::new(),
        }
    }

    /// How well the server fits all words together; `None` when one of them does not fit.
    fn score(&mut self, server: &Server, nearness: Nearness) -> Option<u32> {
        let mut total = 0;
        for word in 0..self.held.len() {
            total += u32::from(self.score_of(word, server, nearness)?);
        }
        Some(total)
    }

    fn score_of(&mut self, word: usize, server: &Server, nearness: Nearness) -> Option<u16> {
        let Self { matcher, held, resembled, characters, tag } = self;
        if nearness == Nearness::Resembles {
            // Letters in order are found in nearly every address and tag: only names count here.
            let called = [Some(server.name.as_str()), server.display_name.as_deref()];
            let fits = |name: &str| resembled[word].score(Utf32Str::new(name, characters), matcher);
            return called.into_iter().flatten().filter_map(fits).max();
        }
        let mut fits = |text: &str| held[word].score(Utf32Str::new(text, characters), matcher);
        let mut best = names(server).filter_map(&mut fits).max();
        for (key, value) in server.tags.iter().flatten() {
            tag.clear();
            tag.extend([key.as_str(), "=", value.as_str()]);
            best = best.max(fits(tag));
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn named(name: &str, display: &str) -> Server {
        let name = ServiceName::try_from(name.to_owned()).unwrap_or_else(|_| "ns9".to_owned().try_into().unwrap());
        Server { display_name: Some(display.to_owned()), tags: Some([].into()), ..Server::only_named(name, "main") }
    }

    fn found(servers: &[Server], typed: &str, recent: &[&str]) -> Vec<String> {
        let recent: Vec<ServiceName> =
            recent.iter().map(|name| ServiceName::try_from((*name).to_owned()).unwrap()).collect();
        search(servers, typed, &recent, 25).into_iter().map(|server| server.label().to_owned()).collect()
    }

    fn fleet() -> Vec<Server> {
        let mut db = named("ns3.ip-198-51-100.eu", "db-1");
        db.tags = Some([("env".to_owned(), "prod".to_owned())].into());
        db.ip = Some("198.51.100.7".to_owned());
        db.reverse = Some("Datenbank.example".to_owned());
        vec![named("ns1.ip-203-0-113.eu", "web-2"), named("ns2.ip-203-0-113.eu", "web-10"), db]
    }

    #[test]
    fn everything_a_server_goes_by_finds_it() {
        for typed in ["db-1", "DB", "ns3.", "198.51.100.7", "datenbank", "env=prod", "PROD", "prod db", "db1"] {
            assert_eq!(found(&fleet(), typed, &[]), ["db-1"], "{typed}");
        }
        for typed in ["nothing", "*", "web prod", "^db", "db$", "!web", "'db"] {
            assert!(found(&fleet(), typed, &[]).is_empty(), "{typed}");
        }
    }

    #[test]
    fn the_exact_one_comes_first_then_the_recent_ones_then_the_best() {
        let fleet = ["web-11", "web-1", "old-web-1"].map(|name| named(name, name));
        assert_eq!(found(&fleet, "web-1", &[]), ["web-1", "web-11", "old-web-1"]);
        assert_eq!(found(&fleet, "web-1", &["old-web-1"]), ["web-1", "old-web-1", "web-11"]);
        assert_eq!(found(&fleet, "", &["old-web-1", "gone"]), ["old-web-1", "web-11", "web-1"]);
    }

    #[test]
    fn only_when_nothing_holds_it_do_similar_names_count() {
        let fleet = ["web-1", "w-e-b"].map(|name| named(name, name));
        assert_eq!(found(&fleet, "web", &[]), ["web-1"]);
        assert_eq!(found(&fleet, "wb", &[]), ["w-e-b", "web-1"], "letters that begin something count for more");
    }

    #[test]
    fn accents_need_not_be_typed() {
        let fleet = [named("ns1", "Équipe-Données")];
        assert_eq!(found(&fleet, "equipe", &[]), ["Équipe-Données"]);
        assert_eq!(found(&fleet, "ÉQUIPE", &[]), ["Équipe-Données"]);
    }

    #[test]
    fn numbers_are_ordered_as_numbers() {
        let mut names = ["web-10", "Web-9", "db", "web-009b", "web-9a", "web", "web-18446744073709551616"];
        names.sort_by(|a, b| natural(a, b));
        assert_eq!(names, ["db", "web", "Web-9", "web-9a", "web-009b", "web-10", "web-18446744073709551616"]);
    }

    proptest! {
        #[test]
        fn nothing_that_is_typed_breaks_the_search(typed in any::<String>(), name in any::<String>()) {
            found(&[named("ns1", &name)], &typed, &[]);
        }

        #[test]
        fn what_is_typed_from_a_name_finds_it(name in "[a-zA-Z0-9é]{3,12}", from in 0_usize..2, to in 2_usize..3) {
            let part: String = name.chars().skip(from).take(to).collect();
            prop_assert_eq!(found(&[named("zzz", &name)], &part, &[]), [name]);
        }

        #[test]
        fn the_natural_order_is_an_order(a in "[aB0-2-]{0,5}", b in "[aB0-2-]{0,5}", c in "[aB0-2-]{0,5}") {
            prop_assert_eq!(natural(&a, &b), natural(&b, &a).reverse());
            if natural(&a, &b).is_le() && natural(&b, &c).is_le() {
                prop_assert!(natural(&a, &c).is_le());
            }
        }
    }
}
