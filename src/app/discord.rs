//! Everything that needs Discord to be there: it waits for Discord, however long that takes, and nothing else waits with it.

use std::{
    collections::BTreeSet,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use serenity::{
    builder::CreateCommand,
    model::id::{ApplicationId, GuildId, UserId},
};
use sha1::{Digest, Sha1};
use tokio::{sync::mpsc, task::JoinSet};
use tokio_util::sync::CancellationToken;

use super::{Ended, Ready};
use crate::{
    config::{Config, Mode},
    discord::{
        RawInteraction, Rest,
        card::Manner,
        command,
        courier::Courier,
        gateway::{Gateway, GatewaySettings, Handle, Health},
        handler::SharedPolicy,
        herald::{Herald, HeraldSettings},
        reporter::Reporter,
        rest::RegisteredCommand,
        sender::SenderSettings,
    },
    rescue::{errand::Errand, fleet::Fleet, pulse::Pulse},
    store::Store,
};

/// How long Discord is left alone between two tries to begin with it.
const DISCORD_RETRY: Duration = Duration::from_secs(3);

/// Everything that needs Discord to be there.
pub(super) struct Discord {
    pub(super) rest: Rest,
    pub(super) store: Store,
    pub(super) pulse: Pulse,
    pub(super) policy: SharedPolicy,
    pub(super) fleet: Fleet,
    pub(super) ready: Arc<Ready>,
    pub(super) stop: CancellationToken,
    pub(super) sender_settings: SenderSettings,
    pub(super) drain: Duration,
    pub(super) config: Arc<Config>,
}

impl Discord {
    /// Waits for Discord, registers the commands, and keeps the gateway until `stop`.
    pub(super) async fn run(
        self,
        errands: mpsc::Receiver<Errand>,
        interactions: mpsc::Sender<RawInteraction>,
    ) -> Result<(), Ended> {
        let stop = self.stop.clone();
        let Some(begun) = stop.run_until_cancelled(self.begin()).await else { return Ok(()) };
        let bot = begun?;
        let guild = GuildId::new(self.config.discord.guild);
        let manner = Manner { locale: self.config.locale, oncall: self.config.discord.oncall_role };
        let reporter = Reporter::new(self.rest.clone(), self.store.clone(), self.pulse.clone(), manner, bot, guild);
        let courier = Arc::new(Courier::new(self.rest.clone(), self.store.clone(), bot, self.policy.clone(), guild));
        let mut loops = JoinSet::new();
        loops.spawn(Arc::new(reporter).run(self.stop.clone()));
        loops.spawn(Arc::clone(&courier).run(errands, self.stop.clone()));
        loops.spawn(courier.wipe(self.stop.clone()));
        let herald = Arc::new(self.herald(bot));
        loops.spawn(Arc::clone(&herald).run(self.stop.clone()));
        loops.spawn(herald.tidy(self.stop.clone()));
        let ended = tokio::select! {
            ended = self.keep_door(interactions) => ended,
            // Nobody would be shown, sent or told anything any more.
            Some(Err(_panic)) = loops.join_next() => Err(Ended::Stuck("a loop that speaks to Discord panicked".to_owned())),
        };
        // A fault ends the program: the loops below wait for a stop that comes only when this has returned.
        if ended.is_ok() {
            while loops.join_next().await.is_some() {}
        }
        ended
    }

    fn herald(&self, bot: UserId) -> Herald {
        let settings = HeraldSettings { locale: self.config.locale, oncall: self.config.discord.oncall_role };
        let seen = (self.fleet.clone(), self.policy.clone());
        Herald::new(self.rest.clone(), self.store.clone(), self.pulse.clone(), settings, seen, bot)
    }

    /// Our own user id, once the commands are registered. Tries for ever, unless the operator must act.
    async fn begin(&self) -> Result<UserId, Ended> {
        loop {
            match self.register().await {
                Ok(bot) => {
                    self.ready.commands.store(true, Ordering::Relaxed);
                    return Ok(bot);
                }
                Err(error) => {
                    if let Some(fault) = error.downcast_ref::<crate::discord::Error>().and_then(|error| error.fault()) {
                        self.ready.token_refused.store(true, Ordering::Relaxed);
                        return Err(Ended::Fault(fault));
                    }
                    tracing::warn!(error = %format!("{error:#}"), "Discord cannot be begun with yet");
                    tokio::time::sleep(DISCORD_RETRY).await;
                }
            }
        }
    }

    /// Registers the commands unless Discord still has them exactly as they were last registered.
    async fn register(&self) -> anyhow::Result<UserId> {
        let application = self.rest.application().await?;
        let guild = GuildId::new(self.config.discord.guild);
        let commands = command::registered();
        let fact = |registered: &[RegisteredCommand]| commands_digest(application.id, guild, &commands, registered);
        let (fact_name, registered) = match self.rest.commands(application.id, guild).await {
            Ok(registered) => (COMMANDS_FACT, registered),
            Err(error) if error.is_transient() || error.fault().is_some() => return Err(error.into()),
            Err(error) => {
                // A proxy may let only some routes through: then what we last registered is all there is to compare with.
                tracing::warn!(%error, "the registered commands cannot be read");
                (COMMANDS_UNREAD_FACT, Vec::new())
            }
        };
        if self.store.fact(fact_name).await? != Some(fact(&registered)) {
            let registered = self.rest.set_commands(application.id, guild, &commands).await?;
            self.store.set_fact(COMMANDS_FACT, &fact(&registered)).await?;
            self.store.set_fact(COMMANDS_UNREAD_FACT, &fact(&[])).await?;
            tracing::info!(count = commands.len(), "the commands are registered");
        }
        // An application's bot has its own id, but for the oldest ones.
        Ok(application.bot.map_or(UserId::new(application.id.get()), |bot| bot.id))
    }

    /// Keeps the way in open until `stop`.
    async fn keep_door(&self, interactions: mpsc::Sender<RawInteraction>) -> Result<(), Ended> {
        match self.config.discord.mode {
            Mode::Gateway => self.keep_gateway(interactions).await,
            Mode::Http { .. } => {
                self.ready.gateway.store(true, Ordering::Relaxed);
                tokio::select! {
                    () = self.stop.cancelled() => Ok(()),
                    fault = self.rest.sender().faulted() => Err(Ended::Fault(fault)),
                }
            }
        }
    }

    async fn keep_gateway(&self, interactions: mpsc::Sender<RawInteraction>) -> Result<(), Ended> {
        let settings = GatewaySettings::new(self.sender_settings.clone());
        let gateway = Gateway::start(settings, interactions).map_err(|error| Ended::Stuck(error.to_string()))?;
        let ended = tokio::select! {
            () = self.stop.cancelled() => Ok(()),
            fault = gateway.failed() => Err(Ended::Fault(fault)),
            // The gateway may stay connected with a token that is refused from now on.
            fault = self.rest.sender().faulted() => Err(Ended::Fault(fault)),
            stuck = gateway.stuck() => Err(Ended::Stuck(format!("{stuck:?}"))),
            () = self.watch(&gateway) => Ok(()),
        };
        gateway.stop(self.drain / 2).await;
        ended
    }

    /// Keeps `/readyz` true.
    async fn watch(&self, gateway: &Handle) {
        /// How stale `/readyz` may be.
        const EVERY: Duration = Duration::from_millis(50);
        loop {
            self.ready.gateway.store(matches!(gateway.health(), Health::Connected), Ordering::Relaxed);
            tokio::time::sleep(EVERY).await;
        }
    }
}

/// The name of the digest of the commands that were last registered.
const COMMANDS_FACT: &str = "commands";
/// The same without what Discord has of them.
const COMMANDS_UNREAD_FACT: &str = "commands-unread";

/// What we want, and what Discord has of it: its version of a command changes whenever somebody changes the command.
fn commands_digest(app: ApplicationId, guild: GuildId, wanted: &[CreateCommand], has: &[RegisteredCommand]) -> String {
    let json = serde_json::to_string(wanted).unwrap_or_default();
    let versions: BTreeSet<String> =
        has.iter().map(|command| format!("{} {} {}", command.name, command.id, command.raw["version"])).collect();
    hex::encode(Sha1::digest(format!("{app} {guild} {json} {versions:?}")))
}
