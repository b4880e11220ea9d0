//! Where the cards of operations stand: whoever reads an operation's number can open its card.

use std::collections::BTreeMap;

use bernard_domain::operation::{ChannelId, OperationId};
use bernard_text::message_link;

/// The addresses of some operations' cards.
#[derive(Clone, Debug, Default)]
pub struct CardLinks(BTreeMap<OperationId, String>);

impl CardLinks {
    /// Those of cards that stand in these channels of the guild as these messages.
    pub(crate) fn new(guild: u64, cards: impl IntoIterator<Item = (OperationId, ChannelId, u64)>) -> Self {
        let address = |(id, channel, message)| (id, message_link(guild, channel, message));
        Self(cards.into_iter().map(address).collect())
    }

    /// The address of a card, which Discord shows as a link to the message.
    pub(crate) fn address(&self, id: OperationId) -> Option<&str> {
        self.0.get(&id).map(String::as_str)
    }

    /// An operation's number, as a link to its card where that stands.
    pub(crate) fn number(&self, id: OperationId) -> String {
        match self.address(id) {
            Some(address) => format!("[{id}]({address})"),
            None => id.to_string(),
        }
    }
}
