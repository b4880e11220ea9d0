//! This process among the replicas that work side by side on one PostgreSQL database.
//!
//! Each transaction that writes begins with `leader`'s only row, which it locks: writers come one after the other, so what one has read
//! stays true until it commits, and the audit is one chain. Who does which work says `work`: a row is a replica's until its lease has
//! run out, by the database's clock, so that replicas need not agree on theirs; what is written for it is written only while the row has
//! the fencing number that this replica was given. That decides who works, and is not what safety rests on: an operation goes on only
//! from the version that its writer has read.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bernard_platform::clock::{self, BootInstant};
use jiff::Timestamp;
use uuid::Uuid;

use super::{
    Beside, CopyFound, Error, Store,
    claims::{Claims, Held},
    database::{self, Address, Connection, Memory, Query, query, query_as},
    fact, file, millis, moved, set_fact, time,
    witness::Witness,
};

/// This process among the replicas.
#[derive(Debug)]
pub(super) struct Replica {
    /// Nobody else's.
    name: String,
    memory: Arc<Memory>,
    pub(super) witness: Option<Witness>,
    /// What it has to itself.
    pub(super) claims: Claims,
    /// When it last removed what nobody asks about any more.
    tidied: Mutex<Option<BootInstant>>,
}

/// A replica that wrote lately that it is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenReplica {
    /// The machine's name, and what tells it from others there.
    pub name: String,
    /// Its version.
    pub version: String,
    /// When it began, by the database's clock.
    pub began: Timestamp,
    /// How long ago it was seen.
    pub ago: Duration,
    /// How much work is in its hands.
    pub works: u64,
}

/// What a replica hears of the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct News {
    /// The last transaction.
    pub sequence: i64,
    /// How many operations are due that are in the hands of one that is gone.
    pub orphans: i64,
}

/// The fact that names the cluster and the timeline that were written to last.
pub(super) const LINE: &str = "database line";
/// The moment by the database's clock, in milliseconds.
macro_rules! now {
    () => {
        "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)"
    };
}
/// The next writer's turn, which it has until it commits; nobody has one in a store that was moved, or is not there whole yet.
const TURN: &str = "UPDATE leader SET sequence = sequence + 1 WHERE owner = '' RETURNING sequence";
/// The turn of who moves the store.
const TURN_OF_MOVER: &str = "UPDATE leader SET sequence = sequence + 1 RETURNING sequence";
/// How long the replica that was seen last still counts as there, in milliseconds.
const THERE: &str = concat!("SELECT MAX(until) - ", now!(), " FROM replicas WHERE until > ", now!());
/// Whether a piece of work is still in these hands; it stays there until the transaction ends.
const FENCE: &str = "SELECT fence FROM work WHERE name = $1 AND owner = $2 AND fence = $3 FOR UPDATE";
/// Takes a piece of work that nobody has.
const CLAIM: &str = concat!(
    "INSERT INTO work (name, operation, owner, until, fence) VALUES ($1, $2, $3, ",
    now!(),
    " + $4, 1) ON CONFLICT (name) DO UPDATE SET
     former = CASE WHEN work.owner = $3 THEN work.former ELSE work.owner END, owner = $3, until = ",
    now!(),
    " + $4, fence = work.fence + 1 WHERE work.until <= ",
    now!(),
    " OR work.owner = $3 RETURNING fence, former"
);
/// Renews all leases but those of what is being written just now, which last until the next time.
const RENEW: &str = concat!(
    "UPDATE work SET until = ",
    now!(),
    " + $2 WHERE name IN (SELECT name FROM work WHERE owner = $1 FOR UPDATE SKIP LOCKED)"
);
const SEEN: &str = concat!(
    "INSERT INTO replicas (name, version, began, seen_at, until) VALUES ($1, $2, ",
    now!(),
    ", ",
    now!(),
    ", ",
    now!(),
    " + $3) ON CONFLICT (name) DO UPDATE SET seen_at = ",
    now!(),
    ", until = ",
    now!(),
    " + $3"
);
const NEWS: &str = concat!(
    "SELECT sequence, (SELECT COUNT(*) FROM work JOIN operations ON id = operation WHERE until <= ",
    now!(),
    " AND live = 1 AND due_at <= ",
    now!(),
    ") FROM leader"
);
/// That an operation is in no other replica's hands.
macro_rules! not_in_others_hands {
    () => {
        concat!(
            "NOT EXISTS (SELECT 1 FROM work WHERE operation = operations.id AND owner <> $2 AND until > ",
            now!(),
            ")"
        )
    };
}
/// The operations that are due here.
const DUE: &str = concat!(
    "SELECT id FROM operations WHERE live = 1 AND due_at <= $1 AND ",
    not_in_others_hands!(),
    " ORDER BY due_at, id"
);
/// When the next one is.
const NEXT_DUE: &str = concat!(
    "SELECT due_at FROM operations WHERE live = 1 AND due_at > $1 AND ",
    not_in_others_hands!(),
    " ORDER BY due_at LIMIT 1"
);
/// The leases of operations that are over: ours, and those of who is gone.
const OVER: &str = concat!(
    "DELETE FROM work WHERE operation IS NOT NULL AND (owner = $1 OR until <= ",
    now!(),
    ") AND NOT EXISTS (SELECT 1 FROM operations WHERE id = work.operation AND live = 1) RETURNING name"
);
/// Whether a piece of work is in others' hands, asked without taking it from theirs for a moment.
const TAKEN: &str = concat!("SELECT fence FROM work WHERE name = $1 AND owner <> $2 AND until > ", now!());
/// What nobody asks about any more: replicas that were not seen for a day, interactions that Discord has long forgotten, limits that
/// count nothing.
const TIDY: [&str; 4] = [
    concat!("DELETE FROM replicas WHERE seen_at < ", now!(), " - 86400000"),
    concat!("DELETE FROM taken_interactions WHERE taken_at < ", now!(), " - 3600000"),
    // By a finer clock.
    concat!("DELETE FROM rates WHERE full_at < (", now!(), " - 3600000) * 1000"),
    concat!("DELETE FROM offered_ways WHERE until < ", now!()),
];
/// How often that is removed.
const TIDY_EVERY: Duration = Duration::from_secs(60);
const REPLICAS: &str = concat!(
    "SELECT name, version, began, ",
    now!(),
    " - seen_at, (SELECT COUNT(*) FROM work WHERE owner = replicas.name AND until > ",
    now!(),
    ") FROM replicas ORDER BY began, name"
);
const TAKE_INTERACTION: &str =
    concat!("INSERT INTO taken_interactions (id, taken_at) VALUES ($1, ", now!(), ") ON CONFLICT (id) DO NOTHING");

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
        match query_as(TURN).fetch_optional(&mut *tx).await? {
            Some(sequence) => Ok(sequence),
            // It was moved after this replica had come.
            None => moved::may_be_run(tx).await.and(Err(Error::WorkLost)),
        }
    }

    /// The same, for whoever moves the store.
    pub(super) async fn turn_of_mover(&self, tx: &mut Connection) -> Result<i64, Error> {
        Ok(query_as(TURN_OF_MOVER).fetch_one(tx).await?)
    }

    /// Whatever this transaction writes belongs to a piece of work that is still in our hands.
    pub(super) async fn fenced(&self, held: &Held, tx: &mut Connection) -> Result<(), Error> {
        let ours: Option<i64> =
            query_as(FENCE).bind(held.name()).bind(&self.name).bind(held.fence()).fetch_optional(tx).await?;
        match ours {
            Some(_) => Ok(()),
            None => {
                self.claims.lose(held);
                Err(Error::WorkLost)
            }
        }
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

    /// What was written then is committed.
    pub(super) fn settle(&self) {
        self.memory.settle();
    }

    /// A piece of work, if it is nobody else's; and whose it was before: another replica's, which did not come to its end.
    pub(super) async fn claim(
        &self,
        connection: &mut Connection,
        name: &str,
        operation: Option<i64>,
    ) -> Result<Option<(Held, Option<String>)>, Error> {
        let others: Option<i64> = query_as(TAKEN).bind(name).bind(&self.name).fetch_optional(&mut *connection).await?;
        if others.is_some() {
            return Ok(None);
        }
        let taken: Option<(i64, String)> = query_as(CLAIM)
            .bind(name)
            .bind(operation)
            .bind(&self.name)
            .bind(length(self.claims.lease()))
            .fetch_optional(connection)
            .await?;
        let former = |former: String| Some(former).filter(|former| !former.is_empty());
        Ok(taken.map(|(fence, was)| (self.claims.add(name, fence), former(was))))
    }

    /// Which operations are due, and when the next one is, if they are in no other replica's hands.
    pub(super) fn due(&self, now: Timestamp) -> [Query<i64>; 2] {
        [DUE, NEXT_DUE].map(|sql| query_as(sql).bind(millis(now)).bind(&self.name))
    }

    async fn beat(&self, connection: &mut Connection) -> Result<(), Error> {
        moved::may_be_run(&mut *connection).await?;
        let began = BootInstant::now();
        let lease = length(self.claims.lease());
        query(SEEN).bind(&self.name).bind(env!("CARGO_PKG_VERSION")).bind(lease).execute(&mut *connection).await?;
        query(RENEW).bind(&self.name).bind(lease).execute(&mut *connection).await?;
        let over: Vec<String> = query_as(OVER).bind(&self.name).fetch_all(&mut *connection).await?;
        let ours: Vec<(String, i64)> = query_as("SELECT name, fence FROM work WHERE owner = $1")
            .bind(&self.name)
            .fetch_all(&mut *connection)
            .await?;
        self.claims.renewed(began, &ours.into_iter().collect::<BTreeMap<_, _>>(), &over);
        self.tidy(connection).await
    }

    async fn tidy(&self, connection: &mut Connection) -> Result<(), Error> {
        {
            let mut last = self.tidied.lock().unwrap_or_else(PoisonError::into_inner);
            if last.is_some_and(|last| last.elapsed() < TIDY_EVERY) {
                return Ok(());
            }
            *last = Some(BootInstant::now());
        }
        for statement in TIDY {
            query(statement).execute(&mut *connection).await?;
        }
        Ok(())
    }

    async fn leave(&self, connection: &mut Connection) -> Result<(), Error> {
        query("UPDATE work SET until = 0 WHERE owner = $1").bind(&self.name).execute(&mut *connection).await?;
        query("DELETE FROM replicas WHERE name = $1").bind(&self.name).execute(connection).await?;
        Ok(())
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
    /// A store in the PostgreSQL database at `address`, its schema up to date; the time is that of its server from then on. What this
    /// process has to itself it has for `lease` from each [`Store::beat`] on. `witness` is the file that says how far the database
    /// was; without one, fewer losses are noticed.
    ///
    /// # Errors
    /// [`Error::Standby`], [`Error::Newer`], [`Error::Moved`], [`Error::Arriving`], [`Error::Database`].
    pub async fn connect(address: &Address, witness: &Path, lease: Duration) -> Result<Self, Error> {
        let mut first = address.connect().await?;
        database::bring_up_to_date(&mut first).await?;
        moved::may_be_run(&mut first).await?;
        let theirs: i64 = query_as(concat!("SELECT ", now!())).fetch_one(&mut first).await?;
        if let Some(ahead) = clock::go_by(time(theirs)) {
            tracing::warn!(
                "this machine's clock is not the database's ({ahead:#} away), which is gone by: look at NTP"
            );
        }
        first.close().await?;
        let made = witness.parent().map_or(Ok(()), std::fs::create_dir_all);
        let opened = made.and_then(|()| file::private_record(witness)).and_then(Witness::of);
        let witness = opened.inspect_err(|error| {
            let path = witness.display();
            tracing::warn!(%error, "{path} cannot be kept: a database that was put back to an earlier moment may not be known for it");
        });
        Ok(Self::beside_replicas(address, witness.ok(), lease))
    }

    /// The same, whatever is in the database, be it nothing; nobody hears of it before [`Store::beat`].
    pub(super) fn beside_replicas(address: &Address, witness: Option<Witness>, lease: Duration) -> Self {
        let memory = Arc::<Memory>::default();
        let pool = address.pool(&memory);
        let (claims, tidied) = (Claims::new(lease), Mutex::default());
        let replica = Replica { name: name(), memory, witness, claims, tidied };
        Self { pool, waiting: Arc::default(), beside: Arc::new(Beside::Replica(replica)), held: None }
    }

    /// Says that this replica is there, and keeps what it has to itself; to be called again within its lease. On SQLite there is nobody
    /// else.
    ///
    /// # Errors
    /// [`Error::Changed`] when the database lacks what was written to it; [`Error::Moved`], [`Error::Arriving`] when it is run no more;
    /// [`Error::Database`]: after a lease's time without success nothing is this replica's any more.
    pub async fn beat(&self) -> Result<(), Error> {
        let Beside::Replica(replica) = &*self.beside else { return Ok(()) };
        let beat = async { replica.beat(&mut self.pool.acquire().await?).await };
        let kept = beat.await;
        if kept.is_err() {
            replica.claims.not_renewed();
        }
        match replica.memory.doubts_before() {
            Some(_) => Err(Error::Changed),
            None => kept,
        }
    }

    /// What others have done; `None`: there are none.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn news(&self) -> Result<Option<News>, Error> {
        let Beside::Replica(replica) = &*self.beside else { return Ok(None) };
        let (sequence, orphans) = query_as(NEWS).fetch_one(&self.pool).await?;
        replica.memory.note(sequence);
        Ok(Some(News { sequence, orphans }))
    }

    /// The replicas that were seen within a day, the oldest first; none on SQLite.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn replicas(&self) -> Result<Vec<SeenReplica>, Error> {
        if matches!(&*self.beside, Beside::File(_)) {
            return Ok(Vec::new());
        }
        let rows: Vec<(String, String, i64, i64, i64)> = query_as(REPLICAS).fetch_all(&self.pool).await?;
        let seen = |(name, version, began, ago, works): (String, String, i64, i64, i64)| SeenReplica {
            name,
            version,
            began: time(began),
            ago: Duration::from_millis(ago.try_into().unwrap_or_default()),
            works: works.cast_unsigned(),
        };
        Ok(rows.into_iter().map(seen).collect())
    }

    /// What this replica goes by among the others; `None`: there are none.
    pub fn replica(&self) -> Option<&str> {
        match &*self.beside {
            Beside::File(_) => None,
            Beside::Replica(replica) => Some(&replica.name),
        }
    }

    /// Whether this process is the one that serves an interaction: it is, unless another replica said so first. What is asked often is
    /// written beside the writers' turn: nothing else depends on it.
    ///
    /// # Errors
    /// [`Error::Database`]: nobody knows.
    pub async fn take_interaction(&self, interaction: u64) -> Result<bool, Error> {
        if matches!(&*self.beside, Beside::File(_)) {
            return Ok(true);
        }
        let mut connection = self.pool.acquire().await?;
        Ok(query(TAKE_INTERACTION).bind(super::id(interaction)).execute(&mut connection).await? > 0)
    }

    /// Lets other replicas have at once what this one had.
    pub(super) async fn leave(&self) {
        let Beside::Replica(replica) = &*self.beside else { return };
        let left = async { replica.leave(&mut self.pool.acquire().await?).await };
        if let Err(error) = left.await {
            tracing::warn!(%error, "the leases were not given back: the others wait until they have run out");
        }
    }
}

/// How long some replica still counts as there; `None`: none is.
pub(super) async fn there(on: &mut Connection) -> Result<Option<Duration>, Error> {
    let left: Option<i64> = query_as(THERE).fetch_one(on).await?;
    Ok(left.map(|left| Duration::from_millis(left.try_into().unwrap_or_default())))
}

/// The machine's name, and what tells this process from others there.
fn name() -> String {
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let host: String = host.chars().filter(|c| c.is_ascii_alphanumeric() || "-.".contains(*c)).take(63).collect();
    let unique = Uuid::now_v7().simple().to_string();
    format!("{host}-{}", &unique[unique.len() - 8..])
}

fn length(lease: Duration) -> i64 {
    i64::try_from(lease.as_millis()).unwrap_or(i64::MAX)
}
