//! What must happen before something is done for who asks: nothing, the approval of others, or a glass is broken.

use bernard_domain::{
    access::{Capability, Protection, Who},
    authorization::{Deed, protection_of, unmet_reason},
    operation::{
        Kind, Operation,
        approval::{Approval, Guard},
        exact_call::ExactCall,
    },
    server::{Server, typed},
};
use bernard_engine::exact_calls;
use bernard_text::say;

use super::Admitted;
use crate::{
    asker::Asker,
    context::Handler,
    refusal::{Emergency, Refusal},
    repeat::with_another_reason,
};

pub(crate) use crate::typed::ApprovalMode;

/// The fewest characters of a reason that passes an approval.
const SHORTEST_GLASS_REASON: usize = 10;

impl ApprovalMode {
    /// That of a request that was made before.
    pub(crate) fn of(guard: &Guard) -> Self {
        match guard {
            Guard::BrokenGlass { .. } => Self::BreakGlass,
            Guard::Unprotected | Guard::Approval(_) | Guard::Waived(_) => Self::None,
        }
    }

    /// Whoever breaks the glass says why.
    pub(crate) fn check_reason(self, reason: Option<&str>, asking: &Asker) -> Result<(), Refusal> {
        let length = reason.map_or(0, |reason| reason.trim().chars().count());
        if self == Self::BreakGlass && length < SHORTEST_GLASS_REASON {
            return Err(Refusal::Typed("reason", say!(asking.locale, "typed-glass-reason")));
        }
        Ok(())
    }
}

impl Handler {
    /// That the reason for this is one that every rule takes which covers it; `command` is what was typed.
    pub(crate) fn reason_fits(
        &self,
        server: &Server,
        kind: Kind,
        reason: Option<&str>,
        command: &str,
    ) -> Result<(), Refusal> {
        match unmet_reason(&self.policy.get(), kind, server, reason) {
            None => Ok(()),
            Some(wanted) => Err(Refusal::ReasonUnfit(Box::new(wanted), with_another_reason(command, reason))),
        }
    }

    /// What the asker of something protected may type instead, if they may break the glass there.
    pub(crate) fn emergency(
        &self,
        asking: &Asker,
        server: &Server,
        way: impl FnOnce(String) -> Emergency,
    ) -> Option<Emergency> {
        let may = self.policy.get().check(&asking.requester, Capability::Admin, server, asking.place.0);
        may.is_ok().then(|| way(typed(server.label(), server.name.as_str()).to_owned()))
    }

    /// The same where a restore that was pressed needs approval: a button passes none.
    pub(crate) fn emergency_restore(&self, asking: &Asker, server: &Server, guard: &Guard) -> Option<Emergency> {
        match guard {
            Guard::Approval(_) => self.emergency(asking, server, Emergency::Restore),
            Guard::Unprotected | Guard::BrokenGlass { .. } | Guard::Waived(_) => None,
        }
    }

    /// What must happen before `exact_calls` are made for who asks: nothing, the approval of others, or a glass is broken.
    pub(crate) fn guard(
        &self,
        asking: &Asker,
        admitted: &Admitted,
        haste: ApprovalMode,
        calls: Vec<ExactCall>,
    ) -> Result<Guard, Refusal> {
        let Some(protection) = &admitted.protection else {
            return Ok(admitted.waived.clone().map_or(Guard::Unprotected, Guard::Waived));
        };
        let approval = self.approval(asking, &admitted.server, protection, calls);
        if haste == ApprovalMode::BreakGlass {
            self.may(asking, Capability::Admin, &admitted.server)?;
            return Ok(Guard::BrokenGlass { passed: approval, tells: self.settings.oncall_role });
        }
        if approval.of.is_empty() {
            return Err(Refusal::NobodyMayApprove(approval.rule, None));
        }
        Ok(Guard::Approval(approval))
    }

    /// The same for a press, which breaks no glass.
    pub(crate) fn guard_press(
        &self,
        asking: &Asker,
        admitted: &Admitted,
        calls: Vec<ExactCall>,
    ) -> Result<Guard, Refusal> {
        let emergency = || self.emergency(asking, &admitted.server, Emergency::Restore);
        self.guard(asking, admitted, ApprovalMode::None, calls).map_err(|refusal| refusal.naming(emergency()))
    }

    fn approval(&self, asking: &Asker, server: &Server, protection: &Protection, calls: Vec<ExactCall>) -> Approval {
        let of = self.policy.get().who_may(Capability::Approve, server, asking.place.0);
        Approval::new(protection, of, calls, asking.requester.user)
    }

    /// The approval that one more reboot of this operation needs: that of its kind, or of a reboot, whichever is stricter.
    pub(crate) fn guard_again(
        &self,
        asking: &Asker,
        operation: &Operation,
        server: &Server,
    ) -> Result<Option<Approval>, Refusal> {
        let deed = Deed::RebootAgain { kind: operation.request.kind(), by: asking.requester.user };
        let Some(protection) = protection_of(&self.policy.get(), deed, server, None) else { return Ok(None) };
        let mut approval = self.approval(asking, server, &protection, vec![exact_calls::of_reboot(&server.name)]);
        approval.of.retain(|who| *who != Who::User(operation.request.requester));
        match approval.of.is_empty() {
            true => {
                let emergency = self.emergency(asking, server, Emergency::Reboot);
                Err(Refusal::NobodyMayApprove(approval.rule, emergency))
            }
            false => Ok(Some(approval)),
        }
    }
}
