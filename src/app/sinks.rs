//! The sinks of the audit and its signed anchors: who they are by the configuration in force, and what is shown of them at `/metrics`.

use std::{collections::BTreeSet, time::Duration};

use bernard_config as config;
use bernard_config::{Config, SinkAddress};
use bernard_domain::{access::Capability, audit::shipping::Pauses, operation::ChannelId};
use bernard_engine::wakeups::Wakeups;
use bernard_platform::{clock, metrics as named};
use bernard_sinks::{Destination, NotePlace, Shipping, ShippingSettings, SignedAnchors, Sink, Wire, note::Signer};
use bernard_store::Store;
use futures_util::future::join_all;
use jiff::Timestamp;
use secrecy::ExposeSecret;
use tokio_util::sync::CancellationToken;

use super::policy;

/// How much longer than the first pause the longest is between two tries at a sink that is away: a minute, by default.
const LONGEST_PAUSE: u32 = 300;
/// The longest that a new line waits for its turn.
const LOOK: Duration = Duration::from_secs(1);

/// Sends the audit to every sink, each at its own pace, until `stop`.
pub(super) async fn ship(store: Store, wakeups: Wakeups, config: &Config, stop: CancellationToken) {
    if config.audit.sinks.is_empty() {
        return stop.cancelled().await;
    }
    let settings = settings(config);
    let loops = config.audit.sinks.iter().map(|sink| {
        let wakeups = wakeups.clone();
        let wake = move || wakeups.notify();
        let sink = Sink { name: sink.name.clone(), to: destination(sink) };
        Shipping { store: store.clone(), sink, settings: settings.clone(), wake }.run(stop.clone())
    });
    join_all(loops).await;
}

/// Keeps the audit's daily anchor as a signed note, if there is a place for it, until `stop`.
pub(super) async fn sign(store: Store, config: &Config, stop: CancellationToken) {
    let Some(notes) = &config.audit.notes else { return stop.cancelled().await };
    let signer = match Signer::new(&notes.name, notes.key.expose_secret()) {
        Ok(signer) => signer,
        Err(error) => {
            tracing::error!(%error, "audit.anchor_key: no anchors are signed");
            return stop.cancelled().await;
        }
    };
    let file = notes.file.clone().map(NotePlace::File);
    let url = notes.url.as_ref().map(|url| NotePlace::Web(url.expose().to_owned().into()));
    let places = file.into_iter().chain(url).collect();
    let (zone, every) = (config.time_zone.clone(), config.pace.reminder_tick);
    SignedAnchors { store, signer, places, zone, every }.keep(stop).await;
}

/// Where a sink of the configuration is.
pub(super) fn destination(sink: &config::Sink) -> Destination {
    match &sink.to {
        SinkAddress::Web(address) => {
            Destination::Web { url: address.expose().to_owned().into(), token: sink.token.clone() }
        }
        SinkAddress::Syslog { host, port, wire } => {
            let wire = match wire {
                config::Wire::Clear => Wire::Clear,
                config::Wire::Tls => Wire::Tls,
            };
            Destination::Syslog { host: host.clone(), port: *port, wire }
        }
    }
}

/// The names of all.
pub(super) fn names(config: &Config) -> Vec<String> {
    config.audit.sinks.iter().map(|sink| sink.name.clone()).collect()
}

fn settings(config: &Config) -> ShippingSettings {
    let first = config.pace.retry_pause;
    let digest = config.digest.as_ref().map(|digest| digest.channel);
    let tell = digest.or(config.audit.anchor_channel).or_else(|| config.discord.channels.first().copied());
    let admins = tell.map(|channel| policy(config).who_may_anywhere(Capability::Admin, channel));
    ShippingSettings {
        pauses: Pauses { first, longest: first.saturating_mul(LONGEST_PAUSE) },
        every: config.pace.reminder_tick.min(LOOK),
        tell: tell.map(ChannelId),
        admins: admins.unwrap_or_default().into_iter().collect(),
    }
}

/// The sinks that figures were shown of: one that is gone is shown as one that nothing is wrong with.
#[derive(Default)]
pub(super) struct Shown(BTreeSet<String>);

impl Shown {
    pub(super) async fn show(&mut self, store: &Store, config: &Config) {
        let names = names(config);
        let standings = match store.sinks(&names).await {
            Ok(standings) => standings,
            Err(error) => return tracing::error!(%error, "the store does not say what the sinks of the audit have"),
        };
        for gone in self.0.iter().filter(|name| !names.contains(name)) {
            figures(gone, 0, 0.0, 0.0);
        }
        let now = clock::now();
        for standing in standings {
            let stops = standing.trouble.as_ref().filter(|(trouble, _)| trouble.stops()).map_or(0.0, |_| 1.0);
            figures(&standing.name, standing.behind, standing.oldest.map_or(0.0, |oldest| age(oldest, now)), stops);
        }
        self.0.extend(names);
    }
}

fn figures(sink: &str, behind: u64, oldest: f64, stops: f64) {
    let behind = f64::from(u32::try_from(behind).unwrap_or(u32::MAX));
    metrics::gauge!(named::SINK_BEHIND_LINES, "sink" => sink.to_owned()).set(behind);
    metrics::gauge!(named::SINK_OLDEST_SECONDS, "sink" => sink.to_owned()).set(oldest);
    metrics::gauge!(named::SINK_STOPPED, "sink" => sink.to_owned()).set(stops);
}

fn age(since: Timestamp, now: Timestamp) -> f64 {
    now.duration_since(since).as_secs_f64().max(0.0)
}
