//! Builds the concrete things, starts the loops, stops them in order. The only place that knows all of them.
//!
//! What needs Discord waits for Discord in the background: during an outage operations go on, `/healthz` answers, and
//! `SIGTERM` still ends the program within `drain`.

mod alone;
pub mod audit;
mod background;
pub mod backup;
mod budget;
pub mod check;
mod commands;
mod discord;
pub(crate) mod duty;
mod figures;
pub mod healthcheck;
mod pulse;
mod reach;
pub mod reload;
mod renewed;
mod sinks;
pub mod store;
pub mod tell;
pub mod totp;
pub mod transfer;
mod wall_clock;
mod web;

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use anyhow::Context;
use bernard_bot::{
    asker::ServedGuild,
    context::{Handler, HandlerSettings},
    registration::Registration,
};
use bernard_config::{Config, Pace};
use bernard_discord::{
    Fault, Rest,
    sender::{Sender, SenderSettings},
};
use bernard_domain::{
    access::Policy,
    audit::{Act, Entry},
    operation::ChannelId,
};
use bernard_engine::{
    fleet::Fleet,
    intake::Intake,
    limits::Limits,
    messenger::Messenger,
    policy::SharedPolicy,
    reauthorize::Rights,
    runner::Runner,
    steps::{Probe, Settings},
    wakeups::Wakeups,
};
use bernard_ovh as ovh;
use bernard_platform::{clock, live::Live, metrics::Switch};
use bernard_store::Store;
use futures_util::FutureExt;
use jiff::SignedDuration;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::{
    net::TcpListener,
    sync::{mpsc, watch},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

use self::{
    background::Parts,
    reload::{Readings, Reloaded, Reloading},
};
use crate::{
    http::{self, Unready},
    logging::LevelHandle,
    service_manager::Pulse,
};

/// How many interactions may wait to be received, which takes no time; more are dropped, and counted.
const WAITING_INTERACTIONS: usize = 256;
/// How many DMs may wait to be sent.
const WAITING_REQUESTS: usize = 64;
/// How much longer than the first pause the longest is between two tries at Discord.
const LONGEST_RETRY_PAUSE: u32 = 25;
/// The process' exit code when its supervisor should start it again at once (`EX_TEMPFAIL`).
pub const EXIT_START_AGAIN: u8 = 75;

/// A program that runs.
#[derive(Debug)]
pub struct App {
    stop: CancellationToken,
    loops: JoinSet<Result<(), Ended>>,
    /// Keeps what this replica has to itself, also while the loops end.
    lease: JoinSet<Ended>,
    reloading: Reloading,
    level: Option<LevelHandle>,
    ready: Arc<Ready>,
    address: SocketAddr,
    drain: Duration,
}

/// Why a loop ended by itself, and with it the program.
#[derive(Debug, thiserror::Error)]
pub enum Ended {
    /// The gateway hangs for good: two sessions side by side would be worse than a new process.
    #[error("the gateway is stuck ({0}); a new process is needed")]
    Stuck(String),
    /// The database lost what was written to it; what was under way is in doubt.
    #[error(
        "the database was put back or failed over: what was under way is in doubt, and a new start reads what there is"
    )]
    Changed,
    /// The store is run no more.
    #[error("{0}")]
    Moved(bernard_store::Error),
    /// The operator must act first.
    #[error("{0}")]
    Fault(Fault),
    /// The web endpoints could not be served.
    #[error("the web endpoints ended: {0}")]
    Web(#[from] std::io::Error),
}

impl Ended {
    /// The process' exit code.
    pub fn code(&self) -> u8 {
        match self {
            Self::Stuck(_) | Self::Changed => EXIT_START_AGAIN,
            Self::Moved(_) | Self::Fault(_) | Self::Web(_) => 1,
        }
    }
}

/// What `/readyz` asks about.
#[derive(Debug, Default)]
struct Ready {
    /// Registering the commands was tried: whatever came of it, buttons, reports and links are served.
    commands: AtomicBool,
    gateway: AtomicBool,
    token_refused: AtomicBool,
    store_unread: AtomicBool,
    stopping: AtomicBool,
}

impl Ready {
    fn reasons(&self) -> Vec<Unready> {
        let is = |flag: &AtomicBool| flag.load(Ordering::Relaxed);
        let reasons = [
            (!is(&self.commands), Unready::Commands),
            (!is(&self.gateway), Unready::Gateway),
            (is(&self.token_refused), Unready::Token),
            (is(&self.store_unread), Unready::Store),
            (is(&self.stopping), Unready::Stopping),
        ];
        reasons.into_iter().filter(|(not, _)| *not).map(|(_, reason)| reason).collect()
    }
}

impl App {
    /// Opens the store and starts everything that `config` asks for. Returns as soon as the web endpoints answer.
    ///
    /// # Errors
    /// When something local is wrong: the store, the listening address, an account. Discord and OVHcloud may be away.
    pub async fn start(config: Config, metrics: PrometheusHandle) -> anyhow::Result<Self> {
        let store = store::open(&config).await?;
        look_for_copy(&store, &config).await?;
        let fleet =
            Fleet::new(clients(&config, &store)?, store.clone()).await.context("the inventory cannot be read")?;
        let pause = store.pause().await.context("the store cannot be read")?;
        bernard_platform::metrics::paused(Switch::of(pause.as_ref()));
        store.wake_all(clock::now()).await.context("the store cannot be written")?;
        store.distrust_messages().await.context("the store cannot be written")?;
        store.doubt_writes(clock::now()).await.context("the store cannot be written")?;
        in_force(&store, &policy(&config), Act::Started).await?;
        let wakeups = Wakeups::default();
        let policy = SharedPolicy::new(policy(&config));
        let (messenger_tx, messenger_rx) = mpsc::channel(WAITING_REQUESTS);
        let messenger = Messenger(messenger_tx);
        let rights = Rights::new(policy.clone(), store.clone(), messenger.clone());
        let runner = Arc::new(Runner::new(
            store.clone(),
            fleet.clone(),
            step_settings(&config),
            rights.clone(),
            messenger,
            wakeups.clone(),
        ));
        let intake = Intake::new(store.clone(), wakeups.clone(), Limits::new(&config.limits).shared_by(store.clone()));
        let sender_settings = sender_settings(&config);
        let sender = Arc::new(Sender::new(sender_settings.clone())?.sharing(budget::shared(&store)));
        let rest = Rest::new(Arc::clone(&sender));
        let registration = Registration::default();
        let handlers = Live::new(Handler::new(
            rest.clone(),
            handler_settings(&config, registration.clone()),
            policy.clone(),
            store.clone(),
            fleet.clone(),
            intake.clone(),
            Arc::clone(&runner),
        ));
        let (interaction_tx, interaction_rx) = mpsc::channel(WAITING_INTERACTIONS);
        let listener = TcpListener::bind(config.http.listen)
            .await
            .with_context(|| format!("http.listen: cannot listen on {}", config.http.listen))?;
        let address = listener.local_addr()?;
        let stop = CancellationToken::new();
        let ready = Arc::new(Ready::default());
        let mut loops = JoinSet::new();
        let proposals = Live::new(config.proposals.clone());
        let endpoints = web::endpoints(&config, metrics, &ready, &interaction_tx)?
            .with_proposals(web::proposals(&proposals, &fleet, &store, &wakeups, &handlers));
        let (seen, readings) = (fleet.clone(), Readings::default());
        let told = readings.clone();
        let endpoints = endpoints.with_accounts(move || reach::accounts(&seen)).with_configuration(move || told.json());
        let web_stop = stop.clone();
        start(&mut loops, async move { Ok(http::serve(listener, endpoints, web_stop.cancelled_owned()).await?) });
        start(&mut loops, quietly(Arc::clone(&runner).run(stop.clone())));
        start(&mut loops, quietly(Handler::run(handlers.clone(), interaction_rx, stop.clone())));
        start(&mut loops, quietly(wall_clock::watch(stop.clone())));
        start(&mut loops, quietly(store::follow(store.clone(), fleet.clone(), wakeups.clone(), stop.clone())));
        let seen = Arc::clone(&ready);
        let readable = move |is: bool| seen.store_unread.store(!is, Ordering::Relaxed);
        let drain = config.pace.drain;
        let (configs, config_rx) = watch::channel(Arc::new(config));
        let known = (store.clone(), fleet.clone(), policy.oncall().clone());
        start(&mut loops, quietly(figures::keep(known, config_rx.clone(), readable, stop.clone())));
        start(&mut loops, quietly(duty::keep(store.clone(), policy.clone(), config_rx.clone(), stop.clone())));
        let parts = Parts { store: store.clone(), fleet: fleet.clone(), wakeups: wakeups.clone() };
        parts.spawn(&mut loops, (intake.clone(), rights), &config_rx, &stop);
        let config = Arc::clone(&config_rx.borrow());
        start(&mut loops, quietly(reach::tell(fleet.clone(), Arc::clone(&ready), Arc::clone(&config), stop.clone())));
        let discord = discord::Discord {
            rest,
            store: store.clone(),
            wakeups: wakeups.clone(),
            policy: policy.clone(),
            fleet: fleet.clone(),
            ready: Arc::clone(&ready),
            registration: registration.clone(),
            stop: stop.clone(),
            sender_settings,
            drain,
            configs: config_rx,
        };
        start(&mut loops, discord.run(messenger_rx, interaction_tx));
        let mut lease = JoinSet::new();
        lease.spawn(store::keep(store.clone(), Arc::clone(&config)));
        let reloading = Reloading {
            configs,
            policy,
            fleet,
            store,
            wakeups,
            intake,
            runner,
            handlers,
            sender,
            registration,
            proposals,
            readings,
        };
        Ok(Self { stop, loops, lease, reloading, level: None, ready, address, drain })
    }

    /// Where the web endpoints listen.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How it goes, whenever that is asked: at once, from memory. A loop hangs that should have come round more than `allowance` ago.
    pub fn pulse(&self, allowance: Duration) -> impl Fn() -> Pulse + Send + 'static {
        let Reloading { fleet, wakeups, .. } = &self.reloading;
        pulse::of(Arc::clone(&self.ready), fleet.clone(), wakeups.liveness().clone(), allowance)
    }

    /// How long stopping takes at most.
    pub fn drain(&self) -> Duration {
        self.drain
    }

    /// The same program, which takes what is to be logged from the configuration too when that is read again.
    #[must_use]
    pub fn with_level(self, level: LevelHandle) -> Self {
        Self { level: Some(level), ..self }
    }

    /// From now on this configuration is in force, but for what waits for a restart: both are told, and logged.
    ///
    /// # Errors
    /// When an account, the token or the log's level cannot be used, or the audit cannot say so: then everything stays as it was.
    pub async fn reload(&self, config: &Config) -> anyhow::Result<Reloaded> {
        let taken = self.reloading.take(config, self.level.as_ref()).await;
        if taken.is_err() {
            self.not_reloaded();
        }
        taken
    }

    /// The configuration was to be read again, and has mistakes: it is counted, and the earlier one stays in force.
    pub fn not_reloaded(&self) {
        self.reloading.refused();
    }

    /// Waits until a loop ends by itself, which is the end of the program.
    pub async fn ended(&mut self) -> Ended {
        loop {
            let ended = tokio::select! {
                ended = self.loops.join_next() => ended,
                Some(ended) = self.lease.join_next() => Some(ended.map(Err)),
            };
            match ended {
                Some(Ok(Err(ended))) => return ended,
                Some(Ok(Ok(()))) => {}
                Some(Err(_panic)) => return Ended::Stuck("a loop panicked".to_owned()),
                None => return Ended::Stuck("no loop is left".to_owned()),
            }
        }
    }

    /// Stops in order: no new work, what is under way finishes or is parked; never longer than `drain`.
    pub async fn stop(mut self) {
        self.ready.stopping.store(true, Ordering::Relaxed);
        self.stop.cancel();
        let all = async { while self.loops.join_next().await.is_some() {} };
        // The last tenth is for the store, so that the whole stays within `drain`.
        let last = self.drain / 10;
        if tokio::time::timeout(self.drain - last, all).await.is_err() {
            tracing::warn!("not everything ended in time; it is carried on after the next start");
            self.loops.abort_all();
        }
        self.lease.abort_all();
        if tokio::time::timeout(last, self.reloading.store.close()).await.is_err() {
            tracing::warn!("the store is still in use; what was promised is on disk all the same");
        }
        tracing::info!("stopped");
    }
}

/// Starts a loop. Boxed, so that the runtime's code for a task is compiled once for all of them instead of once for each.
fn start<T: Send + 'static>(loops: &mut JoinSet<T>, work: impl Future<Output = T> + Send + 'static) {
    loops.spawn(work.boxed());
}

async fn quietly(work: impl Future<Output = ()>) -> Result<(), Ended> {
    work.await;
    Ok(())
}

/// Before anything else is done with a store: whether it is a copy that was put back.
async fn look_for_copy(store: &Store, config: &Config) -> anyhow::Result<()> {
    let tell = config.digest.as_ref().map(|digest| ChannelId(digest.channel));
    if let Some(found) = store.look_for_copy(tell, clock::now()).await.context("the store cannot be written")? {
        let (operations, leases) = (found.operations.len(), found.leases);
        tracing::warn!(
            ?found.sign,
            operations,
            leases,
            "this store is a copy of an earlier moment: what was under way in it is in doubt and not done again, and no deadline restores its rescues"
        );
    }
    Ok(())
}

fn sender_settings(config: &Config) -> SenderSettings {
    SenderSettings {
        edit_window: config.pace.edit_window,
        retry_min: config.pace.retry_pause,
        retry_max: config.pace.retry_pause.saturating_mul(LONGEST_RETRY_PAUSE),
        ..SenderSettings::new(config.discord.api_url.clone(), config.discord.token.clone())
    }
}

/// The clients of the configured accounts.
fn clients(config: &Config, store: &Store) -> Result<Vec<ovh::Client>, ovh::Fault> {
    let Pace { ovh_timeout, retry_pause, .. } = config.pace;
    let client =
        |account: &ovh::Account| ovh::Client::sharing(account.clone(), ovh_timeout, retry_pause, budget::shared(store));
    config.ovh.iter().map(client).collect()
}

/// The audit and the log say which policy is in force from now on.
async fn in_force(store: &Store, policy: &Policy, act: Act) -> anyhow::Result<()> {
    let digest = policy.digest();
    let entry = Entry::act(act, clock::now()).saying(concat!("bernard ", env!("CARGO_PKG_VERSION")));
    store.audit_policy(&digest, &entry).await.context("the audit cannot be written")?;
    tracing::info!(policy.digest = digest, "this policy is in force");
    Ok(())
}

fn policy(config: &Config) -> Policy {
    Policy::new(config.roles.clone(), config.protections.clone()).with_people(config.people.clone())
}

fn step_settings(config: &Config) -> Settings {
    Settings {
        task_poll: config.pace.task_poll,
        secret_poll: config.pace.secret_poll,
        reboot_settle: config.pace.reboot_settle,
        question_patience: config.pace.question_patience,
        longer_from: config.pace.longer_from.try_into().unwrap_or(SignedDuration::MAX),
        task_patience: config.pace.task_patience,
        console_test: config.pace.console_test,
        secret_timeout: config.rescue.secret_timeout,
        secret_from: config.rescue.secret_from.clone(),
        secret_link: config.rescue.secret_link.clone(),
        probe: if config.rescue.probe { Probe::On } else { Probe::Off },
    }
}

fn handler_settings(config: &Config, registration: Registration) -> HandlerSettings {
    HandlerSettings {
        served_guild: ServedGuild { guild: config.discord.guild, channels: config.discord.channels.clone() },
        lease: config.rescue.lease.try_into().unwrap_or(SignedDuration::MAX),
        max_lease: config.rescue.max_lease.try_into().unwrap_or(SignedDuration::MAX),
        remind_before: config.rescue.remind_before.try_into().unwrap_or(SignedDuration::MAX),
        zone: config.time_zone.clone(),
        email_domains: config.rescue.email_domains.clone(),
        secret_from: config.rescue.secret_from.clone(),
        oncall_role: config.discord.oncall_role,
        registration,
        second_factor_key: config.second_factor.as_ref().map(|of| of.key.clone()),
        runbooks: config.runbooks.clone(),
        sinks: sinks::names(config),
    }
}
