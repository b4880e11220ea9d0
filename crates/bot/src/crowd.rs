//! Who gets a place when many want one: nobody takes them all, and whoever has few goes before whoever has many.
//!
//! Places are let go when they are dropped. Nothing here waits but [`Crowd::enter`], and that in the order of asking.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bernard_domain::access::UserId;
use tokio::sync::oneshot;

/// How many places there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bounds {
    /// In all.
    pub(super) all: usize,
    /// As long as no more than this are taken, anybody has as many as they like.
    pub(super) at_ease: usize,
    /// Beyond that, nobody has more than this.
    pub(super) of_one: usize,
}

/// Places, shared out among people. Clones are the same places.
#[derive(Clone, Debug)]
pub(super) struct Crowd(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    bounds: Bounds,
    state: Mutex<State>,
}

/// Who has what, and who waits. Whoever has nothing is not in it, so it is never larger than `Bounds::all` and the queue.
#[derive(Debug, Default)]
struct State {
    taken: usize,
    of: HashMap<UserId, usize>,
    waiting: VecDeque<(UserId, oneshot::Sender<Place>)>,
}

/// A person's place, or several of them, until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    inner: Arc<Inner>,
    person: UserId,
    count: usize,
}

impl Crowd {
    pub(super) fn new(bounds: Bounds) -> Self {
        Self(Arc::new(Inner { bounds, state: Mutex::default() }))
    }

    /// So many places for this person, if they may have them now.
    pub(super) fn try_enter(&self, person: UserId, count: usize) -> Option<Place> {
        let mut state = self.0.state();
        if !state.admits(self.0.bounds, person, count) {
            return None;
        }
        state.take(person, count);
        Some(Place { inner: Arc::clone(&self.0), person, count })
    }

    /// A place for this person, as soon as they may have it. Dropping the wait leaves the queue.
    pub(super) async fn enter(&self, person: UserId) -> Place {
        loop {
            let turn = {
                let mut state = self.0.state();
                if state.admits(self.0.bounds, person, 1) {
                    state.take(person, 1);
                    return Place { inner: Arc::clone(&self.0), person, count: 1 };
                }
                let (tx, turn) = oneshot::channel();
                state.waiting.push_back((person, tx));
                turn
            };
            if let Ok(place) = turn.await {
                return place;
            }
        }
    }
}

impl Inner {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first of those who wait who may come in now, counted already.
    fn next(&self) -> Option<(UserId, oneshot::Sender<Place>)> {
        let mut state = self.state();
        state.waiting.retain(|(_, turn)| !turn.is_closed());
        let first = (0..state.waiting.len()).find(|at| state.admits(self.bounds, state.waiting[*at].0, 1))?;
        let (person, turn) = state.waiting.remove(first)?;
        state.take(person, 1);
        Some((person, turn))
    }
}

impl State {
    fn admits(&self, bounds: Bounds, person: UserId, count: usize) -> bool {
        let (all, own) = (self.taken + count, self.of.get(&person).copied().unwrap_or(0) + count);
        all <= bounds.all && (all <= bounds.at_ease || own <= bounds.of_one)
    }

    fn take(&mut self, person: UserId, count: usize) {
        self.taken += count;
        *self.of.entry(person).or_default() += count;
    }

    fn let_go(&mut self, person: UserId, count: usize) {
        self.taken = self.taken.saturating_sub(count);
        if let Some(own) = self.of.get_mut(&person) {
            *own = own.saturating_sub(count);
            if *own == 0 {
                self.of.remove(&person);
            }
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.inner.state().let_go(self.person, self.count);
        while let Some((person, turn)) = self.inner.next() {
            let place = Place { inner: Arc::clone(&self.inner), person, count: 1 };
            // Who stopped waiting in this very moment gives it back by dropping it.
            drop(turn.send(place));
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    const FLOOD: UserId = UserId(1);
    const OTHER: UserId = UserId(2);

    fn crowd(all: usize, at_ease: usize, of_one: usize) -> Crowd {
        Crowd::new(Bounds { all, at_ease, of_one })
    }

    #[test]
    fn one_takes_what_is_free_and_never_what_is_kept_for_others() {
        let crowd = crowd(10, 5, 2);
        let taken: Vec<_> = std::iter::from_fn(|| crowd.try_enter(FLOOD, 1)).collect();
        assert_eq!(taken.len(), 5);
        let others: Vec<_> = (2..9).filter_map(|person| crowd.try_enter(UserId(person), 1)).collect();
        assert_eq!(others.len(), 5, "and no more than there are");
        drop(taken);
        assert_eq!(std::iter::from_fn(|| crowd.try_enter(FLOOD, 1)).map(std::mem::forget).count(), 2);
    }

    #[test]
    fn what_is_large_takes_several_and_gives_them_back() {
        let crowd = crowd(10, 10, 10);
        let large = crowd.try_enter(FLOOD, 8).expect("there is room");
        assert!(crowd.try_enter(OTHER, 3).is_none() && crowd.try_enter(OTHER, 2).is_some());
        drop(large);
        assert!(crowd.try_enter(OTHER, 10).is_some());
        assert!(crowd.0.state().of.is_empty(), "nobody is remembered");
    }

    #[test]
    fn who_has_few_goes_before_who_has_many_and_who_left_is_passed_over() {
        let crowd = crowd(4, 0, 2);
        let mine: Vec<_> = (0..2).filter_map(|_| crowd.try_enter(FLOOD, 1)).collect();
        let mut third = Box::pin(crowd.enter(FLOOD));
        assert!((&mut third).now_or_never().is_none());
        let other = crowd.enter(OTHER).now_or_never().expect("at once");
        let full = crowd.try_enter(UserId(3), 1).expect("the last one");
        let mut gone = Box::pin(crowd.enter(UserId(4)));
        let mut late = Box::pin(crowd.enter(UserId(5)));
        assert!((&mut gone).now_or_never().is_none() && (&mut late).now_or_never().is_none());
        drop(gone);
        drop(full);
        let late = late.now_or_never().expect("its turn");
        assert!((&mut third).now_or_never().is_none(), "two are enough");
        drop(mine);
        drop(third.now_or_never().expect("now it is"));
        drop((other, late));
        let state = crowd.0.state();
        assert!(state.taken == 0 && state.of.is_empty() && state.waiting.is_empty());
    }

    #[test]
    fn a_turn_that_nobody_takes_any_more_goes_to_the_next() {
        let crowd = crowd(1, 1, 1);
        let only = crowd.try_enter(FLOOD, 1).expect("it is free");
        let (mut first, mut second) = (Box::pin(crowd.enter(OTHER)), Box::pin(crowd.enter(UserId(3))));
        assert!((&mut first).now_or_never().is_none() && (&mut second).now_or_never().is_none());
        drop(only);
        // It was given the place, and is dropped before it looked.
        drop(first);
        assert!(second.now_or_never().is_some());
    }
}
