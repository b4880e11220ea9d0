//! `/admin pause` and `/admin resume`: the kill switch. It works even where the bot may not write, and under every limit.

use bernard_domain::{access::Capability, audit::Act, operation::Kind, pause::Pause};
use bernard_platform::metrics::{self, Switch};
use bernard_text::say;
use serenity::builder::CreateCommandOption;

use crate::{asker::Asker, context::Handler, refusal::Refusal, render::wording, reply::Reply};

/// `/admin pause` asks for this.
pub(super) fn options() -> Vec<CreateCommandOption> {
    vec![super::reason().required(true)]
}

impl Handler {
    pub(super) async fn pause(&self, asking: &Asker, reason: String) -> Result<Reply, Refusal> {
        let grant = self.anywhere(asking, Capability::Admin)?;
        let entry = asking.entry(Act::Paused, &grant).because(Some(&reason));
        if let Some(earlier) = self.intake.pause(&grant, reason, asking.channel, &entry).await? {
            return Err(self.paused_by(asking, earlier));
        }
        metrics::paused(Switch::Pulled);
        tracing::warn!(user.id = asking.requester.user.0, "new operations are refused from now on");
        Ok(Reply::text(say!(asking.locale, "pause-done")))
    }

    pub(super) async fn resume(&self, asking: &Asker) -> Result<Reply, Refusal> {
        let grant = self.anywhere(asking, Capability::Admin)?;
        let entry = asking.entry(Act::Resumed, &grant);
        if self.intake.resume(&grant, asking.channel, &entry).await?.is_none() {
            return Ok(Reply::text(say!(asking.locale, "resume-nothing")));
        }
        metrics::paused(Switch::Loose);
        tracing::warn!(user.id = asking.requester.user.0, "new operations are taken again");
        Ok(Reply::text(say!(asking.locale, "resume-done")))
    }

    /// That an operation of this kind may be begun: nothing is paused, or it leads out of rescue.
    pub(crate) async fn not_paused(&self, asking: &Asker, kind: Kind) -> Result<(), Refusal> {
        if kind.is_always_open() {
            return Ok(());
        }
        match self.store.pause().await? {
            Some(pause) => Err(self.paused_by(asking, pause)),
            None => Ok(()),
        }
    }

    /// The refusal of a pause, with those who can end it.
    pub(super) fn paused_by(&self, asking: &Asker, pause: Pause) -> Refusal {
        let who = self.policy.get().who_may_anywhere(Capability::Admin, asking.place.0);
        Refusal::Paused(Box::new(pause), who)
    }

    /// The line of the kill switch for those who look; `None` while it is not pulled.
    pub(super) async fn pause_line(&self, asking: &Asker) -> Result<Option<String>, Refusal> {
        let pause = self.store.pause().await?;
        Ok(pause.map(|pause| format!("⏸️ {}", wording::paused(&pause, asking.locale))))
    }
}
