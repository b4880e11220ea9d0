//! A second witness where a reboot's outcome is unknown: the account's API log may have the request. It may say that it arrived, never
//! that it did not, and nothing is decided by it.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use bernard_domain::operation::{Intent, OperationId, event::Event};

use super::{Next, Work, earliest};

/// How often the log is looked at for one question: each look costs a request for each of its newest entries.
const LOOKS: u32 = 4;

/// How often it was looked at. In memory: a new process may look anew.
#[derive(Debug, Default)]
pub(crate) struct Looks(Mutex<HashMap<(OperationId, u32), u32>>);

impl Looks {
    fn so_far(&self, question: (OperationId, u32)) -> u32 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&question).copied().unwrap_or_default()
    }

    fn one_more(&self, question: (OperationId, u32)) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(question).or_default() += 1;
    }
}

impl Work<'_> {
    /// What the log says of the reboot that was intended, if it is time to look and there is something. What cannot be read is silence.
    pub(super) async fn logged(&self, intent: &Intent) -> Option<Next> {
        let facts = &self.operation.state.facts;
        let question = (self.operation.id, facts.asked);
        let looks = self.context.log_looks.so_far(question);
        // At once, then after one settling time, after four, after sixteen: the log is late.
        let due = if looks == 0 { 0 } else { 4_u32.pow(looks - 1) };
        if facts.logged.is_some() || looks >= LOOKS || self.waited() < self.settings().reboot_settle * due {
            return None;
        }
        self.context.log_looks.one_more(question);
        let since = earliest(intent.at);
        match self.client.logged_reboot(self.server(), since).await {
            Ok(at) => at.map(|at| Next::Record(Event::RequestLogged { at })),
            Err(error) => {
                tracing::warn!(operation.id = %self.operation.id, %error, "the API log could not be read");
                None
            }
        }
    }
}
