//! How much is shown at once. Counted once for all that is found, which may be a thousand operations.

use std::collections::HashMap;

use bernard_domain::operation::ChannelId;

use super::{Part, Show};

/// How many operations are posted at once.
const POSTS_AT_ONCE: usize = 32;
/// How many operations of one channel are edited at once: as many as Discord lets through together. More would only wait for
/// their turn with a look that grows old.
const EDITS_AT_ONCE: usize = 5;

/// What is being shown, counted.
#[derive(Debug, Default)]
pub(super) struct Room {
    posts: usize,
    edits: HashMap<ChannelId, usize>,
}

impl Room {
    /// What is left beside what is under way.
    pub(super) fn beside(under_way: impl Iterator<Item = Show>) -> Self {
        let mut room = Self::default();
        for (_, part, channel) in under_way {
            *room.count(part, channel).0 += 1;
        }
        room
    }

    /// Takes a place in a channel, if there is one.
    pub(super) fn take(&mut self, part: Part, channel: ChannelId) -> bool {
        let (taken, most) = self.count(part, channel);
        let free = *taken < most;
        *taken += usize::from(free);
        free
    }

    fn count(&mut self, part: Part, channel: ChannelId) -> (&mut usize, usize) {
        match part {
            Part::Posts => (&mut self.posts, POSTS_AT_ONCE),
            Part::Edits => (self.edits.entry(channel).or_default(), EDITS_AT_ONCE),
        }
    }
}

#[cfg(test)]
mod tests {
    use bernard_domain::operation::OperationId;

    use super::*;

    #[test]
    fn edits_have_their_places_in_each_channel_and_posts_in_all_together() {
        let [here, there] = [ChannelId(1), ChannelId(2)];
        let under_way = (0..4).map(|n| (OperationId(n), Part::Edits, here));
        let posted = (4..35).map(|n| (OperationId(n), Part::Posts, there));
        let mut room = Room::beside(under_way.chain(posted));
        assert_eq!([room.take(Part::Edits, here), room.take(Part::Edits, here)], [true, false]);
        assert!((0..5).all(|_| room.take(Part::Edits, there)), "the other channel has its own");
        assert_eq!([room.take(Part::Posts, here), room.take(Part::Posts, there)], [true, false]);
    }
}
