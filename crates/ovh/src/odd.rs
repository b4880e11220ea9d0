//! What OVHcloud sends and nobody can read, remembered and named: an account's [`Oddities`] hold each thing once, for `/doctor`,
//! `/status` and `/plan`; the log hears of it when it first shows up, not at each look.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use bernard_domain::server::ServiceName;
use bernard_platform::clock;
use bernard_untrusted::lenient::List;
use jiff::{SignedDuration, Timestamp};

use super::error::Error;

/// How many oddities of an account are remembered: more than a person reads.
const MOST: usize = 100;
/// How long one is remembered that nobody came across again.
const LIFE: SignedDuration = SignedDuration::from_hours(24);
/// How many places of one answer are named.
const PLACES: usize = 5;

/// What can be read in part.
pub(super) trait Partly {
    /// The places of what is odd in it, such as `powerState` or `[2]`; never a value.
    fn odd(&self) -> Vec<String>;
}

impl<T> Partly for List<T> {
    fn odd(&self) -> Vec<String> {
        self.odd.iter().map(|place| format!("[{place}]")).collect()
    }
}

/// The names of the odd ones among some fields.
pub(super) fn odd_ones<const N: usize>(fields: [(&'static str, bool); N]) -> Vec<String> {
    fields.into_iter().filter(|(_, is_odd)| *is_odd).map(|(name, _)| name.to_owned()).collect()
}

/// One thing that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Oddity {
    /// The server it is about, if it is about one.
    pub server: Option<ServiceName>,
    /// What could not be read and why, as a sentence without its full stop.
    pub said: String,
    /// Why, without what is another each time.
    why: String,
}

/// What could not be read in an account, each thing once.
#[derive(Debug, Default)]
pub(super) struct Oddities(Mutex<BTreeMap<String, (Timestamp, Oddity)>>);

impl Oddities {
    /// Something of `doing` could not be read; whether that is news.
    pub(super) fn note(&self, doing: &str, oddity: Oddity) -> bool {
        let now = clock::now();
        let mut all = self.all();
        all.retain(|_, (seen, _)| now.duration_since(*seen) < LIFE);
        let known = all.get(doing).is_some_and(|(_, known)| known.why == oddity.why);
        if all.len() < MOST || known {
            all.insert(doing.to_owned(), (now, oddity));
        }
        !known
    }

    /// `doing` was read whole.
    pub(super) fn forget(&self, doing: &str) {
        self.all().remove(doing);
    }

    /// All of them, in the order of what was being done.
    pub(super) fn list(&self) -> Vec<Oddity> {
        let now = clock::now();
        let all = self.all();
        let fresh = all.values().filter(|(seen, _)| now.duration_since(*seen) < LIFE);
        fresh.map(|(_, oddity)| oddity.clone()).collect()
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<String, (Timestamp, Oddity)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The places of one answer in words.
fn places(odd: &[String]) -> String {
    let named: Vec<String> = odd.iter().take(PLACES).map(|place| format!("`{place}`")).collect();
    let more = if odd.len() > PLACES { ", …" } else { "" };
    format!("{}{more}", named.join(", "))
}

impl Oddity {
    /// Something that could not be read at all.
    pub(super) fn of_error(error: &Error) -> Self {
        Self { server: error.server().cloned(), said: error.to_string(), why: error.cause().to_string() }
    }

    /// Something of which a part is odd.
    pub(super) fn of_parts(doing: &str, server: Option<&ServiceName>, odd: &[String]) -> Self {
        let why = format!("a missing or wrong value at {}", places(odd));
        Self { server: server.cloned(), said: format!("could not {doing} whole: {why}"), why }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_oddity_is_news_once_and_again_after_it_was_well() {
        let odd = Oddities::default();
        let oddity = |said: &str| Oddity { server: None, said: said.to_owned(), why: said.to_owned() };
        assert!(odd.note("read the mail 7", oddity("a")));
        assert!(!odd.note("read the mail 7", oddity("a")));
        assert!(odd.note("read the mail 7", oddity("b")), "it is another trouble");
        odd.forget("read the mail 7");
        assert!(odd.list().is_empty() && odd.note("read the mail 7", oddity("b")));
        for n in 0..2 * MOST {
            odd.note(&n.to_string(), oddity("c"));
        }
        assert_eq!(odd.list().len(), MOST);
    }
}
