//! So many of something in a minute, for each of those who come. Bounded, whoever comes.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

const MINUTE: Duration = Duration::from_secs(60);
/// More than this are not told apart: then everybody begins anew.
const MOST: usize = 10_000;

/// What each of them has left in the minute that began with their first. Cheap to clone; all clones are the same.
#[derive(Clone, Debug)]
pub(super) struct Allowance<Who> {
    most: u32,
    used: Arc<Mutex<HashMap<Who, (Instant, u32)>>>,
}

impl<Who: Clone + Eq + Hash> Allowance<Who> {
    /// So many for each in a minute.
    pub(super) fn a_minute(most: u32) -> Self {
        Self { most, used: Arc::default() }
    }

    /// Takes one; whether there was one.
    pub(super) fn take(&self, who: &Who, now: Instant) -> bool {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        if used.len() >= MOST {
            used.retain(|_, (since, _)| now.duration_since(*since) < MINUTE);
            if used.len() >= MOST {
                used.clear();
            }
        }
        let (since, count) = used.entry(who.clone()).or_insert((now, 0));
        if now.duration_since(*since) >= MINUTE {
            (*since, *count) = (now, 0);
        }
        let may = *count < self.most;
        *count += u32::from(may);
        may
    }

    /// It was not needed.
    pub(super) fn give_back(&self, who: &Who) {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, count)) = used.get_mut(who) {
            *count = count.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_so_many_a_minute_and_one_uses_up_nothing_of_the_others() {
        let (allowance, start) = (Allowance::a_minute(3), Instant::now());
        let taken = |who: u32, second| allowance.take(&who, start + Duration::from_secs(second));
        assert_eq!([0, 1, 2, 59].map(|second| taken(1, second)), [true, true, true, false]);
        assert!(taken(2, 59), "another one has their own");
        assert!(taken(1, 60), "a minute later");
        allowance.give_back(&1);
        assert_eq!([61; 4].map(|second| taken(1, second)), [true, true, true, false]);
    }

    #[test]
    fn however_many_come_it_does_not_grow() {
        let (allowance, start) = (Allowance::a_minute(1), Instant::now());
        for who in 0..3 * MOST {
            allowance.take(&who, start);
        }
        assert!(allowance.used.lock().expect("nobody panicked").len() <= MOST);
    }
}
