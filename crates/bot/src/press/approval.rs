//! The second person's presses. Rights are those of the press; the intake says what counts.

use bernard_domain::{
    access::Capability,
    operation::{MarkedOperation, Operation},
    second_factor::Code,
};
use bernard_engine::{
    intake::{self, Approved},
    second_factor::NotTaken,
};
use bernard_text::say;
use bernard_untrusted::shown::span::code;
use serenity::model::application::ModalInteraction;

use super::code::ByCode;
use crate::{
    asker::Asker,
    component::Button,
    context::Handler,
    modal::Modal,
    refusal::{CodeRefusal, Refusal, done},
    reply::Reply,
    retype::Retype,
};

impl Handler {
    /// **Approve**.
    pub(crate) async fn approve(
        &self,
        asking: &Asker,
        operation: &Operation,
        round: u32,
        code: Option<&Code>,
    ) -> Result<Reply, Refusal> {
        self.is_for_others(asking, operation)?;
        let (server, grant) = self.admit_for(asking, operation, Capability::Approve).await?;
        let given = match self.code_for_approval(asking, (operation, round), &server, code).await? {
            ByCode::NotWanted => None,
            ByCode::Given(given) => Some(given),
            ByCode::Wanted(reply) => return Ok(*reply),
        };
        match self.intake.approve(&grant, operation.id, round, given.as_deref()).await? {
            Approved::Done(operation) => {
                let id = operation.id.to_string();
                Ok(Reply::text(match operation.open_round() {
                    Some((open, _)) => say!(asking.locale, "approve-more", id = id, count = open.lacks()),
                    None => say!(asking.locale, "approve-done", id = id),
                }))
            }
            Approved::Busy(holder) => Err(Refusal::Busy(holder)),
            Approved::CodeUsed => Err(Refusal::Code(CodeRefusal::NotTaken(NotTaken::Used, asking.requester.user))),
            Approved::CountsNot => Err(Refusal::CountsNot),
            Approved::TooLate(operation) => Err(Refusal::TooLate(Some(operation.id), None)),
            Approved::Unknown => Err(Refusal::Unknown),
        }
    }

    /// **Deny**: at once; the reason may be added to it.
    pub(crate) async fn deny(&self, asking: &Asker, operation: &Operation, round: u32) -> Result<Reply, Refusal> {
        self.is_for_others(asking, operation)?;
        let (_, grant) = self.admit_for(asking, operation, Capability::Approve).await?;
        let denied = done(self.intake.deny(&grant, operation.id, round).await?)?;
        let content = say!(asking.locale, "deny-done", id = denied.id.to_string());
        Ok(Reply::with_buttons(content, vec![Button::AddReason(denied.round(round), round).create(asking.locale)]))
    }

    /// **Cancel** on a message that asks others.
    pub(crate) async fn withdraw(&self, asking: &Asker, operation: &Operation, round: u32) -> Result<Reply, Refusal> {
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
    pub(crate) async fn submitted(&self, form: &ModalInteraction) -> Result<Reply, Refusal> {
        let modal: Modal = form.data.custom_id.parse().map_err(|_| Refusal::Unknown)?;
        let asking = Asker::of_form(form, &self.settings.served_guild)?;
        let code = || Modal::code(&form.data).ok_or(Refusal::Code(CodeRefusal::NotACode));
        match modal {
            Modal::DenialReason(named, round) => {
                let reason = Modal::reason(&form.data)
                    .ok_or_else(|| Refusal::Typed("reason", say!(asking.locale, "typed-denial-reason")))?;
                self.explain(&asking, named, round, reason).await
            }
            Modal::ApprovalCode(named, round) => {
                let operation = self.formed(named, round, Button::ApproveByCode(named, round)).await?;
                self.approve(&asking, &operation, round, Some(&code()?)).await
            }
            Modal::GlassCode(card) => self.confirm(&asking, card, Some(&code()?)).await,
        }
    }

    /// What a form is about: the press that opened it was answered before anything was looked up, so what opened it is judged here.
    async fn formed(&self, named: MarkedOperation, round: u32, by: Button) -> Result<Operation, Refusal> {
        let operation = self.store.operation(named.id).await?;
        let operation = operation.filter(|operation| operation.round(round) == named);
        operation.ok_or_else(|| Refusal::MadeElsewhere(Retype::of(by, "")))
    }

    async fn explain(
        &self,
        asking: &Asker,
        named: MarkedOperation,
        round: u32,
        reason: &str,
    ) -> Result<Reply, Refusal> {
        let operation = self.formed(named, round, Button::AddReason(named, round)).await?;
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
