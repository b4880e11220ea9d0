//! Looks up where the cards of operations stand, for whatever names these operations.

use bernard_domain::operation::OperationId;
use bernard_store as store;
use bernard_store::Store;

use crate::{context::Handler, render::card_links::CardLinks};

/// Where the cards of these operations stand in the guild.
pub(crate) async fn card_links(
    store: &Store,
    guild: u64,
    of: impl IntoIterator<Item = OperationId>,
) -> Result<CardLinks, store::Error> {
    let of: Vec<_> = of.into_iter().collect();
    Ok(CardLinks::new(guild, store.cards(&of).await?))
}

impl Handler {
    /// Where the cards of these operations stand.
    pub(crate) async fn card_links(
        &self,
        of: impl IntoIterator<Item = OperationId>,
    ) -> Result<CardLinks, store::Error> {
        card_links(&self.store, self.settings.served_guild.guild, of).await
    }
}
