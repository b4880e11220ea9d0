//! Links that were found and not taken yet, so that one secret serves all tries of one delivery.
//!
//! In memory only, and not for long: after a crash a link is looked for again.

use std::{
    collections::HashMap,
    sync::Mutex,
    time::{Duration, Instant},
};

use bernard_domain::operation::OperationId;

use crate::link::Found;

/// The links of this process' deliveries. `Debug` shows none of them.
#[derive(Debug, Default)]
pub struct Kept(Mutex<HashMap<OperationId, (Instant, Found)>>);

impl Kept {
    /// The link that was found for an operation.
    pub fn of(&self, id: OperationId) -> Option<Found> {
        self.0.lock().ok()?.get(&id).map(|(_, found)| found.clone())
    }

    /// This link was just found.
    pub fn keep(&self, id: OperationId, found: &Found) {
        if let Ok(mut all) = self.0.lock() {
            all.insert(id, (Instant::now(), found.clone()));
        }
    }

    /// It is taken, or nobody may have it.
    pub fn forget(&self, id: OperationId) {
        if let Ok(mut all) = self.0.lock() {
            all.remove(&id);
        }
    }

    /// What was found longer ago than this is forgotten: whoever still wants it has it looked for again.
    pub fn let_go(&self, longest: Duration) {
        if let Ok(mut all) = self.0.lock() {
            all.retain(|_, (found, _)| found.elapsed() <= longest);
        }
    }
}
