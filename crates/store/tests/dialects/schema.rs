//! Both folders of migrations end in the same tables, columns and indexes; and are taken beside replicas that run.

use std::collections::BTreeSet;

use bernard_store::Store;
use sqlx::{Connection, PgConnection, SqliteConnection, raw_sql};

use crate::{cluster, replica, writes};

/// What only PostgreSQL has, and what is sqlx'.
const APART: [&str; 2] = ["leader", "_sqlx_migrations"];

type Columns = BTreeSet<(String, String, String)>;

/// A word for what a column holds.
fn kind(of: &str) -> String {
    match of.to_lowercase().as_str() {
        "integer" | "bigint" => "a number".to_owned(),
        other => other.to_owned(),
    }
}

/// An index as both say it.
fn plain(definition: &str) -> String {
    let words = definition.replace("public.", "").replace(" USING btree", "").replace(['(', ')'], " ");
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test(flavor = "multi_thread")]
async fn both_end_in_the_same_tables_columns_and_indexes() {
    let Some(url) = cluster::database().await else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("bernard.db");
    Store::open(&path).await.expect("it opens").close().await;
    replica(&url, folder.path()).await.close().await;
    let mut sqlite = SqliteConnection::connect(&format!("sqlite://{}", path.display())).await.expect("it opens");
    let mut postgres = PgConnection::connect(&url).await.expect("it opens");

    let there: Vec<(String, String, String)> = sqlx::query_as(
        "SELECT m.name, c.name, c.type FROM sqlite_master m, pragma_table_info(m.name) c
         WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'",
    )
    .fetch_all(&mut sqlite)
    .await
    .expect("they are told");
    let here: Vec<(String, String, String)> = sqlx::query_as(
        "SELECT table_name::text, column_name::text, data_type::text FROM information_schema.columns
         WHERE table_schema = 'public'",
    )
    .fetch_all(&mut postgres)
    .await
    .expect("they are told");
    let columns = |all: Vec<(String, String, String)>| -> Columns {
        let ours = all.into_iter().filter(|(table, ..)| !APART.contains(&table.as_str()));
        ours.map(|(table, column, of)| (table, column, kind(&of))).collect()
    };
    let (there, here) = (columns(there), columns(here));
    assert!(there.len() > 80, "they were read: {there:?}");
    assert_eq!(there, here);

    let there: Vec<String> =
        sqlx::query_scalar("SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
            .fetch_all(&mut sqlite)
            .await
            .expect("they are told");
    // Those that a constraint makes are compared below.
    let here: Vec<String> = sqlx::query_scalar(
        "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> ALL ($1)
         AND indexname NOT LIKE '%_pkey' AND indexname NOT LIKE '%_key'",
    )
    .bind(APART.map(str::to_owned).to_vec())
    .fetch_all(&mut postgres)
    .await
    .expect("they are told");
    let plainly = |all: Vec<String>| all.iter().map(|definition| plain(definition)).collect::<BTreeSet<_>>();
    assert!(there.len() > 15, "they were read: {there:?}");
    assert_eq!(plainly(there), plainly(here));

    assert_eq!(unique_in_sqlite(&mut sqlite).await, unique_in_postgres(&mut postgres).await);
}

/// The columns that are unique together by a constraint, by table.
async fn unique_in_sqlite(connection: &mut SqliteConnection) -> BTreeSet<String> {
    let all: Vec<String> = sqlx::query_scalar(
        "SELECT m.name || ': ' || (SELECT GROUP_CONCAT(c.name) FROM pragma_table_info(m.name) c WHERE c.pk > 0)
         FROM sqlite_master m WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name <> '_sqlx_migrations'
         UNION SELECT m.name || ': ' || (SELECT GROUP_CONCAT(c.name) FROM pragma_index_info(i.name) c)
         FROM sqlite_master m, pragma_index_list(m.name) i WHERE m.type = 'table' AND i.origin = 'u'",
    )
    .fetch_all(connection)
    .await
    .expect("they are told");
    all.into_iter().collect()
}

async fn unique_in_postgres(connection: &mut PgConnection) -> BTreeSet<String> {
    let all: Vec<String> = sqlx::query_scalar(
        "SELECT c.conrelid::regclass || ': ' || (SELECT string_agg(a.attname, ',' ORDER BY array_position(c.conkey, a.attnum))
             FROM pg_attribute a WHERE a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey))
         FROM pg_constraint c WHERE c.contype IN ('p', 'u') AND c.connamespace = 'public'::regnamespace
         AND c.conrelid::regclass::text <> ALL ($1)",
    )
    .bind(APART.map(str::to_owned).to_vec())
    .fetch_all(connection)
    .await
    .expect("they are told");
    all.into_iter().collect()
}

/// PostgreSQL says what it says of a deadlock, to the first two that change a table.
const BROKEN_OFF_TWICE: &str = "
    CREATE SEQUENCE tries;
    CREATE FUNCTION break_off() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
        IF nextval('tries') <= 2 THEN RAISE EXCEPTION 'deadlock detected' USING ERRCODE = 'deadlock_detected'; END IF;
    END $$;
    CREATE EVENT TRIGGER breaks_off ON ddl_command_start WHEN TAG IN ('ALTER TABLE') EXECUTE FUNCTION break_off()";

#[tokio::test(flavor = "multi_thread")]
async fn a_step_that_is_broken_off_as_a_replica_waits_for_it_is_taken_again() {
    let Some(url) = cluster::database().await else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let mut session = PgConnection::connect(&url).await.expect("it opens");
    raw_sql(BROKEN_OFF_TWICE).execute(&mut session).await.expect("the tests' role may");
    let store = replica(&url, folder.path()).await;
    writes(&store).await.expect("every step is taken");
    let tries: i64 =
        sqlx::query_scalar("SELECT last_value FROM tries").fetch_one(&mut session).await.expect("it is told");
    assert!(tries > 2, "two were broken off");
    store.close().await;
}
