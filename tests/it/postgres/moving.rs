//! `bernard store move`, the program: in the middle of a rescue, killed on its way, refused beside a bot, and back again.

use std::{
    fs,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use bernard_store::Store;
use sim::discord::OPS;
use sqlx::{Connection, PgConnection};

use super::cluster;
use crate::{
    aftermath::{links_went_only_to, no_message_is_doubled},
    audit::lines_of,
    bot::{TestBot, TestConfig, db_1, eventually, web_1},
    kept::address_of,
    kill::program,
    passing::{count, lease},
};

/// What a verb said and how it ended.
struct Said {
    code: Option<i32>,
    all: String,
}

/// A story's store in its file, and another one in PostgreSQL.
struct World {
    bot: TestBot,
    url: String,
}

impl World {
    async fn new() -> Option<Self> {
        let url = cluster::database().await?;
        Some(Self { bot: TestBot::with(TestConfig::default(), [web_1(), db_1()]).await, url })
    }

    fn file(&self) -> String {
        format!("sqlite://{}", self.bot.database().display())
    }

    /// The move from here to there, in which the address of PostgreSQL stands in the environment.
    fn moving(&self, from: &str, to: &str) -> Command {
        let mut command = program();
        command.args(["store", "move", "--from", from, "--to", to]).env("THERE", &self.url).stdin(Stdio::null());
        command
    }

    fn moves(&self, from: &str, to: &str) -> Said {
        said(&mut self.moving(from, to))
    }

    fn there(&self) -> Said {
        self.moves(&self.file(), "env:THERE")
    }

    fn back(&self) -> Said {
        self.moves("env:THERE", &self.file())
    }

    /// The program goes on with the other store.
    async fn starts_on(&mut self, postgres: Option<String>) {
        self.bot.config.postgres = postgres;
        self.bot.start().await;
    }

    fn configuration(&self) -> PathBuf {
        let path = self.bot.database().with_file_name("bernard.toml");
        fs::write(&path, self.bot.config_text()).expect("it is written");
        path
    }

    /// What a verb says of the configuration as it is.
    fn verb(&self, verb: &[&str]) -> Said {
        said(program().args(verb).arg("--config").arg(self.configuration()).stdin(Stdio::null()))
    }

    async fn acts(&self) -> Vec<String> {
        lines_of(&self.bot).await.iter().filter_map(|line| line.text("what")).collect()
    }
}

fn said(command: &mut Command) -> Said {
    let output = command.output().expect("the program starts");
    let all = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    Said { code: output.status.code(), all }
}

#[tokio::test(flavor = "multi_thread")]
async fn in_the_middle_of_a_rescue_it_is_carried_on_there_and_back_again() {
    let Some(mut world) = World::new().await else { return };
    let ann = world.bot.ann.clone();
    world.bot.rescued(&ann, "web-1").await;
    let held = lease(&world.bot, "web-1").await.expect("it is in rescue");
    // Another one is under way: its reboot was sent, and nobody knows what came of it.
    let reboot = world.bot.ovh.faults().hold_answer("POST", "/reboot");
    world.bot.accepted(&ann, "rescue enable", &[("server", "db-1")]).await;
    reboot.reached().await;
    world.bot.die().await;
    world.bot.ovh.faults().clear();
    let moved = world.there();
    assert_eq!(moved.code, Some(0), "{}", moved.all);
    for part in
        ["the same in both, row by row", "operations 2", "leases 2", "under way, which the next start carries on: 1"]
    {
        assert!(moved.all.contains(part), "{part}: {}", moved.all);
    }
    assert!(!moved.all.contains("bot@"), "no role and no password: {}", moved.all);
    // The old one is run by nobody any more, and says where it went.
    let refused = world.verb(&["run"]);
    assert_eq!(refused.code, Some(1), "{}", refused.all);
    assert!(refused.all.contains("was moved to postgres://127.0.0.1"), "{}", refused.all);
    let checked = world.verb(&["check"]);
    assert!(checked.code == Some(1) && checked.all.contains("was moved to"), "{}", checked.all);

    world.starts_on(Some(world.url.clone())).await;
    let end = world.bot.last_word("R-2").await;
    assert!(end.contains("**In rescue**"), "{end}");
    assert_eq!((world.bot.ovh.reboots("web-1"), world.bot.ovh.reboots("db-1")), (1, 1), "one each");
    assert_eq!(lease(&world.bot, "web-1").await, Some(held), "with its owner and its deadline");
    assert_eq!(links_went_only_to(&world.bot.ovh, &world.bot.discord, &ann, "R-2"), 1);
    let end = world.bot.restored(&ann, "web-1").await;
    assert!(end.content.contains("R-3"), "numbers go on: {}", end.content);
    let refused = world.back();
    assert!(refused.code == Some(1) && refused.all.contains("a bernard works on"), "{}", refused.all);
    world.bot.stop().await;
    let verified = world.verb(&["audit", "verify"]);
    assert_eq!(verified.code, Some(0), "{}", verified.all);
    let acts = world.acts().await;
    assert_eq!(acts.iter().filter(|act| *act == "copy_found").count(), 0, "nothing was in doubt");

    let back = world.back();
    assert_eq!(back.code, Some(0), "{}", back.all);
    world.starts_on(None).await;
    let end = world.bot.restored(&ann, "db-1").await;
    assert!(end.content.contains("R-4"), "{}", end.content);
    assert_eq!((world.bot.ovh.reboots("web-1"), world.bot.ovh.reboots("db-1")), (2, 2));
    no_message_is_doubled(&world.bot.discord, &ann, "R-2");
    world.bot.stop().await;
    let verified = world.verb(&["audit", "verify"]);
    assert_eq!(verified.code, Some(0), "{}", verified.all);
    let acts = world.acts().await;
    assert_eq!(acts.iter().filter(|act| *act == "store_moved").count(), 2, "{acts:?}");
    assert_eq!(acts.iter().filter(|act| *act == "copy_found").count(), 0, "nothing was in doubt");
    world.bot.config.postgres = Some(world.url.clone());
    let refused = world.verb(&["run"]);
    assert!(refused.code == Some(1) && refused.all.contains("was moved to sqlite://"), "{}", refused.all);
}

#[tokio::test(flavor = "multi_thread")]
async fn beside_a_bot_it_is_refused_and_no_word_of_it_holds_a_password() {
    let Some(mut world) = World::new().await else { return };
    let refused = world.there();
    assert!(refused.code == Some(1) && refused.all.contains("another bernard is running"), "{}", refused.all);
    world.bot.stop().await;
    let file = world.file();
    let answers_nobody = "postgres://bot:fake-password@127.0.0.1:1/there";
    for to in [
        answers_nobody,
        "postgres://bot:fake-password@db.example/there?sslmode=disable",
        "mysql://bot:fake-password@h/x",
    ] {
        let refused = world.moves(&file, to);
        assert_eq!(refused.code, Some(1), "{}", refused.all);
        assert!(!refused.all.contains("fake-password"), "{}", refused.all);
    }
    let same = world.moves(&file, &file);
    assert!(same.code == Some(1) && same.all.contains("both"), "{}", same.all);
    // It can be run as before.
    world.starts_on(None).await;
    let ann = world.bot.ann.clone();
    world.bot.rescued(&ann, "web-1").await;
}

/// Ends with its story.
struct Mover(Child);

impl Drop for Mover {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_in_the_middle_it_has_moved_nothing_and_can_be_said_again() {
    let Some(mut world) = World::new().await else { return };
    let ann = world.bot.ann.clone();
    world.bot.rescued(&ann, "web-1").await;
    world.bot.stop().await;
    // The tables are there, and somebody else writes the operation that comes along, for the moment.
    let (address, witness) = (address_of(&world.url), world.bot.database().with_file_name("w"));
    Store::connect(&address, &witness, Duration::from_secs(10)).await.expect("it connects").close().await;
    let mut administrator = PgConnection::connect(&world.url).await.expect("it opens");
    let mut other = PgConnection::connect(&world.url).await.expect("it opens");
    let theirs = "BEGIN; INSERT INTO operations
            (id, origin, account, server, kind, requester, request, version, live, holds, opened_at, changed_at)
        VALUES (1, 'theirs', '', '', '', 0, '{}', 0, 0, 0, 0, 0)";
    sqlx::raw_sql(theirs).execute(&mut other).await.expect("it is written");
    let file = world.file();
    let mut mover = Mover(world.moving(&file, "env:THERE").stderr(Stdio::null()).spawn().expect("it starts"));
    eventually("it has written something and waits", async || {
        let waits = "SELECT COUNT(*) > 0 FROM pg_stat_activity WHERE datname = current_database()
                     AND application_name = 'bernard' AND wait_event_type = 'Lock' AND query LIKE 'INSERT INTO%'";
        sqlx::query_scalar(waits).fetch_one(&mut administrator).await.expect("it says")
    })
    .await;
    mover.0.kill().expect("it runs");
    mover.0.wait().expect("it is gone");
    sqlx::raw_sql("ROLLBACK").execute(&mut other).await.expect("it is let go");
    world.bot.config.postgres = Some(world.url.clone());
    eventually("its session is gone", async || {
        let sessions = "SELECT COUNT(*) FROM pg_stat_activity WHERE application_name = 'bernard'
                        AND datname = current_database()";
        sqlx::query_scalar::<_, i64>(sessions).fetch_one(&mut administrator).await.expect("it says") == 0
    })
    .await;
    for table in ["SELECT COUNT(*) FROM operations", "SELECT COUNT(*) FROM audit", "SELECT COUNT(*) FROM events"] {
        assert_eq!(count(&world.bot, table).await, 0, "{table}");
    }
    // The source is as it was: its rescue ends there.
    world.starts_on(None).await;
    world.bot.restored(&ann, "web-1").await;
    assert_eq!(world.bot.ovh.reboots("web-1"), 2);
    world.bot.stop().await;
    let moved = world.there();
    assert_eq!(moved.code, Some(0), "{}", moved.all);
    world.starts_on(Some(world.url.clone())).await;
    // What R-1 said when it began is told over by whoever runs now, and may still stand for a moment.
    world.bot.accepted(&ann, "rescue enable", &[("server", "web-1")]).await;
    world.bot.rung(&ann, &["**In rescue**", "web-1", "R-3"]).await;
    eventually("R-1 says that it is over", async || {
        let all = world.bot.discord.messages(OPS);
        !all.iter().any(|message| ["**In rescue**", "R-1"].iter().all(|said| message.content.contains(said)))
    })
    .await;
}
