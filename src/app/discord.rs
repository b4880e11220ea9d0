//! Everything that needs Discord to be there: each part waits for its own part of Discord, however long that takes, and nothing
//! else waits with it. The gateway needs its address, the registration the application's id and its two routes, cards, letters and
//! links only the routes they go by; our own user id is asked for where a channel's history is searched.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use bernard_bot::{
    outbox::{
        alert_cards::AlertCards,
        link_delivery::LinkDelivery,
        notifier::{Notifier, NotifierSettings},
        reporter::Reporter,
    },
    registration::Registration,
};
use bernard_config::{Config, Mode};
use bernard_discord::{
    Fault, RawInteraction, Rest,
    gateway::{Gateway, GatewaySettings, Handle, Health},
    sender::SenderSettings,
};
use bernard_engine::{fleet::Fleet, messenger::MessengerRequest, policy::SharedPolicy, wakeups::Wakeups};
use bernard_store::Store;
use secrecy::{ExposeSecret, SecretString};
use serenity::model::id::GuildId;
use tokio::{sync::mpsc, task::JoinSet};
use tokio_util::sync::CancellationToken;

use super::{
    Ended, Ready,
    alone::alone,
    commands::Registrar,
    renewed::{Configs, changed, renewed},
    start,
};

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
    pub(super) configs: Configs,
}

impl Discord {
    /// Registers the commands, shows, sends and tells what is to be, and keeps the gateway until `stop`: each by itself, so that
    /// none waits for another's part of Discord.
    pub(super) async fn run(
        self,
        messenger: mpsc::Receiver<MessengerRequest>,
        interactions: mpsc::Sender<RawInteraction>,
    ) -> Result<(), Ended> {
        let guild = GuildId::new(self.configs.borrow().discord.guild);
        let link_delivery = Arc::new(LinkDelivery::new(self.rest.clone(), self.store.clone(), guild));
        let rest = self.rest.clone();
        let wipe = move |store, stop| Arc::new(LinkDelivery::new(rest.clone(), store, guild)).wipe(stop);
        let mut loops = JoinSet::new();
        start(&mut loops, self.report(guild));
        start(&mut loops, link_delivery.run(messenger, self.stop.clone()));
        start(&mut loops, alone(self.store.clone(), "wiper", self.stop.clone(), wipe));
        start(&mut loops, self.notify(guild));
        start(&mut loops, self.show_alerts());
        start(&mut loops, self.registrar(guild).run(self.stop.clone()));
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

    /// Shows operations, in one replica at a time.
    fn report(&self, guild: GuildId) -> impl Future<Output = ()> + Send + 'static {
        let (rest, wakeups, policy) = (self.rest.clone(), self.wakeups.clone(), self.policy.clone());
        let configs = self.configs.clone();
        let begin = move |store: Store, stop: CancellationToken| {
            let (rest, wakeups, policy) = (rest.clone(), wakeups.clone(), policy.clone());
            renewed(configs.clone(), stop, move |config: Arc<Config>, stop| {
                let manner = (config.locale, config.discord.oncall_role);
                let (rest, store, wakeups) = (rest.clone(), store.clone(), wakeups.clone());
                Arc::new(Reporter::new(rest, store, wakeups, manner, policy.clone(), guild)).run(stop)
            })
        };
        alone(self.store.clone(), "cards", self.stop.clone(), begin)
    }

    /// Tells what is owed, and tidies up behind it, in one replica at a time.
    fn notify(&self, guild: GuildId) -> impl Future<Output = ()> + Send + 'static {
        let (rest, wakeups, configs) = (self.rest.clone(), self.wakeups.clone(), self.configs.clone());
        let (fleet, policy) = (self.fleet.clone(), self.policy.clone());
        let begin = move |store: Store, stop: CancellationToken| {
            let (rest, wakeups) = (rest.clone(), wakeups.clone());
            let (fleet, policy) = (fleet.clone(), policy.clone());
            renewed(configs.clone(), stop, move |config: Arc<Config>, stop: CancellationToken| {
                let settings =
                    NotifierSettings { locale: config.locale, oncall: config.discord.oncall_role, guild: guild.get() };
                let (rest, store, wakeups) = (rest.clone(), store.clone(), wakeups.clone());
                let notifier = Arc::new(Notifier::new(rest, store, wakeups, settings, fleet.clone(), policy.clone()));
                async move {
                    tokio::join!(Arc::clone(&notifier).run(stop.clone()), notifier.tidy(stop));
                }
            })
        };
        alone(self.store.clone(), "notices", self.stop.clone(), begin)
    }

    /// Shows what machines say, in one replica at a time.
    fn show_alerts(&self) -> impl Future<Output = ()> + Send + 'static {
        let (rest, wakeups, configs) = (self.rest.clone(), self.wakeups.clone(), self.configs.clone());
        let begin = move |store: Store, stop: CancellationToken| {
            let (rest, wakeups) = (rest.clone(), wakeups.clone());
            renewed(configs.clone(), stop, move |config: Arc<Config>, stop| {
                let (rest, store, wakeups) = (rest.clone(), store.clone(), wakeups.clone());
                Arc::new(AlertCards::new(rest, store, wakeups, config.locale)).run(stop)
            })
        };
        alone(self.store.clone(), "alerts", self.stop.clone(), begin)
    }

    /// Keeps the way in open until `stop`.
    async fn keep_door(&self, interactions: mpsc::Sender<RawInteraction>) -> Result<(), Ended> {
        let mode = self.configs.borrow().discord.mode.clone();
        match mode {
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

    /// One session after the other: another one begins only with another token.
    async fn keep_gateway(&self, interactions: mpsc::Sender<RawInteraction>) -> Result<(), Ended> {
        let mut configs = self.configs.clone();
        loop {
            let token = configs.borrow_and_update().discord.token.clone();
            let sender = SenderSettings { token: token.clone(), ..self.sender_settings.clone() };
            let gateway = Gateway::start(GatewaySettings::new(sender), interactions.clone())
                .map_err(|error| Ended::Stuck(error.to_string()))?;
            let ended = tokio::select! {
                () = self.stop.cancelled() => Some(Ok(())),
                fault = gateway.failed() => Some(Err(Ended::Fault(fault))),
                // The gateway may stay connected with a token that is refused from now on.
                fault = self.rest.sender().faulted() => Some(Err(Ended::Fault(fault))),
                stuck = gateway.stuck() => Some(Err(Ended::Stuck(stuck.to_string()))),
                () = self.watch(&gateway) => Some(Ok(())),
                () = another_token(&mut configs, &token) => None,
            };
            gateway.stop(self.drain / 2).await;
            match ended {
                Some(ended) => return ended,
                None => tracing::info!("the session with Discord begins anew, with another token"),
            }
        }
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

/// Waits until the configuration in force has another token than this one.
async fn another_token(configs: &mut Configs, token: &SecretString) {
    while configs.borrow_and_update().discord.token.expose_secret() == token.expose_secret() {
        changed(configs).await;
    }
}
