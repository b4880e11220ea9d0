//! Where the stores of stories are: in memory, if the system has a place for files there.

use std::path::Path;

use tempfile::TempDir;

use crate::postgres::cluster::MEMORY;

/// A folder for a store. What dies in a story is a process and never the machine, so in memory nothing that was written is lost
/// either; but no commit waits for a disk.
pub(crate) fn folder() -> TempDir {
    let memory = Path::new(MEMORY);
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.or_else(|_| tempfile::tempdir()).expect("a folder")
}
