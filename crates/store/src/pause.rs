//! The kill switch, as it stands: it survives a restart, and no operation is opened past it.

use bernard_domain::{
    audit::Entry,
    notice::{Letter, Owed},
    operation::Kind,
    pause::Pause,
};
use jiff::Timestamp;

use super::{
    Error, Store, audit,
    database::{Connection, query},
    fact, from_json, json, millis, notices, set_fact,
};

/// Its name among the facts.
const PAUSE: &str = "pause";

impl Store {
    /// The pause that is in force, if any.
    ///
    /// # Errors
    /// [`Error::Unreadable`] when the row was tampered with.
    pub async fn pause(&self) -> Result<Option<Pause>, Error> {
        let mut connection = self.pool.acquire().await?;
        standing(&mut connection).await
    }

    /// Begins a pause with `entry` in the audit, and owes `letter` about it, unless one is in force already: then that one comes back, and stays.
    ///
    /// # Errors
    /// [`Error::Database`]: nothing is paused.
    pub async fn begin_pause(&self, pause: &Pause, letter: &Letter, entry: &Entry) -> Result<Option<Pause>, Error> {
        let mut tx = self.write().await?;
        if let Some(earlier) = standing(&mut tx).await? {
            return Ok(Some(earlier));
        }
        set_fact(&mut tx, PAUSE, &json(pause)).await?;
        let origin = format!("pause:{}:{}", millis(pause.at), pause.by.0);
        notices::write(&mut tx, &Owed { origin, letter: letter.clone() }, pause.at).await?;
        audit::append(&mut tx, entry).await?;
        tx.commit().await?;
        Ok(None)
    }

    /// Ends the pause, with `entry` in the audit, and owes `letter` about it; which one that was, if any.
    ///
    /// # Errors
    /// [`Error::Database`]: it stays.
    pub async fn end_pause(&self, letter: &Letter, entry: &Entry, now: Timestamp) -> Result<Option<Pause>, Error> {
        let mut tx = self.write().await?;
        let Some(ended) = standing(&mut tx).await? else { return Ok(None) };
        query("DELETE FROM facts WHERE name = $1").bind(PAUSE).execute(&mut tx).await?;
        let origin = format!("resume:{}:{}", millis(ended.at), ended.by.0);
        notices::write(&mut tx, &Owed { origin, letter: letter.clone() }, now).await?;
        audit::append(&mut tx, entry).await?;
        tx.commit().await?;
        Ok(Some(ended))
    }
}

/// The pause that is in force for operations of this kind. One that cannot be read keeps nobody from a way out.
pub(super) async fn minded(connection: &mut Connection, kind: Kind) -> Result<Option<Pause>, Error> {
    if kind.is_always_open() { Ok(None) } else { standing(connection).await }
}

/// The pause that is in force in this transaction.
pub(super) async fn standing(connection: &mut Connection) -> Result<Option<Pause>, Error> {
    let text = fact(connection, PAUSE).await?;
    text.map(|text| from_json(&text, || "the pause".to_owned())).transpose()
}
