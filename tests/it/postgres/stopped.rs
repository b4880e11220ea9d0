//! Two processes side by side, one of which is killed, or stopped and let go on: what it had in its hands the other carries on, and nothing
//! is sent twice.

use std::process::Child;

use bernard_domain::operation::Kind;
use rustix::process::Signal;
use sqlx::{Connection, PgConnection};

use super::configured;
use crate::{
    bot::{TestConfig, eventually},
    kill::{Program, launch, log},
};

/// Ends with its story.
struct Other(Child);

impl Drop for Other {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// One more process beside this one, once it serves.
async fn beside(program: &Program) -> Other {
    let other = Other(launch(&program.bot));
    program.bot.discord.gateway().wait_for_connected(2).await;
    other
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_programs_the_one_that_is_left_carries_on_what_a_killed_one_had() {
    let Some(config) = configured().await else { return };
    let mut program = Program::start(config).await;
    let task = program.bot.ovh.faults().hold_before("GET", "/task/");
    program.bot.accepts(Kind::Enable).await;
    task.reached().await;
    let _other = beside(&program).await;
    program.signal(Signal::KILL);
    program.ends().await;
    task.release();
    let end = program.bot.last_word("R-1").await;
    assert!(end.contains("**In rescue**"), "{end}");
    assert_eq!(program.bot.ovh.reboots("web-1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_programs_one_stops_in_order_and_nobody_notices() {
    let Some(config) = configured().await else { return };
    let mut program = Program::start(TestConfig { lease_seconds: "60", ..config }).await;
    let task = program.bot.ovh.faults().hold_before("GET", "/task/");
    program.bot.accepts(Kind::Enable).await;
    task.reached().await;
    let _other = beside(&program).await;
    program.signal(Signal::TERM);
    task.release();
    assert_eq!(program.ends().await.code(), Some(0), "{}", log(&program.bot));
    // Far sooner than a minute: what it had it gave back.
    let end = program.bot.last_word("R-1").await;
    assert!(end.contains("**In rescue**"), "{end}");
    assert_eq!(program.bot.ovh.reboots("web-1"), 1);
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
    let program = Program::start(config).await;
    let mut administrator = hold_intents(&url).await;
    // Nothing is shown twice, and the one that began it goes on with it.
    let put = program.bot.ovh.faults().hold_before("PUT", "/dedicated/server/");
    program.bot.accepts(Kind::Enable).await;
    put.reached().await;
    let _other = beside(&program).await;
    put.release();
    let waiting = "SELECT COUNT(*) > 0 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = 7";
    eventually("the intent is about to be committed", async || {
        sqlx::query_scalar(waiting).fetch_one(&mut administrator).await.expect("it says")
    })
    .await;
    program.signal(Signal::STOP);
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
    program.signal(Signal::CONT);
    eventually("it has come to itself", async || {
        let log = log(&program.bot);
        ["a step is not recorded", "a step could not be recorded"].iter().any(|said| log.contains(said))
    })
    .await;
    assert_eq!(program.bot.ovh.reboots("web-1"), 0, "nothing was sent");
    // It goes on beside the other one.
    program.bot.discord.gateway().wait_for_connected(2).await;
    program.bot.ask(&program.bot.ann, "status", &[("server", "web-1")]).await;
}
