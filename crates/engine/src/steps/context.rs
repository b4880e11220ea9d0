//! What the steps of all operations work with.

use std::sync::Arc;

use bernard_platform::live::Live;
use bernard_store::Store;

use super::{Settings, looked::Looked, troubles::Troubles, witness::Looks};
use crate::{
    fleet::Fleet,
    link::{kept::Kept, searches::Searches},
    lookout::Lookout,
    messenger::Messenger,
    reauthorize::Rights,
    wakeups::Wakeups,
};

/// What the steps work with. What it remembers only saves requests: the store has all that counts. All clones remember the same.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    /// Where operations are kept.
    pub(crate) store: Store,
    /// The accounts and their servers.
    pub(crate) fleet: Fleet,
    /// The waiting times and habits of the steps.
    pub(crate) settings: Live<Settings>,
    /// Whether people may at the moment of the deed.
    pub(crate) rights: Rights,
    /// The way to people.
    pub(crate) messenger: Messenger,
    /// Who is woken when something is recorded.
    pub(crate) wakeups: Wakeups,
    /// What searches for links remember.
    pub(crate) searches: Arc<Searches>,
    /// What operations have met.
    pub(crate) troubles: Arc<Troubles>,
    /// Links that were found and not taken yet.
    pub(crate) kept: Arc<Kept>,
    /// When they looked last.
    pub(crate) looked: Arc<Looked>,
    /// How often the API log was looked at.
    pub(crate) log_looks: Arc<Looks>,
}

impl Context {
    /// With these, and nothing remembered yet.
    pub(crate) fn new(
        store: Store,
        fleet: Fleet,
        settings: Settings,
        rights: Rights,
        messenger: Messenger,
        wakeups: Wakeups,
    ) -> Self {
        let (searches, troubles, kept, looked, log_looks) = Default::default();
        let settings = Live::new(settings);
        Self { store, fleet, settings, rights, messenger, wakeups, searches, troubles, kept, looked, log_looks }
    }

    /// The same for one operation, which is written for through this store.
    pub(crate) fn writing_by(&self, store: Store) -> Self {
        Self { store, ..self.clone() }
    }

    /// What notices what others do to our rescues.
    pub(crate) fn lookout(&self) -> Lookout {
        Lookout::new(self.store.clone(), self.fleet.clone(), self.wakeups.clone())
    }
}
