//! Who waits for permits, and who gets the next: that is decided by [`bernard_domain::scheduling`].
//!
//! One of those who wait asks the budget for all of them. A permit goes to whoever comes first at the moment that it is there, not to
//! who asked; so what comes later and is more urgent waits for nobody.

use std::sync::{Mutex, MutexGuard, PoisonError};

use bernard_domain::scheduling::{self, Precedence, Waiting};
use tokio::sync::oneshot;

/// Those who wait for permits of one account, in this process.
#[derive(Debug, Default)]
pub(super) struct Queue {
    waiting: Mutex<Line>,
    /// Whose turn it is to ask the budget.
    asking: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Line {
    places: Vec<(Waiting, oneshot::Sender<()>)>,
    arrived: u64,
    given: u64,
}

/// A place in the queue, for as long as it lives.
struct Place<'a> {
    queue: &'a Queue,
    arrived: u64,
    called: oneshot::Receiver<()>,
}

impl Queue {
    /// Waits for a permit; `one` waits for the budget to give one, to whomever. Whoever stops waiting gives up the place.
    pub(super) async fn turn<Given: Future<Output = ()>>(&self, precedence: Precedence, one: impl Fn() -> Given) {
        let _asking;
        // Declared after the lock, so that it is given up before it: who asks next must not call a place that is left.
        let mut place = self.join(precedence);
        _asking = tokio::select! {
            biased;
            _ = &mut place.called => return,
            asking = self.asking.lock() => asking,
        };
        loop {
            tokio::select! {
                biased;
                _ = &mut place.called => return,
                () = one() => self.give(),
            }
        }
    }

    fn join(&self, precedence: Precedence) -> Place<'_> {
        let (call, called) = oneshot::channel();
        let mut line = self.line();
        line.arrived += 1;
        let arrived = line.arrived;
        line.places.push((Waiting { precedence, arrived }, call));
        Place { queue: self, arrived, called }
    }

    /// A permit goes to whoever is next.
    fn give(&self) {
        let mut line = self.line();
        while let Some(next) = scheduling::next(line.places.iter().map(|(waiting, _)| *waiting), line.given) {
            let (_, call) = line.places.swap_remove(next);
            // Who no longer waits leaves it to the next.
            if call.send(()).is_ok() {
                line.given += 1;
                return;
            }
        }
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.queue.line().places.retain(|(waiting, _)| waiting.arrived != self.arrived);
        // Called, and gone before it heard so.
        if self.called.try_recv().is_ok() {
            self.queue.give();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use bernard_domain::scheduling::Urgency;
    use bernard_platform::clock;
    use futures_util::{FutureExt, StreamExt, stream::FuturesUnordered};
    use tokio::sync::Semaphore;

    use super::*;

    fn of(urgency: Urgency) -> Precedence {
        Precedence { urgency, since: clock::now() }
    }

    /// Waits for a permit of this budget, then says who it was.
    async fn waits(queue: Arc<Queue>, budget: Arc<Semaphore>, urgency: Urgency) -> Urgency {
        let one = || async { budget.acquire().await.expect("it is open").forget() };
        queue.turn(of(urgency), one).await;
        urgency
    }

    #[tokio::test]
    async fn who_comes_later_and_is_more_urgent_is_served_first() {
        let (queue, budget) = (Arc::new(Queue::default()), Arc::new(Semaphore::new(0)));
        let mut all = FuturesUnordered::new();
        for urgency in [Urgency::Late, Urgency::Early, Urgency::Beginning, Urgency::Due, Urgency::Delivery] {
            all.push(waits(Arc::clone(&queue), Arc::clone(&budget), urgency).boxed());
            assert!(all.next().now_or_never().is_none(), "there is no permit");
        }
        let mut served = Vec::new();
        for _ in 0..5 {
            budget.add_permits(1);
            served.extend(all.next().await);
        }
        assert_eq!(served, [Urgency::Delivery, Urgency::Due, Urgency::Beginning, Urgency::Late, Urgency::Early]);
    }

    #[tokio::test]
    async fn who_stops_waiting_takes_no_permit_along_even_if_it_asked_for_all() {
        let (queue, budget) = (Arc::new(Queue::default()), Arc::new(Semaphore::new(0)));
        let mut first = waits(Arc::clone(&queue), Arc::clone(&budget), Urgency::Delivery).boxed();
        let mut second = waits(Arc::clone(&queue), Arc::clone(&budget), Urgency::Late).boxed();
        assert!((&mut first).now_or_never().is_none() && (&mut second).now_or_never().is_none());
        drop(first);
        budget.add_permits(1);
        assert_eq!(second.await, Urgency::Late);
        // Nor one that it was called for and did not take.
        let asks = waits(Arc::clone(&queue), Arc::clone(&budget), Urgency::Late).boxed();
        let mut asks = asks.fuse();
        let mut called = waits(Arc::clone(&queue), Arc::clone(&budget), Urgency::Delivery).boxed();
        assert!((&mut asks).now_or_never().is_none() && (&mut called).now_or_never().is_none());
        budget.add_permits(1);
        assert!((&mut asks).now_or_never().is_none(), "it gave the permit to who comes first");
        drop(called);
        assert_eq!(asks.await, Urgency::Late);
        assert!(queue.line().places.is_empty());
    }

    #[tokio::test]
    async fn who_is_alone_waits_for_nobody() {
        let (queue, budget) = (Arc::new(Queue::default()), Arc::new(Semaphore::new(2)));
        for _ in 0..2 {
            let alone = waits(Arc::clone(&queue), Arc::clone(&budget), Urgency::Early);
            assert!(tokio::task::unconstrained(alone).now_or_never().is_some());
        }
        assert!(waits(queue, budget, Urgency::Early).now_or_never().is_none());
    }
}
