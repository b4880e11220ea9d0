//! What searches for links remember from one look to the next.

use std::{collections::HashMap, sync::Mutex};

use bernard_domain::operation::OperationId;

use super::{Memory, mailbox::Mailboxes};

/// What searches for links remember, by operation, and what they know of accounts' mails together. Only saves requests: what is lost is
/// asked again.
#[derive(Debug, Default)]
pub(crate) struct Searches {
    memories: Mutex<HashMap<OperationId, Memory>>,
    /// The accounts' mails.
    pub(crate) mailboxes: Mailboxes,
}

impl Searches {
    /// What a search remembers; it is the searcher's until it is put back.
    pub(crate) fn take(&self, id: OperationId) -> Memory {
        self.memories.lock().map(|mut all| all.remove(&id).unwrap_or_default()).unwrap_or_default()
    }

    /// A search remembers this.
    pub(crate) fn put(&self, id: OperationId, memory: Memory) {
        if let Ok(mut all) = self.memories.lock() {
            // Ended operations leave a little behind; a hundred of them are worth nothing.
            if all.len() > 100 {
                all.clear();
            }
            all.insert(id, memory);
        }
    }
}
