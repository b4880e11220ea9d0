//! How long operations usually take: the median of the latest of this server's that were measured, else of the fleet's.
//!
//! Two looks into an index, however many servers and operations there are.

use bernard_domain::{
    operation::{Kind, usual::median},
    server::ServiceName,
};
use jiff::SignedDuration;

use super::{
    Error, Store,
    database::{Connection, query_as},
};

/// How many of a server's operations count: hardware and images change, so the latest say most.
const OF_A_SERVER: u32 = 15;
/// How many of the fleet's count.
const OF_THE_FLEET: u32 = 101;

const OF_THIS: &str =
    "SELECT took FROM operations WHERE server = $1 AND kind = $2 AND took IS NOT NULL ORDER BY id DESC LIMIT $3";
const OF_ALL: &str = "SELECT took FROM operations WHERE kind = $1 AND took IS NOT NULL ORDER BY id DESC LIMIT $2";

impl Store {
    /// How long an operation of this kind usually takes on this server, to milliseconds; `None` when none was ever measured, or its
    /// kind is none that is.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn usual(&self, server: &ServiceName, kind: Kind) -> Result<Option<SignedDuration>, Error> {
        let mut connection = self.pool.acquire().await?;
        of(&mut connection, server, kind).await
    }
}

pub(super) async fn of(
    connection: &mut Connection,
    server: &ServiceName,
    kind: Kind,
) -> Result<Option<SignedDuration>, Error> {
    if !kind.is_measured() {
        return Ok(None);
    }
    let own: Vec<i64> = query_as(OF_THIS)
        .bind(server.as_str())
        .bind(kind.as_str())
        .bind(OF_A_SERVER)
        .fetch_all(&mut *connection)
        .await?;
    if let Some(usual) = median(lengths(own)) {
        return Ok(Some(usual));
    }
    let all: Vec<i64> = query_as(OF_ALL).bind(kind.as_str()).bind(OF_THE_FLEET).fetch_all(connection).await?;
    Ok(median(lengths(all)))
}

fn lengths(millis: Vec<i64>) -> Vec<SignedDuration> {
    millis.into_iter().map(SignedDuration::from_millis).collect()
}

/// A length as its column has it.
pub(super) fn length_millis(length: SignedDuration) -> i64 {
    i64::try_from(length.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::Held;

    fn minutes(count: i64) -> SignedDuration {
        SignedDuration::from_mins(count)
    }

    async fn sqlite(store: &Store) -> Held<sqlx::Sqlite> {
        match store.pool.acquire().await.expect("a connection") {
            Connection::Sqlite(held) => held,
            Connection::Postgres(_) => panic!("it was opened on SQLite"),
        }
    }

    /// A store in which ten thousand servers were rescued five times each, in one minute the first time, and one more each time.
    async fn busy() -> (Store, tempfile::TempDir) {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(&folder.path().join("bernard.db")).await.expect("a store");
        sqlx::query(
            "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 49999)
             INSERT INTO operations (origin, account, server, kind, requester, request, mark, version, live, holds, opened_at, changed_at, took)
             SELECT 'o' || i, 'main', 's' || (i % 10000), 'enable', 1, '{}', '', 0, 0, 0, 0, 0, (1 + i / 10000) * 60000 FROM n",
        )
        .execute(&mut *sqlite(&store).await)
        .await
        .expect("they are written");
        (store, folder)
    }

    fn server(name: &str) -> ServiceName {
        ServiceName::try_from(name.to_owned()).expect("a name")
    }

    #[tokio::test]
    async fn a_server_has_its_own_usual_and_a_new_one_the_fleets() {
        let (store, _folder) = busy().await;
        let usual = async |name: &str, kind| store.usual(&server(name), kind).await.expect("it reads");
        assert_eq!(usual("s7", Kind::Enable).await, Some(minutes(3)));
        assert_eq!(usual("s77777", Kind::Enable).await, Some(minutes(5)), "the latest of the fleet");
        assert_eq!(usual("s7", Kind::Restore).await, None);
        assert_eq!(usual("s7", Kind::Link).await, None);
    }

    #[tokio::test]
    async fn no_look_goes_through_all_operations() {
        let (store, _folder) = busy().await;
        for look in [OF_THIS, OF_ALL] {
            let plan: Vec<(i64, i64, i64, String)> =
                sqlx::query_as(sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {look}")))
                    .fetch_all(&mut *sqlite(&store).await)
                    .await
                    .expect("a plan");
            let steps: Vec<String> = plan.into_iter().map(|(.., step)| step).collect();
            assert!(steps.iter().all(|step| step.contains("INDEX what_is_usual")), "{steps:?}");
        }
    }
}
