//! What `bernard check` looks at beyond the file itself: the store, and with `--online` both ends.

use std::{path::Path, process::ExitCode, sync::Arc, time::Duration};

use anyhow::Context as _;
use bernard_config as config;
use bernard_config::{Config, Loaded, Places, StoreUrl};
use bernard_discord::{Rest, sender::Sender};
use bernard_ovh as ovh;
use bernard_store as store;
use bernard_store::{Error, Location};

use super::{
    sender_settings,
    sinks::destination,
    store::{address, path as store_path},
};
use crate::check::{self, Ends, Finding, Looks, Outcome, Report};

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
        anchors(config, places, report);
        runtime.block_on(promises(config, places, report));
        runtime.block_on(place(config, places, report));
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

/// Looks at the store's files: whether they are there yet, and who else can use them. Changes nothing.
pub fn store(config: &Config, places: &Places, report: &Report<'_>) {
    let found = |outcome, what: String| report.add(Finding::new(outcome, what).key(places.of("store.url")));
    match store_path(config) {
        // PostgreSQL has none here.
        Err(_) => {}
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

/// Whether the file of signed anchors can be there.
fn anchors(config: &Config, places: &Places, report: &Report<'_>) {
    let Some(file) = config.audit.notes.as_ref().and_then(|notes| notes.file.as_ref()) else { return };
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        let what = format!("the folder {} is not there, so no signed anchor is kept in it", folder.display());
        report.add(Finding::new(Outcome::Wrong, what).key(places.of("audit.anchor_file")));
    }
}

/// What the servers that the store remembers tell about the rules of `config`, without asking anybody.
pub async fn remembered(config: &Config, places: &Places, report: &Report<'_>) {
    let asked = "Discord and OVHcloud were not asked; --online proves the rest";
    report.add(Finding::new(Outcome::Unproved, asked));
    let servers = match &config.store.url {
        StoreUrl::Sqlite(path) if !path.exists() => return,
        StoreUrl::Sqlite(path) => store::remembered(path).await,
        StoreUrl::Postgres(postgres) => store::remembered_at(&address(postgres)).await,
    };
    match servers {
        Ok(servers) => check::remembered(config, places, &servers).into_iter().for_each(|finding| report.add(finding)),
        Err(error) => {
            let what = format!("the rules were not held against servers, for the store cannot be read: {error}");
            report.add(Finding::new(Outcome::Unproved, what).key(places.of("store.url")));
        }
    }
}

/// Asks a PostgreSQL server what it promises, and says what that means.
async fn promises(config: &Config, places: &Places, report: &Report<'_>) {
    let StoreUrl::Postgres(postgres) = &config.store.url else { return };
    let told = address(postgres).promises().await;
    let found = |outcome, what: String| report.add(Finding::new(outcome, what).key(places.of("store.url")));
    match told {
        Err(error) => found(Outcome::Wrong, error.to_string()),
        Ok(told) if told.waits() => {
            let what = "what is committed is on another server too (synchronous_commit, synchronous_standby_names)";
            found(Outcome::Well, what.to_owned());
        }
        Ok(_) => found(
            Outcome::Well,
            "what is committed is on one server's disk alone: a failover may lose the last of it, and then what was under way is in doubt"
                .to_owned(),
        ),
    }
}

/// Whether the store was moved elsewhere, or a move into it is to be finished.
async fn place(config: &Config, places: &Places, report: &Report<'_>) {
    let location = match &config.store.url {
        StoreUrl::Sqlite(path) if !path.exists() => return,
        StoreUrl::Sqlite(path) => Location::File(path.clone()),
        StoreUrl::Postgres(postgres) => Location::Postgres(address(postgres)),
    };
    // What else is wrong with it is said by whoever reads it.
    if let Err(error @ (Error::Moved { .. } | Error::Arriving { .. })) = store::may_be_run(&location).await {
        report.add(Finding::new(Outcome::Wrong, error.to_string()).key(places.of("store.url")));
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
        Ok(clients) => {
            let sinks = config.audit.sinks.iter().map(destination).collect();
            let ends = Ends { rest: Rest::new(Arc::new(sender)), clients, sinks };
            check::online(config, places, &ends, report).await;
        }
        Err(fault) => report.add(Finding::new(Outcome::Wrong, fault.to_string()).key(places.of("ovh"))),
    }
}

fn clients(config: &Config) -> Result<Vec<ovh::Client>, ovh::Fault> {
    let within = config.pace.ovh_timeout.min(EXCHANGE);
    config.ovh.iter().map(|account| ovh::Client::with_timeout(account.clone(), within)).collect()
}
