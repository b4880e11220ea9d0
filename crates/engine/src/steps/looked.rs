//! When operations looked last for what they wait for, and what their requests come before by that.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bernard_domain::{
    operation::{Operation, OperationId, urgency::Course},
    scheduling::{Precedence, Urgency},
};
use bernard_ovh::Priority;
use bernard_platform::clock;
use jiff::Timestamp;

use super::{Settings, Work};

/// After how many task polls a reboot's task usually ends, and the machine is back: others measured 60 s and 207 s.
const TASK: u32 = 4;
const LINK: u32 = 14;
/// How many operations are remembered: those that were ended by somebody else leave a little behind.
const MOST: usize = 1_000;

/// When operations looked last. In memory: what a new process looks for first it believes not to be late.
#[derive(Debug, Default)]
pub(crate) struct Looked(Mutex<HashMap<OperationId, Timestamp>>);

impl Looked {
    /// It looked, and there was nothing yet.
    pub(crate) fn in_vain(&self, id: OperationId) {
        let mut all = self.all();
        all.insert(id, clock::now());
        if all.len() > MOST
            && let Some((&oldest, _)) = all.iter().min_by_key(|(_, at)| **at)
        {
            all.remove(&oldest);
        }
    }

    /// Something happened.
    pub(crate) fn found(&self, id: OperationId) {
        self.all().remove(&id);
    }

    /// For what the next requests of this operation are.
    pub(crate) fn priority(&self, operation: &Operation, settings: &Settings) -> Priority {
        let looked = self.all().get(&operation.id).copied();
        Priority::Operation(operation.precedence(&settings.course(), looked, clock::now()))
    }

    fn all(&self) -> MutexGuard<'_, HashMap<OperationId, Timestamp>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// For handing out what this operation has found.
pub(crate) fn for_its_delivery(operation: &Operation) -> Priority {
    Priority::Operation(Precedence { urgency: Urgency::Delivery, since: operation.approved })
}

impl Settings {
    /// How long things take where nothing was measured.
    fn course(&self) -> Course {
        Course { task: self.task_poll * TASK, link: self.task_poll * LINK }
    }
}

impl Work<'_> {
    /// Whether what is looked for usually takes longer: then what can be seen without a request comes first, and where others wait for
    /// the budget nothing is asked. So when it is due by what was seen meanwhile, it does not wait as what it was before.
    pub(super) fn is_early(&self) -> bool {
        let expected = self.operation.expected(&self.settings().course(), clock::now());
        expected.is_some_and(|expected| expected.urgency() == Urgency::Early)
    }

    /// How long until the next look, where `configured` is the usual pause.
    pub(super) fn pause(&self, configured: Duration) -> Duration {
        let expected = self.operation.expected(&self.settings().course(), clock::now());
        expected.map_or(configured, |expected| expected.pause(configured))
    }
}
