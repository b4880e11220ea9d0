//! A store moves into another database: every table whole, in one transaction, held against the source row by row before it is
//! committed. At no moment can both be run.
//!
//! Who moves is the only one on both: it holds a file's locks, and the row that every writer of a PostgreSQL database begins with, where no replica was seen lately.
//! Then, in this order: the target has everything, and says that it may not be run yet; the source says that it was moved, and is run
//! no more; the target may be run. A mover that dies before the first of these has changed nothing; one that dies later leaves two
//! stores that nobody runs, and the same move again ends it. What was under way is carried on by whoever runs the target, as after a
//! restart.
//!
//! A target is empty, or it is one that was left by such a move and has no line of the audit that the source lacks: the way back.

mod rows;

use std::{fmt, path::PathBuf, time::Duration};

use bernard_domain::{
    audit::{Act, Anchor, Entry},
    consequences::doubted_at_start,
};
use jiff::Timestamp;

pub use self::rows::{Progress, Stage};
use super::{
    Address, Beside, Error, Sign, Store, audit,
    copy::COPY,
    database::{self, Connection, query, query_as},
    millis,
    moved::{self, ARRIVING, Barred, MOVED},
    operations, replay, replica, set_fact,
    writing::Writing,
};

/// A mover keeps nothing by leases.
const NO_LEASE: Duration = Duration::ZERO;

/// Where a store is.
#[derive(Clone, Debug)]
pub enum Location {
    /// An SQLite file.
    File(PathBuf),
    /// A PostgreSQL database.
    Postgres(Address),
}

impl fmt::Display for Location {
    /// As `store.url` has it, but for role and password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "sqlite://{}", path.canonicalize().as_ref().unwrap_or(path).display()),
            Self::Postgres(address) => address.fmt(f),
        }
    }
}

/// Why a store was not moved. Unless it says that the move is unfinished, the source is as it was, and the target as empty.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// From here to here.
    #[error("{0} is both where from and where to")]
    Same(String),
    /// There is nothing to move.
    #[error("{0} holds no store of bernard's")]
    NoStore(String),
    /// Something is wrong with one of them.
    #[error("{place}: {source}")]
    Store {
        /// Which.
        place: String,
        /// What.
        source: Error,
    },
    /// A replica works on a PostgreSQL database.
    #[error("a bernard works on {place}: stop all of its replicas first; one that was killed counts for {left:?} more")]
    Working {
        /// Which.
        place: String,
        /// How long its lease still runs.
        left: Duration,
    },
    /// An earlier Bernard ran it.
    #[error(
        "{place} was last run by an older bernard (its schema is {store}, this one's {known}): start this one on it once, and stop it"
    )]
    Older {
        /// Which.
        place: String,
        /// The last step of its schema.
        store: i64,
        /// The last step that this Bernard knows.
        known: i64,
    },
    /// The target holds something.
    #[error(
        "{place} is not empty ({table}): a store is moved into an empty one, or back into the one that it was moved from"
    )]
    NotEmpty {
        /// Which.
        place: String,
        /// A table that has rows.
        table: String,
    },
    /// The target is not what the source once was.
    #[error("{place} was moved, and its audit has lines that the other one lacks: move into an empty store")]
    AnotherPast {
        /// The target.
        place: String,
    },
    /// What was written does not read back as it was.
    #[error("the table {0} does not read back as it was: nothing was moved")]
    Differs(String),
    /// Neither may be run.
    #[error("the move is not finished, and neither store can be run: say the same again, which ends it ({0})")]
    Unfinished(Error),
}

/// What was moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transferred {
    /// Where from and where to.
    pub places: (String, String),
    /// Each table with its rows.
    pub tables: Vec<(String, u64)>,
    /// The last line of the audit that came along, the same in both; `None`: there was none.
    pub head: Option<Anchor>,
    /// How many operations were under way.
    pub live: u64,
    /// Whether the source was a copy that nobody has looked at yet: then the target is one.
    pub is_copy: bool,
}

impl Transferred {
    /// All rows.
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|(_, rows)| rows).sum()
    }
}

/// Moves the store at `from` to `to`.
///
/// # Errors
/// [`TransferError`].
pub async fn transfer(
    from: &Location,
    to: &Location,
    now: Timestamp,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Transferred, TransferError> {
    if from.to_string() == to.to_string() {
        return Err(TransferError::Same(from.to_string()));
    }
    let source = Side::source(from).await?;
    let moved = match Side::target(to).await {
        Ok(target) => {
            let moved = both(&source, &target, now, progress).await;
            target.store.close().await;
            moved
        }
        Err(error) => Err(error),
    };
    source.store.close().await;
    moved
}

/// Whether the store at this place may be run; one that is not there yet may.
///
/// # Errors
/// [`Error::Moved`], [`Error::Arriving`]; [`Error::Database`].
pub async fn may_be_run(location: &Location) -> Result<(), Error> {
    let mut connection = location.connect().await?;
    let may = match database::version(&mut connection).await? {
        None => Ok(()),
        Some(_) => moved::may_be_run(&mut connection).await,
    };
    connection.close().await?;
    may
}

impl Location {
    /// A connection beside any pool.
    async fn connect(&self) -> Result<Connection, Error> {
        match self {
            Self::File(path) => Ok(database::sqlite_to_read(path).await?),
            Self::Postgres(address) => address.connect().await,
        }
    }
}

/// One of the two, which nobody else has.
struct Side {
    store: Store,
    place: String,
}

impl Side {
    async fn source(from: &Location) -> Result<Self, TransferError> {
        let nothing = || TransferError::NoStore(from.to_string());
        if matches!(from, Location::File(path) if !path.is_file()) {
            return Err(nothing());
        }
        let of = |source| TransferError::Store { place: from.to_string(), source };
        let mut first = from.connect().await.map_err(of)?;
        let version = database::version(&mut first).await.map_err(|error| of(error.into()))?;
        first.close().await.map_err(|error| of(error.into()))?;
        match version {
            None => Err(nothing()),
            Some(store) => {
                not_newer(store).map_err(of)?;
                if store < database::KNOWN {
                    return Err(TransferError::Older { place: from.to_string(), store, known: database::KNOWN });
                }
                Self::alone(from).await
            }
        }
    }

    /// The schema of what is to be filled is brought up to date, unless something is in it that nobody wants to lose.
    async fn target(to: &Location) -> Result<Self, TransferError> {
        let of = |source| TransferError::Store { place: to.to_string(), source };
        let mut side = None;
        let mut first = match to {
            Location::File(_) => {
                let alone = side.insert(Self::alone(to).await?);
                alone.store.pool.acquire().await.map_err(|error| of(error.into()))?
            }
            Location::Postgres(address) => address.connect().await.map_err(of)?,
        };
        if let Some(store) = database::version(&mut first).await.map_err(|error| of(error.into()))? {
            not_newer(store).map_err(of)?;
            if store < database::KNOWN {
                vacant(&mut first, &to.to_string()).await?;
            }
        }
        database::bring_up_to_date(&mut first).await.map_err(of)?;
        first.close().await.map_err(|error| of(error.into()))?;
        match side {
            Some(side) => Ok(side),
            None => Self::alone(to).await,
        }
    }

    /// Nobody else has it from now on.
    async fn alone(at: &Location) -> Result<Self, TransferError> {
        let of = |source| TransferError::Store { place: at.to_string(), source };
        let store = match at {
            Location::File(path) => Store::held(path).await.map_err(of)?,
            Location::Postgres(address) => Store::beside_replicas(address, None, NO_LEASE),
        };
        let side = Self { store, place: at.to_string() };
        let mut first = side.store.pool.acquire().await.map_err(|error| side.wrong(error))?;
        side.is_alone(&mut first).await?;
        drop(first);
        Ok(side)
    }

    /// That no replica counts as there.
    async fn is_alone(&self, on: &mut Connection) -> Result<(), TransferError> {
        let there = match &*self.store.beside {
            Beside::File(_) => None,
            Beside::Replica(_) => replica::there(on).await.map_err(|error| self.wrong(error))?,
        };
        there.map_or(Ok(()), |left| Err(TransferError::Working { place: self.place.clone(), left }))
    }

    async fn write(&self) -> Result<Writing, TransferError> {
        let mut tx = self.store.write_as_mover().await.map_err(|error| self.wrong(error))?;
        database::let_take_long(&mut tx).await.map_err(|error| self.wrong(error))?;
        Ok(tx)
    }

    fn wrong(&self, error: impl Into<Error>) -> TransferError {
        TransferError::Store { place: self.place.clone(), source: error.into() }
    }
}

fn not_newer(store: i64) -> Result<(), Error> {
    if store > database::KNOWN { Err(Error::Newer { store, known: database::KNOWN }) } else { Ok(()) }
}

/// A target must be empty, or one that a move left.
async fn vacant(on: &mut Connection, place: &str) -> Result<(), TransferError> {
    let of = |source| TransferError::Store { place: place.to_owned(), source };
    let barred = moved::barred(&mut *on).await.map_err(of)?;
    let full = rows::filled(on).await.map_err(|error| of(error.into()))?;
    match full.filter(|_| barred.is_none()) {
        None => Ok(()),
        Some(table) => Err(TransferError::NotEmpty { place: place.to_owned(), table }),
    }
}

async fn both(
    source: &Side,
    target: &Side,
    now: Timestamp,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Transferred, TransferError> {
    let (moved, reading) = fill(source, target, now, progress).await?;
    let end = async {
        leave(reading, target, now).await?;
        open(source, target, moved.rows(), now).await
    };
    end.await.map_err(TransferError::Unfinished)?;
    Ok(moved)
}

/// The target has everything and may not be run; the source is still held, and knows nothing.
async fn fill(
    source: &Side,
    target: &Side,
    now: Timestamp,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<(Transferred, Writing), TransferError> {
    let mut reading = source.write().await?;
    let mut writing = target.write().await?;
    // Whoever came before the turn was taken is there; who comes later finds that the store may not be run.
    source.is_alone(&mut reading).await?;
    target.is_alone(&mut writing).await?;
    let barred = moved::barred(&mut writing).await.map_err(|error| target.wrong(error))?;
    may_leave(source, &mut reading, target, barred).await?;
    vacant(&mut writing, &target.place).await?;
    let past = past(source, &mut reading, target, &mut writing).await?;
    let sign = source.store.sign(&mut reading).await.map_err(|error| source.wrong(error))?;
    let live: i64 = query_as("SELECT COUNT(*) FROM operations WHERE live = 1")
        .fetch_one(&mut *reading)
        .await
        .map_err(|error| source.wrong(error))?;
    let tables = rows::carry((source, &mut reading), (target, &mut writing), past, progress).await?;
    let head = audit::head(&mut writing).await.map_err(|error| target.wrong(error))?;
    let places = (source.place.clone(), target.place.clone());
    let live = u64::try_from(live).unwrap_or_default();
    let moved = Transferred { places, tables, head, live, is_copy: sign.is_some() };
    prepare(target, &mut writing, sign, (&source.place, now)).await.map_err(|error| target.wrong(error))?;
    writing.commit().await.map_err(|error| target.wrong(error))?;
    Ok((moved, reading))
}

/// Whether the source is one that can be run, or one of which just this move is to be finished.
async fn may_leave(
    source: &Side,
    reading: &mut Connection,
    target: &Side,
    at_target: Option<Barred>,
) -> Result<(), TransferError> {
    match moved::barred(reading).await.map_err(|error| source.wrong(error))? {
        None => Ok(()),
        Some(Barred::Moved(to, _)) if to == target.place && matches!(at_target, Some(Barred::Arriving(_))) => Ok(()),
        Some(Barred::Moved(to, at)) => Err(source.wrong(Error::Moved { to, at })),
        Some(Barred::Arriving(from)) => Err(source.wrong(Error::Arriving { from })),
    }
}

/// The last line of the audit that both have, which the target must not be beyond; 0: the target has none.
async fn past(
    source: &Side,
    reading: &mut Connection,
    target: &Side,
    writing: &mut Connection,
) -> Result<i64, TransferError> {
    let Some(head) = audit::head(writing).await.map_err(|error| target.wrong(error))? else { return Ok(0) };
    let number = super::id(head.number);
    let hash: Option<String> = query_as("SELECT hash FROM audit WHERE n = $1")
        .bind(number)
        .fetch_optional(reading)
        .await
        .map_err(|error| source.wrong(error))?;
    if hash == Some(head.hash.to_string()) {
        Ok(number)
    } else {
        Err(TransferError::AnotherPast { place: target.place.clone() })
    }
}

/// What the target says of itself until the source is left.
async fn prepare(
    target: &Side,
    writing: &mut Connection,
    sign: Option<Sign>,
    (from, now): (&str, Timestamp),
) -> Result<(), Error> {
    if matches!(sign, Some(Sign::Behind | Sign::NoWitness)) {
        // What told that is not in the database, and stays behind.
        set_fact(&mut *writing, COPY, &millis(now).to_string()).await?;
    }
    if let Beside::Replica(replica) = &*target.store.beside {
        replica.looked(&mut *writing, &None).await?;
    }
    moved::bar(writing, ARRIVING, from, now).await
}

/// From now on the source is run no more.
async fn leave(mut reading: Writing, target: &Side, now: Timestamp) -> Result<(), Error> {
    moved::bar(&mut reading, MOVED, &target.place, now).await?;
    reading.commit().await
}

/// From now on the target may be run, and its audit says why.
async fn open(source: &Side, target: &Side, rows: u64, now: Timestamp) -> Result<(), Error> {
    let mut tx = target.store.write_as_mover().await?;
    moved::let_run(&mut tx).await?;
    if let Beside::Replica(_) = &*target.store.beside {
        // What a file's next start would do; replicas do it for what one of them leaves.
        let live = replay::live(&mut tx, None).await?;
        operations::follow_up(&mut tx, doubted_at_start(&live), now).await?;
        // By the transactions of this database, all of it is old.
        query("UPDATE inventory SET written = 0").execute(&mut tx).await?;
        query("UPDATE known_boots SET written = 0").execute(&mut tx).await?;
    }
    let detail = format!("{rows} rows from {} to {}", source.place, target.place);
    audit::append(&mut tx, &Entry::act(Act::StoreMoved, now).saying(detail)).await?;
    let head = audit::head(&mut tx).await?;
    tx.commit().await?;
    if let Some(witness) = target.store.beside.witness() {
        witness.sync();
    }
    if let (Some(head), Some(witness)) = (head, source.store.beside.witness()) {
        // An earlier copy that is put in the source's place lacks this line, and is known for a copy.
        witness.note(head);
        witness.sync();
    }
    Ok(())
}

#[cfg(test)]
mod tests;
