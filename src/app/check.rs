//! What `bernard check` looks at beyond the file itself: the store, and with `--online` both ends.

use std::{path::Path, process::ExitCode, sync::Arc, time::Duration};

use anyhow::Context as _;
use bernard_config as config;
use bernard_config::{Config, Loaded, Places, StoreUrl};
use bernard_discord::{Rest, sender::Sender};
use bernard_ovh as ovh;
use bernard_store as store;
use bernard_store::{Location, Promises};

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
        let files = store(config, places, report);
        traces(config, places, report);
        anchors(config, places, report);
        let database = async {
            files?;
            database(config, places, report).await
        };
        match ask {
            // What was found is in the report.
            Ask::Everybody => runtime.block_on(async {
                let (_, ()) = tokio::join!(database, online(config, places, report));
            }),
            Ask::Nobody => runtime.block_on(async {
                match database.await {
                    Ok(()) => remembered(config, places, report).await,
                    Err(Unusable) => not_asked(report),
                }
            }),
        }
        // A look-up that hangs in the system must not keep a verdict.
        runtime.shutdown_background();
        Ok(())
    };
    check::run(path, Config::load(path, config::process_environment()), looks, look)
}

/// The store cannot be used, which was said: what else there is to say of it would only repeat that.
pub struct Unusable;

/// Looks at the store's files: whether a start could use them, whether they are there yet, and who else can. Changes nothing.
///
/// # Errors
/// When no start could.
pub fn store(config: &Config, places: &Places, report: &Report<'_>) -> Result<(), Unusable> {
    // PostgreSQL has none here.
    let Ok(path) = store_path(config) else { return Ok(()) };
    let found = |outcome, what: String| report.add(Finding::new(outcome, what).key(places.of("store.url")));
    if let Err(error) = store::could_be_held(path) {
        found(Outcome::Wrong, format!("the store: {error}"));
        return Err(Unusable);
    }
    if !path.exists() {
        found(Outcome::Well, format!("the store {} is not there yet: the first run makes it", path.display()));
    }
    for exposed in store::exposed(path) {
        found(Outcome::Odd, format!("the store: {exposed}"));
    }
    Ok(())
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
    not_asked(report);
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

fn not_asked(report: &Report<'_>) {
    let what = "Discord and OVHcloud were not asked; --online proves the rest";
    report.add(Finding::new(Outcome::Unproved, what));
}

/// Looks at the database itself, as far as it is there: whether it can be read and may be run, and what a PostgreSQL server promises.
async fn database(config: &Config, places: &Places, report: &Report<'_>) -> Result<(), Unusable> {
    let (location, name) = match &config.store.url {
        StoreUrl::Sqlite(path) if !path.exists() => return Ok(()),
        StoreUrl::Sqlite(path) => (Location::File(path.clone()), path.display().to_string()),
        StoreUrl::Postgres(postgres) => (Location::Postgres(address(postgres)), address(postgres).to_string()),
    };
    let look = async {
        if let StoreUrl::Postgres(postgres) = &config.store.url {
            promises(&address(postgres).promises().await?, places, report);
        }
        store::may_be_run(&location).await
    };
    let (outcome, said) = match check::waited(report, &format!("the store {name}"), look).await {
        Ok(Ok(())) => return Ok(()),
        Ok(Err(error)) if error.is_unreachable() => (Outcome::Unreachable, error.to_string()),
        Ok(Err(error)) => (Outcome::Wrong, error.to_string()),
        Err(silence) => (Outcome::Unreachable, format!("the store: {silence}")),
    };
    report.add(Finding::new(outcome, said).key(places.of("store.url")).address(name));
    Err(Unusable)
}

/// Says what it means what a PostgreSQL server promises.
fn promises(told: &Promises, places: &Places, report: &Report<'_>) {
    let what = match told.waits() {
        true => "what is committed is on another server too (synchronous_commit, synchronous_standby_names)",
        false => {
            "what is committed is on one server's disk alone: a failover may lose the last of it, and then what was under way is in doubt"
        }
    };
    report.add(Finding::new(Outcome::Well, what).key(places.of("store.url")));
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
