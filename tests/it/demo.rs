//! `bernard demo` from outside: its flags, its fleet, and what is left when it ends, however it ends.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Stdio},
};

use serde_json::{Value, json};
use sim::net::PATIENCE;
use tempfile::TempDir;

use crate::{bot::eventually, kill::program};

/// A running demo, asked as its page asks it.
struct Demo {
    child: Child,
    url: String,
    folder: TempDir,
    http: reqwest::Client,
}

impl Demo {
    async fn start(flags: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = program();
        command.args(["demo", "--listen", "127.0.0.1:0"]).args(flags);
        command.env("TMPDIR", folder.path()).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let stdout = child.stdout.take().expect("it is a pipe");
        let first = tokio::task::spawn_blocking(move || {
            let mut line = String::new();
            BufReader::new(stdout).read_line(&mut line).map(|_| line)
        });
        let line = tokio::time::timeout(PATIENCE, first).await.expect("in time").expect("no panic").expect("a line");
        let demo = Self { child, url: line.trim().to_owned(), folder, http: sim::net::client() };
        eventually("the bot is there", async || demo.told("chat").await["online"] == true).await;
        demo
    }

    /// The first state of this kind that the stream tells Ann.
    async fn told(&self, kind: &str) -> Value {
        let mut stream = self.http.get(format!("{}/api/stream?who=", self.url)).send().await.expect("a stream");
        let mut text = String::new();
        let head = format!("event: {kind}\n");
        while let Some(chunk) = stream.chunk().await.expect("the stream goes on") {
            text.push_str(&String::from_utf8_lossy(&chunk));
            let whole = text.split_inclusive("\n\n").find(|event| event.starts_with(&head) && event.ends_with("\n\n"));
            if let Some((_, data)) = whole.and_then(|event| event.split_once("data: ")) {
                return serde_json::from_str(data).expect("the state is JSON");
            }
        }
        panic!("the stream ended");
    }

    async fn post(&self, path: &str, body: &Value) -> Value {
        let answer = self.http.post(format!("{}{path}", self.url)).json(body).send().await.expect("an answer");
        let (status, answer) = (answer.status(), answer.text().await.expect("a text"));
        assert!(status.is_success(), "{path}: {answer}");
        serde_json::from_str(&answer).expect("JSON")
    }

    /// Waits until the bot has read its fleet: it suggests this server.
    async fn knows(&self, server: &str) {
        eventually("the commands are there", async || self.told("chat").await["commands"] != json!([])).await;
        let (who, ops) = self.ann_in_ops().await;
        let typed = json!({ "who": who, "channel": ops, "command": "status", "option": "server", "partial": server });
        eventually("the server is suggested", async || {
            !list(&self.post("/api/autocomplete", &typed).await["choices"]).is_empty()
        })
        .await;
    }

    /// Who Ann is, and where she asks.
    async fn ann_in_ops(&self) -> (Value, Value) {
        let chat = self.told("chat").await;
        let ops = list(&chat["channels"]).iter().find(|channel| channel["name"] == "ops").expect("#ops");
        (chat["me"]["id"].clone(), ops["id"].clone())
    }

    /// Asks as Ann in the channel, and reads the answer that only she sees.
    async fn ask(&self, command: &str, server: &str) -> Value {
        self.knows(server).await;
        let (who, ops) = self.ann_in_ops().await;
        let chat = self.told("chat").await;
        let known: Vec<Value> = list(&chat["messages"]).iter().map(|message| message["id"].clone()).collect();
        let typed = json!({ "who": who, "channel": ops, "command": command, "options": { "server": server } });
        self.post("/api/slash", &typed).await;
        self.message(|said| said["ephemeral"] == true && said["thinking"] == false && !known.contains(&said["id"]))
            .await
    }

    /// Presses as Ann.
    async fn press(&self, message: &Value, label: &str) {
        let begins = |button: &&Value| button["label"].as_str().is_some_and(|words| words.starts_with(label));
        let button = buttons(message).find(begins).expect("a button of this message");
        let who = self.told("chat").await["me"]["id"].clone();
        let press = json!({ "who": who, "message": message["id"], "custom_id": button["custom_id"] });
        self.post("/api/press", &press).await;
    }

    /// Waits for a message that fits.
    async fn message(&self, fits: impl Fn(&Value) -> bool) -> Value {
        let mut found = None;
        eventually("a message", async || {
            let chat = self.told("chat").await;
            found = list(&chat["messages"]).iter().find(|message| fits(message)).cloned();
            found.is_some()
        })
        .await;
        found.expect("just seen")
    }

    async fn servers(&self) -> Vec<Value> {
        list(&self.told("cloud").await["servers"]).to_vec()
    }

    /// The processes that it started and that run.
    fn children(&self) -> Vec<u32> {
        let parent = self.child.id().to_string();
        let all = std::fs::read_dir("/proc").expect("the processes").filter_map(Result::ok);
        let numbers = all.filter_map(|entry| entry.file_name().to_string_lossy().parse().ok());
        numbers.filter(|process| state(*process).is_some_and(|state| state.parent == parent)).collect()
    }

    fn left(&self) -> usize {
        std::fs::read_dir(self.folder.path()).expect("its folder").count()
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // It may have ended already.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// What the kernel says of a process that runs; one that has ended and was not waited for runs no more.
struct State {
    parent: String,
}

fn state(process: u32) -> Option<State> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name, in brackets, may hold anything.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let runs = !matches!(fields.next()?, "Z" | "X");
    let parent = fields.next()?.to_owned();
    runs.then_some(State { parent })
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn content(message: &Value) -> &str {
    message["content"].as_str().unwrap_or_default()
}

fn buttons(message: &Value) -> impl Iterator<Item = &Value> {
    list(&message["components"]).iter().flat_map(|row| list(&row["components"]))
}

fn labels(message: &Value) -> Vec<&str> {
    buttons(message).filter_map(|button| button["label"].as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn its_fleet_is_as_large_as_asked_and_the_first_seven_have_their_stories() {
    let demo = Demo::start(&["--fleet", "12", "--speed", "1000"]).await;
    let servers = demo.servers().await;
    let names: Vec<&str> = servers.iter().filter_map(|server| server["display_name"].as_str()).collect();
    assert_eq!(names[..7], ["web-1", "web-2", "db-1", "build-1", "mail-1", "sql-1", "proxy-1"]);
    assert_eq!(names.len(), 12);
    for os in ["windows", "linux"] {
        assert!(servers.iter().filter(|server| server["os"] == os).count() >= 3, "{os}");
    }
    let forgotten = &servers[3];
    assert_eq!((&forgotten["running"], &forgotten["reboots"]), (&json!("linux-rescue"), &json!(0)), "{forgotten}");
    assert!(list(&servers[4]["tasks"]).iter().any(|task| task["live"] == true), "in maintenance: {}", servers[4]);

    let refused = demo.ask("rescue enable", "sql-1").await;
    assert!(labels(&refused).is_empty(), "no Windows rescue, nothing to confirm: {refused}");
    let protected = demo.ask("rescue enable", "web-2").await;
    assert!(content(&protected).contains("protects this"), "{protected}");
    let forgotten = demo.ask("status", "build-1").await;
    assert!(forgotten["components"].to_string().contains("rescue"), "{forgotten}");
}

#[tokio::test(flavor = "multi_thread")]
async fn at_a_thousand_times_life_a_rescue_is_over_while_one_waits() {
    let demo = Demo::start(&["--speed", "1000"]).await;
    let card = demo.ask("rescue enable", "db-1").await;
    assert!(labels(&card).contains(&"Confirm reboot"), "{card}");
    demo.press(&card, "Confirm").await;
    demo.message(|message| content(message).contains("**In rescue**")).await;
    let server = demo.servers().await.swap_remove(2);
    assert_eq!((&server["running"], &server["reboots"]), (&json!("linux-rescue"), &json!(1)), "{server}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_boot_script_is_said_on_the_card_and_the_restore_puts_it_back() {
    let demo = Demo::start(&["--speed", "1000"]).await;
    demo.post("/api/trouble", &json!({ "trouble": "set-script" })).await;
    let card = demo.ask("rescue enable", "web-1").await;
    assert!(content(&card).contains("its own boot script"), "{card}");
    demo.press(&card, "Confirm").await;
    demo.message(|message| content(message).contains("**In rescue**")).await;
    assert_eq!(demo.servers().await[0]["boots"], "rescue-customer-windows");
    let card = demo.ask("restore", "web-1").await;
    demo.press(&card, "Confirm").await;
    demo.message(|message| content(message).contains("**Restored**")).await;
    assert_eq!(demo.servers().await[0]["boots"], "boot-script");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stuck_task_is_said_after_a_while_and_the_way_out_stays_free() {
    let demo = Demo::start(&["--speed", "1000"]).await;
    demo.post("/api/trouble", &json!({ "trouble": "stuck-task" })).await;
    let card = demo.ask("rescue enable", "web-1").await;
    demo.press(&card, "Confirm").await;
    demo.message(|message| content(message).contains("OVHcloud takes long") && content(message).contains("`doing`"))
        .await;
    demo.message(|message| labels(message).contains(&"Restore now")).await;
    let card = demo.ask("restore", "web-1").await;
    demo.press(&card, "Confirm").await;
    demo.message(|message| content(message).contains("**Restored**")).await;
    let server = demo.servers().await.swap_remove(0);
    assert_eq!((&server["boots"], &server["reboots"]), (&json!("hd"), &json!(2)), "{server}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_key_is_said_and_all_goes_on_when_it_is_good_again() {
    let demo = Demo::start(&["--speed", "1000"]).await;
    demo.knows("db-1").await;
    demo.post("/api/trouble", &json!({ "trouble": "expired-key" })).await;
    let refused = demo.ask("rescue enable", "db-1").await;
    assert!(content(&refused).contains("INVALID_CREDENTIAL") && labels(&refused).is_empty(), "{refused}");
    demo.post("/api/trouble", &json!({ "trouble": "expired-key" })).await;
    let card = demo.ask("rescue enable", "db-1").await;
    demo.press(&card, "Confirm").await;
    demo.message(|message| content(message).contains("**In rescue**")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn monitoring_has_a_card_come_and_says_when_it_is_over() {
    let demo = Demo::start(&["--speed", "1000"]).await;
    demo.knows("web-2").await;
    demo.post("/api/monitoring", &json!({ "answers": "no-more" })).await;
    let card = demo.message(|message| content(message).contains("**Alert** · `web-2`")).await;
    assert_eq!(labels(&card), ["Reboot…", "Rescue…", "Console…", "Status", "Not now"], "{card}");
    demo.post("/api/monitoring", &json!({ "answers": "again" })).await;
    let over = demo.message(|message| content(message).contains("**Over** · `web-2`")).await;
    assert!(over["id"] == card["id"] && labels(&over).is_empty(), "{over}");
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_dead_it_leaves_no_bot_and_no_folder() {
    if !Path::new("/proc/self/stat").exists() {
        println!("skipped: this system does not list its processes under /proc");
        return;
    }
    let mut demo = Demo::start(&[]).await;
    let bots = demo.children();
    assert_eq!((bots.len(), demo.left()), (1, 1), "a bot, and a folder");
    demo.child.kill().expect("it runs");
    demo.child.wait().expect("it is gone");
    eventually("the bot is gone", async || state(bots[0]).is_none()).await;
    eventually("the folder is gone", async || demo.left() == 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_taken_is_named_and_nothing_is_left() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("its address").to_string();
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = program();
    command.args(["demo", "--listen", &address]).env("TMPDIR", folder.path()).stdin(Stdio::null());
    let output = command.output().expect("the program starts");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("--listen") && said.contains(&address), "{said}");
    assert_eq!(std::fs::read_dir(folder.path()).expect("its folder").count(), 0);
}
