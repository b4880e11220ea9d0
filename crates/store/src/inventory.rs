//! The fleet as it was last seen.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use bernard_domain::{
    access::UserId,
    inventory::{
        boots::BootPlace,
        known::{Care, Known, Witness},
    },
    server::{Boot, BootId, Server, ServiceName},
};
use futures_util::TryStreamExt;
use jiff::Timestamp;

use super::{
    Address, Error, Store, database,
    database::{Connection, query, query_as},
    from_json, id, json, millis, time,
};

/// Every server that the store at `path` remembers, read beside a running Bernard; nothing is written, not even a lock.
///
/// # Errors
/// [`Error::Database`] when there is no store, or none that this version can read.
pub async fn remembered(path: &Path) -> Result<Vec<Server>, Error> {
    let connection = database::sqlite_to_read(path).await?;
    all(connection).await
}

/// The same of the PostgreSQL database at `address`.
///
/// # Errors
/// As [`remembered`].
pub async fn remembered_at(address: &Address) -> Result<Vec<Server>, Error> {
    all(address.connect().await?).await
}

async fn all(mut connection: Connection) -> Result<Vec<Server>, Error> {
    let rows: Vec<String> = query_as("SELECT body FROM inventory ORDER BY server").fetch_all(&mut connection).await?;
    connection.close().await?;
    rows.iter().map(|text| from_json(text, || "a server of the inventory".to_owned())).collect()
}

impl Store {
    /// Every server that was seen, and those of which only the name is known.
    ///
    /// # Errors
    /// [`Error::Unreadable`] when a row was tampered with.
    pub async fn inventory(&self) -> Result<Vec<Known>, Error> {
        self.read_inventory(-1).await
    }

    /// The same of what was written after the transaction with this number; nothing on SQLite, where nobody else writes.
    ///
    /// # Errors
    /// As [`Store::inventory`].
    pub async fn inventory_since(&self, sequence: i64) -> Result<Vec<Known>, Error> {
        self.read_inventory(sequence.max(0)).await
    }

    async fn read_inventory(&self, after: i64) -> Result<Vec<Known>, Error> {
        // Row by row: all of a large fleet's rows at once would take more room than the fleet itself.
        let mut rows = query("SELECT body, seen_at, care, by_list FROM inventory WHERE written > $1 ORDER BY server")
            .bind(after)
            .fetch(&self.pool);
        let mut inventory = Vec::new();
        while let Some(row) = rows.try_next().await? {
            let server: Server = from_json(row.get(0), || "a server of the inventory".to_owned())?;
            let seen = Some(row.get::<i64, _>(1)).filter(|seen| *seen > 0).map(time);
            let care: Option<String> = row.get(2);
            let care: Option<Care> =
                care.map(|care| from_json(&care, || "a server's particulars".to_owned())).transpose()?;
            let known = Known::new(server, seen, care.map(Box::new));
            inventory.push(if row.get::<i64, _>(3) == 0 { known } else { known.by_list() });
        }
        Ok(inventory)
    }

    /// Remembers `news`, all in one transaction; not what was read before what another replica has written.
    ///
    /// # Errors
    /// [`Error::Database`]: the old inventory stands.
    pub async fn save_inventory(&self, news: &[Arc<Known>]) -> Result<(), Error> {
        let mut tx = self.write().await?;
        let number = tx.number();
        for known in news {
            query(
                "INSERT INTO inventory (server, account, body, seen_at, care, by_list, written) VALUES ($1, $2, $3, $4, $5, $6, $7)
                 ON CONFLICT (server) DO UPDATE SET account = $2, body = $3, seen_at = $4,
                     care = COALESCE($5, inventory.care), by_list = $6, written = $7
                 WHERE $4 = 0 OR $4 >= inventory.seen_at",
            )
            .bind(known.server.name.as_str())
            .bind(&known.server.account)
            .bind(json(&known.server))
            .bind(known.seen.map_or(0, millis))
            .bind(known.care.as_ref().map(json))
            .bind(i64::from(known.by == Witness::List))
            .bind(number)
            .execute(&mut tx)
            .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Forgets these servers of `account`, all in one transaction.
    ///
    /// # Errors
    /// [`Error::Database`]: the old inventory stands.
    pub async fn forget_servers(&self, account: &str, gone: &[ServiceName]) -> Result<(), Error> {
        let mut tx = self.write().await?;
        for name in gone {
            query("DELETE FROM inventory WHERE server = $1 AND account = $2")
                .bind(name.as_str())
                .bind(account)
                .execute(&mut tx)
                .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// The netboot entries that were read, by account and datacentre.
    ///
    /// # Errors
    /// [`Error::Unreadable`] when a row was tampered with.
    pub async fn known_boots(&self) -> Result<Vec<(BootPlace, Arc<Boot>)>, Error> {
        self.read_known_boots(-1).await
    }

    /// The same of what was written after the transaction with this number; nothing on SQLite, where nobody else writes.
    ///
    /// # Errors
    /// As [`Store::known_boots`].
    pub async fn known_boots_since(&self, sequence: i64) -> Result<Vec<(BootPlace, Arc<Boot>)>, Error> {
        self.read_known_boots(sequence.max(0)).await
    }

    async fn read_known_boots(&self, after: i64) -> Result<Vec<(BootPlace, Arc<Boot>)>, Error> {
        let rows: Vec<(String, String, i64, String)> =
            query_as("SELECT account, datacenter, boot, body FROM known_boots WHERE written > $1")
                .bind(after)
                .fetch_all(&self.pool)
                .await?;
        let boots = rows.into_iter().map(|(account, datacenter, boot, body)| {
            let entry: Boot = from_json(&body, || "a netboot entry".to_owned())?;
            Ok(((account, datacenter, BootId(u64::try_from(boot).unwrap_or_default())), Arc::new(entry)))
        });
        boots.collect()
    }

    /// Remembers what netboot ids mean, all in one transaction.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn save_known_boots(&self, boots: &[(BootPlace, Arc<Boot>)]) -> Result<(), Error> {
        let mut tx = self.write().await?;
        let turn = tx.number();
        for ((account, datacenter, number), boot) in boots {
            query(
                "INSERT INTO known_boots (account, datacenter, boot, body, written) VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT (account, datacenter, boot) DO UPDATE SET body = $4, written = $5",
            )
            .bind(account)
            .bind(datacenter)
            .bind(id(number.0))
            .bind(json(&**boot))
            .bind(turn)
            .execute(&mut tx)
            .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// The servers of each person's latest operations, the latest first, at most `most` a person.
    ///
    /// # Errors
    /// [`Error::Unreadable`] when a row was tampered with.
    pub async fn recent_servers(
        &self,
        since: Timestamp,
        most: usize,
    ) -> Result<BTreeMap<UserId, Vec<ServiceName>>, Error> {
        let rows: Vec<(i64, String)> = query_as(
            "SELECT requester, server FROM operations WHERE opened_at >= $1
             GROUP BY requester, server ORDER BY MAX(id) DESC",
        )
        .bind(millis(since))
        .fetch_all(&self.pool)
        .await?;
        let mut recent: BTreeMap<UserId, Vec<ServiceName>> = BTreeMap::new();
        for (requester, server) in rows {
            let of_person = recent.entry(UserId(u64::try_from(requester).unwrap_or_default())).or_default();
            if let Ok(server) = ServiceName::try_from(server)
                && of_person.len() < most
            {
                of_person.push(server);
            }
        }
        Ok(recent)
    }
}
