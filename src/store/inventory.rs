//! The fleet as it was last seen.

use std::{path::Path, str::FromStr};

use jiff::Timestamp;
use sqlx::{ConnectOptions, Connection, sqlite::SqliteConnectOptions};

use super::{Error, Store, from_json, json, millis};
use crate::rescue::server::Server;

/// Every server that the store at `path` remembers, read beside a running Bernard; nothing is written, not even a lock.
///
/// # Errors
/// [`Error::Database`] when there is no store, or none that this version can read.
pub async fn remembered(path: &Path) -> Result<Vec<Server>, Error> {
    let options = SqliteConnectOptions::from_str("sqlite://")?.filename(path).read_only(true);
    let mut connection = options.connect().await?;
    let rows: Vec<String> =
        sqlx::query_scalar("SELECT body FROM inventory ORDER BY server").fetch_all(&mut connection).await?;
    connection.close().await?;
    rows.iter().map(|text| from_json(text, || "a server of the inventory".to_owned())).collect()
}

impl Store {
    /// Every server that was seen.
    ///
    /// # Errors
    /// [`Error::Unreadable`] when a row was tampered with.
    pub async fn inventory(&self) -> Result<Vec<Server>, Error> {
        let rows: Vec<String> =
            sqlx::query_scalar("SELECT body FROM inventory ORDER BY server").fetch_all(&self.pool).await?;
        rows.iter().map(|text| from_json(text, || "a server of the inventory".to_owned())).collect()
    }

    /// Replaces what was seen of one account.
    ///
    /// # Errors
    /// [`Error::Database`]: the old inventory stands.
    pub async fn save_inventory(&self, account: &str, servers: &[Server], now: Timestamp) -> Result<(), Error> {
        let mut tx = self.write().await?;
        sqlx::query("DELETE FROM inventory WHERE account = $1").bind(account).execute(&mut *tx).await?;
        for server in servers {
            sqlx::query(
                "INSERT INTO inventory (server, account, body, seen_at) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (server) DO UPDATE SET account = $2, body = $3, seen_at = $4",
            )
            .bind(server.name.as_str())
            .bind(account)
            .bind(json(server))
            .bind(millis(now))
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
        Ok(())
    }
}
