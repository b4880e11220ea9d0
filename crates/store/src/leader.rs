//! Which replica works, where several run on one PostgreSQL database: the one that has the lease in `leader`'s only row.
//!
//! Times are the database's, so that replicas need not agree on theirs. Every transaction that writes begins with that row, which it
//! locks, and only while the row has the fencing number that this replica was given: writers come one after the other, and one that
//! lost its lease writes nothing more. The others stand by and ask.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use uuid::Uuid;

use super::{
    Beside, CopyFound, Error, Store,
    database::{self, Address, Connection, Memory, query, query_as},
    fact, file, moved, set_fact,
    witness::Witness,
};

/// What came of asking for the lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lead {
    /// This replica works.
    Ours,
    /// Another one does, for so long if it does not renew its lease.
    Others(Duration),
}

/// This process among the replicas.
#[derive(Debug)]
pub(super) struct Replica {
    /// Nobody else's.
    name: String,
    /// The number of its lease; [`NONE`] while it has none.
    fence: AtomicI64,
    address: Address,
    memory: Arc<Memory>,
    witness: Option<Witness>,
}

/// No lease has this number.
const NONE: i64 = -1;
/// The fact that names the cluster and the timeline that were written to last.
pub(super) const LINE: &str = "database line";
/// The moment by the database's clock, in milliseconds.
macro_rules! now {
    () => {
        "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)"
    };
}
/// Takes the lease if it has run out.
const TAKE: &str = concat!(
    "UPDATE leader SET owner = $1, until = ",
    now!(),
    " + $2, fence = fence + 1, sequence = sequence + 1 WHERE until <= ",
    now!(),
    " RETURNING fence"
);
/// How long the lease still runs, in milliseconds.
const LEFT: &str = concat!("SELECT until - ", now!(), " FROM leader");
/// Keeps the lease, unless it is another's.
const RENEW: &str = concat!("UPDATE leader SET until = ", now!(), " + $2 WHERE fence = $1 RETURNING fence");
/// The next writer's turn, which it has until it commits.
const TURN: &str = "UPDATE leader SET sequence = sequence + 1 WHERE fence = $1 RETURNING sequence";

impl Replica {
    /// The turn of this transaction, which is the only one from now on; its number.
    pub(super) async fn turn(&self, tx: &mut Connection) -> Result<i64, Error> {
        if self.memory.doubts_before().is_some() {
            return Err(Error::Changed);
        }
        self.turn_in_doubt(tx).await
    }

    /// The same, for whoever writes what follows from a database that has changed.
    pub(super) async fn turn_in_doubt(&self, tx: &mut Connection) -> Result<i64, Error> {
        let fence = self.fence.load(Ordering::SeqCst);
        query_as(TURN).bind(fence).fetch_optional(tx).await?.ok_or(Error::NotLeader)
    }

    /// The transaction with this number is committed.
    pub(super) fn wrote(&self, sequence: i64) {
        self.memory.note(sequence);
    }

    /// Whether the database lacks what was written to it, or is another one, and nobody has drawn the consequences yet.
    pub(super) async fn lacks_something(&self, tx: &mut Connection) -> Result<bool, Error> {
        if let Some(before) = self.memory.doubts_before() {
            let doubts: i64 = query_as("SELECT doubts FROM leader").fetch_one(&mut *tx).await?;
            if doubts == before {
                return Ok(true);
            }
        }
        let line = self.memory.line();
        Ok(fact(tx, LINE).await?.is_some_and(|last| !line.is_empty() && last != line))
    }

    /// The database was looked at, and what follows from that is written.
    pub(super) async fn looked(&self, tx: &mut Connection, found: &Option<CopyFound>) -> Result<(), Error> {
        if found.is_some() {
            query("UPDATE leader SET doubts = doubts + 1").execute(&mut *tx).await?;
        }
        match self.memory.line() {
            line if line.is_empty() => Ok(()),
            line => set_fact(tx, LINE, &line).await,
        }
    }

    async fn bring_up_to_date(&self) -> Result<(), Error> {
        let mut connection = self.address.connect().await?;
        database::bring_up_to_date(&mut connection).await?;
        moved::may_be_run(&mut connection).await?;
        Ok(connection.close().await?)
    }

    /// What was written then is committed.
    pub(super) fn settle(&self) {
        self.memory.settle();
    }
}

impl Beside {
    /// What says outside of the database how far it was; `None`: nothing can.
    pub(super) fn witness(&self) -> Option<&Witness> {
        match self {
            Self::File(held) => Some(&held.witness),
            Self::Replica(replica) => replica.witness.as_ref(),
        }
    }
}

impl Store {
    /// A store in the PostgreSQL database at `address`. Nothing can be written before [`Store::lead`] has given this process the
    /// lease. `witness` is the file that says how far the database was; without one, fewer losses are noticed.
    ///
    /// # Errors
    /// [`Error::Standby`], [`Error::Database`].
    pub async fn connect(address: &Address, witness: &Path) -> Result<Self, Error> {
        let mut first = address.connect().await?;
        let made: bool = query_as("SELECT to_regclass('leader') IS NOT NULL").fetch_one(&mut first).await?;
        if !made {
            database::bring_up_to_date(&mut first).await?;
        }
        first.close().await?;
        let made = witness.parent().map_or(Ok(()), std::fs::create_dir_all);
        let opened = made.and_then(|()| file::private_record(witness)).and_then(Witness::of);
        let witness = opened.inspect_err(|error| {
            let path = witness.display();
            tracing::warn!(%error, "{path} cannot be kept: a database that was put back to an earlier moment may not be known for it");
        });
        Ok(Self::replica(address, witness.ok()))
    }

    /// The same, whatever is in the database, be it nothing.
    pub(super) fn replica(address: &Address, witness: Option<Witness>) -> Self {
        let memory = Arc::<Memory>::default();
        let pool = address.pool(&memory);
        let name = Uuid::now_v7().simple().to_string();
        let (fence, address) = (AtomicI64::new(NONE), address.clone());
        let replica = Replica { name, fence, address, memory, witness };
        Self { pool, waiting: Arc::default(), beside: Arc::new(Beside::Replica(replica)) }
    }

    /// Asks to be the replica that works, for `lease` from now on; then the schema is brought up to date. On SQLite there is no
    /// other.
    ///
    /// # Errors
    /// [`Error::Newer`], [`Error::Moved`], [`Error::Arriving`], [`Error::Database`].
    pub async fn lead(&self, lease: Duration) -> Result<Lead, Error> {
        let Beside::Replica(replica) = &*self.beside else { return Ok(Lead::Ours) };
        let lead = self.take(lease).await?;
        if lead == Lead::Ours
            && let Err(error) = replica.bring_up_to_date().await
        {
            self.resign().await;
            return Err(error);
        }
        Ok(lead)
    }

    /// The same, whatever the store is.
    pub(super) async fn take(&self, lease: Duration) -> Result<Lead, Error> {
        let Beside::Replica(replica) = &*self.beside else { return Ok(Lead::Ours) };
        let taken: Option<i64> =
            query_as(TAKE).bind(&replica.name).bind(length(lease)).fetch_optional(&self.pool).await?;
        let Some(fence) = taken else {
            let left: i64 = query_as(LEFT).fetch_one(&self.pool).await?;
            return Ok(Lead::Others(Duration::from_millis(left.try_into().unwrap_or_default())));
        };
        replica.fence.store(fence, Ordering::SeqCst);
        Ok(Lead::Ours)
    }

    /// Goes on being the replica that works, for `lease` from now on; `false`: another one is.
    ///
    /// # Errors
    /// [`Error::Changed`] when the database lacks what was written to it; [`Error::Database`].
    pub async fn renew(&self, lease: Duration) -> Result<bool, Error> {
        let Beside::Replica(replica) = &*self.beside else { return Ok(true) };
        let fence = replica.fence.load(Ordering::SeqCst);
        let kept: Option<i64> = query_as(RENEW).bind(fence).bind(length(lease)).fetch_optional(&self.pool).await?;
        if replica.memory.doubts_before().is_some() {
            return Err(Error::Changed);
        }
        Ok(kept.is_some())
    }

    /// Lets another replica work at once.
    pub(super) async fn resign(&self) {
        let Beside::Replica(replica) = &*self.beside else { return };
        let fence = replica.fence.swap(NONE, Ordering::SeqCst);
        let resigned = query_as::<i64>("UPDATE leader SET until = 0 WHERE fence = $1 RETURNING fence").bind(fence);
        if let Err(error) = resigned.fetch_optional(&self.pool).await {
            tracing::warn!(%error, "the lease was not given back: the others wait until it has run out");
        }
    }
}

fn length(lease: Duration) -> i64 {
    i64::try_from(lease.as_millis()).unwrap_or(i64::MAX)
}
