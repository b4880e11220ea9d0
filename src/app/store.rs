//! The store of the configuration, and what a replica hears there of the others.

use std::{path::Path, sync::Arc, time::Duration};

use anyhow::bail;
use bernard_config::{Config, Postgres, Proof, Server, StoreUrl};
use bernard_engine::{fleet::Fleet, wakeups::Wakeups};
use bernard_store::{Address, Error, News, Place, Store, Tls};
use secrecy::ExposeSecret;
use tokio_util::sync::CancellationToken;

use super::{Ended, look_for_copy};

/// How often it is looked whether another replica has written something.
const NEWS_EVERY: Duration = Duration::from_millis(200);

/// The store's file.
///
/// # Errors
/// When `config` names no SQLite store.
pub fn path(config: &Config) -> anyhow::Result<&Path> {
    match &config.store.url {
        StoreUrl::Sqlite(path) => Ok(path),
        StoreUrl::Postgres(_) => bail!("store.url: this is for an SQLite store, and PostgreSQL is configured"),
    }
}

/// Where a PostgreSQL store is.
pub fn address(postgres: &Postgres) -> Address {
    Address {
        place: match &postgres.server {
            Server::Host(host) => Place::Host(host.clone()),
            Server::Socket(folder) => Place::Socket(folder.clone()),
        },
        port: postgres.port,
        user: postgres.user.clone(),
        password: postgres.password.expose_secret().to_owned(),
        database: postgres.database.clone(),
        tls: match &postgres.proof {
            Proof::None => Tls::None,
            Proof::Certificate(roots) => Tls::Verified(roots.clone()),
        },
    }
}

/// The store of the configuration, its schema up to date; a replica is known to the others from then on.
///
/// # Errors
/// When it cannot be opened.
pub async fn open(config: &Config) -> Result<Store, Error> {
    match &config.store.url {
        StoreUrl::Sqlite(path) => Store::open(path).await,
        StoreUrl::Postgres(postgres) => {
            let store = Store::connect(&address(postgres), &config.store.witness, config.store.lease).await?;
            match store.beat().await {
                // What follows from that is drawn before anything is done.
                Ok(()) | Err(Error::Changed) => Ok(store),
                Err(error) => Err(error),
            }
        }
    }
}

/// Keeps what this replica has to itself, until the database turns out to lack what was written to it.
pub(super) async fn keep(store: Store, config: Arc<Config>) -> Ended {
    loop {
        tokio::time::sleep(config.store.lease / 3).await;
        match store.beat().await {
            Ok(()) => {}
            Err(Error::Changed) => match look_for_copy(&store, &config).await {
                Ok(()) => return Ended::Changed,
                Err(error) => {
                    tracing::error!(error = format!("{error:#}"), "what follows from that is not written yet")
                }
            },
            Err(error @ (Error::Moved { .. } | Error::Arriving { .. })) => return Ended::Moved(error),
            Err(error) => tracing::warn!(%error, "the leases could not be renewed; it is tried again"),
        }
    }
}

/// Hears what other replicas have written, and wakes whoever may have to do with it. Alone, there is nothing to hear.
pub(super) async fn follow(store: Store, fleet: Fleet, wakeups: Wakeups, stop: CancellationToken) {
    let mut known = 0;
    let follow = async {
        loop {
            match store.news().await {
                Ok(None) => return std::future::pending::<()>().await,
                Ok(Some(News { sequence, orphans })) => {
                    if sequence != known || orphans > 0 {
                        wakeups.notify();
                    }
                    if sequence != known
                        && let Err(error) = fleet.inventory().follow(sequence).await
                    {
                        tracing::warn!(%error, "what others have read of the fleet is not known here");
                    }
                    known = sequence;
                }
                Err(error) => tracing::warn!(%error, "the database does not say what others have done"),
            }
            tokio::time::sleep(NEWS_EVERY).await;
        }
    };
    stop.run_until_cancelled(follow).await;
}
