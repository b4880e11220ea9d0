//! Which servers are meant by what somebody has typed so far: by name, display name, reverse, address and tags.
//!
//! Pure, and quick enough for each letter over ten thousand servers: what they go by is made ready when it is learned
//! ([`SearchIndex`]). What holds the typed words comes first; only if nothing does, what is one slip of the finger away (`wbe-1` for
//! `web-1`), and what has their letters in order (`w1` for `web-1`). A match is offered, never taken.

use std::{
    cmp::{Ordering, Reverse},
    collections::{BinaryHeap, HashMap},
};

use bernard_untrusted::shown;
use memchr::memmem::Finder;
use nucleo_matcher::{
    Config, Matcher, Utf32Str,
    pattern::{Atom, AtomKind, CaseMatching, Normalization},
};

use super::{
    index::{SearchIndex, Sought, WHOLE, folded, one_line},
    letters::Letters,
    slip::{Slipped, slipped},
};
use crate::server::{Server, ServiceName};

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
    /// One of its names is all that was typed but for one slip, or begins so.
    Slipped,
    /// Its names have every word's letters in their order.
    Resembles,
}

/// What [`Servers::search`](super::known::Servers::search) promises, by places in the index.
pub(super) fn search(
    index: &SearchIndex,
    may: &dyn Fn(usize) -> bool,
    typed: &str,
    recent: &[ServiceName],
    most: usize,
) -> Vec<usize> {
    let typed: String = one_line(typed).trim().chars().take(LONGEST).collect();
    let recent: HashMap<String, usize> = recent.iter().map(|name| folded(name.as_str())).zip(0..).collect();
    let mut query = Query::new(&typed);
    let first = |fits: Vec<Option<Fit>>| -> Vec<usize> {
        let ranked = fits.into_iter().zip(index.iter()).enumerate().filter_map(|(place, (fit, sought))| {
            let (nearness, score) = fit?;
            let recency = recent.get(sought.name()).copied().unwrap_or(usize::MAX);
            Some(Reverse((nearness, recency, Reverse(score), place)))
        });
        // Of thousands that fit only the first few are put in order and asked about rights.
        let mut ranked: BinaryHeap<_> = ranked.collect();
        let in_order = std::iter::from_fn(|| ranked.pop()).map(|Reverse((.., place))| place);
        in_order.filter(|place| may(*place)).take(most).collect()
    };
    let holding = first(query.holding(index));
    if holding.is_empty() { first(index.iter().map(|sought| query.near(sought)).collect()) } else { holding }
}

/// Whether the server's service name, display name, address or reverse is this, without regard to case; what hides in a name may
/// be typed as it is shown.
pub(super) fn goes_by(server: &Server, typed: &str) -> bool {
    // Ten thousand times a command: nothing is copied unless letters beyond ASCII make it necessary.
    let same = |name: &str| match name.is_ascii() && typed.is_ascii() {
        true => name.eq_ignore_ascii_case(typed),
        false if typed.contains("<U+") => shown::visible(name).to_lowercase() == typed.to_lowercase(),
        false => name.to_lowercase() == typed.to_lowercase(),
    };
    names(server).any(same)
}

/// Text as people order it: `web-2` before `web-10`, without regard to case.
pub(crate) fn natural(a: &str, b: &str) -> Ordering {
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

/// How near, and how well all words together fit: more is better.
type Fit = (Nearness, u32);

/// What was typed, made ready for many servers.
struct Query {
    /// All of it, when that is several words.
    whole: Option<Finder<'static>>,
    /// Each word, to be found as it stands.
    held: Vec<Finder<'static>>,
    /// All of it, for one slip, and its letters.
    typed: String,
    letters: Letters,
    /// Each word, to be found by its letters in their order, and those letters.
    resembled: Vec<(Atom, Letters)>,
    matcher: Matcher,
    characters: Vec<char>,
}

impl Query {
    fn new(typed: &str) -> Self {
        let words: Vec<String> = typed.split_whitespace().take(WORDS).map(folded).collect();
        let atom = |word: &String| {
            let atom = Atom::new(word, CaseMatching::Respect, Normalization::Never, AtomKind::Fuzzy, false);
            (atom, Letters::of(word))
        };
        let joined = words.join(" ");
        Self {
            whole: (words.len() > 1).then(|| Finder::new(&folded(typed)).into_owned()),
            held: words.iter().map(|word| Finder::new(word).into_owned()).collect(),
            letters: Letters::of(&joined),
            typed: joined,
            resembled: words.iter().map(atom).collect(),
            matcher: Matcher::new(Config::DEFAULT),
            characters: Vec::new(),
        }
    }

    /// Which servers hold every word.
    fn holding(&self, index: &SearchIndex) -> Vec<Option<Fit>> {
        let mut sums = vec![Some(0); index.len()];
        for word in &self.held {
            let add = |(sum, held): (&mut Option<u32>, Option<u32>)| *sum = sum.zip(held).map(|(sum, held)| sum + held);
            sums.iter_mut().zip(index.held(word)).for_each(add);
        }
        let whole = self.whole.as_ref().map(|whole| index.held(whole));
        let nearness = |place: usize, score| match whole.as_ref().map_or(Some(score), |whole| whole[place]) {
            Some(WHOLE) => Nearness::Is,
            _ => Nearness::Holds,
        };
        sums.into_iter().enumerate().map(|(place, score)| Some((nearness(place, score?), score?))).collect()
    }

    /// How near a server comes by a slip, or by letters in their order.
    fn near(&mut self, sought: Sought<'_>) -> Option<Fit> {
        self.slip(sought).or_else(|| Some((Nearness::Resembles, self.resemblance(sought)?)))
    }

    /// One slip in all that was typed; what was swapped fits best.
    fn slip(&self, sought: Sought<'_>) -> Option<Fit> {
        let names = sought.called(self.letters, 1);
        let best = names.filter_map(|name| slipped(self.typed.as_bytes(), name.as_bytes())).max()?;
        let score = match best {
            Slipped::Begins => 0,
            Slipped::Whole => 1,
            Slipped::Swapped => 2,
        };
        Some((Nearness::Slipped, score))
    }

    fn resemblance(&mut self, sought: Sought<'_>) -> Option<u32> {
        let Self { resembled, matcher, characters, .. } = self;
        let fits = |(word, letters): &(Atom, Letters)| {
            sought
                .called(*letters, 0)
                .filter_map(|name| word.score(Utf32Str::new(name, characters), matcher))
                .max()
                .map(u32::from)
        };
        resembled.iter().map(fits).sum()
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
        let index = SearchIndex::of(servers.iter());
        let places = search(&index, &|_| true, typed, &recent, 25);
        places.into_iter().map(|place| servers[place].label().to_owned()).collect()
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
        for typed in ["nothing", "*", "web prod", "^db", "db$", "!we", "'db"] {
            assert!(found(&fleet(), typed, &[]).is_empty(), "{typed}");
        }
    }

    #[test]
    fn the_exact_one_comes_first_then_the_recent_ones_then_the_best() {
        let fleet = ["web-11", "web-1", "old-web-1"].map(|name| named(name, name));
        assert_eq!(found(&fleet, "web-1", &[]), ["web-1", "web-11", "old-web-1"]);
        assert_eq!(found(&fleet, "web-1", &["old-web-1"]), ["web-1", "old-web-1", "web-11"]);
        assert_eq!(found(&fleet, "", &["old-web-1", "gone"]), ["old-web-1", "web-11", "web-1"]);
        let fleet = [named("ns1", "the web 2"), named("ns2", "the web")];
        assert_eq!(found(&fleet, "The Web", &["ns1"]), ["the web", "the web 2"], "several words are a name too");
        let fleet = [named("ns1", "prod web"), named("ns2", "a-web-prod"), named("ns3", "web\nprod")];
        assert_eq!(
            found(&fleet, "web\nprod", &["ns1"]),
            ["web\nprod", "prod web", "a-web-prod"],
            "a line end is a space"
        );
    }

    #[test]
    fn only_when_nothing_holds_it_do_similar_names_count() {
        let fleet = ["web-1", "w-e-b"].map(|name| named(name, name));
        assert_eq!(found(&fleet, "web", &[]), ["web-1"]);
        assert_eq!(found(&fleet, "wb", &[]), ["w-e-b", "web-1"], "letters that begin something count for more");
    }

    #[test]
    fn a_slip_of_the_finger_is_offered_before_what_only_has_the_letters() {
        let fleet = ["webbed-1", "web-2", "web-1", "db-1"].map(|name| named(name, name));
        assert_eq!(found(&fleet, "wbe-1", &[]), ["web-1", "webbed-1"], "the nearest first");
        assert_eq!(found(&fleet, "WBE-1", &[]), ["web-1", "webbed-1"], "without regard to case");
        assert_eq!(found(&fleet, "web-3", &[]), ["web-2", "web-1"]);
        assert_eq!(found(&fleet, "web-1", &[]), ["web-1"], "what is there is no slip");
        let spaced = [named("ns1", "mail relay")];
        assert_eq!(found(&spaced, "mial relay", &[]), ["mail relay"]);
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

        /// Names are ruled out by their letters only where reading them would have said the same.
        #[test]
        fn what_letters_rule_out_does_not_fit(typed in "[ab1ß -]{1,7}", name in "[ab1ß-]{2,9}", display in "[aB1É -]{0,9}") {
            let index = SearchIndex::of([named(&name, &display)].iter());
            let mut query = Query::new(&typed);
            let mut fit = |index: &SearchIndex| {
                let fit = query.near(index.iter().next()?)?;
                Some((fit.0 as u8, fit.1))
            };
            prop_assert_eq!(fit(&index), fit(&crate::inventory::index::tests::with_every_letter(index.clone())));
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
