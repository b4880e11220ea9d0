//! The pace of edits that Discord was seen to bear in one channel.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// Channels kept before those that were not edited of late are forgotten.
const CHANNELS_KEPT: usize = 512;

/// At most so many edits in any window of time in one channel.
///
/// Exact, which a leaky bucket is not: it would let almost twice as many through at its start, or none together.
pub(super) struct EditPace {
    edits: usize,
    window: Duration,
    sent: Mutex<HashMap<u64, VecDeque<Instant>>>,
}

impl EditPace {
    pub(super) fn new(edits: usize, window: Duration) -> Self {
        Self { edits, window, sent: Mutex::default() }
    }

    /// Waits until `channel` may have another edit; dropping the wait leaves no trace.
    ///
    /// # Errors
    ///
    /// At once with the wait that would be needed, if that goes past `deadline`.
    pub(super) async fn acquire(&self, channel: u64, deadline: Instant) -> Result<(), Duration> {
        loop {
            let now = Instant::now();
            match self.try_acquire(channel, now) {
                Ok(()) => return Ok(()),
                Err(until) if until > deadline => return Err(until - now),
                Err(until) => tokio::time::sleep_until(until).await,
            }
        }
    }

    fn try_acquire(&self, channel: u64, now: Instant) -> Result<(), Instant> {
        let recent = |at: &Instant| now.duration_since(*at) < self.window;
        let mut channels = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        if channels.len() > CHANNELS_KEPT {
            channels.retain(|_, sent| sent.back().is_some_and(recent));
        }
        let sent = channels.entry(channel).or_default();
        while sent.front().is_some_and(|at| !recent(at)) {
            sent.pop_front();
        }
        match sent.front() {
            Some(first) if sent.len() >= self.edits => Err(*first + self.window),
            _ => {
                sent.push_back(now);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn no_window_has_more_edits_than_allowed_however_they_come() {
        let (pace, start) = (EditPace::new(5, 5 * SECOND), Instant::now());
        let mut sent = Vec::new();
        for tick in 0..600_u32 {
            let now = start + Duration::from_millis(50) * tick;
            if pace.try_acquire(1, now).is_ok() {
                sent.push(now);
            }
        }
        assert!(sent.windows(6).all(|six| six[5] - six[0] >= 5 * SECOND));
        assert_eq!(sent.len(), 30, "and none is given away");
        assert!(pace.try_acquire(2, start).is_ok());
    }

    #[test]
    fn idle_channels_are_forgotten() {
        let (pace, now) = (EditPace::new(5, SECOND), Instant::now());
        for major in 0..2_000 {
            assert!(pace.try_acquire(major, now + SECOND * u32::try_from(major).unwrap()).is_ok());
        }
        assert!(pace.sent.lock().unwrap().len() <= CHANNELS_KEPT + 1);
    }
}
