//! Discord's limits where several processes send with one token: Discord counts them together, so they share a budget. Whoever keeps it
//! may be away; then each process keeps its own pace, because what people must hear comes first and Discord says when it is too fast.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex as Lock, MutexGuard, PoisonError},
    time::Duration,
};

use bernard_platform::shared_budget::{Given, Pace, SharedBudget};
use tokio::{sync::Mutex, time::Instant};

/// What all requests with the bot's token draw on.
const REQUESTS: &str = "discord";
/// Discord's second, and what a network and a busy machine do to distances in time.
const SECOND: Duration = Duration::from_millis(1_250);
/// Discord: 50 requests a second; ten of them at once.
const REQUESTS_MOST: u32 = 50;
const REQUESTS_AT_ONCE: u32 = 10;
/// So many edits of a channel's five come at once: what begins changes twice in a moment.
const EDITS_AT_ONCE: u32 = 2;
/// How long whoever keeps the budget may take to answer, and how long nobody asks after it did not.
const ANSWERS_WITHIN: Duration = Duration::from_secs(1);
const ASK_AGAIN: Duration = Duration::from_secs(5);
/// Lines kept before those in which nobody stands are forgotten.
const LINES_KEPT: usize = 512;

/// The turns that processes share.
pub(super) struct SharedTurns {
    of: Arc<dyn SharedBudget>,
    requests: Pace,
    /// Of each channel.
    edits: Pace,
    /// By name; only who is first in a line asks, because the others would hear the same.
    lines: Lock<HashMap<String, Arc<Mutex<()>>>>,
    away_until: Lock<Option<Instant>>,
}

impl SharedTurns {
    /// Of a channel at most so many `edits` in any `window`.
    pub(super) fn new(of: Arc<dyn SharedBudget>, edits: usize, window: Duration) -> Self {
        let edits = u32::try_from(edits).unwrap_or(u32::MAX);
        Self {
            of,
            requests: Pace::within(SECOND, REQUESTS_MOST, REQUESTS_AT_ONCE),
            edits: Pace::within(window, edits, EDITS_AT_ONCE),
            lines: Lock::default(),
            away_until: Lock::default(),
        }
    }

    /// Waits until there may be another request with the bot's token.
    ///
    /// # Errors
    ///
    /// At once with the wait that would be needed at least, if that goes past `deadline`.
    pub(super) async fn request(&self, deadline: Instant) -> Result<(), Duration> {
        self.turn(REQUESTS, self.requests, deadline).await
    }

    /// Waits until `channel` may have another edit.
    ///
    /// # Errors
    ///
    /// As [`SharedTurns::request`].
    pub(super) async fn edit(&self, channel: u64, deadline: Instant) -> Result<(), Duration> {
        self.turn(&format!("{REQUESTS} edits {channel}"), self.edits, deadline).await
    }

    /// Nobody sends anything with the bot's token for so long; Discord asked for it.
    pub(super) async fn hold(&self, length: Duration) {
        // Whoever does not hear of it is told by Discord.
        let _ = tokio::time::timeout(ANSWERS_WITHIN, self.of.hold(REQUESTS, self.requests, length)).await;
    }

    async fn turn(&self, name: &str, pace: Pace, deadline: Instant) -> Result<(), Duration> {
        let line = self.line(name);
        let _first = tokio::time::timeout_at(deadline, line.lock()).await.map_err(|_| Duration::ZERO)?;
        while !self.is_away() {
            match tokio::time::timeout(ANSWERS_WITHIN, self.of.take(name, pace, 1)).await {
                Ok(Given::All(_)) => return Ok(()),
                Ok(Given::Wait(wait)) if Instant::now() + wait > deadline => return Err(wait),
                Ok(Given::Wait(wait)) => tokio::time::sleep(wait).await,
                Ok(Given::Unknown) | Err(_) => *self.away() = Some(Instant::now() + ASK_AGAIN),
            }
        }
        Ok(())
    }

    fn line(&self, name: &str) -> Arc<Mutex<()>> {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() > LINES_KEPT {
            lines.retain(|_, line| Arc::strong_count(line) > 1);
        }
        Arc::clone(lines.entry(name.to_owned()).or_default())
    }

    fn is_away(&self) -> bool {
        self.away().is_some_and(|until| Instant::now() < until)
    }

    fn away(&self) -> MutexGuard<'_, Option<Instant>> {
        self.away_until.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::{
        fmt,
        sync::atomic::{AtomicU32, Ordering},
    };

    use futures_util::{FutureExt, future::BoxFuture};

    use super::*;

    const LONG: Duration = Duration::from_secs(3_600);

    /// A budget that says this, one after the other and the last for ever; and counts who asks.
    struct Says(Vec<Option<Given>>, AtomicU32);

    impl fmt::Debug for Says {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("Says")
        }
    }

    impl SharedBudget for Says {
        fn take<'a>(&'a self, _: &'a str, _: Pace, _: u32) -> BoxFuture<'a, Given> {
            let asked = self.1.fetch_add(1, Ordering::Relaxed) as usize;
            match self.0[asked.min(self.0.len() - 1)] {
                Some(given) => async move { given }.boxed(),
                None => std::future::pending().boxed(),
            }
        }

        fn hold<'a>(&'a self, _: &'a str, _: Pace, _: Duration) -> BoxFuture<'a, ()> {
            std::future::pending().boxed()
        }
    }

    fn turns(says: impl Into<Vec<Option<Given>>>) -> (Arc<Says>, SharedTurns) {
        let says = Arc::new(Says(says.into(), AtomicU32::default()));
        (says.clone(), SharedTurns::new(says, 5, LONG))
    }

    #[tokio::test]
    async fn a_turn_is_waited_for_and_one_that_comes_too_late_is_refused_at_once() {
        let soon = Some(Given::Wait(Duration::from_millis(20)));
        let (says, turns) = turns([soon, soon, Some(Given::All(0)), Some(Given::Wait(LONG))]);
        let deadline = Instant::now() + LONG / 2;
        assert_eq!(turns.request(deadline).await, Ok(()));
        assert_eq!(says.1.load(Ordering::Relaxed), 3);
        assert_eq!(turns.request(deadline).await, Err(LONG));
        assert_eq!(turns.edit(1, deadline).await, Err(LONG));
    }

    #[tokio::test]
    async fn nobody_waits_for_whoever_does_not_know_or_does_not_answer_and_nobody_asks_again_soon() {
        for says in [Some(Given::Unknown), None] {
            let (says, turns) = turns([says]);
            let deadline = Instant::now() + LONG;
            for _ in 0..3 {
                assert_eq!(turns.request(deadline).await, Ok(()));
            }
            turns.hold(LONG).await;
            assert_eq!(says.1.load(Ordering::Relaxed), 1);
        }
    }
}
