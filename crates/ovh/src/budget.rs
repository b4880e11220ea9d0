//! A budget of requests that several processes share. Whoever has it gives permits out in small batches, so that not each request asks
//! for one; what is not used within a second is lost, so that nobody saves permits up and sends them with those of the next minute.

use std::{num::NonZeroU32, time::Duration};

use bernard_platform::{
    clock::BootInstant,
    shared_budget::{Given, Pace, SharedBudget},
};
use tokio::sync::Mutex;

/// How long permits of a batch are good.
pub(super) const GOOD_FOR: Duration = Duration::from_secs(1);
/// The most permits of a batch.
const LARGEST_BATCH: u32 = 50;

/// The pace of an account that may send so many requests in this time, of which `burst` are given at once. What is given out at its end
/// may be sent as much later as a batch is good for.
pub(super) fn pace(within: Duration, count: NonZeroU32, burst: NonZeroU32) -> Pace {
    Pace::within(within + GOOD_FOR, count.get(), burst.get())
}

/// The permits of a batch that are left.
#[derive(Debug)]
pub(super) struct Bag {
    name: String,
    pace: Pace,
    batch: u32,
    left: Mutex<(u32, BootInstant)>,
}

impl Bag {
    /// An empty one. A batch is a twentieth of a minute's budget, and no more than a burst.
    pub(super) fn new(name: String, pace: Pace, per_minute: NonZeroU32) -> Self {
        let batch = (per_minute.get() / 20).clamp(1, LARGEST_BATCH).min(pace.burst);
        Self { name, pace, batch, left: Mutex::new((0, BootInstant::now())) }
    }

    /// One permit: of the batch, or the first of a new one; else how long to wait.
    pub(super) async fn take(&self, of: &dyn SharedBudget) -> Given {
        let mut bag = self.left.lock().await;
        if bag.0 > 0 && bag.1.elapsed() < GOOD_FOR {
            bag.0 -= 1;
            return Given::All(u64::from(bag.0));
        }
        // From before it is asked: nobody knows when they were given.
        let asked = BootInstant::now();
        let (count, given) = match of.take(&self.name, self.pace, self.batch).await {
            Given::Wait(_) if self.batch > 1 => (1, of.take(&self.name, self.pace, 1).await),
            given => (self.batch, given),
        };
        match given {
            Given::All(more) => {
                *bag = (count - 1, asked);
                Given::All(more + u64::from(count - 1))
            }
            other => other,
        }
    }

    /// Whether only OVHcloud's word can have whoever asks wait so long.
    pub(super) fn is_held(&self, wait: Duration) -> bool {
        wait > self.pace.each + GOOD_FOR
    }

    /// For so long nobody gets any; what is left here is given up.
    pub(super) async fn hold(&self, of: &dyn SharedBudget, length: Duration) {
        self.left.lock().await.0 = 0;
        of.hold(&self.name, self.pace, length).await;
    }
}

#[cfg(test)]
mod tests {
    use std::{
        collections::BTreeMap,
        sync::{Mutex as Lock, PoisonError},
    };

    use futures_util::{FutureExt, future::BoxFuture};

    use super::*;

    /// A budget in memory, whose clock a test sets.
    #[derive(Debug, Default)]
    struct Kept(Lock<(Duration, BTreeMap<String, Duration>, u32)>);

    impl SharedBudget for Kept {
        fn take<'a>(&'a self, name: &'a str, pace: Pace, count: u32) -> BoxFuture<'a, Given> {
            let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let (now, ..) = *kept;
            kept.2 += 1;
            let full = kept.1.entry(name.to_owned()).or_default();
            let then = (*full).max(now) + pace.each * count;
            let given = match then.checked_sub(now + pace.each * pace.burst) {
                Some(over) if !over.is_zero() => Given::Wait(over),
                _ => {
                    *full = then;
                    Given::All(0)
                }
            };
            async move { given }.boxed()
        }

        fn hold<'a>(&'a self, _: &'a str, _: Pace, _: Duration) -> BoxFuture<'a, ()> {
            async {}.boxed()
        }
    }

    fn of(per_minute: u32, burst: u32) -> (Kept, Bag) {
        let count = |count| NonZeroU32::new(count).expect("a count");
        let bag = Bag::new(
            "main".to_owned(),
            pace(Duration::from_secs(60), count(per_minute), count(burst)),
            count(per_minute),
        );
        (Kept::default(), bag)
    }

    #[tokio::test]
    async fn a_batch_is_asked_for_once_and_many_have_no_more_than_there_is() {
        let (kept, bag) = of(60, 15);
        let mut given = 0;
        while let Given::All(_) = bag.take(&kept).await {
            given += 1;
        }
        assert_eq!(given, 15, "the burst");
        // Three at a time: five batches, and two that were refused.
        assert_eq!(kept.0.lock().expect("nobody else").2, 7);
    }

    #[test]
    fn no_minute_has_more_requests_than_it_may_however_late_they_are_sent() {
        for (per_minute, burst) in [(1, 1), (2, 1), (3, 1), (4, 1), (7, 1), (8, 2), (60, 15), (600, 150)] {
            let (kept, bag) = of(per_minute, burst);
            let mut given: Vec<u64> = Vec::new();
            for step in 0..24_000_u64 {
                kept.0.lock().expect("nobody else").0 = Duration::from_millis(step * 10);
                while let Some(Given::All(_)) = kept.take("main", bag.pace, 1).now_or_never() {
                    given.push(step);
                }
            }
            // What is given in 61 seconds may be sent in 60 of them.
            let most =
                given.iter().map(|from| given.iter().filter(|at| (*from..from + 6_100).contains(*at)).count()).max();
            assert!(most.is_some_and(|most| most <= per_minute as usize), "{per_minute}: {most:?}");
        }
    }
}
