//! The program itself: killed at any moment, stopped by signals, started wrongly.

use std::{
    fs::File,
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use bernard_domain::operation::Kind;
use rustix::process::{Pid, Signal, kill_process};

use crate::{
    aftermath::{links_went_only_to, no_file_holds_a_link, no_message_is_doubled},
    bot::{TestBot, TestConfig, eventually, web_1},
};

/// How many seeds a run tries, unless `BERNARD_SEEDS` says more.
const SEEDS: u64 = 4;
/// How often each operation is killed on its way.
const KILLS: u64 = 3;
/// Within this a stopped process must be gone (product.md: 10 s).
const STOPPED_WITHIN: Duration = Duration::from_secs(10);

/// A world, and the debug binary in it as a process of its own.
pub(crate) struct Program {
    pub(crate) bot: TestBot,
    child: Child,
}

impl Program {
    pub(crate) async fn start(config: TestConfig) -> Self {
        let mut bot = TestBot::with(config, [web_1()]).await;
        // The world stays, the program is another one from now on.
        bot.stop().await;
        bot.discord.gateway().wait_for_connected(0).await;
        let child = launch(&bot);
        let mut program = Self { bot, child };
        program.is_up().await;
        program
    }

    /// `kill -9`, and once more from the start.
    async fn kill_and_start_again(&mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it is gone");
        // The dead one's connection must not be taken for the new one's.
        self.bot.discord.gateway().wait_for_connected(0).await;
        self.child = launch(&self.bot);
        self.is_up().await;
    }

    /// Waits until the process takes interactions.
    async fn is_up(&mut self) {
        eventually("the process runs", async || {
            let ended = self.child.try_wait().expect("it can be asked");
            assert!(ended.is_none(), "it ended: {}", log(&self.bot));
            self.bot.discord.gateway().connected() == 1
        })
        .await;
    }

    pub(crate) fn signal(&self, signal: Signal) {
        send(&self.child, signal);
    }

    /// Waits for the process' end.
    pub(crate) async fn ends(&mut self) -> ExitStatus {
        let mut status = None;
        let child = &mut self.child;
        eventually("the process ends", async || {
            status = child.try_wait().expect("it can be asked");
            status.is_some()
        })
        .await;
        status.expect("just seen")
    }

    /// Sends a signal and expects an orderly end in time.
    async fn stops_cleanly_at(&mut self, signal: Signal) {
        let asked = Instant::now();
        self.signal(signal);
        let status = self.ends().await;
        assert_eq!(status.code(), Some(0), "{}", log(&self.bot));
        assert!(asked.elapsed() < STOPPED_WITHIN, "it took {:?}", asked.elapsed());
    }
}

/// Sends a signal to a process, without `kill`, which a bare machine has not.
pub(crate) fn send(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).expect("it runs");
}

/// The processes that this one has started and that still run.
fn children_of(parent: u32) -> Vec<u32> {
    let number = |text: &str| text.parse::<u32>().ok();
    let processes = std::fs::read_dir("/proc").expect("a Linux").flatten();
    let ids = processes.filter_map(|entry| number(&entry.file_name().to_string_lossy()));
    ids.filter(|id| stat(*id).is_some_and(|(_, its_parent)| its_parent == parent)).collect()
}

/// A process' state and its parent; `None` when it is gone.
fn stat(id: u32) -> Option<(char, u32)> {
    let text = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    let (_, after_name) = text.rsplit_once(") ")?;
    let mut words = after_name.split(' ');
    Some((words.next()?.chars().next()?, words.next()?.parse().ok()?))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_demo_that_is_killed_leaves_no_bot_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut demo = Command::new(env!("CARGO_BIN_EXE_bernard"))
        .env("TMPDIR", folder.path())
        .args(["demo", "--listen", "127.0.0.1:0"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let mut bots = Vec::new();
    eventually("its bot runs", async || {
        bots = children_of(demo.id());
        !bots.is_empty()
    })
    .await;
    demo.kill().expect("it runs");
    demo.wait().expect("it is gone");
    let runs = |id: &u32| stat(*id).is_some_and(|(state, _)| !matches!(state, 'Z' | 'X'));
    eventually("the bot is gone too", async || !bots.iter().any(runs)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_dumps_no_core_and_holds_as_many_descriptors_as_it_may() {
    let program = Program::start(TestConfig::default()).await;
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", program.child.id())).expect("a Linux");
    let of = |name: &str| {
        let line = limits.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_else(|| panic!("{limits}"));
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        (words[0].clone(), words[1].clone())
    };
    assert_eq!(of("Max core file size"), ("0".to_owned(), "0".to_owned()));
    let (soft, hard) = of("Max open files");
    assert_eq!(soft, hard);
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn file(bot: &TestBot, name: &str) -> PathBuf {
    bot.database().with_file_name(name)
}

pub(crate) fn log(bot: &TestBot) -> String {
    std::fs::read_to_string(file(bot, "log")).unwrap_or_default()
}

pub(crate) fn launch(bot: &TestBot) -> Child {
    let config = file(bot, "bernard.toml");
    std::fs::write(&config, bot.config_text()).expect("the configuration is written");
    let log = File::options().create(true).append(true).open(file(bot, "log")).expect("a log");
    let mut command = program();
    command.args(["run", "--config"]).arg(config).env("RUST_LOG", "debug");
    command.stdout(log.try_clone().expect("two of it")).stderr(log).spawn().expect("the program starts")
}

/// The binary. It refuses a `BERNARD_…` that is no key of its configuration, and these are the tests' own.
pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bernard"));
    for ours in ["BERNARD_SEEDS", "BERNARD_SHARED", "BERNARD_REQUIRE", "BERNARD_TEST_POSTGRES"] {
        command.env_remove(ours);
    }
    command
}

/// What `bernard` says and how it ends, when it is not to run for long.
fn run(arguments: &[&str]) -> (Option<i32>, String) {
    let output = program().args(arguments).stdin(Stdio::null()).output().expect("the program starts");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

pub(crate) async fn a_rescue_and_a_restore_under_fire(seed: u64, config: TestConfig) {
    let mut dice = seed;
    let mut program = Program::start(config).await;
    for (kind, id, good) in [(Kind::Enable, "R-1", "**In rescue**"), (Kind::Restore, "R-2", "**Restored**")] {
        let reboots = program.bot.ovh.reboots("web-1");
        program.bot.accepts(kind).await;
        for _ in 0..KILLS {
            // A linear congruence: the moments are the same for the same seed, as far as two processes allow.
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            tokio::time::sleep(Duration::from_millis((dice >> 33) % 250)).await;
            program.kill_and_start_again().await;
        }
        let bot = &program.bot;
        let end = bot.last_word(id).await;
        let rebooted = bot.ovh.reboots("web-1") - reboots;
        match end.contains(good) {
            true => assert_eq!(rebooted, 1, "seed {seed}: {end}"),
            // The one reboot was lost on its way, nobody can know, and Ann left it.
            false => assert!(end.contains("**Left as it is**") && rebooted <= 1, "seed {seed}: {end}"),
        }
        let links = links_went_only_to(&bot.ovh, &bot.discord, &bot.ann, id);
        assert_eq!(links, usize::from(kind == Kind::Enable && end.contains(good)), "seed {seed}");
        no_message_is_doubled(&bot.discord, &bot.ann, id);
    }
    no_file_holds_a_link(&program.bot.ovh, program.bot.database().parent().expect("its folder"));
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_random_moments_it_carries_on_and_nothing_happens_twice() {
    let seeds = std::env::var("BERNARD_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(SEEDS);
    // Side by side, so that one's waiting is another's work.
    futures_util::future::join_all(
        (1..=seeds).map(|seed| a_rescue_and_a_restore_under_fire(seed, TestConfig::default())),
    )
    .await;
    println!("figure: {seeds} seeds");
    println!("figure: {} kills", seeds * 2 * KILLS);
}

#[tokio::test(flavor = "multi_thread")]
async fn sigterm_and_sigint_stop_an_idle_program_cleanly() {
    for signal in [Signal::TERM, Signal::INT] {
        let mut program = Program::start(TestConfig::default()).await;
        program.stops_cleanly_at(signal).await;
        assert_eq!(program.bot.discord.gateway().connected(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_stops_cleanly_while_discord_is_refused() {
    let mut program = Program::start(TestConfig::default()).await;
    let reboot = program.bot.ovh.faults().hold_before("POST", "/reboot");
    program.bot.accepts(Kind::Enable).await;
    reboot.reached().await;
    program.bot.discord.server().refuse().await;
    program.bot.discord.server().reset_all();
    reboot.release();
    program.bot.ovh.journal().wait_for("*", "/authenticationSecret", 1).await;
    program.stops_cleanly_at(Signal::TERM).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_stops_cleanly_before_discord_was_ever_reached() {
    let mut bot = TestBot::with(TestConfig::default(), [web_1()]).await;
    bot.stop().await;
    bot.discord.server().refuse().await;
    let inventories = bot.ovh.journal().count("GET", "/dedicated/server");
    let child = launch(&bot);
    let mut program = Program { bot, child };
    program.bot.ovh.journal().wait_for("GET", "/dedicated/server", inventories + 1).await;
    program.stops_cleanly_at(Signal::TERM).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_stops_cleanly_while_discords_first_answer_hangs() {
    let mut bot = TestBot::with(TestConfig::default(), [web_1()]).await;
    bot.stop().await;
    let first = bot.discord.faults().always().hang("GET", "/applications/@me");
    let child = launch(&bot);
    let mut program = Program { bot, child };
    eventually("Discord was asked", async || first.hits() > 0).await;
    program.stops_cleanly_at(Signal::TERM).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_stops_cleanly_while_discord_hangs() {
    let mut program = Program::start(TestConfig::default()).await;
    let posts = program.bot.discord.faults().always().hang("POST", "/messages");
    program.bot.accepts(Kind::Enable).await;
    eventually("a post hangs", async || posts.hits() > 0).await;
    program.bot.discord.faults().always().hang("*", "/");
    program.stops_cleanly_at(Signal::TERM).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_stops_cleanly_while_ovhcloud_hangs() {
    let mut program = Program::start(TestConfig::default()).await;
    let puts = program.bot.ovh.faults().always().hang("PUT", "/dedicated/server/");
    program.bot.accepts(Kind::Enable).await;
    eventually("a call hangs", async || puts.hits() > 0).await;
    program.stops_cleanly_at(Signal::INT).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_twice_does_not_wait() {
    let pace = TestConfig::default().pace.replace("drain = \"5s\"", "drain = \"10m\"");
    let mut program = Program::start(TestConfig { pace, ..TestConfig::default() }).await;
    let puts = program.bot.ovh.faults().always().hang("PUT", "/dedicated/server/");
    program.bot.accepts(Kind::Enable).await;
    eventually("a call hangs", async || puts.hits() > 0).await;
    program.signal(Signal::TERM);
    program.bot.discord.gateway().wait_for_connected(0).await;
    program.signal(Signal::TERM);
    // Far sooner than ten minutes.
    program.ends().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_program_on_the_same_store_refuses_and_says_why() {
    let program = Program::start(TestConfig::default()).await;
    let config = file(&program.bot, "bernard.toml");
    let (code, said) = run(&["run", "--config", &config.to_string_lossy()]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("another bernard is running"), "{said}");
    let answer = program.bot.ask(&program.bot.ann, "status", &[("server", "web-1")]).await;
    assert!(answer.content.contains("web-1"), "the first one goes on: {}", answer.content);
}

#[test]
fn a_wrong_configuration_is_exit_code_2_and_names_what_is_wrong() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = folder.path().join("wrong.toml");
    std::fs::write(&config, "[discord]\ntokn = \"x\"\n").expect("it is written");
    let (code, said) = run(&["run", "--config", &config.to_string_lossy()]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("tokn"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn sighup_takes_a_role_away() {
    let mut program = Program::start(TestConfig::default()).await;
    program.bot.config.rules = "[[role]]\nid = \"1\"\ncan = [\"view\"]\nservers = [\"*\"]\n".to_owned();
    std::fs::write(file(&program.bot, "bernard.toml"), program.bot.config_text()).expect("it is written");
    program.signal(Signal::HUP);
    let bot = &program.bot;
    eventually("ann is refused", async || {
        let answer = bot.ask(&bot.ann, "reboot", &[("server", "web-1")]).await;
        answer.content.contains("No rule of the configuration speaks of you")
    })
    .await;
    assert_eq!(bot.ovh.reboots("web-1"), 0);
}
