//! The second person's presses, and what asks for them. Rights are those of the press; the intake says what counts.

use bernard_domain::{
    access::{Capability, Protection, Who},
    authorization::{Deed, protection_of},
    operation::{
        MarkedOperation, Operation,
        approval::{Approval, Guard},
        exact_call::ExactCall,
    },
    server::{Server, typed},
};
use bernard_engine::{
    exact_calls,
    intake::{self, Approved},
};
use bernard_text::{named, say};
use bernard_untrusted::shown::span::code;
use serenity::model::application::ModalInteraction;

use super::{
    admission::Admitted,
    approval_card,
    asker::Asker,
    component::Button,
    context::Handler,
    modal::Modal,
    refusal::{Emergency, Refusal, done},
    reply::Reply,
    retype::Retype,
};

/// The fewest characters of a reason that passes an approval.
const SHORTEST_GLASS_REASON: usize = 10;

/// Whether a person waits for approval where it is needed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ApprovalMode {
    /// They wait.
    #[default]
    None,
    /// They break the glass: an emergency.
    BreakGlass,
}

impl ApprovalMode {
    /// That of a request that was made before.
    pub(super) fn of(guard: &Guard) -> Self {
        match guard {
            Guard::BrokenGlass { .. } => Self::BreakGlass,
            Guard::Unprotected | Guard::Approval(_) => Self::None,
        }
    }

    /// Whoever breaks the glass says why.
    pub(super) fn check_reason(self, reason: Option<&str>, asking: &Asker) -> Result<(), Refusal> {
        let length = reason.map_or(0, |reason| reason.trim().chars().count());
        if self == Self::BreakGlass && length < SHORTEST_GLASS_REASON {
            return Err(Refusal::Typed("reason", say!(asking.locale, "typed-glass-reason")));
        }
        Ok(())
    }
}

impl Handler {
    /// What the asker of something protected may type instead, if they may break the glass there.
    pub(super) fn emergency(
        &self,
        asking: &Asker,
        server: &Server,
        way: impl FnOnce(String) -> Emergency,
    ) -> Option<Emergency> {
        let may = self.policy.get().check(&asking.requester, Capability::Admin, server, asking.place.0);
        may.is_ok().then(|| way(typed(server.label(), server.name.as_str()).to_owned()))
    }

    /// What must happen before `exact_calls` are made for who asks: nothing, the approval of others, or a glass is broken.
    pub(super) fn guard(
        &self,
        asking: &Asker,
        admitted: &Admitted,
        haste: ApprovalMode,
        calls: Vec<ExactCall>,
    ) -> Result<Guard, Refusal> {
        let Some(protection) = &admitted.protection else { return Ok(Guard::Unprotected) };
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
    pub(super) fn guard_press(
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
    pub(super) fn guard_again(
        &self,
        asking: &Asker,
        operation: &Operation,
        server: &Server,
    ) -> Result<Option<Approval>, Refusal> {
        let deed = Deed::RebootAgain(operation.request.kind());
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

    /// **Approve**.
    pub(super) async fn approve(&self, asking: &Asker, operation: &Operation, round: u32) -> Result<Reply, Refusal> {
        self.is_for_others(asking, operation)?;
        let (_, grant) = self.admit_for(asking, operation, Capability::Approve).await?;
        match self.intake.approve(&grant, operation.id, round).await? {
            Approved::Done(operation) => {
                let id = operation.id.to_string();
                Ok(Reply::text(match operation.open_round() {
                    Some((open, _)) => say!(asking.locale, "approve-more", id = id, count = open.lacks()),
                    None => say!(asking.locale, "approve-done", id = id),
                }))
            }
            Approved::Busy(holder) => Err(Refusal::Busy(holder)),
            Approved::CountsNot => Err(Refusal::CountsNot),
            Approved::TooLate(operation) => Err(Refusal::TooLate(Some(operation.id), None)),
            Approved::Unknown => Err(Refusal::Unknown),
        }
    }

    /// **Deny**: at once; the reason may be added to it.
    pub(super) async fn deny(&self, asking: &Asker, operation: &Operation, round: u32) -> Result<Reply, Refusal> {
        self.is_for_others(asking, operation)?;
        let (_, grant) = self.admit_for(asking, operation, Capability::Approve).await?;
        let denied = done(self.intake.deny(&grant, operation.id, round).await?)?;
        let mut reply = Reply::text(say!(asking.locale, "deny-done", id = denied.id.to_string()));
        reply.buttons.push(Button::AddReason(denied.round(round), round).create(asking.locale));
        Ok(reply)
    }

    /// **Cancel** on a message that asks others.
    pub(super) async fn withdraw(&self, asking: &Asker, operation: &Operation, round: u32) -> Result<Reply, Refusal> {
        let admitted = self.admit_for(asking, operation, intake::needed_to_withdraw(operation)).await;
        let (_, grant) = match admitted {
            Err(Refusal::Denied(..)) if self.may_deny(asking, operation).await => return Err(Refusal::DenyInstead),
            admitted => admitted?,
        };
        done(self.intake.withdraw(&grant, operation.id, round).await?)?;
        Ok(Reply::text(say!(asking.locale, "withdraw-done")))
    }

    async fn may_deny(&self, asking: &Asker, operation: &Operation) -> bool {
        self.is_for_others(asking, operation).is_ok()
            && self.admit_for(asking, operation, Capability::Approve).await.is_ok()
    }

    /// A form that was filled in.
    pub(super) async fn submitted(&self, form: &ModalInteraction) -> Result<Reply, Refusal> {
        let Modal::DenialReason(named, round) = form.data.custom_id.parse().map_err(|_| Refusal::Unknown)?;
        let asking = Asker::of_form(form, &self.settings.served_guild)?;
        let reason = Modal::reason(&form.data)
            .ok_or_else(|| Refusal::Typed("reason", say!(asking.locale, "typed-denial-reason")))?;
        self.explain(&asking, named, round, reason).await
    }

    async fn explain(
        &self,
        asking: &Asker,
        named: MarkedOperation,
        round: u32,
        reason: &str,
    ) -> Result<Reply, Refusal> {
        let operation = self.store.operation(named.id).await?;
        // The press that opened it was answered before anything was looked up, so what opened it is judged here.
        let operation = operation
            .filter(|operation| operation.round(round) == named)
            .ok_or_else(|| Refusal::MadeElsewhere(Retype::of(Button::AddReason(named, round), "")))?;
        let (_, grant) = self.admit_for(asking, &operation, Capability::Approve).await?;
        done(self.intake.explain(&grant, named.id, round, reason).await?)?;
        Ok(Reply::text(say!(asking.locale, "deny-explained", reason = code(reason))))
    }

    /// Whoever asked takes it back, and does not judge it.
    fn is_for_others(&self, asking: &Asker, operation: &Operation) -> Result<(), Refusal> {
        let (user, requester) = (asking.requester.user, operation.request.requester);
        let judges = operation.open_round().is_none_or(|(round, _)| round.may_judge(requester, user));
        if judges { Ok(()) } else { Err(Refusal::OwnRequest) }
    }
}

/// It is durable now, and others are asked.
pub(super) fn accepted_waiting(operation: &Operation, asking: &Asker) -> Option<String> {
    let (round, _) = operation.open_round()?;
    Some(say!(
        asking.locale,
        "accepted-waiting",
        id = operation.id.to_string(),
        server = named(&operation.request.label),
        count = round.approval.count,
        rule = code(&round.approval.rule),
        who = approval_card::mentions(&round.approval),
    ))
}
