//! **Boot from disk**: the disk is a way out whatever was recorded. A new card asks; nothing is taken by itself.

use crate::{
    discord::{
        asking::Asking,
        handler::{Handler, Reply},
        refusal::Refusal,
    },
    rescue::{
        desk,
        operation::Wish,
        plan::{Aim, Back},
    },
    store::CardId,
};

impl Handler {
    /// The same way out, to the disk: on a card of its own, which takes the place of this one.
    pub(in crate::discord) async fn to_the_disk(&self, asking: &Asking, id: CardId) -> Result<Reply, Refusal> {
        asking.bot_can_report()?;
        let card = self.own_card(asking, id).await?;
        self.still_good(&card).await?;
        let aim = match card.request.wish {
            Wish::Restore { .. } => Aim::Restore(Back::Disk),
            Wish::PutBack { .. } => Aim::PutBack(Back::Disk),
            _ => return Err(Refusal::Unknown),
        };
        let kind = card.request.kind();
        let known = self.find(asking, card.request.server.as_str(), desk::needed(kind)).await?;
        let admitted = self.admit(asking, &known, kind).await?;
        self.card_instead(asking, &admitted, card, aim).await
    }
}
