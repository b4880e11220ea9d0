//! The files: where they are, and the one moment at which they are written.

use std::{
    fs, io,
    io::Write as _,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use super::{
    Stop,
    ask::{self, Asker, Unfit},
};

/// For its owner's eyes only.
const OWNER_ONLY: u32 = 0o600;

/// The flag that tells where.
pub(super) const OUT: &str = "--out";

/// A secret that has a file of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SecretFile {
    DiscordToken,
    ApplicationSecret,
    ConsumerKey,
    ClientSecret,
}

impl SecretFile {
    const ALL: [Self; 4] = [Self::DiscordToken, Self::ApplicationSecret, Self::ConsumerKey, Self::ClientSecret];

    fn ending(self) -> &'static str {
        match self {
            Self::DiscordToken => "discord-token",
            Self::ApplicationSecret => "application-secret",
            Self::ConsumerKey => "consumer-key",
            Self::ClientSecret => "client-secret",
        }
    }
}

/// Where everything goes: an absolute path, so that the configuration works from every working directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place(PathBuf);

impl Place {
    /// The configuration itself.
    pub(super) fn config(&self) -> &Path {
        &self.0
    }

    /// A secret's file: `bernard.toml` has `bernard.discord-token` beside it.
    pub(super) fn secret(&self, which: SecretFile) -> PathBuf {
        self.0.with_extension(which.ending())
    }

    /// The store, in a folder of its own beside the configuration.
    pub(super) fn store(&self) -> PathBuf {
        self.0.with_file_name("data").join("bernard.db")
    }

    /// Whether everything can be made there; nothing that is made for that stays.
    fn at(path: &Path) -> Result<Self, String> {
        let path = std::path::absolute(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let folder = path.parent().unwrap_or(Path::new("/"));
        if !folder.is_dir() {
            return Err(format!("there is no folder {}", folder.display()));
        }
        let place = Self(path);
        let taken = SecretFile::ALL.map(|which| place.secret(which)).into_iter().chain([place.0.clone()]);
        // Also what leads nowhere is there.
        match taken.into_iter().find(|path| fs::symlink_metadata(path).is_ok()) {
            Some(taken) => Err(format!("{} is there already, and nothing is overwritten", taken.display())),
            None => place.tried(),
        }
    }

    /// Writes a file with as long a name as any and removes it: rights, room and what a file system allows show only so.
    fn tried(self) -> Result<Self, String> {
        let ending = SecretFile::ApplicationSecret.ending();
        let file = self.0.with_extension(format!("{ending}-{}", std::process::id()));
        let tried = write_new(&file, "\n").and_then(|()| fs::remove_file(&file));
        let folder = file.parent().unwrap_or(Path::new("/"));
        tried.map(|()| self).map_err(|error| format!("the folder {} cannot be written: {error}", folder.display()))
    }
}

/// Where to write, before anything else is asked.
pub(super) fn place(asker: &Asker, out: &Path) -> Result<Place, Stop> {
    let ask = || {
        ask::line("Where shall the configuration be written?", "a .toml file; its secrets go beside it")
            .map(PathBuf::from)
    };
    asker.until_right(OUT, Some(out.to_owned()), ask, |path: PathBuf| {
        if path.extension().is_none_or(|extension| extension != "toml") {
            return Err(Unfit::malformed(OUT, format!("{} is not the name of a .toml file", path.display())));
        }
        Ok(Place::at(&path)?)
    })
}

/// Writes all of them, or none: what was made before one fails is removed again.
pub(super) fn write(files: &[(PathBuf, String)]) -> io::Result<()> {
    for (made, (path, text)) in files.iter().enumerate() {
        if let Err(error) = write_new(path, text) {
            let ours = &files[..made];
            for (path, _) in ours {
                fs::remove_file(path).ok();
            }
            return Err(io::Error::new(error.kind(), format!("{} cannot be written: {error}", path.display())));
        }
    }
    Ok(())
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(OWNER_ONLY).open(path)?;
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    if written.is_err() {
        fs::remove_file(path).ok();
    }
    written
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn all_is_written_for_its_owner_or_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let (one, two) = (folder.path().join("one"), folder.path().join("two"));
        let files = [(one.clone(), "1".to_owned()), (two.clone(), "2".to_owned())];
        fs::write(&two, "there before").expect("it is written");
        assert!(write(&files).is_err());
        assert!(!one.exists(), "what was made before is removed");
        assert_eq!(fs::read_to_string(&two).expect("it is there"), "there before");
        fs::remove_file(&two).expect("ours");
        write(&files).expect("now there is room");
        for (path, text) in files {
            let mode = fs::metadata(&path).expect("it is there").permissions().mode() & 0o777;
            assert_eq!((mode, fs::read_to_string(&path).expect("a text")), (OWNER_ONLY, text));
        }
    }

    #[test]
    fn what_is_written_into_a_clone_gets_neither_into_git_nor_into_an_image() {
        let (git, docker) = (include_str!("../../.gitignore"), include_str!("../../.dockerignore"));
        let has = |text: &str, line: String| assert!(text.lines().any(|it| it == line), "{line} is not ignored");
        for ending in SecretFile::ALL.map(SecretFile::ending) {
            has(git, format!("*.{ending}"));
            has(docker, format!("**/*.{ending}"));
        }
        for name in ["bernard.toml", "my.toml"] {
            has(git, format!("/{name}"));
            has(docker, name.to_owned());
        }
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_noticed_and_the_others_stay_as_they_were() {
        let folder = tempfile::tempdir().expect("a folder");
        Place::at(&folder.path().join("bernard.toml")).expect("there is room");
        assert_eq!(fs::read_dir(folder.path()).expect("it is there").count(), 0, "trying leaves nothing");
        let long = format!("{}.toml", "b".repeat(245));
        let why = Place::at(&folder.path().join(long)).expect_err("its secrets' names are too long");
        assert!(why.contains("cannot be written"), "{why}");
        assert!(Place::at(Path::new("/proc/bernard.toml")).expect_err("nobody writes there").contains("/proc"));
    }

    #[test]
    fn where_something_is_nothing_is_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let out = folder.path().join("bernard.toml");
        let place = Place::at(&out).expect("there is room");
        assert_eq!(place.secret(SecretFile::ConsumerKey), folder.path().join("bernard.consumer-key"));
        for name in ["bernard.toml", "bernard.client-secret"] {
            let taken = folder.path().join(name);
            std::os::unix::fs::symlink("/nowhere", &taken).expect("a link");
            assert!(Place::at(&out).expect_err("it is taken").contains(name));
            fs::remove_file(&taken).expect("ours");
        }
        assert!(Place::at(&folder.path().join("none/bernard.toml")).is_err());
        assert!(Place::at(folder.path()).is_err());
    }
}
