//! The same on a terminal: a person types.

use std::{
    fs::File,
    io::{Read as _, Write as _},
    os::fd::OwnedFd,
    process::{Child, Stdio},
    sync::{Arc, Mutex},
};

use rustix::{
    pty::{OpenptFlags, grantpt, ioctl_tiocgptpeer, openpt, unlockpt},
    termios::{Winsize, tcsetwinsize},
};
use sim::{discord::BOT_TOKEN, ovh};

use super::World;
use crate::{bot::eventually, kill::program};

/// What a terminal sends for the key.
const ENTER: &str = "\r";
const CTRL_C: &str = "\u{3}";

/// A terminal with the program on it.
struct Terminal {
    keys: File,
    screen: Arc<Mutex<String>>,
    child: Child,
}

impl Terminal {
    fn start(arguments: &[&str]) -> Self {
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
        grantpt(&ours).and_then(|()| unlockpt(&ours)).expect("it is ours");
        let theirs = ioctl_tiocgptpeer(&ours, OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("its other end");
        tcsetwinsize(&theirs, Winsize { ws_row: 50, ws_col: 200, ws_xpixel: 0, ws_ypixel: 0 }).expect("a size");
        let end = |fd: &OwnedFd| Stdio::from(fd.try_clone().expect("one more"));
        let mut command = program();
        command.arg("init").args(arguments).env("TERM", "xterm");
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
        Self { keys, screen, child }
    }

    fn screen(&self) -> String {
        self.screen.lock().expect("no panic").clone()
    }

    /// Waits for a question and types an answer. What was shown before does not count again.
    async fn answers(&mut self, question: &str, keys: &str) {
        self.shows(question).await;
        self.screen.lock().expect("no panic").clear();
        self.keys.write_all(keys.as_bytes()).expect("it is typed");
    }

    async fn shows(&self, words: &str) {
        eventually(&format!("{words:?} is on the screen"), async || self.screen().contains(words)).await;
    }

    async fn ends(&mut self) -> Option<i32> {
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

fn typed(text: &str) -> String {
    format!("{text}{ENTER}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_answers_is_asked_again_and_has_a_configuration() {
    let world = World::new().await;
    let (out, api_url, endpoint) = (world.out().display().to_string(), world.discord.url(), world.ovh.url());
    let mut terminal = Terminal::start(&["--out", &out, "--api-url", &api_url, "--endpoint", &endpoint]);
    terminal.answers("The bot's token?", &typed("fake-other-token")).await;
    terminal.shows("refuses this token").await;
    terminal.answers("The bot's token?", &typed(BOT_TOKEN)).await;
    terminal.answers("Which guild shall be served?", ENTER).await;
    terminal.answers("Which roles may do something?", &format!(" {ENTER}")).await;
    terminal.answers("do?", ENTER).await;
    terminal.answers("In which channels are commands taken?", ENTER).await;
    terminal.answers("How shall Bernard prove itself?", ENTER).await;
    terminal.answers("The application's key?", &typed(ovh::APPLICATION_KEY)).await;
    terminal.answers("The application's secret?", &typed(ovh::APPLICATION_SECRET)).await;
    world.authorize().await;
    terminal.answers("Write them?", ENTER).await;
    assert_eq!(terminal.ends().await, Some(0), "{}", terminal.screen());
    let screen = terminal.screen();
    assert!(screen.contains("ready") && !screen.contains("WRONG"), "{screen}");
    let text = std::fs::read_to_string(world.out()).expect("a text");
    for part in [sim::discord::GUILD, sim::discord::ROLE] {
        assert!(text.contains(&format!("\"{part}\"")), "{text}");
    }
    assert!(text.contains("can = [\"view\", \"reboot\", \"rescue\", \"restore\", \"console\"]"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_at_a_question_leaves_nothing() {
    let world = World::new().await;
    let (out, api_url) = (world.out().display().to_string(), world.discord.url());
    let mut terminal = Terminal::start(&["--out", &out, "--api-url", &api_url]);
    terminal.answers("The bot's token?", CTRL_C).await;
    assert_eq!(terminal.ends().await, Some(130), "{}", terminal.screen());
    assert!(world.written().is_empty());
}
