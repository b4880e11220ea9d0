//! The store of the configuration. Where replicas share it, one works and the others stand by, answering the web endpoints alone.

use std::{path::Path, sync::Arc, time::Duration};

use anyhow::{Context, bail};
use bernard_config::{Config, Postgres, Proof, Server, StoreUrl};
use bernard_store::{Address, Error, Lead, Place, Store, Tls};
use metrics_exporter_prometheus::PrometheusHandle;
use secrecy::ExposeSecret;
use tokio::net::TcpListener;

use super::{Ended, look_for_copy};
use crate::http::{self, Endpoints, Unready};

/// The shortest pause between two questions for the lease.
const PAUSE: Duration = Duration::from_millis(20);

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

/// The store, once this process is the one that works on it. If another replica does, it stands by until that one is gone: `standing_by`
/// is called, the web endpoints say so, and nothing else is done.
///
/// # Errors
/// When the store cannot be opened, or the listening address cannot be used while standing by.
pub async fn lead(config: &Config, metrics: &PrometheusHandle, standing_by: impl FnOnce()) -> anyhow::Result<Store> {
    let store = match &config.store.url {
        StoreUrl::Sqlite(path) => return Ok(Store::open(path).await?),
        StoreUrl::Postgres(postgres) => Store::connect(&address(postgres), &config.store.witness).await?,
    };
    let lease = config.store.lease;
    if store.lead(lease).await? == Lead::Ours {
        return Ok(store);
    }
    let seconds = lease.as_secs_f64();
    tracing::info!(
        "another replica works on this database: this one stands by, and takes over within {seconds} s of its end"
    );
    standing_by();
    let listen = config.http.listen;
    let listener =
        TcpListener::bind(listen).await.with_context(|| format!("http.listen: cannot listen on {listen}"))?;
    let endpoints = Endpoints::new(metrics.clone(), || vec![Unready::StandingBy]).standing_by();
    tokio::select! {
        served = http::serve(listener, endpoints, std::future::pending()) => served?,
        asked = ask(&store, lease) => asked?,
    }
    tracing::info!("the other replica is gone: this one works from now on");
    Ok(store)
}

/// Asks for the lease until this process has it.
async fn ask(store: &Store, lease: Duration) -> Result<(), Error> {
    loop {
        let pause = match store.lead(lease).await {
            Ok(Lead::Ours) => return Ok(()),
            Ok(Lead::Others(left)) => left.min(lease / 3).max(PAUSE),
            Err(error @ (Error::Newer { .. } | Error::Moved { .. } | Error::Arriving { .. })) => return Err(error),
            Err(error) => {
                tracing::warn!(%error, "the database does not say who works");
                lease / 3
            }
        };
        tokio::time::sleep(pause).await;
    }
}

/// Keeps the lease, until another replica has it or the database turns out to lack what was written to it.
pub(super) async fn keep(store: Store, config: Arc<Config>) -> Ended {
    let lease = config.store.lease;
    loop {
        tokio::time::sleep(lease / 3).await;
        match store.renew(lease).await {
            Ok(true) => {}
            Ok(false) => return Ended::Superseded,
            Err(Error::Changed) => match look_for_copy(&store, &config).await {
                Ok(()) => return Ended::Changed,
                Err(error) => {
                    tracing::error!(error = format!("{error:#}"), "what follows from that is not written yet")
                }
            },
            Err(error) => tracing::warn!(%error, "the lease could not be renewed; it is tried again"),
        }
    }
}
