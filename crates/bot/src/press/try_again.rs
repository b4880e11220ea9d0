//! **Try again**, below what came to nothing: the same once more, with its confirmation, and with the rights of whoever presses.

use bernard_domain::operation::{
    Operation, Wish,
    state::{Outcome, Phase},
};
use bernard_engine::plan::Aim;

use crate::{
    admission::guard::ApprovalMode, asker::Asker, context::Handler, proposal::Typed, refusal::Refusal, reply::Reply,
};

impl Handler {
    /// **Try again**: a confirmation card for the same, as it would be done now.
    pub(crate) async fn try_again(&self, asking: &Asker, operation: &Operation) -> Result<Reply, Refusal> {
        let label = operation.request.typed();
        let server = operation.request.server.to_string();
        let too_late = || Refusal::TooLate(Some(operation.id), None);
        if !matches!(operation.state.phase, Phase::Ended(Outcome::TaskFailed { .. })) {
            return Err(too_late());
        }
        let wish = &operation.request.wish;
        let command = match wish {
            Wish::Enable(_) => "/rescue enable",
            Wish::Restore { .. } => "/restore",
            Wish::Reboot { .. } => "/reboot",
            Wish::Console { .. } => return self.open_console_like(asking, operation).await,
            Wish::FreeSessions { .. } => return Box::pin(self.propose_to_free(asking, operation)).await,
            Wish::Link { .. } | Wish::PutBack { .. } | Wish::Adopt { .. } | Wish::HandOver { .. } | Wish::Ticket(_) => {
                return Err(too_late());
            }
        };
        let aim = Aim::of(wish);
        let aim = if asking.requester.user == operation.request.requester { aim } else { aim.for_somebody_else() };
        self.still_fits(&aim, asking.locale)?;
        let typed = Typed { server, reason: operation.request.reason.clone(), haste: ApprovalMode::None };
        match self.propose(asking, typed, aim, format!("{command} server:{label}")).await {
            // The message that is pressed names the server to whoever reads it.
            Err(Refusal::Unseen(denial, typed, _)) => Err(Refusal::Denied(denial, Some(typed))),
            proposed => proposed,
        }
    }
}
