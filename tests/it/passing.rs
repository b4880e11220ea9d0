//! Time passes for leases: their rows become so much older, while the program runs or is down.

use bernard_domain::lease::Lease;
use jiff::SignedDuration;
use sqlx::{Row, SqlitePool, sqlite::SqliteConnectOptions};

use crate::bot::TestBot;

/// The database itself, beside the program.
pub(crate) async fn database(bot: &TestBot) -> SqlitePool {
    let options = SqliteConnectOptions::new().filename(bot.database()).busy_timeout(std::time::Duration::from_secs(20));
    SqlitePool::connect_with(options).await.expect("it opens")
}

/// So much time passes for every active lease, and for what comes round by the clock.
pub(crate) async fn pass(bot: &TestBot, by: SignedDuration) {
    let pool = database(bot).await;
    let mut tx = pool.begin_with("BEGIN IMMEDIATE").await.expect("a transaction");
    let rows = sqlx::query("SELECT operation, lease FROM leases WHERE ended_at IS NULL").fetch_all(&mut *tx).await;
    for row in rows.expect("they read") {
        let mut lease: Lease = serde_json::from_str(row.get(1)).expect("a lease");
        lease.started -= by;
        lease.deadline -= by;
        let millis = i64::try_from(by.as_millis()).expect("not that long");
        sqlx::query(
            "UPDATE leases SET lease = $2, deadline = $3, since_at = since_at - $4, due_at = due_at - $4 WHERE operation = $1",
        )
        .bind(row.get::<i64, _>(0))
        .bind(serde_json::to_string(&lease).expect("JSON"))
        .bind(lease.deadline.as_millisecond())
        .bind(millis)
        .execute(&mut *tx)
        .await
        .expect("it is written");
    }
    let millis = i64::try_from(by.as_millis()).expect("not that long");
    sqlx::query("UPDATE appointments SET due_at = due_at - $1").bind(millis).execute(&mut *tx).await.expect("written");
    tx.commit().await.expect("it is written");
    pool.close().await;
}

impl TestBot {
    /// How many operations there are, while the program runs.
    pub(crate) async fn operations_without_stopping(&self) -> i64 {
        let pool = database(self).await;
        let count = sqlx::query_scalar("SELECT COUNT(*) FROM operations").fetch_one(&pool).await;
        pool.close().await;
        count.expect("it reads")
    }
}

/// The active lease of a server, by what people call it.
pub(crate) async fn lease(bot: &TestBot, label: &str) -> Option<Lease> {
    let pool = database(bot).await;
    let rows: Vec<String> = sqlx::query_scalar("SELECT lease FROM leases WHERE ended_at IS NULL")
        .fetch_all(&pool)
        .await
        .expect("they read");
    pool.close().await;
    let leases = rows.iter().map(|text| serde_json::from_str::<Lease>(text).expect("a lease"));
    leases.into_iter().find(|lease| lease.label == label)
}
