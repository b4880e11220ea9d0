//! What does not work, counted: a trouble is said once it is certain.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use bernard_domain::{hindrance::Matter, operation::OperationId};
use bernard_platform::clock::BootInstant;

/// What operations have met since when. In memory: a new process has to see for itself.
#[derive(Debug, Default)]
pub(crate) struct Troubles(Mutex<HashMap<OperationId, Run>>);

/// The same trouble, look after look.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    matter: Matter,
    /// Since when.
    pub(super) since: BootInstant,
    /// How many looks in a row.
    pub(super) looks: u32,
}

impl Troubles {
    /// One more look met this.
    pub(super) fn met(&self, id: OperationId, matter: Matter) -> Run {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let new = Run { matter, since: BootInstant::now(), looks: 0 };
        let run = all.entry(id).or_insert(new);
        if run.matter != matter {
            *run = new;
        }
        run.looks = run.looks.saturating_add(1);
        *run
    }

    /// It works.
    pub(super) fn over(&self, id: OperationId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }
}
