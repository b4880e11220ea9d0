//! The program under a service manager, which these stories play: its socket, its watchdog, its folder of credentials.

use std::{
    fs::{self, File, Permissions},
    io::{BufRead, BufReader},
    os::unix::{fs::PermissionsExt, net::UnixDatagram},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use bernard_domain::operation::Kind;
use rustix::process::Signal;
use sim::ovh;

use crate::{
    bot::{TestBot, TestConfig, eventually, web_1},
    kill::{program, send},
};

/// A world, the program in it, and what it told its service manager.
struct Service {
    bot: TestBot,
    child: Child,
    socket: UnixDatagram,
    heard: Vec<String>,
    last_sign: Instant,
    watchdog: Duration,
}

/// How often "it lives" is expected.
const WATCHDOG: Duration = Duration::from_secs(6);

impl Service {
    /// A world where no program runs yet, and the socket that it will be told of.
    async fn world(config: TestConfig) -> (TestBot, UnixDatagram) {
        let mut bot = TestBot::with(config, [web_1()]).await;
        bot.stop().await;
        bot.discord.gateway().wait_for_connected(0).await;
        let socket = UnixDatagram::bind(beside(&bot, "notify")).expect("a short path");
        socket.set_nonblocking(true).expect("a socket");
        (bot, socket)
    }

    fn start(bot: TestBot, socket: UnixDatagram, config: &str) -> Self {
        let file = beside(&bot, "bernard.toml");
        fs::write(&file, config).expect("the configuration is written");
        fs::set_permissions(&file, Permissions::from_mode(0o600)).expect("its owner's");
        let child = launch(&bot);
        Self { bot, child, socket, heard: Vec::new(), last_sign: Instant::now(), watchdog: WATCHDOG }
    }

    /// Hears what was said since.
    fn listen(&mut self) {
        let mut datagram = [0; 4_096];
        while let Ok(length) = self.socket.recv(&mut datagram) {
            let said = String::from_utf8(datagram[..length].to_vec()).expect("UTF-8");
            if said == "WATCHDOG=1" {
                self.last_sign = Instant::now();
            }
            self.heard.push(said);
        }
    }

    /// Waits until it has said this, after whatever was said before `since`; the place of what comes next.
    async fn says(&mut self, since: usize, what: &str) -> usize {
        let mut place = None;
        eventually(&format!("the service manager hears {what:?}"), async || {
            self.listen();
            place = self.heard[since..].iter().position(|said| said.split('\n').any(|line| line == what));
            place.is_some()
        })
        .await;
        since + place.expect("just seen") + 1
    }

    /// Waits until it has not said for too long that it lives: a service manager would end it now.
    async fn runs_into_the_watchdog(&mut self) {
        eventually("the watchdog's time is over", async || {
            self.listen();
            self.last_sign.elapsed() > self.watchdog
        })
        .await;
    }

    fn signal(&self, signal: Signal) {
        send(&self.child, signal);
    }

    async fn ends(&mut self) -> Option<i32> {
        let mut status = None;
        eventually("the process ends", async || {
            status = self.child.try_wait().expect("it can be asked");
            status.is_some()
        })
        .await;
        status.expect("just seen").code()
    }

    fn log(&self) -> String {
        fs::read_to_string(beside(&self.bot, "log")).unwrap_or_default()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may have ended already.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn beside(bot: &TestBot, name: &str) -> PathBuf {
    bot.database().with_file_name(name)
}

/// Starts the program as a service manager does.
fn launch(bot: &TestBot) -> Child {
    let log = File::options().create(true).append(true).open(beside(bot, "log")).expect("a log");
    let mut command = program();
    command.args(["run", "--config"]).arg(beside(bot, "bernard.toml"));
    command.env("NOTIFY_SOCKET", beside(bot, "notify")).env("WATCHDOG_USEC", WATCHDOG.as_micros().to_string());
    command.stdout(log.try_clone().expect("two of it")).stderr(log).spawn().expect("the program starts")
}

/// The folder of credentials as systemd makes it: only its owner reads it, and nobody writes.
fn credentials(folder: &Path, secrets: &[(&str, &str)]) {
    fs::create_dir(folder).expect("a new folder");
    for (name, secret) in secrets {
        fs::write(folder.join(name), secret).expect("a credential");
        fs::set_permissions(folder.join(name), Permissions::from_mode(0o400)).expect("its owner's");
    }
    fs::set_permissions(folder, Permissions::from_mode(0o500)).expect("its owner's");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_service_manager_hears_how_it_goes_from_the_start_to_the_stop() {
    let (bot, socket) = Service::world(TestConfig::default()).await;
    let folder = beside(&bot, "credentials");
    let secrets = [("discord-token", sim::discord::BOT_TOKEN), ("ovh-application-secret", ovh::APPLICATION_SECRET)];
    credentials(&folder, &secrets);
    let file = |name: &str| format!("{{ file = \"{}\" }}", folder.join(name).display());
    let mut config = bot.config_text();
    for (name, secret) in secrets {
        config = config.replace(&format!("\"{secret}\""), &file(name));
        assert!(!config.contains(secret), "{name} is only in its folder");
    }
    // An outage of Discord does not fail the start.
    bot.discord.server().refuse().await;
    let mut service = Service::start(bot, socket, &config);
    let started = service.says(0, "READY=1").await;
    let waits = "STATUS=goes on trying: the commands are not registered; the gateway is not connected";
    assert!(service.says(0, waits).await > started, "{:?}", service.heard);
    service.bot.discord.server().accept_again().expect("the port is still its own");
    let serves = service.says(started, "STATUS=serves commands").await;
    let warned = service.log();
    assert!(!warned.contains("is not private"), "the folder's rights please it: {warned}");

    service.signal(Signal::HUP);
    let reloads = service.says(serves, "RELOADING=1").await;
    assert!(service.heard[reloads - 1].contains("\nMONOTONIC_USEC="), "{}", service.heard[reloads - 1]);
    let reloaded = service.says(reloads, "READY=1").await;
    // It lives before, and goes on living.
    let lives = service.says(reloaded, "WATCHDOG=1").await;
    service.says(lives, "WATCHDOG=1").await;

    service.signal(Signal::TERM);
    let stops = service.says(lives, "STOPPING=1").await;
    assert!(service.heard[stops - 1].contains("\nEXTEND_TIMEOUT_USEC=5000000\n"), "as long as it may take");
    assert_eq!(service.ends().await, Some(0), "{}", service.log());
    service.listen();
    assert_eq!(service.heard.len(), stops, "the last word");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_go_on_says_so_to_the_service_manager() {
    let (bot, socket) = Service::world(TestConfig::default()).await;
    let config = bot.config_text().replace(sim::discord::BOT_TOKEN, "fake-token-that-is-refused");
    let mut service = Service::start(bot, socket, &config);
    let ended = service.says(0, "STOPPING=1").await;
    assert!(service.heard[ended - 1].contains("\nSTATUS=cannot go on: "), "{:?}", service.heard);
    assert_eq!(service.ends().await, Some(1));
}

/// Holds the program's threads that write to the store; `None` when this system does not let us.
fn freeze_the_store(service: &Service) -> Option<Child> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/freeze.py");
    let process = service.child.id().to_string();
    // The system knows fifteen letters of a thread's name.
    let mut command = Command::new("python3");
    command.args([script, &process, "sqlx-sqlite-wor"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let Ok(mut freezer) = command.spawn() else {
        println!("skipped: no python3 to hold threads with");
        return None;
    };
    let mut said = String::new();
    BufReader::new(freezer.stdout.take().expect("piped")).read_line(&mut said).expect("it says something");
    if said.starts_with("cannot") {
        println!("skipped: threads of another process cannot be held here: {said}");
        freezer.wait().expect("it ended");
        return None;
    }
    assert_eq!(said, "frozen\n");
    Some(freezer)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_hangs_runs_into_the_watchdog_and_the_next_start_carries_on_without_a_second_reboot() {
    let (bot, socket) = Service::world(TestConfig::default()).await;
    let config = bot.config_text();
    let mut service = Service::start(bot, socket, &config);
    service.says(0, "STATUS=serves commands").await;
    service.says(0, "WATCHDOG=1").await;
    let reboot = service.bot.ovh.faults().hold_before("POST", "/reboot");
    service.bot.accepts(Kind::Enable).await;
    reboot.reached().await;
    let Some(mut freezer) = freeze_the_store(&service) else { return };
    reboot.release();
    service.runs_into_the_watchdog().await;
    assert!(service.log().contains("a loop hangs"), "{}", service.log());
    assert_eq!(service.bot.ovh.reboots("web-1"), 1, "sent before it was to end");

    // What a service manager does then.
    service.signal(Signal::ABORT);
    // Whoever holds threads is told of their end first.
    freezer.kill().ok();
    freezer.wait().expect("it ended");
    assert_eq!(service.ends().await, None, "ended by the signal");
    service.bot.discord.gateway().wait_for_connected(0).await;
    service.child = launch(&service.bot);
    let end = service.bot.last_word("R-1").await;
    assert!(end.contains("**In rescue**"), "{end}");
    assert_eq!(service.bot.ovh.reboots("web-1"), 1, "never twice");
}
