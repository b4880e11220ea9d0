//! What searches for links remember from one look to the next.

use std::{collections::HashMap, sync::Mutex, time::Duration};

use bernard_domain::operation::OperationId;

use super::{Memory, mailbox::Mailboxes};

/// From how many on it is looked whose search is over.
const MANY: usize = 100;
/// Who has not looked for so long looks no more: longer than any pause between two looks.
const OVER_AFTER: Duration = Duration::from_secs(3_600);

/// What each search remembers.
type Memories = HashMap<OperationId, Memory>;

/// What searches for links remember, by operation, and what they know of accounts' mails together. Only saves requests: what is lost is
/// asked again.
#[derive(Debug, Default)]
pub(crate) struct Searches {
    memories: Mutex<Memories>,
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
            // Ended operations leave a little behind; those that go on, however many, keep what they know.
            if all.len() >= MANY {
                forget_older(&mut all, OVER_AFTER);
            }
            all.insert(id, memory);
        }
    }
}

/// Forgets who looked last longer ago.
fn forget_older(memories: &mut Memories, than: Duration) {
    memories.retain(|_, memory| memory.looked.is_some_and(|looked| looked.elapsed() < than));
}

#[cfg(test)]
mod tests {
    use bernard_platform::clock::BootInstant;

    use super::*;

    #[test]
    fn each_of_many_searches_keeps_what_it_knows_until_it_is_over() {
        let searches = Searches::default();
        let (many, asked) = (3 * i64::try_from(MANY).expect("few"), Some(BootInstant::now()));
        for n in 0..many {
            searches.put(OperationId(n), Memory { asked, looked: asked, ..Memory::default() });
        }
        assert!((0..many / 2).all(|n| searches.take(OperationId(n)).asked == asked));
        assert_eq!(searches.take(OperationId(0)).asked, None, "it was taken");
        forget_older(&mut searches.memories.lock().expect("nobody panicked"), Duration::ZERO);
        assert!((0..many).all(|n| searches.take(OperationId(n)).asked.is_none()), "those are over");
    }
}
