//! What the web endpoints show, and what they hear.

use std::sync::Arc;

use bernard_bot::context::Handler;
use bernard_config::{Config, Mode};
use bernard_discord::{RawInteraction, signed::Interactions};
use bernard_engine::{fleet::Fleet, wakeups::Wakeups};
use bernard_platform::{clock, live::Live};
use bernard_proposals::Source;
use bernard_store::Store;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::mpsc;

use super::Ready;
use crate::http::{Endpoints, Proposals};

/// The endpoints of this configuration.
pub(super) fn endpoints(
    config: &Config,
    metrics: PrometheusHandle,
    ready: &Arc<Ready>,
    interactions: &mpsc::Sender<RawInteraction>,
) -> anyhow::Result<Endpoints> {
    let reasons = Arc::clone(ready);
    let endpoints = Endpoints::new(metrics, move || reasons.reasons());
    match &config.discord.mode {
        Mode::Gateway => Ok(endpoints),
        Mode::Http { public_key } => {
            let door = Interactions::new(public_key.as_str(), clock::now, interactions.clone())?;
            Ok(endpoints.with_interactions(door))
        }
    }
}

/// What hears machines: it is given what memory has of the fleet, and not the fleet, so that nothing there can ask OVHcloud.
pub(super) fn proposals(
    sources: &Live<Vec<Source>>,
    fleet: &Fleet,
    store: &Store,
    wakeups: &Wakeups,
    handlers: &Live<Handler>,
) -> Proposals {
    let (fleet, wakeups) = (fleet.clone(), wakeups.clone());
    let findings = handlers.get().alert_findings();
    Proposals::new(sources.clone(), move || fleet.servers(), store.clone(), move || wakeups.heard_alerts(), findings)
}
