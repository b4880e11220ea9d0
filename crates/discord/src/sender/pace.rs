//! The pace of edits that Discord was seen to bear in one channel.
//!
//! Discord counts an edit at some moment between its sending and its answer, and nobody here knows at which. So an edit counts from
//! the first until a whole window after the second: however slow a network or a machine is, no window of Discord's has more of them.

use std::{
    collections::{HashMap, VecDeque},
    pin::pin,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::{sync::Notify, time::Instant};

/// Channels kept before those that were not edited of late are forgotten.
const CHANNELS_KEPT: usize = 512;

/// At most so many edits in any window of time in one channel.
///
/// Exact, which a leaky bucket is not: it would let almost twice as many through at its start, or none together.
pub(super) struct EditPace {
    edits: usize,
    window: Duration,
    channels: Mutex<HashMap<u64, Channel>>,
    over: Notify,
}

/// The edits of one channel that count.
#[derive(Default)]
struct Channel {
    /// How many are on their way.
    out: usize,
    /// When those that are over were.
    over: VecDeque<Instant>,
}

/// The right to one edit, which counts until a window after this is dropped.
pub(super) struct Edit<'a> {
    pace: &'a EditPace,
    channel: u64,
}

/// Why there can be no edit now.
#[derive(Debug, PartialEq)]
enum Full {
    /// The oldest that is over counts until then.
    Until(Instant),
    /// All are on their way still.
    Out,
}

impl EditPace {
    pub(super) fn new(edits: usize, window: Duration) -> Self {
        Self { edits, window, channels: Mutex::default(), over: Notify::new() }
    }

    /// Waits until `channel` may have another edit; dropping the wait leaves no trace.
    ///
    /// # Errors
    ///
    /// At once with the wait that would be needed at least, if that goes past `deadline`.
    pub(super) async fn acquire(&self, channel: u64, deadline: Instant) -> Result<Edit<'_>, Duration> {
        loop {
            let mut over = pin!(self.over.notified());
            over.as_mut().enable();
            let now = Instant::now();
            let (until, full) = match self.take(channel, now) {
                Ok(()) => return Ok(Edit { pace: self, channel }),
                Err(Full::Until(until)) => (until, Full::Until(until)),
                Err(Full::Out) => (now + self.window, Full::Out),
            };
            if until > deadline {
                return Err(until - now);
            }
            match full {
                Full::Until(until) => tokio::time::sleep_until(until).await,
                // Whatever is over then, and if it is nothing until the deadline, the next look says so.
                Full::Out => tokio::time::timeout_at(deadline, over).await.unwrap_or(()),
            }
        }
    }

    fn take(&self, channel: u64, now: Instant) -> Result<(), Full> {
        let mut channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        if channels.len() > CHANNELS_KEPT {
            channels.retain(|_, kept| kept.out > 0 || kept.over.back().is_some_and(|at| self.counts(*at, now)));
        }
        let counted = channels.entry(channel).or_default();
        while counted.over.front().is_some_and(|at| !self.counts(*at, now)) {
            counted.over.pop_front();
        }
        if counted.out + counted.over.len() < self.edits {
            counted.out += 1;
            return Ok(());
        }
        Err(counted.over.front().map_or(Full::Out, |first| Full::Until(*first + self.window)))
    }

    fn counts(&self, over: Instant, now: Instant) -> bool {
        now.duration_since(over) < self.window
    }

    fn end(&self, channel: u64, now: Instant) {
        let mut channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        let counted = channels.entry(channel).or_default();
        counted.out = counted.out.saturating_sub(1);
        counted.over.push_back(now);
        self.over.notify_waiters();
    }
}

impl Drop for Edit<'_> {
    fn drop(&mut self) {
        self.pace.end(self.channel, Instant::now());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// An edit that was sent at `sent` and answered so much later.
    fn edit(pace: &EditPace, channel: u64, sent: Instant, answered: Duration) -> Result<(), Full> {
        pace.take(channel, sent)?;
        pace.end(channel, sent + answered);
        Ok(())
    }

    #[test]
    fn no_window_has_more_edits_than_allowed_however_they_come() {
        let (pace, start) = (EditPace::new(5, 5 * SECOND), Instant::now());
        let mut sent = Vec::new();
        for tick in 0..600_u32 {
            let now = start + Duration::from_millis(50) * tick;
            if edit(&pace, 1, now, Duration::ZERO).is_ok() {
                sent.push(now);
            }
        }
        assert!(sent.windows(6).all(|six| six[5] - six[0] >= 5 * SECOND));
        assert_eq!(sent.len(), 30, "and none is given away");
        assert!(edit(&pace, 2, start, Duration::ZERO).is_ok());
    }

    #[test]
    fn an_edit_that_is_slow_counts_from_its_answer_on() {
        let (pace, start) = (EditPace::new(2, 5 * SECOND), Instant::now());
        pace.take(1, start).expect("the first, which is never answered");
        edit(&pace, 1, start, SECOND).expect("the second");
        let quick_counts_until = start + 6 * SECOND;
        assert_eq!(pace.take(1, start + 2 * SECOND), Err(Full::Until(quick_counts_until)));
        edit(&pace, 1, quick_counts_until, SECOND).expect("the quick one no longer counts, the slow one does");
        assert!(pace.take(1, quick_counts_until + SECOND).is_err());
    }

    #[tokio::test]
    async fn while_all_are_on_their_way_the_next_waits_for_an_answer_and_a_window() {
        let window = Duration::from_millis(50);
        let (pace, start) = (EditPace::new(1, window), Instant::now());
        let first = pace.acquire(1, start).await.expect("the first");
        assert_eq!(
            pace.acquire(1, start).await.err(),
            Some(window),
            "it cannot be before that, so nobody waits for it"
        );
        let answered = async {
            tokio::time::sleep(window).await;
            drop(first);
        };
        let (second, ()) = tokio::join!(pace.acquire(1, start + 600 * SECOND), answered);
        assert!(second.is_ok());
        assert!(start.elapsed() >= 2 * window);
        let late = pace.acquire(1, Instant::now() + 2 * window).await;
        assert!(late.is_err(), "the second is never answered, and the deadline comes");
    }

    #[test]
    fn idle_channels_are_forgotten() {
        let (pace, now) = (EditPace::new(5, SECOND), Instant::now());
        for major in 0..2_000 {
            assert!(edit(&pace, major, now + SECOND * u32::try_from(major).unwrap(), Duration::ZERO).is_ok());
        }
        assert!(pace.channels.lock().unwrap().len() <= CHANNELS_KEPT + 1);
    }
}
