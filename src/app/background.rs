//! The loops beside people: reminders and deadlines, the inventory, foreign rescues, anchors, sinks. Each goes by the configuration in force, and
//! runs in one replica at a time; but every replica lists its accounts, and one of them looks at the servers.

use std::{sync::Arc, time::Duration};

use bernard_config::{Config, Places};
use bernard_domain::{operation::ChannelId, server::Server};
use bernard_engine::{
    audit_anchor::Anchors,
    fleet::{
        Fleet,
        foreign_finder::Finder,
        refresh::{self, Reading},
    },
    intake::Intake,
    lease_scheduler::{LeaseScheduler, LeaseSchedulerSettings},
    reauthorize::Rights,
    wakeups::Wakeups,
};
use bernard_store::Store;
use futures_util::{FutureExt, future::BoxFuture};
use jiff::SignedDuration;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::{
    Ended,
    alone::alone,
    quietly,
    renewed::{Configs, renewed},
    sinks, start,
};
use crate::check::remembered;

/// Begins a loop by the configuration of the moment.
type Begin = Box<dyn Fn(Store, Arc<Config>, CancellationToken) -> BoxFuture<'static, ()> + Send + Sync>;

/// What all of them work with.
#[derive(Clone)]
pub(super) struct Parts {
    pub(super) store: Store,
    pub(super) fleet: Fleet,
    pub(super) wakeups: Wakeups,
}

impl Parts {
    /// Starts them.
    pub(super) fn spawn(
        self,
        loops: &mut JoinSet<Result<(), Ended>>,
        (intake, rights): (Intake, Rights),
        configs: &Configs,
        stop: &CancellationToken,
    ) {
        let mut one = |name, begin: Begin| {
            let (store, configs) = (self.store.clone(), configs.clone());
            let begin = Arc::new(begin);
            let work = move |store: Store, stop: CancellationToken| {
                let begin = Arc::clone(&begin);
                renewed(configs.clone(), stop, move |config, stop| begin(store.clone(), config, stop))
            };
            start(loops, quietly(alone(store, name, stop.clone(), work)));
        };
        let Self { fleet, wakeups, .. } = self.clone();
        one(
            "reminders",
            Box::new(move |store, config, stop| {
                let (fleet, wakeups, rights) = (fleet.clone(), wakeups.clone(), rights.clone());
                let intake = intake.writing_by(store.clone());
                let settings = scheduler_settings(&config);
                Arc::new(LeaseScheduler::new(store, fleet, intake, rights, wakeups, settings)).run(stop).boxed()
            }),
        );
        let fleet = self.fleet.clone();
        one(
            "rescues of others",
            Box::new(move |store, config, stop| {
                let hurry = config.pace.reminder_tick.min(config.pace.inventory_refresh);
                Finder::new(fleet.clone(), store).run(hurry, stop).boxed()
            }),
        );
        one("traces", Box::new(|store, config, stop| trace(store, config, stop).boxed()));
        let parts = self.clone();
        one(
            "anchors",
            Box::new(move |store, config, stop| {
                let parts = Self { store, ..parts.clone() };
                anchor(parts, config, stop).boxed()
            }),
        );
        one(
            "signed anchors",
            Box::new(|store, config, stop| async move { sinks::sign(store, &config, stop).await }.boxed()),
        );
        let wakeups = self.wakeups.clone();
        one(
            "audit sinks",
            Box::new(move |store, config, stop| {
                let wakeups = wakeups.clone();
                async move { sinks::ship(store, wakeups, &config, stop).await }.boxed()
            }),
        );
        let reading = Reading::default();
        let (fleet, reads) = (self.fleet.clone(), reading.clone());
        let read = move |_, stop: CancellationToken| looking(reads.clone(), stop);
        start(loops, quietly(alone(self.store.clone(), "inventory", stop.clone(), read)));
        let keep = move |config: Arc<Config>, stop: CancellationToken| {
            keep_inventory(fleet.clone(), reading.clone(), config, stop)
        };
        start(loops, quietly(renewed(configs.clone(), stop.clone(), keep)));
    }
}

/// Posts the audit's anchors, if there is a channel for them.
async fn anchor(parts: Parts, config: Arc<Config>, stop: CancellationToken) {
    let Some(channel) = config.audit.anchor_channel else { return stop.cancelled().await };
    let anchors = Anchors {
        store: parts.store,
        wakeups: parts.wakeups,
        channel: ChannelId(channel),
        zone: config.time_zone.clone(),
        every: config.pace.reminder_tick,
    };
    anchors.keep(stop).await;
}

/// Sends traces, if there is a collector for them.
async fn trace(store: Store, config: Arc<Config>, stop: CancellationToken) {
    match &config.traces {
        #[cfg(feature = "otlp")]
        Some(to) => crate::traces::export(store, to.clone(), stop).await,
        #[cfg(not(feature = "otlp"))]
        Some(_) => {
            drop(store);
            tracing::warn!("the configuration: {}", crate::check::NO_TRACES);
            stop.cancelled().await;
        }
        None => stop.cancelled().await,
    }
}

/// This replica is the one that looks at the servers one by one, until `stop`, or until this is dropped.
async fn looking(reading: Reading, stop: CancellationToken) {
    let _on = reading.on();
    stop.cancelled().await;
}

/// Keeps the inventory fresh until `stop`, and writes down what was learned last.
async fn keep_inventory(fleet: Fleet, reading: Reading, config: Arc<Config>, stop: CancellationToken) {
    let keep = refresh::keep(fleet.clone(), config.pace.inventory_refresh, reading);
    stop.run_until_cancelled(async { tokio::join!(keep, warn_of_rules(&config, &fleet)) }).await;
    if let Err(error) = fleet.inventory().flush().await {
        tracing::warn!(%error, "the inventory's last readings could not be stored; they are read again");
    }
}

/// Says once what is odd about the rules, as soon as every server is known.
async fn warn_of_rules(config: &Config, fleet: &Fleet) {
    /// How often it is looked whether all are known.
    const LOOK: Duration = Duration::from_secs(2);
    loop {
        let servers = fleet.servers();
        if servers.known().next().is_some() && servers.known().all(|known| known.seen.is_some()) {
            let servers: Vec<&Server> = servers.known().map(|known| &known.server).collect();
            for finding in remembered(config, &Places::default(), &servers) {
                tracing::warn!("the configuration: {}", finding.what);
            }
            return;
        }
        tokio::time::sleep(LOOK).await;
    }
}

fn scheduler_settings(config: &Config) -> LeaseSchedulerSettings {
    LeaseSchedulerSettings {
        tick: config.pace.reminder_tick,
        look_every: config.pace.inventory_refresh,
        remind_before: config.rescue.remind_before.try_into().unwrap_or(SignedDuration::MAX),
        on_deadline: config.rescue.on_deadline,
        patience: config.pace.question_patience.try_into().unwrap_or(SignedDuration::MAX),
        digest: config.digest.as_ref().map(|digest| (ChannelId(digest.channel), digest.at)),
        zone: config.time_zone.clone(),
    }
}
