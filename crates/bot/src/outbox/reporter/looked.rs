//! Which part of an operation was looked at already and has nothing to do until the other part has.
//!
//! Without it a part would look again and again while the other one waits for its turn with Discord.

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

use bernard_domain::operation::OperationId;
use bernard_store::Unreported;

use super::Part;

/// Of each operation the part that has nothing to do, and for which state: never both, so one of them always sees to the rest.
#[derive(Debug, Default)]
pub(super) struct Looked(Mutex<HashMap<OperationId, (Part, Unreported)>>);

impl Looked {
    /// Whether this part has nothing to do for what was found.
    pub(super) fn holds(&self, found: Unreported, part: Part) -> bool {
        self.all().get(&found.operation) == Some(&(part, found))
    }

    /// All messages were there: new ones have nothing to do, and the others can be made true.
    pub(super) fn all_are_there(&self, found: Unreported) {
        self.all().insert(found.operation, (Part::Posts, found));
    }

    /// One was missing: it has to be posted before the others are all there is.
    pub(super) fn one_is_missing(&self, found: Unreported) {
        self.all().insert(found.operation, (Part::Edits, found));
    }

    /// Forgets what is shown by now.
    pub(super) fn keep(&self, unreported: &[Unreported]) {
        let unreported: HashSet<&Unreported> = unreported.iter().collect();
        self.all().retain(|_, (_, looked)| unreported.contains(looked));
    }

    fn all(&self) -> MutexGuard<'_, HashMap<OperationId, (Part, Unreported)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
