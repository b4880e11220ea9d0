//! A terminal with the program on it: what it shows is read, and keys are typed.

use std::{
    fs::File,
    io::{Read as _, Write as _},
    os::fd::OwnedFd,
    process::{Child, Stdio},
    sync::{Arc, Mutex},
};

use rustix::{
    process::Signal,
    pty::{OpenptFlags, grantpt, ioctl_tiocgptpeer, openpt, unlockpt},
    termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize},
};

use crate::{
    bot::eventually,
    kill::{program, send},
};

/// A terminal with the program on it.
pub(crate) struct Terminal {
    keys: File,
    screen: Arc<Mutex<String>>,
    /// How much of the screen was waited for already.
    seen: usize,
    child: Child,
}

impl Terminal {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
        grantpt(&ours).and_then(|()| unlockpt(&ours)).expect("it is ours");
        let theirs = ioctl_tiocgptpeer(&ours, OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("its other end");
        tcsetwinsize(&theirs, Winsize { ws_row: 50, ws_col: 200, ws_xpixel: 0, ws_ypixel: 0 }).expect("a size");
        let end = |fd: &OwnedFd| Stdio::from(fd.try_clone().expect("one more"));
        let mut command = program();
        command.args(arguments).env("TERM", "xterm");
        command.stdin(end(&theirs)).stdout(end(&theirs)).stderr(end(&theirs));
        let child = command.spawn().expect("it starts");
        let keys = File::from(ours);
        let screen = Arc::new(Mutex::new(String::new()));
        let (mut reader, shown) = (keys.try_clone().expect("one more"), Arc::clone(&screen));
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            // An error is the other end's end.
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                shown.lock().expect("no panic").push_str(&String::from_utf8_lossy(&bytes[..count]));
            }
        });
        Self { keys, screen, seen: 0, child }
    }

    pub(crate) fn screen(&self) -> String {
        self.screen.lock().expect("no panic").clone()
    }

    /// Waits for a question and types an answer.
    pub(crate) async fn answers(&mut self, question: &str, keys: &str) {
        self.shows(question).await;
        self.types(keys);
    }

    pub(crate) fn types(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).expect("it is typed");
    }

    pub(crate) fn send(&self, signal: Signal) {
        send(&self.child, signal);
    }

    /// Whether it gives the program whole lines and shows what is typed, as a shell wants it.
    pub(crate) fn is_for_lines(&self) -> bool {
        let modes = tcgetattr(&self.keys).expect("a terminal").local_modes;
        modes.contains(LocalModes::ICANON | LocalModes::ECHO)
    }

    /// Waits for words after those that were waited for before: a question that is asked again is shown twice, and until the second
    /// time nobody takes keys.
    pub(crate) async fn shows(&mut self, words: &str) {
        let seen = self.seen;
        let find = || self.screen()[seen..].find(words);
        eventually(&format!("{words:?} is on the screen"), async || find().is_some()).await;
        self.seen += find().expect("it is there") + words.len();
    }

    pub(crate) async fn ends(&mut self) -> Option<i32> {
        let mut status = None;
        eventually("it ends", async || {
            status = self.child.try_wait().expect("it can be asked");
            status.is_some()
        })
        .await;
        status.and_then(|status| status.code())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It may have ended already.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
