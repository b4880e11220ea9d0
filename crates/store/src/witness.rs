//! What stands beside the database and is not in it: the last line of the audit that was written through it here. For PostgreSQL it
//! is a file of each replica.
//!
//! A store that does not have that line is not the one that was last run here: somebody put an earlier copy in its place. The file is
//! written after each commit, so it may be a line behind and is never ahead; before anything is done outside, the intent of it has
//! been committed, and witnessed.

use std::{
    fs::File,
    io::{self, Read},
    os::unix::fs::FileExt,
    sync::{Mutex, PoisonError},
};

use bernard_domain::audit::Anchor;

/// The end of its name, behind the database's.
pub(super) const END: &str = ".witness";

/// The file beside a database that says how far its audit was.
#[derive(Debug)]
pub(super) struct Witness {
    file: File,
    /// What it said when it was opened; `None`: nothing, or nothing that can be read.
    pub(super) found: Option<Anchor>,
    /// The number of the line that it names now.
    last: Mutex<u64>,
}

impl Witness {
    /// This file, which is read and written in place.
    pub(super) fn of(mut file: File) -> io::Result<Self> {
        let mut text = String::new();
        // What is no text says nothing.
        let found = match file.read_to_string(&mut text) {
            Ok(_) => text.split_whitespace().find_map(|word| word.parse().ok()),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => None,
            Err(error) => return Err(error),
        };
        Ok(Self { file, found, last: Mutex::new(0) })
    }

    /// From now on the audit is known to be as far as this; what is behind it already is passed over.
    pub(super) fn note(&self, head: Anchor) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if head.number <= *last {
            return;
        }
        // Always as long, so that one record covers the other, and a crash leaves the one or the other.
        let record = format!("{:020}:{}\n", head.number, head.hash);
        match self.file.write_all_at(record.as_bytes(), 0) {
            Ok(()) => *last = head.number,
            Err(error) => tracing::warn!(%error, "the store's witness cannot be written"),
        }
    }

    /// The store is an earlier copy of the one that it names: from now on it names lines of that.
    pub(super) fn begin_anew(&self) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = 0;
    }

    /// What it says is on the disk when this returns.
    pub(super) fn sync(&self) {
        if let Err(error) = self.file.sync_all() {
            tracing::warn!(%error, "the store's witness may not survive a crash of the machine");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn anchor(number: u64, digit: &str) -> Anchor {
        format!("{number}:{}", digit.repeat(64)).parse().expect("an anchor")
    }

    #[test]
    fn it_says_after_a_restart_what_it_was_told_last_and_never_goes_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("bernard.db.witness");
        let opened = || {
            let file = crate::file::private_record(&path);
            Witness::of(file.expect("it opens")).expect("it reads")
        };
        let witness = opened();
        assert_eq!(witness.found, None);
        for (number, digit) in [(9, "a"), (1_000, "b"), (999, "c")] {
            witness.note(anchor(number, digit));
        }
        assert_eq!(opened().found, Some(anchor(1_000, "b")));
        for nonsense in [&b"\xff\xfe"[..], b"", b"0:12", b"\0\0\0\0"] {
            std::fs::write(&path, nonsense).expect("it is written");
            assert_eq!(opened().found, None);
        }
    }
}
