//! A transaction that writes: the only one of all replicas from its first moment, so that what it reads stays true until it commits.

use std::{
    ops::{Deref, DerefMut},
    sync::Arc,
    time::{Duration, Instant},
};

use bernard_domain::audit::Anchor;

use super::{
    Beside, Error, Store, audit,
    database::{Connection, Query},
};

/// How long PostgreSQL may take to say that something is committed. One that waits for its own standby may never say it.
const COMMIT: Duration = Duration::from_secs(10);

/// A transaction that writes.
pub(super) struct Writing {
    connection: Connection,
    /// Which one it is, of all replicas.
    sequence: Option<i64>,
    /// When it began to wait for its turn.
    began: Instant,
    beside: Arc<Beside>,
}

impl Store {
    /// The next transaction that writes. It fails at its beginning if this store is for a piece of work that another replica has by now.
    pub(super) async fn write(&self) -> Result<Writing, Error> {
        let mut tx = self.begin().await?;
        if let Beside::Replica(replica) = &*self.beside {
            tx.sequence = Some(replica.turn(&mut tx.connection).await?);
            if let Some(held) = &self.held {
                replica.fenced(held, &mut tx.connection).await?;
            }
        }
        Ok(tx)
    }

    /// The same, before it is known whether the database has lost something.
    pub(super) async fn write_in_doubt(&self) -> Result<Writing, Error> {
        let mut tx = self.begin().await?;
        if let Beside::Replica(replica) = &*self.beside {
            tx.sequence = Some(replica.turn_in_doubt(&mut tx.connection).await?);
        }
        Ok(tx)
    }

    /// The same, for whoever moves the store: nobody else gets a turn where that says so.
    pub(super) async fn write_as_mover(&self) -> Result<Writing, Error> {
        let mut tx = self.begin().await?;
        if let Beside::Replica(replica) = &*self.beside {
            tx.sequence = Some(replica.turn_of_mover(&mut tx.connection).await?);
        }
        Ok(tx)
    }

    async fn begin(&self) -> Result<Writing, Error> {
        let began = Instant::now();
        let connection = self.pool.begin().await?;
        Ok(Writing { connection, sequence: None, began, beside: Arc::clone(&self.beside) })
    }
}

impl Query {
    /// Carries it out as a transaction of its own. It is none of the audit's, which is as far as it was.
    pub(super) async fn execute_alone(self, store: &Store) -> Result<(), Error> {
        let mut tx = store.write().await?;
        self.execute(&mut tx).await?;
        tx.end(None).await
    }
}

impl Writing {
    /// Which transaction it is, of all replicas; 0 on SQLite.
    pub(super) fn number(&self) -> i64 {
        self.sequence.unwrap_or_default()
    }

    /// When this returns, what was written survives a crash, and what is beside the store says how far its audit is.
    pub(super) async fn commit(mut self) -> Result<(), Error> {
        // An audit that does not read back is for `bernard audit verify` to say.
        let head = audit::head(&mut self.connection).await.ok().flatten();
        self.end(head).await
    }

    /// The same, where the last line of the audit is known to be this, or to have been there before.
    async fn end(self, head: Option<Anchor>) -> Result<(), Error> {
        match self.sequence {
            None => self.connection.commit().await?,
            Some(_) => confirm(self.connection).await?,
        }
        match (&*self.beside, self.sequence) {
            (Beside::Replica(replica), Some(sequence)) => replica.wrote(sequence),
            (Beside::File(_) | Beside::Replica(_), _) => {}
        }
        if let (Some(head), Some(witness)) = (head, self.beside.witness()) {
            witness.note(head);
        }
        metrics::histogram!(bernard_platform::metrics::STORE_WRITE_SECONDS).record(self.began.elapsed());
        Ok(())
    }
}

/// Commits, and does not wait for ever. What is not confirmed may be written, and shows up when PostgreSQL says so: until then it keeps
/// every other writer waiting, so that whoever tries again learns it from the same comparison.
async fn confirm(connection: Connection) -> Result<(), Error> {
    // On its own, so that a commit that hangs is neither broken off nor taken for a connection that is free.
    let committing = tokio::spawn(connection.commit());
    match tokio::time::timeout(COMMIT, committing).await {
        Ok(Ok(Ok(()))) => Ok(()),
        Ok(Ok(Err(error @ sqlx::Error::Database(_)))) => Err(error.into()),
        Ok(Ok(Err(error))) => {
            tracing::error!(%error, "the database went away while it committed");
            Err(Error::Unconfirmed)
        }
        Ok(Err(_)) | Err(_) => Err(Error::Unconfirmed),
    }
}

impl Deref for Writing {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl DerefMut for Writing {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.connection
    }
}
