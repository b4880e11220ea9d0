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

/// What was looked at, and in which state.
#[derive(Debug, Default)]
pub(super) struct Looked(Mutex<HashMap<(OperationId, Part), Unreported>>);

impl Looked {
    /// Whether this part has nothing to do for what was found.
    pub(super) fn holds(&self, found: Unreported, part: Part) -> bool {
        self.all().get(&(found.operation, part)) == Some(&found)
    }

    /// All messages were there: new ones have nothing to do, and the others can be made true.
    pub(super) fn all_are_there(&self, found: Unreported) {
        let mut all = self.all();
        all.insert((found.operation, Part::Posts), found);
        all.remove(&(found.operation, Part::Edits));
    }

    /// One was missing: it has to be posted before the others are all there is.
    pub(super) fn one_is_missing(&self, found: Unreported) {
        let mut all = self.all();
        all.insert((found.operation, Part::Edits), found);
        all.remove(&(found.operation, Part::Posts));
    }

    /// Forgets what is shown by now.
    pub(super) fn keep(&self, unreported: &[Unreported]) {
        let unreported: HashSet<&Unreported> = unreported.iter().collect();
        self.all().retain(|_, looked| unreported.contains(looked));
    }

    fn all(&self) -> MutexGuard<'_, HashMap<(OperationId, Part), Unreported>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
