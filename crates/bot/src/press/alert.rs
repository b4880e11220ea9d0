//! What stands on the card of a server's alerts: the command that each button means, with the rights of whoever presses; and
//! **Not now**. The alert itself does nothing: all that its buttons take from it is the server's name.

use bernard_domain::{
    access::Capability,
    alert::{AlertCard, MarkedAlertCard},
    audit::Act,
};
use bernard_platform::clock;
use bernard_text::{say, since_epoch};
use serenity::model::application::ComponentInteraction;

use crate::{
    asker::Asker,
    command::{Command, ConsoleOptions, EnableOptions},
    component::{Button, OnAlert},
    context::Handler,
    proposal::Typed,
    refusal::Refusal,
    reply::Reply,
};

impl Handler {
    pub(super) async fn about_alerts(
        &self,
        press: &ComponentInteraction,
        button: Button,
        named: MarkedAlertCard,
    ) -> Result<Reply, Refusal> {
        let Button::Alert(_, what) = button else { return Err(Refusal::Unknown) };
        let asking = Asker::of_press(press, &self.settings.served_guild, &self.rest, None).await?;
        let card = self.store.alert_card(named.id).await?;
        let card = self.made_here(press, button, card, |one| named == one.marked()).await?;
        match command(what, &card) {
            // How a server is can be asked whatever became of its alerts.
            Some(command) if card.is_open() || what == OnAlert::Status => self.instead_of(&asking, command).await,
            None if card.is_open() => self.not_now(&asking, &card).await,
            _ => Err(too_late(&card, what)),
        }
    }

    /// What a person would have typed. The message names the server to whoever reads it, so a refusal does too.
    async fn instead_of(&self, asking: &Asker, command: Command) -> Result<Reply, Refusal> {
        self.counted(asking, &command).await?;
        match Box::pin(self.execute(asking, command)).await {
            Err(Refusal::Unseen(denial, typed, _)) => Err(Refusal::Denied(denial, Some(typed))),
            answered => answered,
        }
    }

    /// Whoever sees the server may: it is said who did, and ends by itself.
    async fn not_now(&self, asking: &Asker, card: &AlertCard) -> Result<Reply, Refusal> {
        let server = self.find_named(asking, &card.server, Capability::View).await?;
        let grant = self.may(asking, Capability::View, &server)?;
        let entry = asking.entry(Act::AlertsQuieted, &grant).saying(card.summary.as_str());
        let by = asking.requester.user;
        let now = self.store.quiet_alert_card(card.id, by, &entry, clock::now()).await?.ok_or(Refusal::Unknown)?;
        match (now.quieted, now.quiet_until()) {
            (Some((who, _)), Some(until)) if who == by => {
                Ok(Reply::text(say!(asking.locale, "alert-is-quiet", until = since_epoch(until))))
            }
            _ => Err(too_late(&now, OnAlert::NotNow)),
        }
    }
}

/// The command that a button means; `None`: it is **Not now**.
fn command(what: OnAlert, card: &AlertCard) -> Option<Command> {
    let server = card.server.to_string();
    Some(match what {
        OnAlert::Reboot => Command::Reboot(Typed { server, ..Typed::default() }),
        OnAlert::Rescue => Command::Enable(EnableOptions { server, ..EnableOptions::default() }),
        OnAlert::Console => Command::Console(ConsoleOptions { server, minutes: None, ip: None }),
        OnAlert::Status => Command::Status { server: Some(server) },
        OnAlert::NotNow => return None,
    })
}

/// The card was closed meanwhile: what can be typed all the same.
fn too_late(card: &AlertCard, what: OnAlert) -> Refusal {
    let command = match what {
        OnAlert::Reboot => "/reboot",
        OnAlert::Rescue => "/rescue enable",
        OnAlert::Console => "/console",
        OnAlert::Status | OnAlert::NotNow => "/status",
    };
    Refusal::AlertOver(format!("{command} server:{}", card.label))
}
