//! Which day's anchor is kept as a signed note, place by place.

use bernard_domain::audit::{Anchor, anchored_as_note, note_due};
use jiff::{Timestamp, civil::Date};

use super::{
    Error, Store,
    audit::{append, head},
    fact, set_fact,
};

impl Store {
    /// The line that is this day's anchor at a place; `None`: the day, or a later one, has its own there, or there is no line yet.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn note_due(&self, place: &str, day: Date) -> Result<Option<Anchor>, Error> {
        let mut connection = self.pool.acquire().await?;
        let last = fact(&mut connection, &name(place)).await?;
        Ok(head(&mut connection).await?.filter(|_| note_due(last.as_deref(), day)))
    }

    /// This day's anchor is kept at that place; the audit says so.
    ///
    /// # Errors
    /// [`Error::Database`], [`Error::WorkLost`]: it is kept once more.
    pub async fn note_kept(&self, place: &str, day: Date, anchor: Anchor, now: Timestamp) -> Result<(), Error> {
        let mut tx = self.write().await?;
        let (entry, last) = anchored_as_note(place, anchor, day, now);
        append(&mut tx, &entry).await?;
        set_fact(&mut tx, &name(place), &last).await?;
        tx.commit().await
    }
}

/// The fact that says what was kept there last: its day, and its line's number.
fn name(place: &str) -> String {
    format!("anchor-note:{place}")
}
