//! Everything that needs Discord to be there: each part waits for its own part of Discord, however long that takes, and nothing
//! else waits with it. The gateway needs its address, the registration the application's id and its two routes, cards, letters and
//! links only the routes they go by; our own user id is asked for where a channel's history is searched.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use bernard_bot::{
    outbox::{
        link_delivery::LinkDelivery,
        notifier::{Notifier, NotifierSettings},
        reporter::Reporter,
    },
    registration::Registration,
    render::rendering::ChannelStyle,
};
use bernard_config::{Config, Mode};
use bernard_discord::{
    Fault, RawInteraction, Rest,
    gateway::{Gateway, GatewaySettings, Handle, Health},
    sender::SenderSettings,
};
use bernard_engine::{fleet::Fleet, messenger::MessengerRequest, policy::SharedPolicy, wakeups::Wakeups};
use bernard_store::Store;
use serenity::model::id::GuildId;
use tokio::{sync::mpsc, task::JoinSet};
use tokio_util::sync::CancellationToken;

use super::{Ended, Ready, commands::Registrar};

/// Everything that needs Discord to be there.
pub(super) struct Discord {
    pub(super) rest: Rest,
    pub(super) store: Store,
    pub(super) wakeups: Wakeups,
    pub(super) policy: SharedPolicy,
    pub(super) fleet: Fleet,
    pub(super) ready: Arc<Ready>,
    pub(super) registration: Registration,
    pub(super) stop: CancellationToken,
    pub(super) sender_settings: SenderSettings,
    pub(super) drain: Duration,
    pub(super) config: Arc<Config>,
}

impl Discord {
    /// Registers the commands, shows, sends and tells what is to be, and keeps the gateway until `stop`: each by itself, so that
    /// none waits for another's part of Discord.
    pub(super) async fn run(
        self,
        messenger: mpsc::Receiver<MessengerRequest>,
        interactions: mpsc::Sender<RawInteraction>,
    ) -> Result<(), Ended> {
        let guild = GuildId::new(self.config.discord.guild);
        let manner = ChannelStyle { locale: self.config.locale, oncall: self.config.discord.oncall_role };
        let reporter = Reporter::new(self.rest.clone(), self.store.clone(), self.wakeups.clone(), manner, guild);
        let link_delivery = Arc::new(LinkDelivery::new(self.rest.clone(), self.store.clone(), guild));
        let mut loops = JoinSet::new();
        loops.spawn(Arc::new(reporter).run(self.stop.clone()));
        loops.spawn(Arc::clone(&link_delivery).run(messenger, self.stop.clone()));
        loops.spawn(link_delivery.wipe(self.stop.clone()));
        let notifier = Arc::new(self.notifier());
        loops.spawn(Arc::clone(&notifier).run(self.stop.clone()));
        loops.spawn(notifier.tidy(self.stop.clone()));
        loops.spawn(self.registrar(guild).run(self.stop.clone()));
        let ended = tokio::select! {
            ended = self.keep_door(interactions) => ended,
            // Nobody would be shown, sent or told anything any more.
            Some(Err(_panic)) = loops.join_next() => Err(Ended::Stuck("a loop that speaks to Discord panicked".to_owned())),
        };
        if matches!(ended, Err(Ended::Fault(Fault::BadToken))) {
            self.ready.token_refused.store(true, Ordering::Relaxed);
        }
        // A fault ends the program: the loops below wait for a stop that comes only when this has returned.
        if ended.is_ok() {
            while loops.join_next().await.is_some() {}
        }
        ended
    }

    fn registrar(&self, guild: GuildId) -> Registrar {
        let (rest, store, ready) = (self.rest.clone(), self.store.clone(), Arc::clone(&self.ready));
        Registrar { rest, store, guild, ready, registration: self.registration.clone() }
    }

    fn notifier(&self) -> Notifier {
        let settings = NotifierSettings { locale: self.config.locale, oncall: self.config.discord.oncall_role };
        let (rest, store, wakeups) = (self.rest.clone(), self.store.clone(), self.wakeups.clone());
        Notifier::new(rest, store, wakeups, settings, self.fleet.clone(), self.policy.clone())
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
            stuck = gateway.stuck() => Err(Ended::Stuck(stuck.to_string())),
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
