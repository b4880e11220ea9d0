//! A value that many need and one fetches.
//!
//! Whoever finds a good value takes it without waiting. The others queue; the first fetches, and those behind it share what
//! came of it, the failure too: a place that is down is asked once, not once by each of a hundred waiters.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{error::Failure, in_time::WaitsForPermit};

pub(super) struct Flight<T> {
    latest: Mutex<Latest<T>>,
    /// The queue in front of a fetch. Held while fetching, which is its purpose; nobody who only reads touches it.
    queue: tokio::sync::Mutex<()>,
}

struct Latest<T> {
    value: Option<Arc<T>>,
    failure: Option<Failure>,
    fetches: u64,
}

impl<T> Flight<T> {
    pub(super) fn new() -> Self {
        let latest = Latest { value: None, failure: None, fetches: 0 };
        Self { latest: Mutex::new(latest), queue: tokio::sync::Mutex::new(()) }
    }

    /// The latest value if it is good, else what `fetch` brings.
    pub(super) async fn get(
        &self,
        good: impl Fn(&T) -> bool,
        fetch: impl Future<Output = Result<T, Failure>>,
    ) -> Result<Arc<T>, Failure> {
        let seen = {
            let latest = self.latest();
            if let Some(value) = latest.value.as_ref().filter(|value| good(value)) {
                return Ok(Arc::clone(value));
            }
            latest.fetches
        };
        // Whoever fetches may wait for a permit, and so does who waits for that.
        let waits = WaitsForPermit::begin();
        let _turn = self.queue.lock().await;
        drop(waits);
        if let Some(shared) = self.fetched_since(seen, &good) {
            return shared;
        }
        let fetched = fetch.await;
        let mut latest = self.latest();
        latest.fetches += 1;
        match fetched {
            Ok(value) => {
                let value = Arc::new(value);
                latest.value = Some(Arc::clone(&value));
                latest.failure = None;
                Ok(value)
            }
            Err(failure) => {
                latest.failure = Some(failure.clone());
                Err(failure)
            }
        }
    }

    /// The latest value, good or not.
    pub(super) fn last(&self) -> Option<Arc<T>> {
        self.latest().value.clone()
    }

    /// Throws a value away that proved bad, unless somebody has replaced it already.
    pub(super) fn discard(&self, bad: &Arc<T>) {
        let mut latest = self.latest();
        if latest.value.as_ref().is_some_and(|value| Arc::ptr_eq(value, bad)) {
            latest.value = None;
        }
    }

    fn fetched_since(&self, seen: u64, good: &impl Fn(&T) -> bool) -> Option<Result<Arc<T>, Failure>> {
        let latest = self.latest();
        if let Some(value) = latest.value.as_ref().filter(|value| good(value)) {
            return Some(Ok(Arc::clone(value)));
        }
        let failure = latest.failure.clone().filter(|_| latest.fetches > seen);
        failure.map(Err)
    }

    fn latest(&self) -> MutexGuard<'_, Latest<T>> {
        // Nothing panics while it is held; were it so, the value would still be whole.
        self.latest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::{super::error::Cause, *};

    #[tokio::test]
    async fn one_fetch_serves_many_waiters() {
        let fetches = AtomicU32::new(0);
        let flight = Flight::new();
        let get = || {
            flight.get(|_| true, async {
                tokio::task::yield_now().await;
                Ok(fetches.fetch_add(1, Ordering::SeqCst))
            })
        };
        let (a, b, c) = tokio::join!(get(), get(), get());
        assert_eq!([*a.unwrap(), *b.unwrap(), *c.unwrap()], [0, 0, 0]);
        let bad = flight.last().unwrap();
        flight.discard(&bad);
        assert_eq!(*get().await.unwrap(), 1);
        flight.discard(&bad);
        assert_eq!(*flight.last().unwrap(), 1, "somebody else's newer value stays");
    }

    #[tokio::test]
    async fn waiters_share_a_failure_and_later_ones_try_again() {
        let fetches = AtomicU32::new(0);
        let flight: Flight<()> = Flight::new();
        let get = || {
            flight.get(|()| true, async {
                tokio::task::yield_now().await;
                fetches.fetch_add(1, Ordering::SeqCst);
                Err(Cause::TimedOut.into())
            })
        };
        let (a, b) = tokio::join!(get(), get());
        assert!(a.is_err() && b.is_err());
        assert_eq!(fetches.load(Ordering::SeqCst), 1);
        assert!(get().await.is_err());
        assert_eq!(fetches.load(Ordering::SeqCst), 2);
    }
}
