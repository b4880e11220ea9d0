//! Asking those who may: owed as a notice and written into the audit, together, once for one origin.

use bernard_domain::{audit::Entry, notice::Owed};
use jiff::Timestamp;

use super::{Error, Store, audit, notices};

impl Store {
    /// Owes a notice, with `entry` in the audit, unless one of its origin was ever owed: then nothing is written. Whether it is owed anew.
    ///
    /// # Errors
    /// [`Error::Database`]: nothing is owed.
    pub async fn ask_for_help(&self, owed: &Owed, entry: &Entry, now: Timestamp) -> Result<bool, Error> {
        let mut tx = self.write().await?;
        let known: Option<i64> = sqlx::query_scalar("SELECT id FROM notices WHERE origin = $1")
            .bind(&owed.origin)
            .fetch_optional(&mut *tx)
            .await?;
        if known.is_some() {
            return Ok(false);
        }
        notices::write(&mut tx, owed, now).await?;
        audit::append(&mut tx, entry).await?;
        tx.commit().await?;
        Ok(true)
    }
}
