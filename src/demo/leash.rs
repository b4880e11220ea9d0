//! The leash of the demo's bot: when the demo is gone, however it went, the bot goes within a moment, and its folder too.
//!
//! The bot's standard input is a pipe that only the demo holds open. A process that dies, by `kill -9` as well, closes it;
//! that works on every Unix and needs nobody to look. What stays is the folder of a demo that was killed while its bot
//! was dead: a configuration and a store that know nothing but the simulators' fakes.

use std::{fs, io, path::Path, thread};

use rustix::process::{Signal, getpid, kill_process};

/// How the name of a demo's folder begins. Nothing else is ever removed.
pub const FOLDER: &str = "bernard-demo-";

/// From now on this process ends when its standard input does; the demo's folder, in which `config` stands, goes before it.
///
/// # Errors
/// When no thread can be had to wait for it.
pub fn hold(config: &Path) -> io::Result<()> {
    let folder = config.parent().filter(|folder| is_a_demos(folder)).map(Path::to_owned);
    let wait = move || {
        // Nothing is ever written to it. An error is an end as well.
        io::copy(&mut io::stdin().lock(), &mut io::sink()).ok();
        if let Some(folder) = folder {
            // The store may be writing at this moment: what is in the way of the first try is gone at the second.
            fs::remove_dir_all(&folder).or_else(|_| fs::remove_dir_all(&folder)).ok();
        }
        // Like the demo: at once. An orderly stop would talk to simulators that are gone.
        kill_process(getpid(), Signal::KILL).ok();
    };
    thread::Builder::new().name("leash".to_owned()).spawn(wait).map(drop)
}

fn is_a_demos(folder: &Path) -> bool {
    folder.file_name().is_some_and(|name| name.to_string_lossy().starts_with(FOLDER))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_demos_folder_is_removed() {
        assert!(is_a_demos(Path::new("/tmp/bernard-demo-x1")));
        for other in ["/", "", "/etc", "/srv/config", "/tmp/bernard-demo-x1/.."] {
            assert!(!is_a_demos(Path::new(other)), "{other}");
        }
    }
}
