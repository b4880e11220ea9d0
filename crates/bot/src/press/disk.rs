//! **Boot from disk**: the disk is a way out whatever was recorded. A new card asks; nothing is taken by itself.

use bernard_domain::operation::Wish;
use bernard_engine::{
    intake,
    plan::{Aim, Back},
};
use bernard_store::CardId;

use crate::{asker::Asker, context::Handler, refusal::Refusal, reply::Reply};

impl Handler {
    /// The same way out, to the disk: on a card of its own, which takes the place of this one.
    pub(crate) async fn to_the_disk(&self, asking: &Asker, id: CardId) -> Result<Reply, Refusal> {
        asking.bot_can_report()?;
        let card = self.own_card(asking, id).await?;
        self.still_good(&card).await?;
        let aim = match card.request.wish {
            Wish::Restore { .. } => Aim::Restore(Back::Disk),
            Wish::PutBack { .. } => Aim::PutBack(Back::Disk),
            _ => return Err(Refusal::Unknown),
        };
        let kind = card.request.kind();
        let known = self.find(asking, card.request.server.as_str(), intake::needed(kind)).await?;
        let admitted = self.admit(asking, &known, kind).await?;
        self.card_instead(asking, &admitted, card, aim).await
    }
}
