//! `/rescue link`, **Look again** and **Try the mail**: the link of a running rescue, for the one who asks; and `/rescue list`.

use crate::{
    access::Capability,
    discord::{
        approve::Haste,
        asking::Asking,
        command::propose::{accepted, request},
        handler::{Handler, Reply},
        press::Admitted,
        refusal::Refusal,
    },
    rescue::{
        calls,
        operation::{Kind, Operation, Source, Wish},
        server::Server,
    },
    say,
    store::Open,
    text::{code, mention, since_epoch},
};

impl Handler {
    pub(super) async fn link(&self, asking: &Asking, typed: &str) -> Result<Reply, Refusal> {
        let known = self.find(asking, typed, Capability::Rescue).await?;
        let admitted = self.admit(asking, &known, Kind::Link).await?;
        self.look(asking, &admitted, self.settings.secret_from.clone()).await
    }

    /// **Look again** and **Try the mail**, on a message of `operation`.
    pub(in crate::discord) async fn look_again(
        &self,
        asking: &Asking,
        operation: &Operation,
        sources: Vec<Source>,
    ) -> Result<Reply, Refusal> {
        let admitted = self.admit_by_name(asking, operation, Kind::Link).await?;
        self.look(asking, &admitted, sources).await
    }

    async fn look(&self, asking: &Asking, admitted: &Admitted, sources: Vec<Source>) -> Result<Reply, Refusal> {
        asking.bot_can_report()?;
        if let Some(holder) = self.holder(&admitted.server, Kind::Link).await? {
            return Err(Refusal::Busy(Box::new(holder)));
        }
        let calls = calls::of_link(&admitted.server.name, &sources);
        let guard = self.guard(asking, admitted, Haste::None, calls)?;
        let request = request(asking, admitted, Wish::Link { sources }, None, guard);
        match self.desk.open_from_press(&admitted.grant, asking.interaction, &request).await? {
            Open::Accepted(operation, _) => Ok(Reply::text(accepted(&operation, asking))),
            Open::Busy(holder) => Err(Refusal::Busy(holder)),
            Open::Refused(_) => Err(Refusal::Unknown),
        }
    }

    /// What Bernard has in rescue, as far as the asker may see it.
    pub(super) async fn list(&self, asking: &Asking) -> Result<Reply, Refusal> {
        let policy = self.policy.get();
        self.anywhere(asking, Capability::View)?;
        let servers = self.fleet.servers();
        let visible: Vec<&Server> =
            policy.visible(&asking.requester, Capability::View, asking.place.0, servers.iter()).collect();
        let mut lines = Vec::new();
        for lease in self.store.leases().await? {
            if visible.iter().any(|server| server.name == lease.server) {
                lines.push(say!(
                    asking.locale,
                    "list-line",
                    server = code(&lease.label),
                    who = mention(lease.owner),
                    since = since_epoch(lease.started),
                    until = since_epoch(lease.deadline),
                ));
            }
        }
        if lines.is_empty() {
            lines.push(say!(asking.locale, "list-none"));
        }
        Ok(Reply::text(lines.join("\n")))
    }
}
