//! On PostgreSQL: the promises hold as they do on a file; one replica works, and another carries on.

#[expect(dead_code, reason = "standbys and snapshots are for the store's own tests")]
pub(crate) mod cluster;
mod moving;
mod promises;

use std::{cell::Cell, process::Child};

use bernard_domain::operation::Kind;
use sqlx::{Connection, PgConnection};

use crate::{
    bot::{TestBot, TestConfig, db_1, eventually, web_1},
    crash::{Guard, Moment, every_step},
    kill::{Program, a_rescue_and_a_restore_under_fire, launch, log},
    main_job::there_and_back,
};

/// Where the store of a story is.
#[derive(Clone, Copy)]
pub(crate) enum Base {
    /// An SQLite file.
    File,
    /// A PostgreSQL database.
    Postgres,
}

impl Base {
    /// The URL of a new database; `None`: a file does.
    pub(crate) async fn database(self) -> Option<String> {
        match self {
            Self::File => None,
            Self::Postgres => cluster::database().await,
        }
    }
}

thread_local! {
    /// Where the story of this thread is kept.
    static BASE: Cell<Base> = const { Cell::new(Base::File) };
}

/// Whether there is a PostgreSQL here; if not, that is said.
fn is_there() -> bool {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(cluster::database()).is_some()
}

/// Tells a story on PostgreSQL that is told on a file too: the very same function.
fn on_postgres(story: fn()) {
    /// Whatever becomes of the story, the next one of this thread is kept in a file.
    struct Until;
    impl Drop for Until {
        fn drop(&mut self) {
            BASE.set(Base::File);
        }
    }
    if is_there() {
        let _until = Until;
        BASE.set(Base::Postgres);
        story();
    }
}

impl TestConfig {
    /// On a new database, if that is where this story is kept.
    pub(crate) async fn kept_where_the_story_is(self) -> Self {
        match self.postgres {
            Some(_) => self,
            None => Self { postgres: BASE.get().database().await, ..self },
        }
    }
}

/// The usual configuration, on a new database; `None`: there is no PostgreSQL here, which is said.
async fn configured() -> Option<TestConfig> {
    let url = cluster::database().await?;
    Some(TestConfig { postgres: Some(url), ..TestConfig::default() })
}

#[tokio::test(flavor = "multi_thread")]
async fn from_slash_command_to_link_and_back_on_postgresql() {
    let Some(config) = configured().await else { return };
    there_and_back(&TestBot::with(config, [web_1(), db_1()]).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_random_moments_it_carries_on_and_nothing_happens_twice_on_postgresql() {
    let Some(config) = configured().await else { return };
    a_rescue_and_a_restore_under_fire(1, config).await;
}

/// The steps of a rescue, at each of the three moments.
fn crashes(moment: Moment) {
    if is_there() {
        every_step(Kind::Enable, moment, Guard::None, Base::Postgres);
    }
}

#[test]
fn a_rescue_survives_a_crash_before_the_effect_of_every_step_on_postgresql() {
    crashes(Moment::Before);
}

#[test]
fn a_rescue_survives_a_crash_after_the_effect_of_every_step_on_postgresql() {
    crashes(Moment::After);
}

#[test]
fn a_rescue_survives_a_crash_after_the_record_of_every_step_on_postgresql() {
    crashes(Moment::Recorded);
}

/// Ends with its story.
struct Other(Child);

impl Drop for Other {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_program_stands_by_and_carries_on_when_the_first_is_killed() {
    let Some(config) = configured().await else { return };
    let mut program = Program::start(config).await;
    let _second = Other(launch(&program.bot));
    eventually("it stands by", async || log(&program.bot).contains("this one stands by")).await;
    assert_eq!(program.bot.discord.gateway().connected(), 1, "it is in touch with nobody");
    program.bot.accepts(Kind::Enable).await;
    program.signal("KILL");
    program.ends().await;
    let end = program.bot.last_word("R-1").await;
    let reboots = program.bot.ovh.reboots("web-1");
    match end.contains("**In rescue**") {
        true => assert_eq!(reboots, 1),
        // It was killed when nobody can know, and Ann left it.
        false => assert!(end.contains("**Left as it is**") && reboots <= 1, "{end}"),
    }
}

/// Keeps the intent of a reboot from being committed until it is let go: then the server commits it, whoever hears of that.
async fn hold_intents(url: &str) -> PgConnection {
    let mut connection = PgConnection::connect(url).await.expect("it opens");
    for statement in [
        "SELECT pg_advisory_lock(7)",
        "CREATE FUNCTION held() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN PERFORM pg_advisory_xact_lock(7); RETURN NULL; END $$",
        "CREATE CONSTRAINT TRIGGER held AFTER INSERT ON events DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
         WHEN (NEW.event LIKE '%reboot_intended%') EXECUTE FUNCTION held()",
    ] {
        sqlx::query(statement).execute(&mut connection).await.expect(statement);
    }
    connection
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_was_stopped_between_intent_and_sending_for_longer_than_its_lease_sends_nothing() {
    let Some(config) = configured().await else { return };
    // Long enough that the first one has it until it is stopped, however busy the machine is.
    let config = TestConfig { lease_seconds: "4", ..config };
    let url = config.postgres.clone().expect("on PostgreSQL");
    let mut program = Program::start(config).await;
    let mut administrator = hold_intents(&url).await;
    let _second = Other(launch(&program.bot));
    eventually("it stands by", async || log(&program.bot).contains("this one stands by")).await;
    program.bot.accepts(Kind::Enable).await;
    let waiting = "SELECT COUNT(*) > 0 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = 7";
    eventually("the intent is about to be committed", async || {
        sqlx::query_scalar(waiting).fetch_one(&mut administrator).await.expect("it says")
    })
    .await;
    program.signal("STOP");
    sqlx::query("SELECT pg_advisory_unlock(7)").execute(&mut administrator).await.expect("it is let go");
    let intended = "SELECT COUNT(*) > 0 FROM events WHERE event LIKE '%reboot_intended%'";
    eventually("the intent is committed", async || {
        sqlx::query_scalar(intended).fetch_one(&mut administrator).await.expect("it says")
    })
    .await;
    // The other one takes over, looks for the task, and asks.
    program.bot.sees(&["Your decision is needed", "R-1"]).await;
    // By now it is too late for the first one, whatever it believes.
    eventually("the intent is older than five seconds", async || {
        let old = "SELECT at < EXTRACT(EPOCH FROM clock_timestamp()) * 1000 - 5500 FROM events
                   WHERE event LIKE '%reboot_intended%'";
        sqlx::query_scalar(old).fetch_one(&mut administrator).await.expect("it says")
    })
    .await;
    program.signal("CONT");
    assert_eq!(program.ends().await.code(), Some(75), "it starts again, to stand by: {}", log(&program.bot));
    assert_eq!(program.bot.ovh.reboots("web-1"), 0, "nothing was sent");
}
