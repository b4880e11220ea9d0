//! A rolling upgrade: replicas that run go on beside a schema that a newer version has brought further; one that starts does not.

use bernard_domain::operation::Kind;
use bernard_store::{Error, Store};
use sqlx::{Connection, PgConnection, raw_sql};

use super::{away::links, configured};
use crate::{
    bot::{TestBot, eventually, web_1},
    kept::{LEASE, address_of},
};

/// What a version to come may do to the schema: every table gets a column, also those that are read and written this moment.
const STEP: &str = "
    DO $$ DECLARE name text; BEGIN
        FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> '_sqlx_migrations' LOOP
            EXECUTE format('ALTER TABLE %I ADD COLUMN to_come TEXT', name);
        END LOOP;
    END $$;
    INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
        VALUES (9000, 'to come', TRUE, '\\x00', 0)";

/// Every other session of this database ends.
const HANG_UP: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()";

#[tokio::test(flavor = "multi_thread")]
async fn replicas_that_run_carry_a_rescue_on_beside_a_newer_schema_and_one_that_starts_is_refused() {
    let Some(config) = configured().await else { return };
    let url = config.postgres.clone().expect("on PostgreSQL");
    let mut bot = TestBot::with(config, [web_1()]).await;
    let other = bot.another().await;
    let answer = bot.ovh.faults().hold_answer("POST", "/reboot");
    bot.accepts(Kind::Enable).await;
    answer.reached().await;
    let mut session = PgConnection::connect(&url).await.expect("a session");
    // One that waits for a replica which waits for it is broken off, and taken again: so does a Bernard that starts.
    let is_deadlock =
        |error: sqlx::Error| error.as_database_error().is_some_and(|error| error.code().as_deref() == Some("40P01"));
    while let Err(error) = raw_sql(STEP).execute(&mut session).await {
        assert!(is_deadlock(error), "the step is taken");
    }
    // On sessions that knew the schema as it was, and on new ones.
    answer.release();
    let end = bot.last_word("R-1").await;
    assert!(end.contains("**In rescue**"), "{end}");
    raw_sql(HANG_UP).execute(&mut session).await.expect("they end");
    session.close().await.expect("it ends");
    bot.die_beside(other);
    bot.restored(&bot.ann, "web-1").await;
    assert_eq!(bot.ovh.reboots("web-1"), 2, "there and back");
    eventually("its DM is wiped", async || links(&bot) == 0).await;
    let witness = bot.database().with_file_name("started-later");
    let refused = Store::connect(&address_of(&url), &witness, LEASE).await.err();
    assert!(matches!(refused, Some(Error::Newer { store: 9000, .. })), "{refused:?}");
}
