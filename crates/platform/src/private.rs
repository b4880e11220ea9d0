//! What others on this machine can read or change that is ours alone: named with its mode, so that an operator can mend it.

use std::{
    fmt, fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

/// Everybody may read.
const OTHERS_READ: u32 = 0o004;
/// Everybody may write.
const OTHERS_WRITE: u32 = 0o002;
/// In such a folder everybody may write, and nobody may replace what is somebody else's.
const STICKY: u32 = 0o1000;

/// A file or folder that others can do something with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exposed {
    path: PathBuf,
    mode: u32,
    how: How,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    Read,
    Write,
    Replace,
}

impl fmt::Display for Exposed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, mode, how } = self;
        let (what, right) = match how {
            How::Read => ("everybody on this machine can read it", "600"),
            How::Write => ("everybody on this machine can change it", "600"),
            How::Replace => ("everybody on this machine can put other files into this folder", "755"),
        };
        // Debug, because the name may hold anything.
        write!(f, "{path:?} has mode {mode:04o}: {what} (chmod {right})")
    }
}

/// A file of secrets that others can read or change.
pub fn open_file(path: &Path) -> Option<Exposed> {
    exposed(path, &[(OTHERS_WRITE, How::Write), (OTHERS_READ, How::Read)])
}

/// A file without secrets that others can change.
pub fn changeable_file(path: &Path) -> Option<Exposed> {
    exposed(path, &[(OTHERS_WRITE, How::Write)])
}

/// A folder in which others can replace what is ours.
pub fn open_folder(path: &Path) -> Option<Exposed> {
    // A path without a folder is in the one that we are in.
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    exposed(path, &[(OTHERS_WRITE, How::Replace)]).filter(|exposed| exposed.mode & STICKY == 0)
}

fn exposed(path: &Path, ways: &[(u32, How)]) -> Option<Exposed> {
    let mode = fs::metadata(path).ok()?.permissions().mode() & 0o7777;
    let (_, how) = ways.iter().find(|(bit, _)| mode & bit != 0)?;
    Some(Exposed { path: path.to_owned(), mode, how: *how })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_can_do_is_told_with_name_and_mode() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("token");
        fs::write(&file, "fake").expect("it is written");
        let with = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("ours");
        for (mode, told) in [(0o600, None), (0o640, None), (0o644, Some("read it")), (0o666, Some("change it"))] {
            with(&file, mode);
            let found = open_file(&file).map(|exposed| exposed.to_string());
            assert_eq!(found.is_some(), told.is_some(), "{mode:o}");
            if let (Some(found), Some(told)) = (found, told) {
                assert!(
                    found.contains("token") && found.contains(&format!("{mode:04o}")) && found.contains(told),
                    "{found}"
                );
            }
            assert_eq!(changeable_file(&file).is_some(), mode == 0o666);
        }
        for (mode, is_open) in [(0o700, false), (0o755, false), (0o1777, false), (0o777, true), (0o702, true)] {
            with(folder.path(), mode);
            assert_eq!(open_folder(folder.path()).is_some(), is_open, "{mode:o}");
        }
        with(folder.path(), 0o700);
        assert_eq!((open_file(&folder.path().join("none")), open_folder(Path::new(""))), (None, None));
    }
}
