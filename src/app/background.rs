//! The loops beside people: reminders and deadlines, the inventory, foreign rescues, anchors. Each goes by the configuration in force.

use std::{sync::Arc, time::Duration};

use bernard_config::{Config, Places};
use bernard_domain::operation::ChannelId;
use bernard_engine::{
    audit_anchor::Anchors,
    fleet::{Fleet, foreign_finder::Finder, refresh},
    intake::Intake,
    lease_scheduler::{LeaseScheduler, LeaseSchedulerSettings},
    reauthorize::Rights,
    wakeups::Wakeups,
};
use bernard_store::Store;
use jiff::SignedDuration;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::{
    Ended, quietly,
    renewed::{Configs, renewed},
};
use crate::check::remembered;

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
        let Self { store, fleet, wakeups } = self.clone();
        let schedule = move |config: Arc<Config>, stop: CancellationToken| {
            let settings = scheduler_settings(&config);
            let (store, fleet, wakeups) = (store.clone(), fleet.clone(), wakeups.clone());
            let scheduler = LeaseScheduler::new(store, fleet, intake.clone(), rights.clone(), wakeups, settings);
            Arc::new(scheduler).run(stop)
        };
        loops.spawn(quietly(renewed(configs.clone(), stop.clone(), schedule)));
        let Self { store, fleet, .. } = self.clone();
        let find = move |config: Arc<Config>, stop: CancellationToken| {
            let hurry = config.pace.reminder_tick.min(config.pace.inventory_refresh);
            Finder::new(fleet.clone(), store.clone()).run(hurry, stop)
        };
        loops.spawn(quietly(renewed(configs.clone(), stop.clone(), find)));
        let fleet = self.fleet.clone();
        let keep = move |config: Arc<Config>, stop: CancellationToken| keep_inventory(fleet.clone(), config, stop);
        loops.spawn(quietly(renewed(configs.clone(), stop.clone(), keep)));
        let store = self.store.clone();
        let trace = move |config: Arc<Config>, stop: CancellationToken| trace(store.clone(), config, stop);
        loops.spawn(quietly(renewed(configs.clone(), stop.clone(), trace)));
        let anchor = move |config: Arc<Config>, stop: CancellationToken| anchor(self.clone(), config, stop);
        loops.spawn(quietly(renewed(configs.clone(), stop.clone(), anchor)));
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

/// Keeps the inventory fresh until `stop`, and writes down what was learned last.
async fn keep_inventory(fleet: Fleet, config: Arc<Config>, stop: CancellationToken) {
    let keep = refresh::keep(fleet.clone(), config.pace.inventory_refresh);
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
            let servers: Vec<_> = servers.known().map(|known| known.server.clone()).collect();
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
