//! The store's files: one process at a time, whatever path it names them by, and nobody else's to read.

use std::{
    fs::{self, File},
    io::{self, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use bernard_platform::private::{self, Exposed};

use super::{
    Error,
    witness::{self, Witness},
};

/// Who did what is nobody else's business on this machine.
const OWNER_ONLY: u32 = 0o600;
/// What stands beside the database: SQLite's log and index, our lock, and our witness.
const BESIDE: [&str; 4] = ["-wal", "-shm", ".lock", witness::END];

/// The right to be the one process on a database; it is let go when the process ends, however it ends.
#[derive(Debug)]
pub(super) struct Held {
    /// The database's own path, without symbolic links.
    pub(super) path: PathBuf,
    /// How far its audit was.
    pub(super) witness: Witness,
    // In this order: whoever gets the lock beside it must find the database itself free.
    _database: File,
    _beside: File,
}

/// Takes the database at `path`, making it and its folder if need be, and mends the rights of its files.
///
/// Two locks are held. One is a file beside the database, under its own name and not the one of a symbolic link to it. The other
/// is on the database itself, for names that no path shows to be the same: a hard link, or a file mounted twice.
pub(super) fn hold(path: &Path) -> Result<Held, Error> {
    let cannot = |path: &Path, source| Error::Folder { path: path.to_owned(), source };
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(|source| cannot(parent, source))?;
    }
    // Opened before its lock is held only if it is not there yet: to close a database's file lets go of the locks that SQLite
    // has on it, if this very process uses it already.
    if !path.exists() {
        private_file(path).map_err(|source| cannot(path, source))?;
    }
    let own = path.canonicalize().map_err(|source| cannot(path, source))?;
    let lock_path = beside(&own, ".lock");
    let lock = private_file(&lock_path).map_err(|source| cannot(&lock_path, source))?;
    lock.try_lock().map_err(|_| Error::InUse(path.to_owned()))?;
    sign(&lock).map_err(|source| cannot(&lock_path, source))?;
    let database = private_file(&own).map_err(|source| cannot(&own, source))?;
    // Elsewhere than on Linux this lock and SQLite's own may be one and the same, and would bar us from our own database.
    if cfg!(target_os = "linux") {
        database.try_lock().map_err(|_| Error::InUse(path.to_owned()))?;
    }
    if database.metadata().is_ok_and(|metadata| metadata.nlink() > 1) {
        tracing::warn!(
            store.path = %own.display(),
            "the store has a second name (a hard link): what is in its log is lost to whoever opens it by the other one"
        );
    }
    let witness_path = beside(&own, witness::END);
    let witness =
        private_record(&witness_path).and_then(Witness::of).map_err(|source| cannot(&witness_path, source))?;
    mend(&own);
    Ok(Held { path: own, witness, _database: database, _beside: lock })
}

/// Whether a start could take the database at `path`: its folder, or the one in which that is to be made, can be written, and what is
/// there is a file that can be, too. What is made to find out is removed at once. Not beside a store that this very process has open:
/// to close its file lets go of SQLite's locks.
///
/// # Errors
/// [`Error::Folder`] says what cannot be opened.
pub fn could_be_held(path: &Path) -> Result<(), Error> {
    let cannot = |path: &Path, source| Error::Folder { path: path.to_owned(), source };
    let own = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let folder = own.ancestors().skip(1).find(|folder| folder.exists()).unwrap_or(Path::new("."));
    let tried = folder.join(format!(".bernard-check-{}", std::process::id()));
    new_private_file(&tried).and_then(|_| fs::remove_file(&tried)).map_err(|source| cannot(folder, source))?;
    match fs::metadata(&own) {
        Err(_) => Ok(()),
        Ok(there) if there.is_dir() => Err(cannot(path, io::ErrorKind::IsADirectory.into())),
        Ok(_) => File::options().append(true).open(&own).map(drop).map_err(|source| cannot(path, source)),
    }
}

/// Has the lock say who holds it.
fn sign(mut lock: &File) -> io::Result<()> {
    lock.set_len(0)?;
    writeln!(lock, "{}", std::process::id())
}

/// The process that runs on the database at `path`; `None`: none does, or it does not say. Changes nothing.
pub fn holder(path: &Path) -> Option<u32> {
    let lock_path = beside(&path.canonicalize().ok()?, ".lock");
    let lock = File::open(&lock_path).ok()?;
    match lock.try_lock_shared() {
        Ok(()) => None,
        Err(_) => fs::read_to_string(lock_path).ok()?.trim().parse().ok(),
    }
}

/// Opens a file for writing, which is made for its owner alone.
fn private_file(path: &Path) -> io::Result<File> {
    File::options().create(true).append(true).mode(OWNER_ONLY).open(path)
}

/// Opens a file to be read and written in place, which is made for its owner alone.
pub(super) fn private_record(path: &Path) -> io::Result<File> {
    File::options().create(true).truncate(false).read(true).write(true).mode(OWNER_ONLY).open(path)
}

/// Makes a file for its owner alone, which must not be there.
pub(super) fn new_private_file(path: &Path) -> io::Result<File> {
    File::options().create_new(true).write(true).mode(OWNER_ONLY).open(path)
}

/// What stands beside a database under its name with this end.
pub(super) fn beside(database: &Path, end: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

/// The store's files at `path`, and its folder, that others could use; a start mends the files.
pub fn exposed(path: &Path) -> Vec<Exposed> {
    let Ok(own) = path.canonicalize() else { return Vec::new() };
    let files = BESIDE.iter().map(|end| beside(&own, end)).chain([own.clone()]);
    files.filter_map(|file| private::open_file(&file)).chain(own.parent().and_then(private::open_folder)).collect()
}

/// Takes away from others what an earlier version, a copy or a backup gave them, and warns of what cannot be taken away.
fn mend(database: &Path) {
    let files = BESIDE.iter().map(|end| beside(database, end)).chain([database.to_owned()]);
    for file in files {
        let Ok(metadata) = fs::metadata(&file) else { continue };
        let mode = metadata.permissions().mode() & 0o777;
        if mode & !OWNER_ONLY == 0 {
            continue;
        }
        match fs::set_permissions(&file, fs::Permissions::from_mode(OWNER_ONLY)) {
            Ok(()) => tracing::warn!(
                "{} could be used by others (mode {mode:04o}); now it is {OWNER_ONLY:04o}",
                file.display()
            ),
            Err(error) => {
                tracing::error!(%error, "{} can be used by others (mode {mode:04o}), and that cannot be mended", file.display());
            }
        }
    }
    if let Some(exposed) = database.parent().and_then(private::open_folder) {
        tracing::warn!("{exposed}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("it is there").permissions().mode() & 0o777
    }

    #[test]
    fn whatever_path_names_it_a_database_is_held_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("real/bernard.db");
        let held = hold(&path).expect("it is free");
        let other = folder.path().join("other");
        fs::create_dir(&other).expect("a folder");
        let (link, hard, through) = (other.join("link.db"), other.join("hard.db"), folder.path().join("folder"));
        std::os::unix::fs::symlink(&path, &link).expect("a link");
        std::os::unix::fs::symlink(folder.path().join("real"), &through).expect("a link");
        fs::hard_link(&path, &hard).expect("a link");
        let roundabout = folder.path().join("other/../real/./bernard.db");
        for name in [&path, &link, &through.join("bernard.db"), &roundabout, &hard] {
            assert!(matches!(hold(name), Err(Error::InUse(_))), "{}", name.display());
        }
        assert_eq!(holder(&link), Some(std::process::id()), "it says who holds it");
        drop(held);
        assert_eq!((holder(&path), holder(&other.join("none.db"))), (None, None));
        let held = hold(&link).expect("it is free again");
        assert_eq!(held.path, path.canonicalize().expect("its own path"));
        assert!(matches!(hold(&path), Err(Error::InUse(_))), "and held the other way round");
    }

    #[test]
    fn a_link_that_leads_nowhere_yet_is_followed() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, link) = (folder.path().join("bernard.db"), folder.path().join("link.db"));
        std::os::unix::fs::symlink(&path, &link).expect("a link");
        let _held = hold(&link).expect("it is made");
        assert!(path.exists() && matches!(hold(&path), Err(Error::InUse(_))));
    }

    #[test]
    fn what_others_could_use_is_its_owners_alone_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("bernard.db");
        let files: Vec<_> = BESIDE.iter().map(|end| beside(&path, end)).chain([path.clone()]).collect();
        for (file, open) in files.iter().zip([0o644, 0o666, 0o640, 0o604]) {
            fs::write(file, "").expect("it is written");
            fs::set_permissions(file, fs::Permissions::from_mode(open)).expect("it is ours");
        }
        let _held = hold(&path).expect("it is free");
        for file in files {
            assert_eq!(mode(&file), OWNER_ONLY, "{}", file.display());
        }
    }
}
