//! The request budget of one account. A [`Permit`] is the right to one request, and the only way to have one; asking for
//! the time or for a token costs one too. The budget is this process's own, or one that replicas share (`budget`).
//!
//! In no minute are there more requests than the configuration says: the burst is taken from them, and the rest come evenly.
//! People and what they wait for come first, in the order that `queue` says: behind a person who looks at the screen there is always
//! more, before them only what hands out a link. Background work gets three quarters of the rate and one request at a time, and steps
//! aside while anybody waits; so the first to come always finds the burst, or at least a quarter of the rate. When OVHcloud says 429, the whole account stays away for as long as it asks.

use std::{
    num::NonZeroU32,
    sync::Arc,
    time::{Duration, Instant},
};

use bernard_domain::scheduling::{Precedence, Urgency};
use bernard_platform::{
    clock,
    shared_budget::{Given, SharedBudget},
};
use governor::{
    DefaultDirectRateLimiter, NotUntil, RateLimiter,
    clock::{Clock, DefaultClock},
    middleware::StateInformationMiddleware,
    state::{InMemoryState, NotKeyed},
};
use jiff::Timestamp;
use tokio::sync::watch;

use super::{
    account::Rate,
    budget::{self, Bag},
    error::Cause,
    in_time::WaitsForPermit,
    queue::Queue,
};

/// The longest that a request of a person's waits for its turn: a minute's whole budget twice over.
const PATIENCE: Duration = Duration::from_secs(120);
/// The longest that an operation's waits: whoever gives up its place begins at the end. Of a hundred that wait at the usual rate, each has
/// its turn by then, however urgent the others are.
const OPERATIONS_PATIENCE: Duration = Duration::from_secs(600);
/// The longest that background work waits: it may be starved by people for a while.
const BACKGROUND_PATIENCE: Duration = Duration::from_secs(600);
/// How long to stay away after a 429 that does not say how long: long enough to matter, short enough for a person.
const DEFAULT_HOLD: Duration = Duration::from_secs(2);
/// How long to wait for whoever has the shared budget, when nobody answers for it.
const ASK_AGAIN: Duration = Duration::from_millis(500);
/// The longest that a `Retry-After` is believed: a header of nonsense must not lock people out for a day.
const LONGEST_HOLD: Duration = Duration::from_secs(15 * 60);

/// For whom a request is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Priority {
    /// A person, who looks at the screen.
    Person,
    /// The proof without which nothing can be sent: whoever asks for it, everybody may be waiting behind.
    Proof,
    /// An operation that a person waits for, and what its requests come before.
    Operation(Precedence),
    /// Nobody in particular, such as the refresh of the inventory.
    Background,
}

impl Priority {
    fn as_str(self) -> &'static str {
        match self {
            Self::Person | Self::Proof | Self::Operation(_) => "person",
            Self::Background => "background",
        }
    }

    fn patience(self) -> Duration {
        match self {
            Self::Person | Self::Proof => PATIENCE,
            Self::Operation(_) => OPERATIONS_PATIENCE,
            Self::Background => BACKGROUND_PATIENCE,
        }
    }
}

/// The right to one request. Unused, it is lost: the budget is the poorer by one, which is the safe side.
#[must_use]
pub(super) struct Permit(());

/// The budget itself.
pub(super) struct Quota {
    account: String,
    everyone: RateLimiter<NotKeyed, InMemoryState, DefaultClock, StateInformationMiddleware>,
    background: DefaultDirectRateLimiter,
    people_waiting: watch::Sender<usize>,
    queue: Queue,
    held_until: watch::Sender<Option<Instant>>,
    /// How often nobody answered for the shared budget.
    unanswered: watch::Sender<u64>,
    shared: Option<Arc<Shared>>,
}

/// A budget that other processes draw on too: everyone's, and the part of it that background work gets.
struct Shared {
    of: Arc<dyn SharedBudget>,
    everyone: Bag,
    background: Bag,
}

impl Quota {
    pub(super) fn new(account: &str, rate: Rate, shared: Option<Arc<dyn SharedBudget>>) -> Self {
        let everyone = everyones(rate);
        let evenly = evenly(rate).get();
        let three_quarters = at_least_one(evenly - evenly.div_ceil(4));
        let share = |of| {
            let everyone = budget::pace(rate.within, rate.count, burst(rate));
            let background = budget::pace(rate.within, three_quarters, NonZeroU32::MIN);
            Arc::new(Shared {
                of,
                everyone: Bag::new(format!("ovh {account}"), everyone, rate.count),
                background: Bag::new(format!("ovh {account} background"), background, rate.count),
            })
        };
        // Alerts compare it with earlier: it is there from the start.
        metrics::counter!(bernard_platform::metrics::OVH_LIMITED, "account" => account.to_owned()).increment(0);
        let background = of_time(rate.within, three_quarters, NonZeroU32::MIN);
        Self {
            account: account.to_owned(),
            everyone: RateLimiter::direct(everyone).with_middleware::<StateInformationMiddleware>(),
            background: RateLimiter::direct(background),
            people_waiting: watch::Sender::new(0),
            queue: Queue::default(),
            held_until: watch::Sender::new(None),
            unanswered: watch::Sender::new(0),
            shared: shared.map(share),
        }
    }

    /// Whether people or operations wait for permits now.
    pub(super) fn is_waited_for(&self) -> bool {
        *self.people_waiting.borrow() > 0
    }

    /// Whether OVHcloud lets this account send now.
    pub(super) fn is_open(&self) -> bool {
        self.asked_to_wait().is_none()
    }

    /// Waits for the right to one request; `Err` when it would take longer than anyone should wait: at once for a person, if
    /// OVHcloud asked for longer than that.
    pub(super) async fn permit(&self, priority: Priority) -> Result<Permit, Cause> {
        let began = Instant::now();
        let _waits = WaitsForPermit::begin();
        let turn = async {
            match priority {
                Priority::Person => self.turn_of(Precedence { urgency: Urgency::Asked, since: clock::now() }).await,
                Priority::Proof => {
                    self.turn_of(Precedence { urgency: Urgency::Delivery, since: Timestamp::MIN }).await;
                }
                Priority::Operation(precedence) => self.turn_of(precedence).await,
                Priority::Background => self.background_turn().await,
            }
        };
        let outcome = tokio::select! {
            biased;
            () = self.held_for_long(), if priority != Priority::Background => Err(Cause::NoPermit),
            () = self.goes_unanswered(), if matches!(priority, Priority::Person | Priority::Proof) => Err(Cause::BudgetAway),
            turn = tokio::time::timeout(priority.patience(), turn) => turn.map_err(|_| Cause::NoPermit),
        };
        metrics::histogram!(
            bernard_platform::metrics::OVH_QUOTA_SECONDS, "account" => self.account.clone(), "priority" => priority.as_str()
        )
        .record(began.elapsed());
        outcome.map(|()| Permit(())).map_err(|why| match self.asked_to_wait() {
            Some(wait) => Cause::AskedToWait { wait },
            None => why,
        })
    }

    /// Waits until OVHcloud asks for a longer pause than anybody should wait for.
    async fn held_for_long(&self) {
        let is_long = |until: &Option<Instant>| {
            until.is_some_and(|until| until.saturating_duration_since(Instant::now()) > PATIENCE)
        };
        // The sender lives as long as `self`, so this cannot fail.
        let _ = self.held_until.subscribe().wait_for(is_long).await;
    }

    /// Waits until nobody answers for the shared budget: who looks at the screen hears so, operations wait for it.
    async fn goes_unanswered(&self) {
        let so_far = *self.unanswered.borrow();
        let _ = self.unanswered.subscribe().wait_for(|count| *count > so_far).await;
    }

    /// How long OVHcloud still wants this account to stay away.
    fn asked_to_wait(&self) -> Option<Duration> {
        let until = (*self.held_until.borrow())?;
        until.checked_duration_since(Instant::now()).filter(|wait| !wait.is_zero())
    }

    /// Nobody of this account sends anything for so long; OVHcloud asked for it.
    pub(super) fn hold(&self, retry_after: Option<Duration>) {
        metrics::counter!(bernard_platform::metrics::OVH_LIMITED, "account" => self.account.clone()).increment(1);
        let length = retry_after.unwrap_or(DEFAULT_HOLD).min(LONGEST_HOLD);
        if let Some(shared) = self.shared.clone() {
            // The others hear of it as soon as they ask; here it holds at once.
            tokio::spawn(async move { shared.everyone.hold(&*shared.of, length).await });
        }
        self.stay_away(length);
    }

    fn stay_away(&self, length: Duration) {
        let until = Instant::now() + length;
        self.held_until.send_modify(|held| *held = Some(held.map_or(until, |held| held.max(until))));
    }

    async fn turn_of(&self, precedence: Precedence) {
        let _waiting = Waiting::new(&self.people_waiting);
        self.queue.turn(precedence, || self.persons_turn()).await;
    }

    /// Waits until the budget has a request for anybody but background work.
    async fn persons_turn(&self) {
        loop {
            self.hold_passed().await;
            match self.turn().await {
                Ok(()) => return,
                Err(wait) => tokio::time::sleep(wait).await,
            }
        }
    }

    /// One request of everyone's budget, or how long to wait until it is asked again.
    async fn turn(&self) -> Result<(), Duration> {
        let Some(shared) = &self.shared else {
            let left = self.everyone.check().map_err(|not_until| length(&not_until))?;
            self.show(f64::from(left.remaining_burst_capacity()));
            return Ok(());
        };
        let given_now = shared.everyone.take(&*shared.of).await;
        if let Given::Wait(wait) = given_now
            && shared.everyone.is_held(wait)
        {
            self.stay_away(wait);
        }
        if given_now == Given::Unknown {
            self.unanswered.send_modify(|count| *count += 1);
        }
        let left = given(given_now)?;
        self.show(f64::from(u32::try_from(left).unwrap_or(u32::MAX)));
        Ok(())
    }

    /// The same of what background work gets.
    async fn background_share(&self) -> Result<(), Duration> {
        match &self.shared {
            None => self.background.check().map_err(|not_until| length(&not_until)),
            Some(shared) => given(shared.background.take(&*shared.of).await).map(drop),
        }
    }

    async fn background_turn(&self) {
        while let Err(wait) = self.background_share().await {
            tokio::time::sleep(wait).await;
        }
        let mut people = self.people_waiting.subscribe();
        loop {
            // The sender lives as long as `self`, so this cannot fail.
            let _ = people.wait_for(|waiting| *waiting == 0).await;
            self.hold_passed().await;
            match self.turn().await {
                Ok(()) => return,
                Err(wait) => tokio::time::sleep(wait).await,
            }
        }
    }

    fn show(&self, left: f64) {
        metrics::gauge!(bernard_platform::metrics::OVH_QUOTA_LEFT, "account" => self.account.clone()).set(left);
    }

    async fn hold_passed(&self) {
        while !self.is_open() {
            let until = *self.held_until.borrow();
            if let Some(until) = until {
                tokio::time::sleep_until(until.into()).await;
            }
        }
    }
}

fn at_least_one(count: u32) -> NonZeroU32 {
    NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN)
}

/// A quarter at once is what an impatient person needs (an enable reads about ten things), and still a burst that OVHcloud has
/// never been seen to mind.
fn burst(rate: Rate) -> NonZeroU32 {
    at_least_one(rate.count.get() / 4)
}

/// How many come evenly in the rate's time. The first of them comes after the burst, so one more than its rest fits into it.
fn evenly(rate: Rate) -> NonZeroU32 {
    at_least_one(rate.count.get() - burst(rate).get() + 1)
}

/// So many in this time, of which `burst` may come at once.
fn of_time(within: Duration, count: NonZeroU32, burst: NonZeroU32) -> governor::Quota {
    // One in less than a nanosecond is as good as one in each.
    let each = (within / count.get()).max(Duration::from_nanos(1));
    governor::Quota::with_period(each).expect("it is longer than nothing").allow_burst(burst)
}

fn everyones(rate: Rate) -> governor::Quota {
    of_time(rate.within, evenly(rate), burst(rate))
}

fn length(not_until: &NotUntil<<DefaultClock as Clock>::Instant>) -> Duration {
    not_until.wait_time_from(DefaultClock::default().now())
}

/// How many more there are after one that was given, or how long to wait.
fn given(given: Given) -> Result<u64, Duration> {
    match given {
        Given::All(left) => Ok(left),
        Given::Wait(wait) => Err(wait),
        Given::Unknown => Err(ASK_AGAIN),
    }
}

/// Counts one person as waiting, for as long as it lives.
struct Waiting<'a>(&'a watch::Sender<usize>);

impl<'a> Waiting<'a> {
    fn new(count: &'a watch::Sender<usize>) -> Self {
        count.send_modify(|waiting| *waiting += 1);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|waiting| *waiting -= 1);
    }
}

#[cfg(test)]
mod tests;
