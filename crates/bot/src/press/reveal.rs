//! **Reveal link**: for the requester only, seen by nobody else.

use bernard_domain::{
    operation::{Kind, Operation, event::Problem, state::Phase},
    server::Server,
};
use bernard_engine::intake;

use crate::{
    asker::Asker,
    context::Handler,
    refusal::Refusal,
    render::{
        dm,
        message::{Look, Message},
    },
    reply::Reply,
};

impl Handler {
    /// **Reveal link**: for the requester only, seen by nobody else.
    pub(super) async fn reveal(&self, asking: &Asker, operation: &Operation) -> Result<Reply, Refusal> {
        let kind = operation.request.kind();
        let (kind, command) = if kind == Kind::Console { (kind, "/console") } else { (Kind::Link, "/rescue link") };
        let repeat = format!("{command} server:{}", operation.request.typed());
        if operation.request.requester != asking.requester.user {
            return Err(Refusal::NotYours { whose: Some(operation.request.requester), command: Some(repeat) });
        }
        if !matches!(operation.state.phase, Phase::AwaitingReveal(_)) {
            return Err(Refusal::TooLate(Some(operation.id), Some(repeat)));
        }
        // What is revealed is what they asked for, with every approval that it needed; and needs by now.
        let (server, grant) = self.admit_for(asking, operation, intake::needed(kind)).await?;
        if self.needs_approval_now(asking, operation, &server).await? {
            return Err(Refusal::NotSparedAnyMore(repeat));
        }
        self.still_approved(asking, operation, &server).await?;
        let Some(found) = self.intake.find_for_reveal(&grant, &self.runner, operation).await? else {
            return Err(Refusal::NoLinkYet(repeat));
        };
        let lease = self.store.lease(&operation.request.server).await?;
        let dm::Letter { message, files } = dm::revealed(operation, lease.as_ref(), &(found.source, found.link));
        // A console's file is the way in; without a remote desktop's file one types the address.
        let files = if asking.bot_can_attach() || kind == Kind::Console { files } else { Vec::new() };
        let message = Message { look: Look::Plain(message), files };
        Ok(Reply { reveals: Some((operation.id, found.query)), ..message.into() })
    }

    /// That a link, or a console, which was asked for with too few approvals for what protects its server by now stays where it is.
    async fn still_approved(&self, asking: &Asker, operation: &Operation, server: &Server) -> Result<(), Refusal> {
        let kind = operation.request.kind();
        let alone = matches!(kind, Kind::Link | Kind::Console);
        if !alone {
            return Ok(());
        }
        let Some(protection) = self.protection(asking, server, kind).await? else { return Ok(()) };
        let given = u32::try_from(operation.state.mandate.approvers.len()).unwrap_or(u32::MAX);
        let needed = protection.approvals.get();
        let problem = Problem::NotEnoughApprovals { needed, given };
        if given < needed { Err(Refusal::Problem(Box::new(problem), server.label().to_owned())) } else { Ok(()) }
    }
}
