//! **Look again** and **Try the mail**: the link once more.

use bernard_domain::operation::{Kind, Operation, Source};

use crate::{asker::Asker, context::Handler, refusal::Refusal, reply::Reply};

impl Handler {
    /// **Look again** and **Try the mail**, on a message of `operation`: for its own rescue, and for none that came later.
    pub(crate) async fn look_again(
        &self,
        asking: &Asker,
        operation: &Operation,
        sources: Vec<Source>,
    ) -> Result<Reply, Refusal> {
        let admitted = self.admit_by_name(asking, operation, Kind::Link).await?;
        asking.bot_can_report()?;
        self.lookout.lease(&admitted.server).await?;
        if self.store.is_rescue_over(operation).await? {
            let repeat = format!("/rescue link server:{}", operation.request.typed());
            return Err(Refusal::TooLate(Some(operation.id), Some(repeat)));
        }
        self.look(asking, &admitted, sources).await
    }
}
