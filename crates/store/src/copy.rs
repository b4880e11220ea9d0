//! A copy of the store, for the day on which the disk is gone: whole, of one moment, made beside a bot that runs.
//!
//! When [`copy`] returns, the copy is on the disk under its name, its owner's alone, and says of itself that it is one: a bot that is
//! started on it cannot take it for the store that went on after it was made. Nothing is ever overwritten, and a copy that fails
//! leaves nothing behind.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use bernard_domain::audit::Anchor;
use jiff::Timestamp;
use rustix::{
    fs::{CWD, RenameFlags, renameat_with},
    io::Errno,
};
use uuid::Uuid;

use super::{
    Error, audit, audit_reader, database,
    database::{query, query_as},
    file, millis, moved, set_fact,
};

/// The fact that a copy holds, and no store that was ever run: when it was made, in milliseconds since 1970.
pub(super) const COPY: &str = "copy";

/// Why there is no copy.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// There is nothing to copy.
    #[error("there is no store at {0}")]
    NoStore(PathBuf),
    /// It is there, and no store of Bernard's.
    #[error("{path} cannot be read as a store: {source}")]
    NotAStore {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        source: Error,
    },
    /// The copy's name is taken.
    #[error("{0} is there already: nothing is overwritten")]
    Taken(PathBuf),
    /// The copy's name cannot be given to SQLite.
    #[error("{0:?} is no name that SQLite takes: it is not UTF-8")]
    Name(PathBuf),
    /// The copy could not be written.
    #[error("{path} cannot be written: {source}")]
    Write {
        /// Where to.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The copy could not be made.
    #[error("the copy could not be made: {0}")]
    Database(#[from] sqlx::Error),
    /// The copy does not read back whole.
    #[error("the copy is damaged, and so is the store, it seems: {0}")]
    Damaged(String),
    /// The copy's audit does not read back.
    #[error(transparent)]
    Audit(#[from] Error),
}

/// What was copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied {
    /// The last line of the audit in it; `None`: it has none.
    pub head: Option<Anchor>,
    /// How long it is, in bytes.
    pub bytes: u64,
}

/// Writes a copy of the SQLite database at `database`, as it is at one moment, to `out`. It takes no lock, and keeps nobody from writing.
///
/// # Errors
/// [`CopyError`]: then there is no `out`, unless it was there before.
pub async fn copy(database: &Path, out: &Path, now: Timestamp) -> Result<Copied, CopyError> {
    if !database.is_file() {
        return Err(CopyError::NoStore(database.to_owned()));
    }
    // Also a link that leads nowhere.
    if fs::symlink_metadata(out).is_ok() {
        return Err(CopyError::Taken(out.to_owned()));
    }
    let cannot = |source| CopyError::Write { path: out.to_owned(), source };
    let unfinished = Unfinished::beside(out).map_err(cannot)?;
    let name = unfinished.0.to_str().ok_or_else(|| CopyError::Name(out.to_owned()))?;
    let mut store = audit_reader::read_only(database)
        .await
        .map_err(|source| CopyError::NotAStore { path: database.to_owned(), source })?;
    query("VACUUM INTO $1").bind(name).execute(&mut store).await?;
    store.close().await?;
    let head = seal(&unfinished.0, now).await?;
    let bytes = sync(&unfinished.0).map_err(cannot)?;
    publish(&unfinished.0, out).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => CopyError::Taken(out.to_owned()),
        _ => cannot(error),
    })?;
    Ok(Copied { head, bytes })
}

/// Has the copy say that it is one, and looks whether all of it can be read.
async fn seal(path: &Path, now: Timestamp) -> Result<Option<Anchor>, CopyError> {
    let mut copy = database::sqlite_alone(path).await?;
    set_fact(&mut copy, COPY, &millis(now).to_string()).await?;
    // What was moved elsewhere may be run as a copy: what was under way in it is in doubt.
    moved::let_run(&mut copy).await?;
    let said: String = query_as("PRAGMA integrity_check(1)").fetch_one(&mut copy).await?;
    let head = audit::head(&mut copy).await?;
    copy.close().await?;
    if said == "ok" { Ok(head) } else { Err(CopyError::Damaged(said)) }
}

/// The copy's bytes are on the disk when this returns; how many they are.
fn sync(path: &Path) -> io::Result<u64> {
    let file = File::open(path)?;
    file.sync_all()?;
    Ok(file.metadata()?.len())
}

/// Gives the copy its name, unless somebody else has it; the name is on the disk when this returns.
fn publish(from: &Path, to: &Path) -> io::Result<()> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Ok(()) => {}
        // Not every file system can; what those that cannot have instead is a second name.
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
            fs::hard_link(from, to)?;
            fs::remove_file(from)?;
        }
        Err(error) => return Err(error.into()),
    }
    File::open(folder(to))?.sync_all()
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A file that has not got its name yet; it goes with its owner, however that ends.
struct Unfinished(PathBuf);

impl Unfinished {
    /// An empty one in the folder of `out`, for its owner alone from its first moment.
    fn beside(out: &Path) -> io::Result<Self> {
        let path = folder(out).join(format!(".bernard-{}.unfinished", Uuid::now_v7().simple()));
        file::new_private_file(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // Once it has its name, nothing is there any more.
        let _ = fs::remove_file(&self.0);
        let _ = fs::remove_file(file::beside(&self.0, "-journal"));
    }
}

#[cfg(test)]
mod tests;
