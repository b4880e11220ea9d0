//! PostgreSQL: where it is, and how a connection to it is made and looked at before it is used.
//!
//! What the environment says to PostgreSQL's own tools (`PG…`, `~/.pgpass`) is not minded: the address says everything. Four variables
//! the driver would mind all the same; `config` refuses them.

use std::{fmt, path::PathBuf, sync::Arc, time::Duration};

use sqlx::{
    Connection as _, Executor, PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions, PgSslMode},
};

use super::{Connection, Memory, Pool, proof, query_as};
use crate::Error;

/// Enough for one writer and the readers beside it.
const CONNECTIONS: u32 = 8;
/// How long a connection may take to be made or to become free.
const ACQUIRE: Duration = Duration::from_secs(10);
/// What PostgreSQL is told of a session of the pool: who has a transaction and says nothing for five seconds loses it, so that a replica
/// that is stopped does not keep the others from writing; a writer waits for another one at most eight, no statement takes longer than
/// twelve. What is committed is at least on this server's disk.
const SESSION: &str = "SET lock_timeout = '8s'; SET statement_timeout = '12s'; \
     SET idle_in_transaction_session_timeout = '5s'; \
     SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";
/// Where a PostgreSQL database is, and as whom it is entered.
#[derive(Clone)]
pub struct Address {
    /// Where its server listens.
    pub place: Place,
    /// The port, also part of a socket's name.
    pub port: u16,
    /// The role.
    pub user: String,
    /// Its password; empty: none.
    pub password: String,
    /// The database.
    pub database: String,
    /// How the server is known.
    pub tls: Tls,
}

/// Where a server listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// At a host.
    Host(String),
    /// At a socket in this folder.
    Socket(PathBuf),
}

/// How a server is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tls {
    /// It is not asked: for a socket and for loopback.
    None,
    /// By a certificate for its name, of the system's authorities or of those in this file.
    Verified(Option<PathBuf>),
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Address {
    /// Without the password, and without the role.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::Host(host) => write!(f, "postgres://{host}:{}/{}", self.port, self.database),
            Place::Socket(folder) => {
                write!(f, "database {} behind the socket {} in {}", self.database, self.port, folder.display())
            }
        }
    }
}

impl Address {
    fn options(&self) -> PgConnectOptions {
        let options = PgConnectOptions::new_without_pgpass()
            .port(self.port)
            .username(&self.user)
            .password(&self.password)
            .database(&self.database)
            .application_name("bernard");
        let options = match &self.place {
            Place::Host(host) => options.host(host),
            Place::Socket(folder) => options.socket(folder),
        };
        match &self.tls {
            Tls::None => options.ssl_mode(PgSslMode::Disable),
            Tls::Verified(None) => options.ssl_mode(PgSslMode::VerifyFull),
            Tls::Verified(Some(roots)) => options.ssl_mode(PgSslMode::VerifyFull).ssl_root_cert(roots),
        }
    }

    /// One connection beside any pool, to a server that may be written to.
    pub(crate) async fn connect(&self) -> Result<Connection, Error> {
        if let Tls::Verified(Some(roots)) = &self.tls
            && let Some(why) = proof::wrong_roots(roots)
        {
            return Err(self.unproved(why));
        }
        let options = self.options();
        let connecting = async {
            let connected = PgConnection::connect_with(&options).await;
            let mut connection = connected.map_err(|error| match proof::doubt(&error) {
                Some(why) => self.unproved(why),
                None => error.into(),
            })?;
            if is_standby(&mut connection).await? {
                return Err(Error::Standby);
            }
            Ok(connection.into())
        };
        tokio::time::timeout(ACQUIRE, connecting).await.unwrap_or(Err(sqlx::Error::PoolTimedOut.into()))
    }

    fn unproved(&self, why: String) -> Error {
        Error::Unproved { place: self.to_string(), why }
    }

    /// Connections as they are needed, each to a server that may be written to, and held against what `memory` has of it.
    pub(crate) fn pool(&self, memory: &Arc<Memory>) -> Pool {
        let memory = Arc::clone(memory);
        let pool = PgPoolOptions::new().max_connections(CONNECTIONS).acquire_timeout(ACQUIRE).after_connect(
            move |connection, _| {
                let memory = Arc::clone(&memory);
                Box::pin(async move {
                    if is_standby(connection).await? {
                        return Err(sqlx::Error::Configuration(Error::Standby.into()));
                    }
                    connection.execute(SESSION).await?;
                    memory.look(connection).await
                })
            },
        );
        Pool::Postgres(pool.connect_lazy_with(self.options()))
    }
}

/// What a server promises of what is committed, as it says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promises {
    /// `synchronous_commit`.
    pub commit: String,
    /// `synchronous_standby_names`; empty: it waits for no other server, whatever `synchronous_commit` says.
    pub standbys: String,
}

impl Address {
    /// What the server promises of what is committed.
    ///
    /// # Errors
    /// [`Error::Standby`], [`Error::Database`].
    pub async fn promises(&self) -> Result<Promises, Error> {
        let mut connection = self.connect().await?;
        let settings = "SELECT current_setting('synchronous_commit'), current_setting('synchronous_standby_names')";
        let (commit, standbys) = query_as(settings).fetch_one(&mut connection).await?;
        connection.close().await?;
        Ok(Promises { commit, standbys })
    }
}

impl Promises {
    /// Whether another server has what is committed before it counts as committed.
    pub fn waits(&self) -> bool {
        !self.standbys.is_empty() && !matches!(self.commit.as_str(), "off" | "local")
    }
}

async fn is_standby(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("SELECT pg_is_in_recovery()").fetch_one(connection).await
}
