//! The outbox: notices that are owed, each until it was posted, became needless, or can be posted nowhere.

use bernard_domain::{
    mark::Mark,
    notice::{Letter, Offer, Owed, Place},
    operation::{ChannelId, OperationId},
};
use jiff::Timestamp;

use super::{
    Error, Store,
    database::{Connection, Row, query, query_as},
    from_json, id, json, mark, millis, time,
};

/// How many notices are handed out at once.
const MOST: i64 = 200;

/// The number of a notice; never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NoticeId(pub i64);

/// A notice that is owed.
#[derive(Clone, Debug, PartialEq)]
pub struct PendingNotice {
    /// Its number.
    pub id: NoticeId,
    /// What tells it from another store's notice of that number.
    pub mark: Mark,
    /// What, and to whom.
    pub letter: Letter,
    /// At which of its two places it is tried.
    pub place: Place,
    /// How often it was tried.
    pub attempts: u32,
    /// The first attempt at this place, if there was one.
    pub tried: Option<Attempt>,
}

/// An attempt whose outcome is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// When, by our clock.
    pub at: Timestamp,
    /// A digest of what was to be shown.
    pub shown: String,
}

/// How a notice ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivered {
    /// It stands in a channel.
    Posted {
        /// In which.
        channel: ChannelId,
        /// As this message.
        message: u64,
        /// What its buttons are about, if it has any.
        offer: Option<Offer>,
        /// The rescue that it says is running.
        about: Option<OperationId>,
    },
    /// What it was about is over.
    Needless,
    /// No place takes it.
    Nowhere,
}

/// A posted notice whose buttons are no longer for anybody to press.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outdated {
    /// Its number.
    pub id: NoticeId,
    /// Where it stands.
    pub channel: ChannelId,
    /// Its message.
    pub message: u64,
}

impl Store {
    /// Owes a notice from now on. One with the same `origin` is owed once, for ever: the first one stands.
    ///
    /// # Errors
    /// [`Error::Database`]: nothing is owed.
    pub async fn write_notice(&self, origin: &str, letter: &Letter, now: Timestamp) -> Result<(), Error> {
        let mut tx = self.write().await?;
        write(&mut tx, &Owed { origin: origin.to_owned(), letter: letter.clone() }, now).await?;
        tx.commit().await
    }

    /// The notices that are due, the longest waiting first, at most 200; and when the next one will be.
    ///
    /// # Errors
    /// [`Error::Unreadable`] when a row was tampered with.
    pub async fn due_notices(&self, now: Timestamp) -> Result<(Vec<PendingNotice>, Option<Timestamp>), Error> {
        let rows = query(
            "SELECT id, letter, place, attempts, tried_at, shown, mark FROM notices
             WHERE due_at IS NOT NULL AND due_at <= $1 ORDER BY due_at, id LIMIT $2",
        )
        .bind(millis(now))
        .bind(MOST)
        .fetch_all(&self.pool)
        .await?;
        let next: Option<i64> = query_as("SELECT MIN(due_at) FROM notices WHERE due_at > $1")
            .bind(millis(now))
            .fetch_one(&self.pool)
            .await?;
        Ok((rows.iter().map(owed).collect::<Result<_, _>>()?, next.map(time)))
    }

    /// Posting is about to be tried; the first attempt at a place counts, because that is when Discord began to remember it.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn notice_tried(&self, notice: NoticeId, shown: &str, now: Timestamp) -> Result<(), Error> {
        query(
            "UPDATE notices SET attempts = attempts + 1, tried_at = COALESCE(tried_at, $2), shown = COALESCE(shown, $3)
             WHERE id = $1",
        )
        .bind(notice.0)
        .bind(millis(now))
        .bind(shown)
        .execute_alone(self)
        .await?;
        Ok(())
    }

    /// It is tried again at `due`.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn postpone_notice(&self, notice: NoticeId, due: Timestamp) -> Result<(), Error> {
        query("UPDATE notices SET due_at = $2 WHERE id = $1 AND due_at IS NOT NULL")
            .bind(notice.0)
            .bind(millis(due))
            .execute_alone(self)
            .await?;
        Ok(())
    }

    /// Its first place refused it for good: from now on it is tried at the second, and `beside` is owed with it.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn turn_notice(&self, notice: NoticeId, beside: Option<&Letter>, now: Timestamp) -> Result<(), Error> {
        let mut tx = self.write().await?;
        query("UPDATE notices SET place = $2, tried_at = NULL, shown = NULL WHERE id = $1")
            .bind(notice.0)
            .bind(Place::Second.as_str())
            .execute(&mut tx)
            .await?;
        if let Some(letter) = beside {
            let origin = format!("beside:{}", notice.0);
            write(&mut tx, &Owed { origin, letter: letter.clone() }, now).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// It is owed no longer.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn end_notice(&self, notice: NoticeId, how: Delivered) -> Result<(), Error> {
        let (word, place, offer, about) = match how {
            Delivered::Posted { channel, message, offer, about } => ("posted", Some((channel, message)), offer, about),
            Delivered::Needless => ("needless", None, None, None),
            Delivered::Nowhere => ("nowhere", None, None, None),
        };
        let (channel, message) = place.map(|(channel, message)| (id(channel.0), id(message))).unzip();
        query(
            "UPDATE notices SET due_at = NULL, outcome = $2, channel = $3, message = $4, offers = $5, about = $6 WHERE id = $1",
        )
        .bind(notice.0)
        .bind(word)
        .bind(channel)
        .bind(message)
        .bind(offer.map(|offer| match offer {
            Offer::Rescue(lease) => lease.0,
            Offer::Fleet => 0,
        }))
        .bind(about.map(|about| about.0))
        .execute_alone(self)
        .await?;
        Ok(())
    }

    /// The posted notices that still have buttons though there is a later one about the same, or the rescue is over; what is said at
    /// two places is one; the oldest first, at most 200. Not those that are told that it is over: they lose theirs with that.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn outdated_notices(&self) -> Result<Vec<Outdated>, Error> {
        let rows: Vec<(i64, i64, i64)> = query_as(
            "SELECT id, channel, message FROM notices AS old WHERE offers IS NOT NULL AND (
                 EXISTS (SELECT 1 FROM notices AS new WHERE new.offers = old.offers AND new.id > old.id
                         AND new.origin <> 'beside:' || old.id)
                 OR offers > 0 AND NOT EXISTS (SELECT 1 FROM leases WHERE operation = offers AND ended_at IS NULL))
             AND NOT EXISTS (SELECT 1 FROM leases WHERE operation = about AND over_how IS NOT NULL AND ended_at IS NOT NULL)
             ORDER BY id LIMIT $1",
        )
        .bind(MOST)
        .fetch_all(&self.pool)
        .await?;
        let outdated = |(id, channel, message): (i64, i64, i64)| Outdated {
            id: NoticeId(id),
            channel: ChannelId(channel.cast_unsigned()),
            message: message.cast_unsigned(),
        };
        Ok(rows.into_iter().map(outdated).collect())
    }

    /// A notice has no buttons any more.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn notice_offers_nothing(&self, notice: NoticeId) -> Result<(), Error> {
        query("UPDATE notices SET offers = NULL WHERE id = $1").bind(notice.0).execute_alone(self).await?;
        Ok(())
    }

    /// Whether a message is known to be a notice.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn is_notice(&self, message: u64) -> Result<bool, Error> {
        let known: Option<i64> =
            query_as("SELECT id FROM notices WHERE message = $1").bind(id(message)).fetch_optional(&self.pool).await?;
        Ok(known.is_some())
    }
}

/// Owes a notice, in the caller's transaction.
pub(super) async fn write(tx: &mut Connection, owed: &Owed, now: Timestamp) -> Result<bool, Error> {
    let written = query(
        "INSERT INTO notices (origin, letter, place, written_at, due_at, mark) VALUES ($1, $2, $3, $4, $4, $5)
         ON CONFLICT (origin) DO NOTHING",
    )
    .bind(&owed.origin)
    .bind(json(&owed.letter))
    .bind(Place::First.as_str())
    .bind(millis(now))
    .bind(Mark::new().to_string())
    .execute(tx)
    .await?;
    Ok(written > 0)
}

fn owed(row: &Row) -> Result<PendingNotice, Error> {
    let number: i64 = row.get(0);
    let tried = row.get::<Option<i64>, _>(4).zip(row.get::<Option<String>, _>(5));
    Ok(PendingNotice {
        id: NoticeId(number),
        mark: mark(row.get(6)),
        letter: from_json(row.get(1), || format!("notice {number}"))?,
        place: Place::of(row.get(2)),
        attempts: u32::try_from(row.get::<i64, _>(3)).unwrap_or(u32::MAX),
        tried: tried.map(|(at, shown)| Attempt { at: time(at), shown }),
    })
}
