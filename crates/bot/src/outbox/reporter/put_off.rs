//! What Discord wants left alone for longer than one waits for it: it takes no place from the other cards of its channel meanwhile,
//! and is shown when its time has come, or as soon as there is something newer to show.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use bernard_discord::Error;
use bernard_domain::operation::OperationId;
use bernard_store::Unreported;

use super::{Failure, Part, REST};

/// From this wait on a card is not waited for.
const LONG: Duration = Duration::from_secs(30);

/// Whether Discord wants something left alone for so long that people should not wait for it.
pub(super) fn is_long(error: &Error) -> bool {
    error.wait().is_some_and(|wait| wait >= LONG)
}

/// What waits, in which state, and until when.
#[derive(Debug, Default)]
pub(super) struct PutOff(Mutex<HashMap<(OperationId, Part), (i64, Instant)>>);

impl PutOff {
    /// Whether a part of an operation need not be tried yet.
    pub(super) fn holds(&self, found: Unreported, part: Part) -> bool {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(&(found.operation, part)).is_some_and(|(of, until)| *of == found.version && *until > Instant::now())
    }

    /// Puts a part off if its failure says how long, and that is longer than a rest. Says whether it did.
    pub(super) fn until(&self, found: Unreported, part: Part, failure: &Failure) -> bool {
        let Failure::Discord(error) = failure else { return false };
        let Some(wait) = error.wait().filter(|wait| *wait > REST) else { return false };
        let now = Instant::now();
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, (_, until)| *until > now);
        all.insert((found.operation, part), (found.version, now + wait));
        true
    }
}
