//! The durable side. When a call that writes returns, what it wrote survives a crash of the process and of the machine.
//!
//! An event and all that follows from it are one transaction. SQLite in WAL mode with `synchronous = FULL`, one process at a time,
//! whatever path it names the database by; or PostgreSQL, where several replicas work side by side and write one after the other.
//!
//! Engine, bot and program depend on it. It knows no network, no sentence and no configuration, and decides nothing: what an event
//! means is asked of `bernard-domain`, with what the transaction has read, and written.
//!
//! In reading order: `database` (both dialects), `writing`, `replica`, `claims`, `work` (whose turn it is, and who does what) ·
//! `file` (the lock, and who can read it) · `operations`, `consequences`, `timeline`, `usual`, `cards`, `pause` (what is accepted,
//! what happens to it, and what follows) · `leases`, `reminders`, `sights`, `past` (rescues, until they are over) ·
//! `messages`, `notices`, `alerts`, `alert_cards`, `listed`, `help`, `wipes`, `troubles` (what people are told, and what is taken back) · `inventory`, `foreign`,
//! `occupied` (the fleet) · `audit`, `audit_reader`, `sinks`, `anchor_notes` · `second_factors`, `enrolment` (who gives codes) · `wake` (what is due at a
//! start) · `copy`, `witness`, `restored` (a backup,
//! and how it is known for one) · `moved`, `transfer` (from one database to another) · `counted` (figures) ·
//! `shared` (limits, budgets and ways that hold over replicas).

mod alert_cards;
mod alerts;
mod audit;
mod cards;
mod consequences;
mod copy;
mod counted;
mod second_factors;
mod enrolment;
mod database;
mod file;
mod foreign;
mod help;
mod inventory;
mod claims;
mod replica;
mod work;
mod leases;
mod listed;
mod lease_changes;
mod anchor_notes;
mod audit_reader;
mod messages;
mod moved;
mod notices;
mod occupied;
mod operations;
mod replay;
mod restored;
mod tickets;
mod timeline;
mod transfer;
mod wipes;
mod past;
mod pause;
mod reminders;
mod shared;
mod sights;
mod sinks;
mod troubles;
mod usual;
mod wake;
mod witness;
mod writing;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use bernard_domain::mark::Mark;
use jiff::Timestamp;

use self::{
    database::{Connection, Pool, query, query_as},
    replica::Replica,
};

pub use bernard_intent::RecordedIntent;

pub use crate::audit_reader::{Ledger, Range};
pub use alert_cards::{DueAlertCard, ShownAlertCard};
pub use alerts::HeardAlerts;
pub use audit::{AuditFilter, AuditPage};
pub use bernard_domain::{
    card::CardRefusal,
    wiping::{Later, Wiped},
};
pub use cards::{Again, Card, CardId};
pub use copy::{Copied, CopyError, copy};
pub use counted::Figures;
pub use database::{Address, Place, Promises, Tls};
pub use enrolment::{Enrolment, Existing};
pub use file::{could_be_held, exposed, holder};
pub use inventory::{remembered, remembered_at};
pub use lease_changes::Change;
pub use listed::{ListedNow, StaleList};
pub use messages::{Delivery, Posted, TriedDelivery, Unreported};
pub use notices::{Attempt, Delivered, NoticeId, Outdated, PendingNotice};
pub use occupied::Occupied;
pub use operations::{Answer, Append, Open};
pub use past::Stale;
pub use reminders::{NextReminder, ScheduledLease};
pub use replica::{News, SeenReplica};
pub use restored::{CopyFound, Sign};
pub use second_factors::{GivenStep, IfWrong, SecondFactor, Tried};
pub use shared::{Rate, Taken};
pub use sights::Sighting;
pub use sinks::SinkStanding;
pub use timeline::Recent;
pub use transfer::{Location, Progress, Stage, TransferError, Transferred, may_be_run, transfer};
pub use troubles::About;
pub use wipes::Wipe;

/// The store could not do what it was asked; nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another process has it open.
    #[error("another bernard is running on {0} (its lock file is held): stop it first, two would act twice")]
    InUse(PathBuf),
    /// The lock file or its folder cannot be made.
    #[error("cannot open {path}: {source}")]
    Folder {
        /// What could not be opened.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The database said no.
    #[error("the store: {0}")]
    Database(#[from] sqlx::Error),
    /// The schema could not be brought up to date.
    #[error("the store's schema: {0}")]
    Schema(#[from] sqlx::migrate::MigrateError),
    /// A newer Bernard has changed the schema: this one would not know what it reads.
    #[error(
        "the store was written by a newer bernard (its schema is {store}, this one knows {known}): start that one again, or put back \
         the copy from before the upgrade, which is then noticed"
    )]
    Newer {
        /// The number of the first step that this Bernard does not know.
        store: i64,
        /// The number of the last one that it knows.
        known: i64,
    },
    /// No Bernard of this version has run on it: its schema is an earlier one.
    #[error(
        "the store is not as this bernard keeps it (its schema is {store}, this one's {known}): start this bernard on it once"
    )]
    Older {
        /// The number of the last step that was taken in it; 0: none.
        store: i64,
        /// The number of the last one that this Bernard knows.
        known: i64,
    },
    /// It was moved: whoever runs it beside the other one does everything twice.
    #[error(
        "this store was moved to {to} on {at:.0} and is run no more: name that in store.url (`bernard store move` brings it back here)"
    )]
    Moved {
        /// Where to; no password.
        to: String,
        /// When.
        at: Timestamp,
    },
    /// Not all of a move was done.
    #[error("moving {from} into this store was not finished: say the same `bernard store move` again, which ends it")]
    Arriving {
        /// Where from; no password.
        from: String,
    },
    /// A row does not read back: it was changed by hand, or written by a newer Bernard.
    #[error("the store holds a row that cannot be read ({what}): {source}")]
    Unreadable {
        /// Which row.
        what: String,
        /// Why.
        source: serde_json::Error,
    },
    /// The recorded events of an operation do not follow one another.
    #[error("the store holds an impossible history: {0}")]
    History(#[from] bernard_domain::operation::state::IllegalEvent),
    /// What was read in a transaction could not be continued in it: a fault of ours.
    #[error("{0} could not be continued where it was read")]
    Discontinued(bernard_domain::operation::OperationId),
    /// Nothing new is begun while the kill switch is pulled.
    #[error("new operations are paused")]
    Paused(Box<bernard_domain::pause::Pause>),
    /// Somebody else brings the schema up to date, for too long.
    #[error("the store's schema is being brought up to date by somebody else, who does not come to an end")]
    SchemaHeld,
    /// PostgreSQL: this server takes nothing that is written.
    #[error("the PostgreSQL server is a standby: store.url must lead to the primary")]
    Standby,
    /// PostgreSQL: the server does not prove that it is the one that the address names, or who vouches for it cannot be read.
    #[error("{place} is not known to be that server: {why}")]
    Unproved {
        /// Its address; no password.
        place: String,
        /// What is wrong, and what to do.
        why: String,
    },
    /// PostgreSQL: another replica has the work that this would have been written for.
    #[error("another replica does this now: this one writes nothing for it")]
    WorkLost,
    /// PostgreSQL: it has not said whether what was to be written is written. It may be, and may show up later.
    #[error("the database does not say whether it has written")]
    Unconfirmed,
    /// PostgreSQL: the database is not as far as it was; nothing is written before what was under way is in doubt.
    #[error("the database is another one, or lacks what was written to it")]
    Changed,
    /// An entry of the audit was not written.
    #[error("the audit was not written")]
    NotAudited,
    /// A line of the audit does not read back: `bernard audit verify` says which is the first.
    #[error("the audit holds a line that cannot be read: {0}; `bernard audit verify` finds the first that is wrong")]
    BrokenAudit(#[from] bernard_domain::audit::NotALine),
}

impl Error {
    /// The database does not answer, or is in trouble: nobody knows whether it is the right one.
    pub fn is_unreachable(&self) -> bool {
        /// "Too many connections", "cannot connect now": the server starts, stops or is full.
        const TROUBLE: [&str; 2] = ["53300", "57P03"];
        match self {
            Self::Database(sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut) => true,
            Self::Database(sqlx::Error::Database(said)) => said.code().is_some_and(|code| TROUBLE.contains(&&*code)),
            _ => false,
        }
    }
}

/// The store's handle; cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    pool: Pool,
    waiting: Arc<audit::Waiting>,
    beside: Arc<Beside>,
    /// What it writes for, where that is one replica's at a time.
    held: Option<claims::Held>,
}

/// What there is beside the connections.
#[derive(Debug)]
enum Beside {
    /// SQLite: the files.
    File(file::Held),
    /// PostgreSQL: which replica this is.
    Replica(Replica),
}

impl Store {
    /// Opens the SQLite database at `path`, making it and its folder if need be, and brings its schema up to date.
    ///
    /// # Errors
    /// [`Error::InUse`] when another process has it open; [`Error::Moved`], [`Error::Arriving`].
    pub async fn open(path: &Path) -> Result<Self, Error> {
        let store = Self::held(path).await?;
        let mut first = store.pool.acquire().await?;
        database::bring_up_to_date(&mut first).await?;
        moved::may_be_run(&mut first).await?;
        drop(first);
        Ok(store)
    }

    /// The same, whatever is in the database, be it nothing.
    async fn held(path: &Path) -> Result<Self, Error> {
        // Also gives SQLite's log and index their rights: they are those of the database, which is made here.
        let held = file::hold(path)?;
        let pool = Pool::sqlite(&held.path).await?;
        Ok(Self { pool, waiting: Arc::default(), beside: Arc::new(Beside::File(held)), held: None })
    }

    /// Ends all connections, and lets other replicas have what this one had; what was promised is already on disk.
    pub async fn close(&self) {
        self.leave().await;
        self.pool.close().await;
    }

    /// A small fact about ourselves.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn fact(&self, name: &str) -> Result<Option<String>, Error> {
        let mut connection = self.pool.acquire().await?;
        fact(&mut connection, name).await
    }

    /// Remembers a small fact about ourselves.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn set_fact(&self, name: &str, value: &str) -> Result<(), Error> {
        let mut tx = self.write().await?;
        set_fact(&mut tx, name, value).await?;
        tx.commit().await
    }
}

async fn fact(connection: &mut Connection, name: &str) -> Result<Option<String>, Error> {
    Ok(query_as("SELECT value FROM facts WHERE name = $1").bind(name).fetch_optional(connection).await?)
}

async fn set_fact(connection: &mut Connection, name: &str, value: &str) -> Result<(), Error> {
    query("INSERT INTO facts (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = $2")
        .bind(name)
        .bind(value)
        .execute(connection)
        .await?;
    Ok(())
}

fn millis(time: Timestamp) -> i64 {
    time.as_millisecond()
}

fn time(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("our own types are JSON")
}

fn from_json<T: serde::de::DeserializeOwned>(text: &str, what: impl FnOnce() -> String) -> Result<T, Error> {
    serde_json::from_str(text).map_err(|source| Error::Unreadable { what: what(), source })
}

/// A mark as its row has it; nobody's, if that was written by hand.
fn mark(text: &str) -> Mark {
    text.parse().unwrap_or_default()
}

/// SQLite's integers are signed; Discord's ids fill 63 bits for the next sixty years.
fn id(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
