//! The cards of alerts: what they say, and what Discord shows of that. A row is its own outbox: it is due while its message shows less.

use bernard_domain::{
    access::UserId,
    alert::{AlertCard, AlertCardId, AlertSource, Closed, Offered, PlacedAlert},
    audit::Entry,
    mark::Mark,
    operation::ChannelId,
    server::ServiceName,
};
use jiff::Timestamp;

use super::{
    Attempt, Error, Store, audit,
    database::{Connection, Row, query, query_as},
    id, mark, millis, time,
};

/// How many cards are handed out at once.
const MOST: i64 = 200;

/// A card whose message shows less than is known.
#[derive(Clone, Debug, PartialEq)]
pub struct DueAlertCard {
    /// The card.
    pub card: AlertCard,
    /// Which state of it this is.
    pub version: i64,
    /// Its message, once it is posted.
    pub message: Option<u64>,
    /// How often it was tried since it last showed something.
    pub attempts: u32,
    /// The first attempt to post it, whose outcome is not known.
    pub tried: Option<Attempt>,
}

/// What became of showing a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShownAlertCard {
    /// This message shows it.
    As(u64),
    /// Its message is gone, or is edited no more: it stays as it is.
    Never,
    /// Its channel takes no message, or its message was deleted.
    Nowhere,
}

/// What a card is read from.
macro_rules! columns {
    () => {
        "id, mark, server, label, source, channel, offers, summary, link, began_at, opened_at, heard_at, alerts, firing, repeats,
         quieted_by, quieted_at, resolved_at, closed, version, message, attempts, tried_at, shown"
    };
}
const DUE: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM alert_cards WHERE due_at IS NOT NULL AND due_at <= $1 ORDER BY due_at, id LIMIT $2"
);
const ONE: &str = concat!("SELECT ", columns!(), " FROM alert_cards WHERE id = $1");

impl Store {
    /// The cards whose messages are to be posted or edited now, the longest waiting first, at most 200; and when the next one will be.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn due_alert_cards(&self, now: Timestamp) -> Result<(Vec<DueAlertCard>, Option<Timestamp>), Error> {
        let rows = query(DUE).bind(millis(now)).bind(MOST).fetch_all(&self.pool).await?;
        let next: Option<i64> = query_as("SELECT MIN(due_at) FROM alert_cards WHERE due_at > $1")
            .bind(millis(now))
            .fetch_one(&self.pool)
            .await?;
        // A name that is none was written by hand, and is nobody's server.
        Ok((rows.iter().filter_map(due).collect(), next.map(time)))
    }

    /// Posting is about to be tried; the first attempt counts, because that is when Discord began to remember it.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn alert_card_tried(&self, card: AlertCardId, shown: &str, now: Timestamp) -> Result<(), Error> {
        query(
            "UPDATE alert_cards SET attempts = attempts + 1, tried_at = COALESCE(tried_at, $2), shown = COALESCE(shown, $3)
             WHERE id = $1",
        )
        .bind(card.0)
        .bind(millis(now))
        .bind(shown)
        .execute_alone(self)
        .await
    }

    /// It is tried again at `due`.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn postpone_alert_card(&self, card: AlertCardId, due: Timestamp) -> Result<(), Error> {
        query("UPDATE alert_cards SET due_at = $2, attempts = attempts + 1 WHERE id = $1 AND due_at IS NOT NULL")
            .bind(card.0)
            .bind(millis(due))
            .execute_alone(self)
            .await
    }

    /// What became of showing a card as it was `due`. It stays due if it changed meanwhile.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn alert_card_shown(&self, due: &DueAlertCard, how: ShownAlertCard) -> Result<(), Error> {
        let message = match how {
            ShownAlertCard::As(message) => Some(message),
            ShownAlertCard::Never | ShownAlertCard::Nowhere => due.message,
        };
        let closed = (how == ShownAlertCard::Nowhere).then(|| Closed::Nowhere.as_str());
        let settled = how != ShownAlertCard::Nowhere;
        query(
            "UPDATE alert_cards SET message = $2, attempts = 0, closed = COALESCE(closed, $3),
             due_at = CASE WHEN version = $4 OR $5 = 0 THEN NULL ELSE due_at END WHERE id = $1",
        )
        .bind(due.card.id.0)
        .bind(message.map(id))
        .bind(closed)
        .bind(due.version)
        .bind(i64::from(settled))
        .execute_alone(self)
        .await
    }

    /// A card by its number.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn alert_card(&self, card: AlertCardId) -> Result<Option<AlertCard>, Error> {
        let mut connection = self.pool.acquire().await?;
        read(&mut connection, card).await
    }

    /// **Not now** by this person, with `entry` in the audit, unless it is too late for that: then the card comes back as it is, and
    /// nothing is written.
    ///
    /// # Errors
    /// [`Error::Database`]: it is not quiet.
    pub async fn quiet_alert_card(
        &self,
        card: AlertCardId,
        by: UserId,
        entry: &Entry,
        now: Timestamp,
    ) -> Result<Option<AlertCard>, Error> {
        let mut tx = self.write().await?;
        let Some(mut card) = read(&mut tx, card).await? else { return Ok(None) };
        if card.quiet(by, now) {
            save(&mut tx, &card, now).await?;
            audit::append(&mut tx, entry).await?;
            tx.commit().await?;
        }
        Ok(Some(card))
    }
}

/// A new card, which is due.
pub(super) async fn open(
    tx: &mut Connection,
    source: &AlertSource,
    placed: &PlacedAlert,
    now: Timestamp,
) -> Result<AlertCard, Error> {
    let PlacedAlert { alert, server, label } = placed;
    let mark = Mark::new();
    let number: i64 = query_as(
        "INSERT INTO alert_cards (mark, server, label, source, channel, offers, summary, link, began_at, opened_at, heard_at,
                                  alerts, firing, repeats, version, due_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, 1, 1, 0, 1, $10) RETURNING id",
    )
    .bind(mark.to_string())
    .bind(server.as_str())
    .bind(label)
    .bind(&source.name)
    .bind(id(source.channel.0))
    .bind(source.offers.iter().map(|offered| offered.as_str()).collect::<Vec<_>>().join(" "))
    .bind(&alert.summary)
    .bind(alert.link.clone())
    .bind(millis(alert.began))
    .bind(millis(now))
    .fetch_one(&mut *tx)
    .await?;
    read(tx, AlertCardId(number)).await?.ok_or(Error::Database(sqlx::Error::RowNotFound))
}

/// Writes what became of a card, which is due with that.
pub(super) async fn save(tx: &mut Connection, card: &AlertCard, now: Timestamp) -> Result<(), Error> {
    query(
        "UPDATE alert_cards SET heard_at = $2, alerts = $3, firing = $4, repeats = $5, quieted_by = $6, quieted_at = $7,
         resolved_at = $8, closed = $9, version = version + 1, due_at = COALESCE(due_at, $10) WHERE id = $1",
    )
    .bind(card.id.0)
    .bind(millis(card.heard))
    .bind(card.alerts)
    .bind(card.firing)
    .bind(card.repeats)
    .bind(card.quieted.map(|(by, _)| id(by.0)))
    .bind(card.quieted.map(|(_, at)| millis(at)))
    .bind(card.resolved.map(millis))
    .bind(card.closed.map(Closed::as_str))
    .bind(millis(now))
    .execute(tx)
    .await?;
    Ok(())
}

pub(super) async fn read(on: &mut Connection, card: AlertCardId) -> Result<Option<AlertCard>, Error> {
    let row = query(ONE).bind(card.0).fetch_optional(on).await?;
    Ok(row.as_ref().and_then(card_of))
}

fn due(row: &Row) -> Option<DueAlertCard> {
    let tried = row.get::<Option<i64>, _>(22).zip(row.get::<Option<String>, _>(23));
    Some(DueAlertCard {
        card: card_of(row)?,
        version: row.get(19),
        message: row.get::<Option<i64>, _>(20).map(i64::cast_unsigned),
        attempts: count(row, 21),
        tried: tried.map(|(at, shown)| Attempt { at: time(at), shown }),
    })
}

fn card_of(row: &Row) -> Option<AlertCard> {
    let moment = |column: usize| row.get::<Option<i64>, _>(column).map(time);
    let offers: String = row.get(6);
    let closed: Option<String> = row.get(18);
    let quieted = row.get::<Option<i64>, _>(15).zip(moment(16));
    Some(AlertCard {
        id: AlertCardId(row.get(0)),
        mark: mark(row.get(1)),
        server: ServiceName::try_from(row.get::<String, _>(2)).ok()?,
        label: row.get(3),
        source: row.get(4),
        channel: ChannelId(row.get::<i64, _>(5).cast_unsigned()),
        offers: Offered::ALL
            .into_iter()
            .filter(|offered| offers.split(' ').any(|word| word == offered.as_str()))
            .collect(),
        summary: row.get(7),
        link: row.get(8),
        began: time(row.get(9)),
        opened: time(row.get(10)),
        heard: time(row.get(11)),
        alerts: count(row, 12),
        firing: count(row, 13),
        repeats: count(row, 14),
        quieted: quieted.map(|(by, at)| (UserId(by.cast_unsigned()), at)),
        resolved: moment(17),
        closed: closed.and_then(|word| Closed::ALL.into_iter().find(|closed| closed.as_str() == word)),
    })
}

fn count(row: &Row, column: usize) -> u32 {
    u32::try_from(row.get::<i64, _>(column)).unwrap_or_default()
}
