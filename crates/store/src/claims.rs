//! The work that this process has to itself, as far as it knows: each piece by its name and its fencing number.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bernard_platform::{clock::BootInstant, metrics};
use tokio::sync::watch;

/// A piece of work that a replica has to itself, until it is lost.
#[derive(Clone, Debug)]
pub(super) struct Held(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    name: String,
    fence: i64,
    since: BootInstant,
    lost: watch::Sender<bool>,
}

impl Held {
    /// What it is called.
    pub(super) fn name(&self) -> &str {
        &self.0.name
    }

    /// The number of its lease.
    pub(super) fn fence(&self) -> i64 {
        self.0.fence
    }

    /// Waits until it is lost.
    pub(super) async fn lost(&self) {
        let mut lost = self.0.lost.subscribe();
        // Its sender lives as long as `self`.
        lost.wait_for(|lost| *lost).await.ok();
    }

    fn is_lost(&self) -> bool {
        *self.0.lost.borrow()
    }
}

/// All of it.
#[derive(Debug)]
pub(super) struct Claims {
    held: Mutex<BTreeMap<String, Held>>,
    /// When the leases were last renewed, by a clock that counts while the process is stopped.
    renewed: Mutex<BootInstant>,
    lease: Duration,
}

impl Claims {
    /// None yet; each is for `lease` from its renewal on.
    pub(super) fn new(lease: Duration) -> Self {
        Self { held: Mutex::default(), renewed: Mutex::new(BootInstant::now()), lease }
    }

    /// How long a lease is.
    pub(super) fn lease(&self) -> Duration {
        self.lease
    }

    /// The piece of this name, if it is ours.
    pub(super) fn of(&self, name: &str) -> Option<Held> {
        self.lock().get(name).filter(|held| !held.is_lost()).cloned()
    }

    /// This piece is ours from now on.
    pub(super) fn add(&self, name: &str, fence: i64) -> Held {
        let (since, lost) = (BootInstant::now(), watch::Sender::new(false));
        let held = Held(Arc::new(Inner { name: name.to_owned(), fence, since, lost }));
        if let Some(earlier) = self.lock().insert(name.to_owned(), held.clone()) {
            earlier.0.lost.send_replace(true);
        }
        self.show();
        held
    }

    /// This piece is ours no more: another replica has it.
    pub(super) fn lose(&self, held: &Held) {
        let mut all = self.lock();
        if all.get(held.name()).is_some_and(|known| known.fence() == held.fence()) {
            all.remove(held.name());
        }
        drop(all);
        if !held.0.lost.send_replace(true) {
            tracing::warn!(work = held.name(), "another replica does this now: this one stopped answering for a while");
            ::metrics::counter!(metrics::WORK_LOST).increment(1);
        }
        self.show();
    }

    /// This piece is done with.
    pub(super) fn end(&self, held: &Held) {
        self.lock().remove(held.name());
        held.0.lost.send_replace(true);
        self.show();
    }

    /// The leases were renewed by what began at `began`: of what had been claimed before, those of `ours` are ours, and no others.
    /// Operations that are over are in nobody's hands.
    pub(super) fn renewed(&self, began: BootInstant, ours: &BTreeMap<String, i64>, over: &[String]) {
        *self.renewed.lock().unwrap_or_else(PoisonError::into_inner) = began;
        let all: Vec<Held> = self.lock().values().filter(|held| held.0.since < began).cloned().collect();
        for held in all {
            match ours.get(held.name()) {
                Some(fence) if *fence >= held.fence() => {}
                _ if over.iter().any(|name| name == held.name()) => self.end(&held),
                _ => self.lose(&held),
            }
        }
    }

    /// They could not be renewed: if that is so for as long as a lease, nothing is ours any more.
    pub(super) fn not_renewed(&self) {
        let since = *self.renewed.lock().unwrap_or_else(PoisonError::into_inner);
        if since.elapsed() < self.lease {
            return;
        }
        let all: Vec<Held> = self.lock().values().cloned().collect();
        all.iter().for_each(|held| self.lose(held));
    }

    fn show(&self) {
        let count = u32::try_from(self.lock().len()).unwrap_or(u32::MAX);
        ::metrics::gauge!(metrics::WORK_OWNED).set(f64::from(count));
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lost(held: &Held) -> bool {
        held.is_lost()
    }

    /// The next moment that the clock tells from this one.
    fn later_than(moment: BootInstant) -> BootInstant {
        loop {
            let now = BootInstant::now();
            if now > moment {
                return now;
            }
        }
    }

    #[test]
    fn what_another_has_is_lost_and_what_is_over_is_not_missed() {
        let claims = Claims::new(Duration::from_secs(60));
        let (kept, taken, over) = (claims.add("a", 1), claims.add("b", 4), claims.add("c", 2));
        let ours = BTreeMap::from([("a".to_owned(), 1)]);
        let began = later_than(BootInstant::now());
        let new = claims.add("d", 1);
        claims.renewed(began, &ours, &["c".to_owned()]);
        assert!(!lost(&new), "it was claimed meanwhile");
        assert!(!lost(&kept) && lost(&taken) && lost(&over));
        assert!(claims.of("a").is_some() && claims.of("b").is_none() && claims.of("c").is_none());
    }

    #[test]
    fn who_cannot_renew_for_as_long_as_a_lease_has_nothing() {
        let claims = Claims::new(Duration::from_secs(60));
        let held = claims.add("a", 1);
        claims.not_renewed();
        assert!(!lost(&held), "the lease still runs");
        let hurried = Claims::new(Duration::ZERO);
        let held = hurried.add("a", 1);
        hurried.not_renewed();
        assert!(lost(&held));
    }

    #[test]
    fn who_takes_it_anew_has_the_new_one_alone() {
        let claims = Claims::new(Duration::from_secs(60));
        let first = claims.add("a", 1);
        let second = claims.add("a", 2);
        assert!(lost(&first) && !lost(&second));
        claims.lose(&first);
        assert!(claims.of("a").is_some_and(|held| held.fence() == 2), "a late loss takes nothing away");
    }
}
