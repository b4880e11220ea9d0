//! `/rescue link`, **Look again** and **Try the mail**: the link of a running rescue, for the one who asks.

use crate::{
    access::{Capability, Grant},
    discord::{
        asking::Asking,
        command::propose::{accepted, request},
        handler::{Handler, Reply},
        refusal::Refusal,
    },
    rescue::{
        operation::{Kind, Operation, Source, Wish},
        server::Server,
    },
    store::Open,
};

impl Handler {
    pub(super) async fn link(&self, asking: &Asking, typed: &str) -> Result<Reply, Refusal> {
        let known = self.find(asking, typed, Capability::Rescue).await?;
        let (server, grant) = self.admit(asking, &known, Kind::Link).await?;
        self.look(asking, &server, &grant, self.settings.secret_from.clone()).await
    }

    /// **Look again** and **Try the mail**, on a message of `operation`.
    pub(in crate::discord) async fn look_again(
        &self,
        asking: &Asking,
        operation: &Operation,
        sources: Vec<Source>,
    ) -> Result<Reply, Refusal> {
        let (server, grant) = self.admit_by_name(asking, operation, Kind::Link).await?;
        self.look(asking, &server, &grant, sources).await
    }

    async fn look(
        &self,
        asking: &Asking,
        server: &Server,
        grant: &Grant,
        sources: Vec<Source>,
    ) -> Result<Reply, Refusal> {
        asking.bot_can_report()?;
        if let Some(holder) = self.holder(server, Kind::Link).await? {
            return Err(Refusal::Busy(Box::new(holder)));
        }
        let request = request(asking, server, grant, Wish::Link { sources }, None);
        match self.desk.open_from_press(grant, asking.interaction, &request).await? {
            Open::Accepted(operation, _) => Ok(Reply::text(accepted(&operation, asking.locale))),
            Open::Busy(holder) => Err(Refusal::Busy(holder)),
            Open::Refused(_) => Err(Refusal::Unknown),
        }
    }
}
