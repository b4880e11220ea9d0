//! The store's own rows, beside the program or while it is down: read, and made older, so that time passes for leases.

use bernard_domain::lease::Lease;
use jiff::SignedDuration;
use sqlx::{Connection, PgConnection, Row, SqliteConnection, SqlitePool, sqlite::SqliteConnectOptions};

use crate::bot::TestBot;

/// The SQLite database itself, beside the program.
pub(crate) async fn database(bot: &TestBot) -> SqlitePool {
    SqlitePool::connect_with(options(bot)).await.expect("it opens")
}

fn options(bot: &TestBot) -> SqliteConnectOptions {
    SqliteConnectOptions::new().filename(bot.database()).busy_timeout(std::time::Duration::from_secs(20))
}

/// A session in the database of a story, wherever that is kept.
pub(crate) enum Session {
    File(SqliteConnection),
    Postgres(PgConnection),
}

/// The same statement for either.
macro_rules! in_both {
    ($session:expr, $on:ident => $do:expr) => {
        match $session {
            Session::File($on) => $do,
            Session::Postgres($on) => $do,
        }
    };
}

impl Session {
    pub(crate) async fn of(bot: &TestBot) -> Self {
        match &bot.config.postgres {
            Some(url) => Self::Postgres(PgConnection::connect(url).await.expect("it opens")),
            None => Self::File(SqliteConnection::connect_with(&options(bot)).await.expect("it opens")),
        }
    }

    /// A transaction, beside which nobody else writes.
    async fn begin(&mut self) {
        let begin = match self {
            Self::File(_) => "BEGIN IMMEDIATE",
            Self::Postgres(_) => "BEGIN; SELECT sequence FROM leader FOR UPDATE",
        };
        in_both!(self, on => { sqlx::raw_sql(begin).execute(on).await.expect("a transaction"); });
    }

    async fn commit(mut self) {
        in_both!(&mut self, on => { sqlx::raw_sql("COMMIT").execute(on).await.expect("it is written"); });
        self.close().await;
    }

    pub(crate) async fn close(self) {
        in_both!(self, on => on.close().await.expect("it ends"));
    }

    /// Carries out a statement with whole numbers.
    pub(crate) async fn write(&mut self, sql: &'static str, values: &[i64]) {
        in_both!(self, on => {
            values.iter().fold(sqlx::query(sql), |query, value| query.bind(*value)).execute(on).await.expect(sql);
        });
    }

    /// The rows of a statement: a number and a text each.
    async fn rows(&mut self, sql: &'static str) -> Vec<(i64, String)> {
        in_both!(self, on => sqlx::query_as(sql).fetch_all(on).await.expect(sql))
    }

    async fn number(&mut self, sql: &'static str) -> i64 {
        in_both!(self, on => sqlx::query(sql).fetch_one(on).await.expect(sql).get(0))
    }

    async fn save(&mut self, operation: i64, lease: &Lease, passed: i64) {
        let sql = "UPDATE leases SET lease = $2, deadline = $3, since_at = since_at - $4, due_at = due_at - $4
                   WHERE operation = $1";
        let text = serde_json::to_string(lease).expect("JSON");
        let deadline = lease.deadline.as_millisecond();
        in_both!(self, on => {
            let saving = sqlx::query(sql).bind(operation).bind(text).bind(deadline).bind(passed);
            saving.execute(on).await.expect("it is written");
        });
    }
}

/// What a statement counts.
pub(crate) async fn count(bot: &TestBot, sql: &'static str) -> i64 {
    let mut session = Session::of(bot).await;
    let count = session.number(sql).await;
    session.close().await;
    count
}

/// So much time passes for every active lease, and for what comes round by the clock.
pub(crate) async fn pass(bot: &TestBot, by: SignedDuration) {
    let millis = i64::try_from(by.as_millis()).expect("not that long");
    let mut session = Session::of(bot).await;
    session.begin().await;
    for (operation, text) in session.rows("SELECT operation, lease FROM leases WHERE ended_at IS NULL").await {
        let mut lease: Lease = serde_json::from_str(&text).expect("a lease");
        lease.started -= by;
        lease.deadline -= by;
        session.save(operation, &lease, millis).await;
    }
    session.write("UPDATE appointments SET due_at = due_at - $1", &[millis]).await;
    session.commit().await;
}

impl TestBot {
    /// How many operations there are, while the program runs.
    pub(crate) async fn operations_without_stopping(&self) -> i64 {
        count(self, "SELECT COUNT(*) FROM operations").await
    }
}

/// The active lease of a server, by what people call it.
pub(crate) async fn lease(bot: &TestBot, label: &str) -> Option<Lease> {
    let mut session = Session::of(bot).await;
    let rows = session.rows("SELECT operation, lease FROM leases WHERE ended_at IS NULL").await;
    session.close().await;
    let leases = rows.iter().map(|(_, text)| serde_json::from_str::<Lease>(text).expect("a lease"));
    leases.into_iter().find(|lease| lease.label == label)
}
