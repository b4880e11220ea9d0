//! `/admin pause` and `/admin resume`: the kill switch. It works even where the bot may not write, and under every limit.

use serenity::{
    builder::{CreateAllowedMentions, CreateCommandOption, CreateMessage},
    model::{channel::MessageFlags, id::ChannelId as DiscordChannel},
};

use super::{Options, text};
use crate::{
    access::Capability,
    clock,
    discord::{
        asking::Asking,
        handler::{Handler, Reply},
        refusal::Refusal,
        rest::Nonce,
        speak,
    },
    metrics,
    rescue::{operation::Kind, pause::Pause},
    say,
    text::{code, mention, since_epoch},
};

/// `/admin pause` asks for this.
pub(super) fn options() -> Vec<CreateCommandOption> {
    vec![text("reason", |l| say!(l, "option-pause-reason")).max_length(400).required(true)]
}

/// The reason that was typed.
pub(super) fn reason(options: &Options<'_>) -> Result<String, Refusal> {
    options.text("reason").ok_or(Refusal::Unknown)
}

impl Handler {
    pub(super) async fn pause(&self, asking: &Asking, reason: String) -> Result<Reply, Refusal> {
        self.anywhere(asking, Capability::Admin)?;
        let pause = Pause { by: asking.requester.user, at: clock::now(), reason };
        if let Some(earlier) = self.store.begin_pause(&pause).await? {
            return Err(self.paused_by(asking, earlier));
        }
        metrics::paused(&Some(pause.clone()));
        tracing::warn!(user.id = pause.by.0, "new operations are refused from now on");
        let who = mention(pause.by);
        let words = say!(self.settings.locale, "pause-announced", who = who, reason = code(&pause.reason));
        Ok(self.announced(asking, words, say!(asking.locale, "pause-done")).await)
    }

    pub(super) async fn resume(&self, asking: &Asking) -> Result<Reply, Refusal> {
        self.anywhere(asking, Capability::Admin)?;
        let Some(ended) = self.store.end_pause().await? else {
            return Ok(Reply::text(say!(asking.locale, "resume-nothing")));
        };
        metrics::paused(&None);
        tracing::warn!(user.id = asking.requester.user.0, "new operations are taken again");
        let who = mention(asking.requester.user);
        let since = since_epoch(ended.at);
        let words = say!(self.settings.locale, "resume-announced", who = who, since = since);
        Ok(self.announced(asking, words, say!(asking.locale, "resume-done")).await)
    }

    /// Tells the channel; it is already so, and whoever did it hears if the channel did not.
    async fn announced(&self, asking: &Asking, words: String, done: String) -> Reply {
        let message = CreateMessage::new()
            .content(words)
            .allowed_mentions(CreateAllowedMentions::new())
            .flags(MessageFlags::SUPPRESS_EMBEDS);
        let channel = DiscordChannel::new(asking.channel.0);
        let nonce = Nonce::try_from(format!("p{}", asking.interaction)).expect("an interaction's id is short");
        match self.rest.post(channel, &message, &nonce, &[]).await {
            Ok(_) => Reply::text(done),
            Err(error) => {
                tracing::warn!(%error, "the channel was not told of the kill switch");
                Reply::text(format!("{done}\n{}", say!(asking.locale, "pause-not-announced")))
            }
        }
    }

    /// That an operation of this kind may be begun: nothing is paused, or it leads out of rescue.
    pub(in crate::discord) async fn not_paused(&self, asking: &Asking, kind: Kind) -> Result<(), Refusal> {
        if kind.is_always_open() {
            return Ok(());
        }
        match self.store.pause().await? {
            Some(pause) => Err(self.paused_by(asking, pause)),
            None => Ok(()),
        }
    }

    /// The refusal of a pause, with those who can end it.
    pub(super) fn paused_by(&self, asking: &Asking, pause: Pause) -> Refusal {
        let who = self.policy.get().who_may_anywhere(Capability::Admin, asking.place.0);
        Refusal::Paused(Box::new(pause), who)
    }

    /// The line of the kill switch for those who look; `None` while it is not pulled.
    pub(super) async fn pause_line(&self, asking: &Asking) -> Result<Option<String>, Refusal> {
        let pause = self.store.pause().await?;
        Ok(pause.map(|pause| format!("⏸️ {}", speak::paused(&pause, asking.locale))))
    }
}
