//! Time limits for what OVHcloud is asked, which do not run while a request waits for its account's budget: where requests are scarce,
//! nothing may count as unreadable that was not asked for yet.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::sync::watch;

tokio::task_local! {
    /// The limit that the requests of this future are under.
    static LIMIT: Arc<Stopwatch>;
}

/// How many requests under one limit wait for a permit.
struct Stopwatch {
    waiting: watch::Sender<usize>,
    /// The limit around this one.
    outer: Option<Arc<Self>>,
}

/// What comes of it; `None` if it takes longer than that. How long its requests wait for permits does not count.
pub async fn in_time<T>(limit: Duration, asked: impl Future<Output = T>) -> Option<T> {
    let stopwatch = Arc::new(Stopwatch { waiting: watch::Sender::new(0), outer: LIMIT.try_with(Arc::clone).ok() });
    tokio::select! {
        biased;
        answer = LIMIT.scope(Arc::clone(&stopwatch), asked) => Some(answer),
        () = stopwatch.runs_out(limit) => None,
    }
}

/// A request waits for its permit for as long as this lives.
pub(super) struct WaitsForPermit(Option<Arc<Stopwatch>>);

impl WaitsForPermit {
    pub(super) fn begin() -> Self {
        let stopwatch = LIMIT.try_with(Arc::clone).ok();
        each(&stopwatch, |waiting| *waiting += 1);
        Self(stopwatch)
    }
}

impl Drop for WaitsForPermit {
    fn drop(&mut self) {
        each(&self.0, |waiting| *waiting -= 1);
    }
}

/// Changes the count of a limit and of all around it.
fn each(stopwatch: &Option<Arc<Stopwatch>>, change: impl Fn(&mut usize)) {
    let mut next = stopwatch.as_ref();
    while let Some(stopwatch) = next {
        stopwatch.waiting.send_modify(&change);
        next = stopwatch.outer.as_ref();
    }
}

impl Stopwatch {
    /// Waits until so much time has passed in which nobody waited for a permit.
    async fn runs_out(&self, limit: Duration) {
        let (mut left, mut waiting) = (limit, self.waiting.subscribe());
        loop {
            // The sender lives as long as `self`, so neither can fail.
            let _ = waiting.wait_for(|count| *count == 0).await;
            let began = Instant::now();
            tokio::select! {
                () = tokio::time::sleep(left) => return,
                _ = waiting.wait_for(|count| *count > 0) => left = left.saturating_sub(began.elapsed()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::future::pending;

    use super::*;

    const SHORT: Duration = Duration::from_millis(20);

    #[tokio::test]
    async fn what_takes_too_long_is_given_up() {
        assert_eq!(in_time(Duration::MAX, async { 7 }).await, Some(7));
        assert_eq!(in_time(SHORT, pending::<u8>()).await, None);
    }

    #[tokio::test]
    async fn who_waits_for_a_permit_has_all_the_time_also_under_a_limit_within_a_limit() {
        let waits = async |twice: bool| {
            let permit = WaitsForPermit::begin();
            tokio::time::sleep(SHORT * 3).await;
            drop(permit);
            if twice { 1 } else { pending().await }
        };
        assert_eq!(in_time(SHORT, waits(true)).await, Some(1));
        assert_eq!(in_time(SHORT, in_time(SHORT * 100, waits(true))).await, Some(Some(1)));
        assert_eq!(in_time(SHORT, waits(false)).await, None, "from then on the time runs");
    }
}
