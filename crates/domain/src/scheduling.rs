//! Which of the requests that wait for an account's budget is sent next, and how often one looks for what is not there yet.
//!
//! Pure. Requests go where a change is likely: a link that was found is handed out before anything is begun, and a look that is due is
//! before one that is early. **Nobody starves**: every [`IN_TURN`]th permit goes to the request that has waited longest, so none
//! waits for more than [`IN_TURN`] times as many permits as if all were served in the order in which they came.

use core::time::Duration;

use jiff::Timestamp;

/// Every so many permits, one goes to the request that has waited longest, whatever it is for.
pub const IN_TURN: u64 = 4;
/// What is not there after so many times the usual is looked for less often.
const LATE: u32 = 2;
/// What is late is looked for again after a twelfth of the time that it is late.
const SHARE_OF_LATENESS: u32 = 12;
/// But never more rarely than after so many times the configured pause.
const RAREST: u32 = 4;

/// What a request is for; the first comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// To hand out what was found; or for the proof without which nothing can be sent.
    Delivery,
    /// For somebody who looks at the screen. People are few.
    Asked,
    /// To look for what is to be expected now; or to bring a way out on.
    Due,
    /// To bring something on that was accepted.
    Beginning,
    /// To look for what usually takes longer; while others wait, whoever looks had better not ask at all.
    Early,
    /// To look for what has not come for long, or what nobody waits for.
    Late,
}

/// What a request comes before, and after.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Precedence {
    /// What it is for.
    pub urgency: Urgency,
    /// Among those of the same urgency the earliest comes first: when the operation was approved, so that what was begun is ended
    /// before more is; for a look and for a person, when it is asked.
    pub since: Timestamp,
}

/// A request that waits for a permit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// What it comes before.
    pub precedence: Precedence,
    /// Its number, in the order in which they came; no two have the same.
    pub arrived: u64,
}

/// The place of the request that gets the next permit, after so many others were given; `None` if nobody waits.
pub fn next(waiting: impl IntoIterator<Item = Waiting>, given: u64) -> Option<usize> {
    let places = waiting.into_iter().enumerate();
    let next = match (given + 1).is_multiple_of(IN_TURN) {
        true => places.min_by_key(|(_, waiting)| waiting.arrived),
        false => places.min_by_key(|(_, waiting)| (waiting.precedence, waiting.arrived)),
    };
    next.map(|(place, _)| place)
}

/// When something that is looked for is to be expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    /// Since when it may come.
    waited: Duration,
    /// How long it had been waited for at the last look, if there was one.
    looked: Option<Duration>,
    /// From when on it is likely: three quarters of the usual.
    due: Duration,
    /// From when on it is late: twice the usual.
    late: Duration,
}

impl Expected {
    /// What usually takes so long, and has been waited for.
    pub fn after(usual: Duration, waited: Duration) -> Self {
        Self { waited, looked: None, due: usual / 4 * 3, late: usual.saturating_mul(LATE) }
    }

    /// What may be there at any moment, and is late when it takes longer than `usual` from here on.
    pub fn now(usual: Duration, waited: Duration) -> Self {
        Self { waited, looked: None, due: Duration::ZERO, late: usual }
    }

    /// What usually takes so long, and is not to be expected as long as something else is seen to lack: it is due when it would be late.
    pub fn later(usual: Duration, waited: Duration) -> Self {
        let late = usual.saturating_mul(LATE);
        Self { waited, looked: None, due: late, late }
    }

    /// The same, last looked for so long ago.
    #[must_use]
    pub fn looked_for(self, ago: Option<Duration>) -> Self {
        Self { looked: ago.and_then(|ago| self.waited.checked_sub(ago)), ..self }
    }

    /// How likely it is that a look finds it. Late is only what a look did not find when it was late already: nothing becomes so by
    /// waiting for its permit.
    pub fn urgency(&self) -> Urgency {
        match self.looked {
            _ if self.waited < self.due => Urgency::Early,
            Some(looked) if looked > self.late => Urgency::Late,
            _ => Urgency::Due,
        }
    }

    /// How long until the next look: as configured, and longer the longer it is late, up to four times that.
    pub fn pause(&self, configured: Duration) -> Duration {
        let share = self.waited.saturating_sub(self.late) / SHARE_OF_LATENESS;
        share.clamp(configured, configured.saturating_mul(RAREST))
    }
}

#[cfg(test)]
mod model;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn waiting(urgency: Urgency, since: i64, arrived: u64) -> Waiting {
        let since = Timestamp::from_second(since).unwrap();
        Waiting { precedence: Precedence { urgency, since }, arrived }
    }

    /// Gives permits until nobody waits; the arrivals in the order in which they were served.
    fn served(mut all: Vec<Waiting>, mut given: u64) -> Vec<u64> {
        let mut served = Vec::new();
        while let Some(place) = next(all.iter().copied(), given) {
            served.push(all.remove(place).arrived);
            given += 1;
        }
        served
    }

    #[test]
    fn a_delivery_is_before_a_beginning_and_a_look_that_is_due_before_one_that_is_early() {
        use Urgency as U;
        let all = [U::Late, U::Early, U::Beginning, U::Due, U::Asked, U::Delivery];
        let all: Vec<Waiting> = all.into_iter().zip(1..).map(|(urgency, n)| waiting(urgency, 0, n)).collect();
        // The fourth goes to the one that has waited longest.
        assert_eq!(served(all, 0), [6, 5, 4, 1, 3, 2]);
    }

    #[test]
    fn what_was_begun_first_is_brought_on_first() {
        let all = vec![waiting(Urgency::Beginning, 30, 1), waiting(Urgency::Beginning, 20, 2)];
        assert_eq!(served(all, 0), [2, 1]);
        let same = vec![waiting(Urgency::Due, 20, 2), waiting(Urgency::Due, 20, 1)];
        assert_eq!(served(same, 0), [1, 2], "of the same moment, whoever came first");
        assert_eq!(next([], 0), None);
    }

    fn seconds(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    #[test]
    fn a_look_is_early_then_due_then_late_and_what_is_late_is_looked_for_less_often() {
        let of = |waited| {
            let expected = Expected::after(seconds(200), seconds(waited)).looked_for(Some(Duration::ZERO));
            (expected.urgency(), expected.pause(seconds(5)).as_secs())
        };
        assert_eq!(of(0), (Urgency::Early, 5));
        assert_eq!(of(149), (Urgency::Early, 5));
        assert_eq!(of(150), (Urgency::Due, 5));
        assert_eq!(of(400), (Urgency::Due, 5));
        assert_eq!(of(401), (Urgency::Late, 5));
        assert_eq!(of(400 + 12 * 9), (Urgency::Late, 9));
        assert_eq!(of(86_400), (Urgency::Late, 20), "four times as long, and no longer");
        let any_moment = |waited| Expected::now(seconds(200), seconds(waited)).looked_for(Some(seconds(1))).urgency();
        assert_eq!((any_moment(0), any_moment(202)), (Urgency::Due, Urgency::Late));
        let dark = |waited| Expected::later(seconds(200), seconds(waited)).looked_for(Some(seconds(1))).urgency();
        assert_eq!((dark(399), dark(400), dark(402)), (Urgency::Early, Urgency::Due, Urgency::Late));
    }

    #[test]
    fn nothing_is_late_that_was_not_looked_for_since() {
        let of = |ago: Option<u64>| {
            Expected::after(seconds(200), seconds(900)).looked_for(ago.map(Duration::from_secs)).urgency()
        };
        assert_eq!(of(None), Urgency::Due);
        assert_eq!(of(Some(600)), Urgency::Due, "when it was not late yet");
        assert_eq!(of(Some(10)), Urgency::Late);
        assert_eq!(of(Some(10_000)), Urgency::Due, "that was for something else");
    }

    fn urgencies() -> impl Strategy<Value = Urgency> {
        use Urgency as U;
        prop::sample::select(vec![U::Delivery, U::Due, U::Asked, U::Beginning, U::Early, U::Late])
    }

    proptest! {
        /// Whatever comes behind it, and however much more urgent that is: with n before it, it is served by the 4·(n+1)th permit.
        #[test]
        fn nobody_waits_longer_than_four_times_their_turn(
            before in prop::collection::vec((urgencies(), 0_i64..100), 0..40),
            behind in prop::collection::vec((urgencies(), 0_i64..100), 1..8),
            given in 0_u64..8,
        ) {
            let mut all: Vec<Waiting> =
                before.iter().zip(0..).map(|((urgency, since), n)| waiting(*urgency, *since, n)).collect();
            let ours = all.len() as u64;
            all.push(waiting(Urgency::Late, 1_000, ours));
            let mut arrived = ours;
            for permit in 1.. {
                // More urgent ones never cease to come.
                arrived += 1;
                let (urgency, since) = behind[arrived as usize % behind.len()];
                all.push(waiting(urgency, since, arrived));
                let place = next(all.iter().copied(), given + permit - 1).expect("somebody waits");
                if all.remove(place).arrived == ours {
                    prop_assert!(permit <= IN_TURN * (ours + 1), "{permit} permits with {ours} before it");
                    return Ok(());
                }
                prop_assert!(permit <= IN_TURN * (ours + 1), "not served by permit {permit} with {ours} before it");
            }
        }
    }
}
