//! The durable side. When a call that writes returns, what it wrote survives a crash of the process and of the machine.
//!
//! An event and all that follows from it are one transaction. SQLite in WAL mode with `synchronous = FULL`; one process at a time,
//! whatever path it names the database by.
//!
//! Engine, bot and program depend on it. It knows no network, no sentence and no configuration, and decides nothing: what an event
//! means is asked of `bernard-domain`, with what the transaction has read, and written.
//!
//! In reading order: `file` (the lock, and who can read it) · `operations`, `consequences`, `timeline`, `usual`, `cards`, `pause` (what is
//! accepted, what happens to it, and what follows) · `leases`, `reminders`, `sights`, `past` (rescues, until they are over) ·
//! `messages`, `notices`, `listed`, `help`, `wipes`, `troubles` (what people are told, and what is taken back) · `inventory`, `foreign`,
//! `occupied` (the fleet) · `audit` and `audit_reader` · `wake` (what is due at a start) · `copy`, `witness`, `restored` (a backup,
//! and how it is known for one) · `counted` (figures).

mod audit;
mod cards;
mod consequences;
mod copy;
mod counted;
mod file;
mod foreign;
mod help;
mod inventory;
mod leases;
mod listed;
mod lease_changes;
mod audit_reader;
mod messages;
mod notices;
mod occupied;
mod operations;
mod replay;
mod restored;
mod tickets;
mod timeline;
mod wipes;
mod past;
mod pause;
mod reminders;
mod sights;
mod troubles;
mod usual;
mod wake;
mod witness;

use std::{
    ops::{Deref, DerefMut},
    path::{Path, PathBuf},
    str::FromStr,
    time::{Duration, Instant},
};

use bernard_domain::mark::Mark;
use jiff::Timestamp;
use sqlx::{
    Sqlite, SqliteConnection, SqlitePool, Transaction,
    migrate::{MigrateError, Migration, MigrationType, Migrator},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

pub use bernard_intent::RecordedIntent;

pub use crate::audit_reader::{Ledger, Range};
pub use audit::{AuditFilter, AuditPage};
pub use bernard_domain::{
    card::CardRefusal,
    wiping::{Later, Wiped},
};
pub use cards::{Again, Card, CardId};
pub use copy::{Copied, CopyError, copy};
pub use counted::Figures;
pub use file::{exposed, holder};
pub use inventory::remembered;
pub use lease_changes::Change;
pub use listed::{ListedNow, StaleList};
pub use messages::{Delivery, Posted, TriedDelivery, Unreported};
pub use notices::{Attempt, Delivered, NoticeId, Outdated, PendingNotice};
pub use occupied::Occupied;
pub use operations::{Answer, Append, Open};
pub use past::Stale;
pub use reminders::{NextReminder, ScheduledLease};
pub use restored::{CopyFound, Sign};
pub use sights::Sighting;
pub use troubles::About;
pub use wipes::Wipe;

/// How long a writer waits for another one of this process: five times what the slowest commit ever took on a poor disk.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// What each connection keeps of the file, in KiB: the system keeps all of it once for all of them.
const CACHE_KIB: u32 = 512;
/// Readers beside one writer; SQLite has one writer at a time.
const CONNECTIONS: u32 = 4;

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
    /// An entry of the audit was not written.
    #[error("the audit was not written")]
    NotAudited,
    /// A line of the audit does not read back: `bernard audit verify` says which is the first.
    #[error("the audit holds a line that cannot be read: {0}; `bernard audit verify` finds the first that is wrong")]
    BrokenAudit(#[from] bernard_domain::audit::NotALine),
}

/// The store's handle; cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    pool: SqlitePool,
    waiting: std::sync::Arc<audit::Waiting>,
    held: std::sync::Arc<file::Held>,
}

impl Store {
    /// Opens the SQLite database at `path`, making it and its folder if need be, and brings its schema up to date.
    ///
    /// # Errors
    /// [`Error::InUse`] when another process has it open.
    pub async fn open(path: &Path) -> Result<Self, Error> {
        // Also gives SQLite's log and index their rights: they are those of the database, which is made here.
        let held = file::hold(path)?;
        let options = SqliteConnectOptions::from_str("sqlite://")?
            .filename(&held.path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT)
            .pragma("cache_size", format!("-{CACHE_KIB}"));
        let pool = SqlitePoolOptions::new().max_connections(CONNECTIONS).connect_with(options).await?;
        migrator().run(&pool).await.map_err(schema)?;
        Ok(Self { pool, waiting: std::sync::Arc::default(), held: std::sync::Arc::new(held) })
    }

    /// Ends all connections; what was promised is already on disk.
    pub async fn close(&self) {
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
        let mut connection = self.pool.acquire().await?;
        set_fact(&mut connection, name, value).await
    }

    /// A transaction that is the only writer from its first moment, so that what it reads stays true until it commits.
    async fn write(&self) -> Result<Writing, Error> {
        let began = Instant::now();
        let transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        Ok(Writing { transaction, began, held: std::sync::Arc::clone(&self.held) })
    }
}

/// A transaction that writes.
struct Writing {
    transaction: Transaction<'static, Sqlite>,
    /// When it began to wait for its turn.
    began: Instant,
    held: std::sync::Arc<file::Held>,
}

impl Writing {
    /// When this returns, what was written survives a crash, and the file beside the store says how far its audit is.
    async fn commit(mut self) -> Result<(), Error> {
        // An audit that does not read back is for `bernard audit verify` to say.
        let head = audit::head(&mut self.transaction).await.ok().flatten();
        self.transaction.commit().await?;
        if let Some(head) = head {
            self.held.witness.note(head);
        }
        metrics::histogram!(bernard_platform::metrics::STORE_WRITE_SECONDS).record(self.began.elapsed());
        Ok(())
    }
}

impl Deref for Writing {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        &self.transaction
    }
}

impl DerefMut for Writing {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        &mut self.transaction
    }
}

async fn fact(connection: &mut SqliteConnection, name: &str) -> Result<Option<String>, Error> {
    Ok(sqlx::query_scalar("SELECT value FROM facts WHERE name = $1").bind(name).fetch_optional(connection).await?)
}

async fn set_fact(connection: &mut SqliteConnection, name: &str, value: &str) -> Result<(), Error> {
    sqlx::query("INSERT INTO facts (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = $2")
        .bind(name)
        .bind(value)
        .execute(connection)
        .await?;
    Ok(())
}

/// The steps of the schema, in their order; one that was shipped is never changed.
const SCHEMA: [(i64, &str, &str); 15] = [
    (1, "first", include_str!("../migrations/sqlite/0001_first.sql")),
    (3, "audit", include_str!("../migrations/sqlite/0003_audit.sql")),
    (4, "leases", include_str!("../migrations/sqlite/0004_leases.sql")),
    (6, "fleet", include_str!("../migrations/sqlite/0006_fleet.sql")),
    (7, "expiring links", include_str!("../migrations/sqlite/0007_expiring_links.sql")),
    (8, "tried deliveries", include_str!("../migrations/sqlite/0008_tried_deliveries.sql")),
    (9, "notices that offer", include_str!("../migrations/sqlite/0009_notices_that_offer.sql")),
    (10, "marks", include_str!("../migrations/sqlite/0010_marks.sql")),
    (11, "wipes that fail", include_str!("../migrations/sqlite/0011_wipes_that_fail.sql")),
    (12, "cards that ask again", include_str!("../migrations/sqlite/0012_cards_that_ask_again.sql")),
    (13, "rescues that are over", include_str!("../migrations/sqlite/0013_rescues_that_are_over.sql")),
    (14, "what is usual", include_str!("../migrations/sqlite/0014_what_is_usual.sql")),
    (16, "lists of the fleet", include_str!("../migrations/sqlite/0016_lists_of_the_fleet.sql")),
    (17, "lists that were posted", include_str!("../migrations/sqlite/0017_lists_that_were_posted.sql")),
    (18, "ended operations", include_str!("../migrations/sqlite/0018_ended_operations.sql")),
];

fn migrator() -> Migrator {
    let migrations = SCHEMA.map(|(number, name, sql)| {
        Migration::new(number, name.into(), MigrationType::Simple, sqlx::SqlStr::from_static(sql), false)
    });
    Migrator::with_migrations(migrations.to_vec())
}

/// What it means that the schema could not be brought up to date.
fn schema(error: MigrateError) -> Error {
    match error {
        MigrateError::VersionMissing(store) => Error::Newer { store, known: SCHEMA[SCHEMA.len() - 1].0 },
        error => Error::Schema(error),
    }
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
