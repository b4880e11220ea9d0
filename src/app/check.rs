//! What `bernard check` looks at beyond the file itself: the store, and with `--online` both ends.

use std::{path::Path, process::ExitCode, sync::Arc, time::Duration};

use anyhow::Context as _;
use bernard_config as config;
use bernard_config::{Config, Loaded, Places};
use bernard_discord::{Rest, sender::Sender};
use bernard_ovh as ovh;
use bernard_store as store;

use super::{sender_settings, store_path};
use crate::check::{self, Finding, Looks, Outcome, Report};

/// The longest that one exchange with OVHcloud may take here: whoever checks does not wait as long as a rescue does.
const EXCHANGE: Duration = Duration::from_secs(8);

/// Who is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Only the file and the store.
    Nobody,
    /// Discord and OVHcloud too.
    Everybody,
}

/// Checks the configuration at `path` and prints what came of it; the exit code is the verdict's.
///
/// # Errors
/// When this process cannot ask anything at all.
pub fn verb(path: &Path, ask: Ask, looks: Looks) -> anyhow::Result<ExitCode> {
    let look = |loaded: &Loaded, report: &Report<'_>| {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("no runtime")?;
        let Loaded { config, places, .. } = loaded;
        store(config, places, report);
        traces(config, places, report);
        match ask {
            Ask::Everybody => runtime.block_on(online(config, places, report)),
            Ask::Nobody => runtime.block_on(remembered(config, places, report)),
        }
        // A look-up that hangs in the system must not keep a verdict.
        runtime.shutdown_background();
        Ok(())
    };
    check::run(path, Config::load(path, config::process_environment()), looks, look)
}

/// Looks at the store: whether this version has it, whether it is there yet, and who else can use its files. Changes nothing.
pub fn store(config: &Config, places: &Places, report: &Report<'_>) {
    let found = |outcome, what: String| report.add(Finding::new(outcome, what).key(places.of("store.url")));
    match store_path(config) {
        Err(error) => found(Outcome::Wrong, error.to_string().trim_start_matches("store.url: ").to_owned()),
        Ok(path) if !path.exists() => {
            found(Outcome::Well, format!("the store {} is not there yet: the first run makes it", path.display()));
        }
        Ok(path) => {
            for exposed in store::exposed(path) {
                found(Outcome::Odd, format!("the store: {exposed}"));
            }
        }
    }
}

/// Whether this program can send the traces that it is asked for.
fn traces(config: &Config, places: &Places, report: &Report<'_>) {
    if config.traces.is_some() && !cfg!(feature = "otlp") {
        report.add(Finding::new(Outcome::Odd, check::NO_TRACES).key(places.of("traces.endpoint")));
    }
}

/// What the servers that the store remembers tell about the rules of `config`, without asking anybody.
pub async fn remembered(config: &Config, places: &Places, report: &Report<'_>) {
    let asked = "Discord and OVHcloud were not asked; --online proves the rest";
    report.add(Finding::new(Outcome::Unproved, asked));
    let Ok(path) = store_path(config) else { return };
    if !path.exists() {
        return;
    }
    match store::remembered(path).await {
        Ok(servers) => check::remembered(config, places, &servers).into_iter().for_each(|finding| report.add(finding)),
        Err(error) => {
            let what = format!("the rules were not held against servers, for the store cannot be read: {error}");
            report.add(Finding::new(Outcome::Unproved, what).key(places.of("store.url")));
        }
    }
}

/// Proves every credential and right that `config` will need; changes nothing.
pub async fn online(config: &Config, places: &Places, report: &Report<'_>) {
    let sender = match Sender::new(sender_settings(config)) {
        Ok(sender) => sender,
        Err(error) => {
            let finding = Finding::new(Outcome::Wrong, format!("Discord: {error}"));
            return report.add(finding.key(places.of("discord")).address(config.discord.api_url.clone()));
        }
    };
    match clients(config) {
        Ok(clients) => check::online(config, places, &Rest::new(Arc::new(sender)), &clients, report).await,
        Err(fault) => report.add(Finding::new(Outcome::Wrong, fault.to_string()).key(places.of("ovh"))),
    }
}

fn clients(config: &Config) -> Result<Vec<ovh::Client>, ovh::Fault> {
    let within = config.pace.ovh_timeout.min(EXCHANGE);
    config.ovh.iter().map(|account| ovh::Client::with_timeout(account.clone(), within)).collect()
}
