//! Confirmation cards: a card stands for one operation for ever.

use std::fmt;

use bernard_domain::{
    card::{CardRefusal, LIFE, Shown, dismissed},
    operation::{OperationId, Request},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    Error, Store, audit,
    database::{Connection, query, query_as},
    from_json, json, millis, time,
};

/// A card's id: unguessable, so a button cannot be made up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CardId(pub Uuid);

impl CardId {
    /// A new one.
    pub fn new() -> Self {
        Self(Uuid::now_v7())
    }
}

impl Default for CardId {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Display for CardId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.simple().fmt(f)
    }
}

/// What a person was shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    /// Its id.
    pub id: CardId,
    /// What pressing **Confirm** asks for.
    pub request: Request,
    /// What to type to ask again.
    pub command: String,
    /// The question that **Confirm** answers with one more reboot, instead of opening an operation.
    pub again: Option<Again>,
}

/// A question of an operation, answered by **Reboot again**.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Again {
    /// The operation.
    pub operation: OperationId,
    /// The question's number.
    pub asked: u32,
}

impl Store {
    /// Remembers a card for ten minutes.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn save_card(&self, card: &Card, now: Timestamp) -> Result<(), Error> {
        query(
            "INSERT INTO cards (id, request, command, created_at, expires_at, again) VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(card.id.to_string())
        .bind(json(&card.request))
        .bind(&card.command)
        .bind(millis(now))
        .bind(millis(now + LIFE))
        .bind(card.again.as_ref().map(json))
        .execute_alone(self)
        .await?;
        Ok(())
    }

    /// A card, whatever became of it.
    ///
    /// # Errors
    /// [`Error::Unreadable`] when the row was tampered with.
    pub async fn card(&self, id: CardId) -> Result<Option<Card>, Error> {
        let row: Option<(String, String, Option<String>)> =
            query_as("SELECT request, command, again FROM cards WHERE id = $1")
                .bind(id.to_string())
                .fetch_optional(&self.pool)
                .await?;
        let name = || format!("card {id}");
        let Some((request, command, again)) = row else { return Ok(None) };
        let again = again.map(|again| from_json(&again, name)).transpose()?;
        Ok(Some(Card { id, request: from_json(&request, name)?, command, again }))
    }

    /// Why the card can no longer be answered; `None` when it can.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn card_refusal(&self, id: CardId, now: Timestamp) -> Result<Option<CardRefusal>, Error> {
        let mut connection = self.pool.acquire().await?;
        refusal(&mut connection, id, now).await
    }

    /// Answers a card with **Cancel**; returns why not, if it cannot be answered any more.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn cancel_card(&self, id: CardId, now: Timestamp) -> Result<Option<CardRefusal>, Error> {
        let mut tx = self.write().await?;
        if let Some(refusal) = refusal(&mut tx, id, now).await? {
            return Ok(Some(refusal));
        }
        answer(&mut tx, id, None, now).await?;
        let request: String =
            query_as("SELECT request FROM cards WHERE id = $1").bind(id.to_string()).fetch_one(&mut *tx).await?;
        let request: Request = from_json(&request, || format!("card {id}"))?;
        audit::append(&mut tx, &dismissed(&request, now)).await?;
        tx.commit().await?;
        Ok(None)
    }
}

/// Why the card can no longer be answered; `None` when it can.
pub(super) async fn refusal(
    connection: &mut Connection,
    id: CardId,
    now: Timestamp,
) -> Result<Option<CardRefusal>, Error> {
    let row: Option<(i64, i64, Option<i64>, Option<i64>)> =
        query_as("SELECT created_at, expires_at, answered_at, operation FROM cards WHERE id = $1")
            .bind(id.to_string())
            .fetch_optional(connection)
            .await?;
    let Some((made, expires, answered, operation)) = row else { return Ok(Some(CardRefusal::Unknown)) };
    let answer = answered.map(|_| operation.map(OperationId));
    Ok(Shown { made: time(made), expires: time(expires), answer }.refusal(now))
}

/// The card has its answer: this operation, or **Cancel**.
pub(super) async fn answer(
    tx: &mut Connection,
    id: CardId,
    operation: Option<OperationId>,
    now: Timestamp,
) -> Result<(), Error> {
    query("UPDATE cards SET answered_at = $2, operation = $3 WHERE id = $1")
        .bind(id.to_string())
        .bind(millis(now))
        .bind(operation.map(|operation| operation.0))
        .execute(tx)
        .await?;
    Ok(())
}
