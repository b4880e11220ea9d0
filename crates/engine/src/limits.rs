//! How often a person may ask, and how often a server may be sent somewhere: against a stuck finger or a script.
//!
//! A refusal says when to try again. What leads out of rescue, and links, are never counted: nobody is ever locked in. Commands
//! and presses are counted apart, so that a command that was let through can also be confirmed.
//!
//! The counts are this process's own, in memory; who has been quiet for long enough is forgotten. Where replicas share a store the
//! counts are there, and hold over all of them; in memory is only who was refused, until when, so that a flood asks the store for nothing.

use std::{
    collections::HashMap,
    hash::Hash,
    num::NonZeroU32,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use bernard_domain::{access::UserId, server::ServiceName};
use bernard_platform::{clock, live::Live};
use bernard_store::{Rate, Store, Taken};
use governor::{
    Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    nanos::Nanos,
    state::{StateStore, keyed::ShrinkableKeyedStateStore},
};
use jiff::{SignedDuration, Timestamp};

/// After this many looks the keys that have been quiet are forgotten.
const LOOKS_BETWEEN_SWEEPS: u32 = 256;

/// All limits; cheap to clone.
#[derive(Clone, Debug)]
pub struct Limits {
    here: Live<Inner>,
    /// Where they are counted for all replicas.
    shared: Option<Store>,
    /// Whose next command would be one too many there, and until when.
    refused: Arc<Mutex<HashMap<UserId, Timestamp>>>,
}

#[derive(Debug)]
struct Inner {
    commands: Keyed<UserId>,
    presses: Keyed<UserId>,
    servers: Keyed<ServiceName>,
}

/// Asked too often.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("asked too often")]
pub struct TooOften {
    /// What was exceeded.
    pub limit: Limit,
    /// When it may be asked again: a whole second, by our clock.
    pub again: Timestamp,
}

/// A limit of the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Limit {
    /// So many commands of one person in a minute.
    Person(NonZeroU32),
    /// So many operations on this server in an hour.
    Server(ServiceName, NonZeroU32),
}

/// Whether looking at a limit uses it up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Look {
    /// It does.
    Take,
    /// It does not.
    Peek,
}

impl Limits {
    /// The limits of a configuration, with nothing counted yet.
    pub fn new(limits: &bernard_domain::rate_limits::RateLimits) -> Self {
        Self { here: Live::new(Inner::new(limits)), shared: None, refused: Arc::default() }
    }

    /// The same for all replicas, if there are several on this store.
    #[must_use]
    pub fn shared_by(self, store: Store) -> Self {
        Self { shared: Some(store).filter(|store| store.replica().is_some()), ..self }
    }

    /// From now on, the limits of this configuration. Where they are the same, what was counted still counts; else counting begins anew.
    pub fn exchange(&self, limits: &bernard_domain::rate_limits::RateLimits) {
        let now = self.here.get();
        let counts = (now.commands.count, now.servers.count);
        if counts != (limits.per_user_per_minute, limits.per_server_per_hour) {
            self.here.set(Inner::new(limits));
        }
    }

    /// Counts a command of a person's.
    ///
    /// # Errors
    /// [`TooOften`]: it is one too many, and not counted.
    pub async fn command(&self, person: UserId) -> Result<(), TooOften> {
        let counted = self.count(&format!("command {}", person.0), &self.here.get().commands, person).await;
        counted.map_err(|again| {
            let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
            refused.retain(|_, until| *until > clock::now());
            refused.insert(person, again);
            self.person(again)
        })
    }

    /// Whether one more command of a person's would be let through now; counts nothing.
    ///
    /// # Errors
    /// [`TooOften`]: it would not.
    pub fn would_let_command(&self, person: UserId) -> Result<(), TooOften> {
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner).get(&person).copied();
        let would = match (&self.shared, refused.filter(|until| *until > clock::now())) {
            (Some(_), Some(again)) => Err(again),
            (Some(_), None) => Ok(()),
            (None, _) => self.here.get().commands.look(person, Look::Peek),
        };
        would.map_err(|again| self.person(again))
    }

    /// Counts a press of a person's that asks for work.
    ///
    /// # Errors
    /// As [`command`](Self::command).
    pub async fn press(&self, person: UserId) -> Result<(), TooOften> {
        let counted = self.count(&format!("press {}", person.0), &self.here.get().presses, person).await;
        counted.map_err(|again| self.person(again))
    }

    /// Counts an operation on a server.
    ///
    /// # Errors
    /// As [`command`](Self::command).
    pub async fn operation(&self, server: &ServiceName) -> Result<(), TooOften> {
        let counted = self.count(&name_of(server), &self.here.get().servers, server.clone()).await;
        counted.map_err(|again| self.server(server, again))
    }

    /// Whether one more operation on a server would be let through now; counts nothing.
    ///
    /// # Errors
    /// [`TooOften`]: it would not.
    pub async fn would_let(&self, server: &ServiceName) -> Result<(), TooOften> {
        let here = self.here.get();
        let waits = match &self.shared {
            Some(store) => store.rate_wait(&name_of(server), here.servers.rate, 1).await.ok(),
            None => None,
        };
        let would = match waits {
            Some(None) => Ok(()),
            Some(Some(wait)) => Err(whole_second_after(clock::now(), wait)),
            None => here.servers.look(server.clone(), Look::Peek),
        };
        would.map_err(|again| self.server(server, again))
    }

    /// Counts one for all replicas, by this name; or here: alone, or while the database does not answer. If it is one too many, when it
    /// would not be.
    async fn count<K: Hash + Eq + Clone>(&self, name: &str, here: &Keyed<K>, key: K) -> Result<(), Timestamp> {
        if let Some(store) = &self.shared {
            match store.take_rate(name, here.rate, 1).await {
                Ok(Taken::Yes(_)) => return Ok(()),
                Ok(Taken::Wait(wait)) => return Err(whole_second_after(clock::now(), wait)),
                Err(error) => {
                    tracing::warn!(%error, "the database does not count for all replicas: this one counts alone");
                }
            }
        }
        here.look(key, Look::Take)
    }

    fn server(&self, server: &ServiceName, again: Timestamp) -> TooOften {
        TooOften { limit: Limit::Server(server.clone(), self.here.get().servers.count), again }
    }

    fn person(&self, again: Timestamp) -> TooOften {
        TooOften { limit: Limit::Person(self.here.get().commands.count), again }
    }
}

impl Inner {
    fn new(limits: &bernard_domain::rate_limits::RateLimits) -> Self {
        let person = || Keyed::new(limits.per_user_per_minute, Quota::per_minute);
        Self { commands: person(), presses: person(), servers: Keyed::new(limits.per_server_per_hour, Quota::per_hour) }
    }
}

/// One limit for each key.
#[derive(Debug)]
struct Keyed<K: Hash + Eq + Clone> {
    count: NonZeroU32,
    rate: Rate,
    limiter: RateLimiter<Looked<K>, States<K>, DefaultClock>,
    looks: AtomicU32,
}

impl<K: Hash + Eq + Clone> Keyed<K> {
    fn new(count: NonZeroU32, quota: impl Fn(NonZeroU32) -> Quota) -> Self {
        let quota = quota(count);
        let rate = Rate { each: quota.replenish_interval(), burst: quota.burst_size().get() };
        let limiter = RateLimiter::new(quota, States::default(), DefaultClock::default());
        Self { count, rate, limiter, looks: AtomicU32::new(0) }
    }

    /// Whether the key may; if not, when.
    fn look(&self, key: K, look: Look) -> Result<(), Timestamp> {
        if self.looks.fetch_add(1, Ordering::Relaxed).is_multiple_of(LOOKS_BETWEEN_SWEEPS) {
            self.limiter.retain_recent();
        }
        let not_until = match self.limiter.check_key(&Looked { key, look }) {
            Ok(()) => return Ok(()),
            Err(not_until) => not_until,
        };
        Err(whole_second_after(clock::now(), not_until.wait_time_from(DefaultClock::default().now())))
    }
}

/// What a server's count is called where it is shared.
fn name_of(server: &ServiceName) -> String {
    format!("server {server}")
}

/// Told in whole seconds, so never too early.
fn whole_second_after(now: Timestamp, wait: Duration) -> Timestamp {
    let at = now + SignedDuration::try_from(wait).unwrap_or_default();
    Timestamp::from_second(at.as_second() + 1).unwrap_or(at)
}

/// A key, and whether looking uses it up.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Looked<K> {
    key: K,
    look: Look,
}

/// governor's own stores cannot be looked at without taking; this one can.
#[derive(Debug)]
struct States<K>(Mutex<HashMap<K, u64>>);

impl<K> Default for States<K> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K> States<K> {
    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<K, u64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Hash + Eq + Clone> StateStore for States<K> {
    type Key = Looked<K>;

    fn measure_and_replace<T, F, E>(&self, looked: &Looked<K>, decide: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let mut states = self.lock();
        let (outcome, next) = decide(states.get(&looked.key).map(|nanos| Nanos::new(*nanos)))?;
        if looked.look == Look::Take {
            states.insert(looked.key.clone(), next.as_u64());
        }
        Ok(outcome)
    }
}

impl<K: Hash + Eq + Clone> ShrinkableKeyedStateStore<Looked<K>> for States<K> {
    fn retain_recent(&self, drop_below: Nanos) {
        let mut states = self.lock();
        states.retain(|_, nanos| *nanos >= drop_below.as_u64());
        states.shrink_to_fit();
    }

    fn len(&self) -> usize {
        self.lock().len()
    }

    fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(person: u32, server: u32) -> Limits {
        let count = |count| NonZeroU32::new(count).expect("a count");
        Limits::new(&bernard_domain::rate_limits::RateLimits {
            per_user_per_minute: count(person),
            per_server_per_hour: count(server),
        })
    }

    fn server(name: &str) -> ServiceName {
        name.to_owned().try_into().expect("a name")
    }

    #[tokio::test]
    async fn a_person_is_stopped_at_the_limit_and_told_when_and_nobody_else_is() {
        let limits = limits(2, 1);
        let before = clock::now();
        assert!(limits.command(UserId(1)).await.is_ok() && limits.command(UserId(1)).await.is_ok());
        let refused = limits.command(UserId(1)).await.expect_err("the third");
        let wait = refused.again.duration_since(before);
        assert!((SignedDuration::from_secs(25)..=SignedDuration::from_secs(32)).contains(&wait), "{wait}");
        assert!(matches!(refused.limit, Limit::Person(count) if count.get() == 2));
        assert!(limits.command(UserId(2)).await.is_ok());
        assert!(limits.press(UserId(1)).await.is_ok(), "what was typed can be confirmed");
    }

    #[tokio::test]
    async fn asking_whether_one_could_uses_nothing_up() {
        let limits = limits(1, 1);
        let web = server("ns1.example");
        for _ in 0..5 {
            assert!(limits.would_let(&web).await.is_ok());
        }
        assert!(limits.operation(&web).await.is_ok());
        assert!(limits.would_let(&web).await.is_err() && limits.operation(&web).await.is_err());
        assert!(limits.operation(&server("ns2.example")).await.is_ok());
    }

    #[test]
    fn who_has_been_quiet_is_forgotten() {
        // A thousand a second: nobody is remembered for longer than a few milliseconds.
        let keyed = Keyed::new(NonZeroU32::new(1_000).expect("a count"), Quota::per_second);
        for user in 0..5_000 {
            assert!(keyed.look(UserId(user), Look::Take).is_ok());
        }
        let began = std::time::Instant::now();
        while keyed.limiter.len() > LOOKS_BETWEEN_SWEEPS as usize && began.elapsed() < Duration::from_secs(10) {
            std::thread::yield_now();
            keyed.limiter.retain_recent();
        }
        assert!(keyed.limiter.len() <= LOOKS_BETWEEN_SWEEPS as usize, "{}", keyed.limiter.len());
    }
}
