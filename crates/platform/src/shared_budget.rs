//! A budget of requests that several processes share, because whoever is asked counts them together.

use std::{fmt, time::Duration};

use futures_util::future::BoxFuture;

/// How permits are given out: so many at once, and then one each time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// From one to the next.
    pub each: Duration,
    /// How many at once.
    pub burst: u32,
}

impl Pace {
    /// The fastest with which no `window` has more than `most`, of which `burst` may come at once; both are at least one.
    pub fn within(window: Duration, most: u32, burst: u32) -> Self {
        let burst = burst.clamp(1, most.max(1));
        // The first that comes evenly comes after the burst, so one more than the rest fits into the window.
        Self { each: window / (most.max(1) - burst + 1), burst }
    }
}

/// What came of asking for permits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given {
    /// All that was asked for; so many more could be given now.
    All(u64),
    /// None; it may be asked again in so long.
    Wait(Duration),
    /// Nobody can say: none.
    Unknown,
}

/// Where the processes that share it keep the budget.
pub trait SharedBudget: fmt::Debug + Send + Sync {
    /// Asks for `count` permits of what is called `name`.
    fn take<'a>(&'a self, name: &'a str, pace: Pace, count: u32) -> BoxFuture<'a, Given>;

    /// For so long nobody gets any.
    fn hold<'a>(&'a self, name: &'a str, pace: Pace, length: Duration) -> BoxFuture<'a, ()>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_window_has_more_than_it_may_and_it_is_used() {
        const WINDOW: Duration = Duration::from_millis(5_250);
        for most in [1_u32, 2, 5, 50, 600] {
            for burst in [1, 2, most / 4, most, 2 * most] {
                let pace = Pace::within(WINDOW, most, burst);
                // The fullest window begins with the burst.
                let evenly = (1_u32..).take_while(|n| pace.each * *n + Duration::from_micros(1) < WINDOW).count();
                assert_eq!(pace.burst as usize + evenly, most as usize, "{most} of which {burst} at once: {pace:?}");
            }
        }
    }
}
