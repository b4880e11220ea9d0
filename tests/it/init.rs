//! `bernard init`: from nothing to a configuration that is checked and runs; and what it does about wrong input.

mod terminal;

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead as _, BufReader},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

use rustix::process::Signal;
use serde_json::json;
use sim::{
    discord::{BOT_TOKEN, Discord, GUILD, OPS, ROLE},
    net::Rule,
    ovh::{self, Ovh},
};
use tempfile::TempDir;

use crate::{
    bot::{eventually, web_1},
    kill::{program, send},
};

/// Two far ends, and an empty folder to write into.
struct World {
    ovh: Ovh,
    discord: Discord,
    folder: TempDir,
    /// Where the secrets that are handed in stand.
    inputs: TempDir,
}

impl World {
    async fn new() -> Self {
        let (ovh, discord) = (Ovh::start().await, Discord::start().await);
        ovh.add(web_1());
        discord.person("ann", "en-GB", &[ROLE]);
        let folder = || tempfile::tempdir().expect("a folder");
        let world = Self { ovh, discord, folder: folder(), inputs: folder() };
        world.input("token", BOT_TOKEN);
        world.input("application", ovh::APPLICATION_SECRET);
        world.input("client", ovh::CLIENT_SECRET);
        world
    }

    fn input(&self, name: &str, secret: &str) -> PathBuf {
        let path = self.inputs.path().join(name);
        fs::write(&path, format!("{secret}\n")).expect("it is written");
        path
    }

    fn out(&self) -> PathBuf {
        self.folder.path().join("bernard.toml")
    }

    /// Every flag that is the same for both kinds of credentials.
    fn flags(&self) -> BTreeMap<&'static str, String> {
        let path = |name: &str| self.inputs.path().join(name).display().to_string();
        BTreeMap::from([
            ("--out", self.out().display().to_string()),
            ("--api-url", self.discord.url()),
            ("--discord-token-file", path("token")),
            ("--guild", GUILD.to_string()),
            ("--channel", OPS.to_string()),
            ("--role", format!("{ROLE}=view,rescue,restore")),
            ("--endpoint", self.ovh.url()),
        ])
    }

    fn with_keys(&self) -> BTreeMap<&'static str, String> {
        let secret = self.inputs.path().join("application").display().to_string();
        let keys = [("--application-key", ovh::APPLICATION_KEY.to_owned()), ("--application-secret-file", secret)];
        self.flags().into_iter().chain(keys).collect()
    }

    fn with_client(&self) -> BTreeMap<&'static str, String> {
        let secret = self.inputs.path().join("client").display().to_string();
        let client = [
            ("--client-id", ovh::CLIENT_ID.to_owned()),
            ("--client-secret-file", secret),
            ("--token-url", self.ovh.token_url()),
        ];
        self.flags().into_iter().chain(client).collect()
    }

    /// The names of what was written.
    fn written(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).expect("it is there").flatten();
        let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// Somebody authorizes the key as soon as it is asked for.
    async fn authorize(&self) {
        eventually("a key is asked for", async || self.ovh.keys_waiting() == 1).await;
        self.ovh.authorize_keys();
    }
}

fn init(flags: &BTreeMap<&'static str, String>) -> Command {
    let mut command = unagreed(flags);
    command.arg("--yes");
    command
}

/// The same without `--yes`.
fn unagreed(flags: &BTreeMap<&'static str, String>) -> Command {
    let mut command = program();
    command.arg("init").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    for (flag, value) in flags {
        command.arg(flag).arg(value);
    }
    command
}

/// How it ends, and all that it said.
async fn ends(child: Child) -> (Option<i32>, String) {
    let ended = tokio::task::spawn_blocking(|| child.wait_with_output()).await.expect("no panic");
    let Output { status, stdout, stderr } = ended.expect("it ended");
    (status.code(), String::from_utf8_lossy(&[stdout, stderr].concat()).into_owned())
}

async fn said(flags: &BTreeMap<&'static str, String>) -> (Option<i32>, String) {
    ends(init(flags).spawn().expect("it starts")).await
}

#[track_caller]
fn for_its_owner_alone(path: &Path) {
    let mode = fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    assert_eq!(mode, 0o600, "{}", path.display());
}

#[tokio::test(flavor = "multi_thread")]
async fn with_an_applications_keys_it_writes_what_check_accepts_and_run_starts_with() {
    let world = World::new().await;
    let child = init(&world.with_keys()).spawn().expect("it starts");
    world.authorize().await;
    let (code, said) = ends(child).await;
    assert_eq!(code, Some(0), "{said}");
    for part in ["permissions=274878024704", "/auth/sso?credentialToken=", "servers", "\nready"] {
        assert!(said.contains(part), "{part} is not in: {said}");
    }
    assert!(!said.contains("WRONG") && !said.contains(BOT_TOKEN) && !said.contains("fake-consumer-key"), "{said}");
    let names = ["bernard.application-secret", "bernard.consumer-key", "bernard.discord-token", "bernard.toml"];
    assert_eq!(world.written(), names);
    names.iter().for_each(|name| for_its_owner_alone(&world.folder.path().join(name)));
    let rules = world.ovh.asked_rules().pop().expect("a key was asked for");
    assert!(rules.contains(&"POST /dedicated/server/*/reboot".to_owned()), "{rules:#?}");
    assert!(
        rules.iter().all(|rule| !rule.contains("ipmi") && !rule.contains("DELETE")),
        "no more than asked: {rules:#?}"
    );
    let text = fs::read_to_string(world.out()).expect("a text");
    assert!(!text.contains("fake-"), "secrets stand in files of their own: {text}");

    let mut run = program();
    run.args(["run", "--config"]).arg(world.out()).env("BERNARD_HTTP__LISTEN", "127.0.0.1:0");
    let log = fs::File::create(world.inputs.path().join("log")).expect("a log");
    let mut child = run.stdout(Stdio::null()).stderr(log).spawn().expect("it starts");
    eventually("it is connected", async || world.discord.gateway().connected() == 1).await;
    child.kill().expect("it runs");
    child.wait().expect("it is gone");
    let log = fs::read_to_string(world.inputs.path().join("log")).expect("a log");
    let version = env!("CARGO_PKG_VERSION");
    assert!(log.contains(&format!("bernard {version} starts with {}", world.out().display())), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_service_account_it_writes_what_check_accepts() {
    let world = World::new().await;
    let (code, said) = said(&world.with_client()).await;
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("dedicatedServer:apiovh:reboot") && said.contains("\nready"), "{said}");
    assert_eq!(world.written(), ["bernard.client-secret", "bernard.discord-token", "bernard.toml"]);
    for_its_owner_alone(&world.folder.path().join("bernard.client-secret"));
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_input_is_explained_and_nothing_is_written() {
    let world = World::new().await;
    let (other, empty) = (world.input("other", "fake-other"), world.input("empty", ""));
    let (other, empty) = (other.display().to_string(), empty.display().to_string());
    let wrong: [(&str, &str, &str); 10] = [
        ("--discord-token-file", &other, "refuses this token"),
        ("--discord-token-file", &empty, "is empty"),
        ("--discord-token-file", "/nowhere/at/all", "cannot be read"),
        ("--api-url", "http://127.0.0.1:1", "Discord (http://127.0.0.1:1) cannot be reached"),
        ("--guild", "100000000000000099", "is not in the guild"),
        ("--role", "400000000000000077=view", "has no role 400000000000000077"),
        ("--channel", "1", "has no text channel 1"),
        ("--client-secret-file", &other, "invalid_client"),
        ("--client-secret-file", "/nowhere/at/all", "cannot be read"),
        ("--endpoint", "http://127.0.0.1:1/1.0", "OVHcloud (http://127.0.0.1:1/1.0) cannot be reached"),
    ];
    let elsewhere =
        [("--token-url", "http://127.0.0.1:1/token", "OVHcloud (http://127.0.0.1:1/token) cannot be reached")];
    let malformed = [
        ("--out", "bernard.conf", "is not the name of a .toml file"),
        ("--api-url", "nonsense", "discord.api_url"),
        ("--guild", "kennel", "is not an id"),
        ("--role", "400000000000000001=view,fly", "\"fly\" is no right"),
        ("--role", "ops", "is not ID="),
        ("--channel", "ops", "is not an id"),
        ("--endpoint", "ovh-mars", "not an endpoint"),
        ("--token-url", "nonsense", "it is no address"),
    ];
    let told = wrong.into_iter().chain(elsewhere).map(|case| (1, case));
    let tried = told.chain(malformed.map(|case| (2, case))).map(async |(ends, (flag, value, words))| {
        let mut flags = world.with_client();
        flags.insert(flag, value.to_owned());
        let (code, said) = said(&flags).await;
        assert_eq!(code, Some(ends), "{flag} {value}: {said}");
        assert!(said.contains(words), "{words} is not said: {said}");
        assert!(said.contains(&format!("bernard: {flag}: ")), "{flag} is to blame: {said}");
    });
    futures_util::future::join_all(tried).await;
    assert!(world.written().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_are_not_good_are_explained_too() {
    let world = World::new().await;
    let mut unknown = world.with_keys();
    unknown.insert("--application-key", "FakeOther".to_owned());
    let (code, words) = said(&unknown).await;
    assert!(code == Some(1) && words.contains("application key is invalid"), "{words}");
    let mut wrong = world.with_keys();
    wrong.insert("--application-secret-file", world.input("other", "fake-other").display().to_string());
    let child = init(&wrong).spawn().expect("it starts");
    world.authorize().await;
    let (code, words) = ends(child).await;
    assert!(code == Some(1) && words.contains("does not fit its key"), "{words}");
    let child = init(&world.with_keys()).spawn().expect("it starts");
    eventually("a key is asked for", async || world.ovh.keys_waiting() == 1).await;
    world.ovh.refuse_keys();
    let (code, words) = ends(child).await;
    assert!(code == Some(1) && words.contains("This credential does not exist"), "{words}");
    assert!(world.written().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_there_is_not_overwritten_and_nobody_is_asked() {
    let world = World::new().await;
    for name in ["bernard.toml", "bernard.discord-token", "bernard.client-secret"] {
        let there = world.folder.path().join(name);
        fs::write(&there, "mine").expect("it is written");
        let (code, said) = said(&world.with_client()).await;
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains(name) && said.contains("nothing is overwritten"), "{said}");
        assert_eq!((fs::read_to_string(&there).expect("a text").as_str(), world.written().len()), ("mine", 1));
        fs::remove_file(there).expect("ours");
    }
    assert!(world.discord.journal().all().is_empty() && world.ovh.journal().all().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_cannot_be_written_is_refused_before_anybody_is_asked() {
    let world = World::new().await;
    let mut flags = world.with_keys();
    flags.insert("--out", "/proc/bernard.toml".to_owned());
    let (code, said) = said(&flags).await;
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("bernard: --out: the folder /proc cannot be written"), "{said}");
    assert!(world.discord.journal().all().is_empty() && world.ovh.journal().all().is_empty(), "nobody was asked");
}

/// A service account that no policy speaks of yet: OVHcloud takes its credentials, and shows it nothing.
fn without_a_policy(world: &World) -> Rule {
    let refusal = json!({"class": "Client::Forbidden", "message": "User not granted for this request"});
    world.ovh.faults().always().status("GET", "/dedicated/server", 403, &refusal)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_account_without_its_policy_is_not_taken_for_one_with_a_wrong_secret() {
    let world = World::new().await;
    without_a_policy(&world);
    let (code, said) = said(&world.with_client()).await;
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("bernard: --client-id: no policy") && said.contains("\"permissions\""), "{said}");
    assert!(world.written().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_can_read_ends_nothing_that_needs_no_reader() {
    let world = World::new().await;
    let full = || fs::File::options().write(true).open("/dev/full").expect("a full disk");
    let (code, said) = ends(init(&world.with_client()).stdout(full()).spawn().expect("it starts")).await;
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(world.written().len(), 3, "{said}");

    let world = World::new().await;
    let (code, said) = ends(init(&world.with_keys()).stdout(full()).spawn().expect("it starts")).await;
    assert_eq!(code, Some(1), "nobody could open the page: {said}");
    assert!(said.contains("nobody can read it") && !said.contains("panicked"), "{said}");
    assert!(world.written().is_empty());

    let mut child = init(&world.with_keys()).spawn().expect("it starts");
    eventually("it waits", async || world.ovh.keys_waiting() == 2).await;
    let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    assert!(lines.any(|line| line.expect("a line").starts_with("Waiting")));
    drop(lines);
    world.ovh.authorize_keys();
    let (code, said) = ends(child).await;
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(world.written().len(), 4, "a key that was authorized is kept: {said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_terminal_what_is_missing_is_named() {
    let world = World::new().await;
    for (flag, words) in [("--guild", "--guild is missing"), ("--endpoint", "--endpoint is missing")] {
        let mut flags = world.with_client();
        flags.remove(flag);
        let (code, said) = said(&flags).await;
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains(words) && said.contains("no terminal"), "{said}");
    }
    let (code, said) = said(&world.flags()).await;
    assert!(code == Some(2) && said.contains("--client-id"), "{said}");
    assert!(world.written().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_terminal_nothing_is_written_that_nobody_agreed_to() {
    let world = World::new().await;
    let (code, said) = ends(unagreed(&world.with_client()).spawn().expect("it starts")).await;
    assert!(code == Some(2) && said.contains("give --yes") && said.contains("nothing was written"), "{code:?}: {said}");
    assert!(world.written().is_empty());
    assert!(
        world.discord.journal().all().is_empty() && world.ovh.journal().all().is_empty(),
        "nobody was asked either"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_while_it_waits_leaves_nothing() {
    for signal in [Signal::INT, Signal::TERM] {
        let world = World::new().await;
        let child = init(&world.with_keys()).spawn().expect("it starts");
        eventually("it waits", async || world.ovh.keys_waiting() == 1).await;
        send(&child, signal);
        let (code, said) = ends(child).await;
        assert_eq!(code, Some(130), "{said}");
        assert!(said.contains("nothing was written"), "{said}");
        assert!(world.written().is_empty());
    }
}
