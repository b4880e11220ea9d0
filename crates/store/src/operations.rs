//! Operations and their events: one live operation a server, and nothing opened twice.

use bernard_domain::{
    access::UserId,
    lease,
    locale::Locale,
    mark::Mark,
    operation::{
        Intent, Kind, Operation, OperationId, Request,
        event::{Doubt, Event},
        state::IllegalEvent,
        step::Step,
    },
};
use bernard_intent::{RecordedIntent, before_writing};
use jiff::Timestamp;
use sqlx::{Row, SqliteConnection};

use super::{
    Error, Store, audit,
    cards::{self, CardId, CardRefusal},
    from_json, id, json,
    lease_changes::{self, Change},
    leases, messages, millis, past, pause,
    replay::{live, load},
    time,
    usual::{self, length_millis},
};

/// What came of opening an operation.
#[derive(Debug)]
pub enum Open {
    /// It is accepted and durable; the second are others that it took over from.
    Accepted(Box<Operation>, Vec<OperationId>),
    /// Another operation holds the server.
    Busy(Box<Operation>),
    /// The card or press has already been answered.
    Refused(CardRefusal),
}

/// What came of recording an event. Whoever drops it takes for recorded what may not be.
#[derive(Debug)]
#[must_use]
pub enum Append {
    /// It is durable.
    Done(Box<Operation>),
    /// Somebody else recorded something first: read again and decide anew.
    Overtaken,
    /// It cannot follow.
    Illegal(IllegalEvent),
}

/// What came of answering a card with an event.
#[derive(Debug)]
pub enum Answer {
    /// The card was good for it; this came of the event.
    Recorded(Append),
    /// The card was answered before, or is too old: nothing was recorded.
    Refused(CardRefusal),
}

impl Store {
    /// Accepts what a confirmation card asked for, once for ever. When this returns [`Open::Accepted`], the bot owes an outcome.
    ///
    /// # Errors
    /// [`Error::Database`]: nothing was accepted.
    pub async fn open_from_card(&self, card: CardId, request: &Request, now: Timestamp) -> Result<Open, Error> {
        let mut tx = self.write().await?;
        if let Some(refusal) = cards::refusal(&mut tx, card, now).await? {
            return Ok(Open::Refused(refusal));
        }
        let opened = open(&mut tx, &format!("card:{card}"), request, now).await?;
        if let Open::Accepted(operation, _) = &opened {
            cards::answer(&mut tx, card, Some(operation.id), now).await?;
            tx.commit().await?;
        }
        Ok(opened)
    }

    /// Answers a card with an event of an operation that is there already, as [`Store::append`] records it: once for ever.
    ///
    /// # Errors
    /// [`Error::Database`], [`Error::Paused`]: nothing was recorded.
    pub async fn append_from_card(
        &self,
        card: CardId,
        operation: &Operation,
        event: &Event,
        now: Timestamp,
    ) -> Result<Answer, Error> {
        let mut tx = self.write().await?;
        if let Some(refusal) = cards::refusal(&mut tx, card, now).await? {
            return Ok(Answer::Refused(refusal));
        }
        let appended = append(&mut tx, operation, event, now).await?;
        if let Append::Done(_) = &appended {
            cards::answer(&mut tx, card, Some(operation.id), now).await?;
            tx.commit().await?;
        }
        Ok(Answer::Recorded(appended))
    }

    /// Accepts what a press or a command without a confirmation card asked for, once for each interaction.
    ///
    /// # Errors
    /// [`Error::Database`]: nothing was accepted.
    pub async fn open_from_press(&self, interaction: u64, request: &Request, now: Timestamp) -> Result<Open, Error> {
        let mut tx = self.write().await?;
        let origin = format!("press:{interaction}");
        let known: Option<i64> = sqlx::query_scalar("SELECT id FROM operations WHERE origin = $1")
            .bind(&origin)
            .fetch_optional(&mut *tx)
            .await?;
        if let Some(known) = known {
            return Ok(Open::Refused(CardRefusal::Answered(Some(OperationId(known)))));
        }
        let opened = open(&mut tx, &origin, request, now).await?;
        if matches!(opened, Open::Accepted(..)) {
            tx.commit().await?;
        }
        Ok(opened)
    }

    /// Records an event, with the row the runner looks for and the lease, in one transaction.
    ///
    /// `operation` is as its caller last read it: if anything was recorded since, nothing is recorded now.
    ///
    /// # Errors
    /// [`Error::Database`]: nothing was recorded.
    pub async fn append(&self, operation: &Operation, event: &Event, now: Timestamp) -> Result<Append, Error> {
        let mut tx = self.write().await?;
        let appended = append(&mut tx, operation, event, now).await?;
        if matches!(appended, Append::Done(_)) {
            tx.commit().await?;
        }
        Ok(appended)
    }

    /// Records the intent of a reboot, as [`Store::append`] records any event, and gives the one right to send it.
    ///
    /// The clock is taken before anything is written. `None` when somebody else recorded something first, or an intent cannot
    /// follow: then nothing may be sent. [`Store::append`] can record an intent too, and gives nobody the right to send.
    ///
    /// # Errors
    /// [`Error::Database`]: nothing was recorded.
    pub async fn intend_reboot(
        &self,
        operation: &Operation,
        intent: Intent,
        now: Timestamp,
    ) -> Result<Option<(Box<Operation>, RecordedIntent)>, Error> {
        let unwritten = before_writing(&operation.request.server);
        match self.append(operation, &Event::RebootIntended { intent }, now).await? {
            Append::Done(intended) => Ok(Some((intended, unwritten.written()))),
            Append::Overtaken | Append::Illegal(_) => Ok(None),
        }
    }

    /// Looks at the operation again at `due`; nothing happens if it went on meanwhile.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn park(&self, operation: &Operation, due: Timestamp) -> Result<(), Error> {
        sqlx::query("UPDATE operations SET due_at = $3 WHERE id = $1 AND version = $2 AND live = 1")
            .bind(operation.id.0)
            .bind(operation.version)
            .bind(millis(due))
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// After a start: whatever the last process was writing when it ended may show up late.
    ///
    /// # Errors
    /// [`Error::Database`]: nothing was recorded.
    pub async fn doubt_writes(&self, now: Timestamp) -> Result<(), Error> {
        let mut tx = self.write().await?;
        for operation in live(&mut tx, None).await?.iter().filter(|operation| operation.state.writes()) {
            let event = Event::SettingInDoubt { doubt: Doubt::Stopped, query: None };
            match append(&mut tx, operation, &event, now).await? {
                // What is in doubt already stays so.
                Append::Done(_) | Append::Overtaken | Append::Illegal(_) => {}
            }
        }
        tx.commit().await?;
        Ok(())
    }

    /// An operation with everything that happened to it.
    ///
    /// # Errors
    /// [`Error::Unreadable`] or [`Error::History`] when its rows were tampered with.
    pub async fn operation(&self, operation: OperationId) -> Result<Option<Operation>, Error> {
        let mut connection = self.pool.acquire().await?;
        load(&mut connection, operation).await
    }

    /// Every operation that has not ended.
    ///
    /// # Errors
    /// As [`Store::operation`].
    pub async fn live_operations(&self) -> Result<Vec<Operation>, Error> {
        let mut connection = self.pool.acquire().await?;
        live(&mut connection, None).await
    }

    /// The language of a person's latest operation; `None` when they never asked for one.
    ///
    /// # Errors
    /// [`Error::Unreadable`] when the row was tampered with.
    pub async fn locale_of(&self, person: UserId) -> Result<Option<Locale>, Error> {
        let text: Option<String> =
            sqlx::query_scalar("SELECT request FROM operations WHERE requester = $1 ORDER BY id DESC LIMIT 1")
                .bind(id(person.0))
                .fetch_optional(&self.pool)
                .await?;
        let request = text.map(|text| from_json::<Request>(&text, || "a request".to_owned())).transpose()?;
        Ok(request.map(|request| request.locale))
    }

    /// The operations that are due, the longest waiting first, and when the next one will be.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn due(&self, now: Timestamp) -> Result<(Vec<OperationId>, Option<Timestamp>), Error> {
        let rows: Vec<(i64, i64)> = sqlx::query_as(
            "SELECT id, due_at FROM operations WHERE live = 1 AND due_at IS NOT NULL ORDER BY due_at, id",
        )
        .fetch_all(&self.pool)
        .await?;
        let due = rows.iter().filter(|(_, due)| *due <= millis(now)).map(|(id, _)| OperationId(*id)).collect();
        let next = rows.iter().map(|(_, due)| *due).find(|due| *due > millis(now)).map(time);
        Ok((due, next))
    }
}

/// One more event, in the caller's transaction, which is to be committed only after [`Append::Done`].
pub(super) async fn append(
    tx: &mut SqliteConnection,
    operation: &Operation,
    event: &Event,
    now: Timestamp,
) -> Result<Append, Error> {
    let next = match operation.record(event, now) {
        Ok(next) => next,
        Err(illegal) => return Ok(Append::Illegal(illegal)),
    };
    if let Event::RebootAgainApproved { .. } | Event::RebootAgainAsked { .. } = event {
        pause::check(&mut *tx, operation.request.kind()).await?;
    }
    let due = Step::of(&next.state.phase).map(|_| millis(now));
    let updated = sqlx::query(
        "UPDATE operations SET version = $3, live = $4, holds = $5, due_at = $6, changed_at = $7, took = COALESCE(took, $8)
         WHERE id = $1 AND version = $2",
    )
    .bind(operation.id.0)
    .bind(operation.version)
    .bind(next.version)
    .bind(i64::from(!next.state.is_ended()))
    .bind(i64::from(next.state.holds_server()))
    .bind(due)
    .bind(millis(now))
    .bind(next.took(event, now).map(length_millis))
    .execute(&mut *tx)
    .await?;
    if updated.rows_affected() == 0 {
        return Ok(Append::Overtaken);
    }
    sqlx::query("INSERT INTO events (operation, version, at, event) VALUES ($1, $2, $3, $4)")
        .bind(operation.id.0)
        .bind(next.version)
        .bind(millis(now))
        .bind(json(event))
        .execute(&mut *tx)
        .await?;
    if let Event::DeliveryAttempted { .. } = event {
        messages::delivery_tried(tx, operation.id, now).await?;
    }
    if lease::outdates_links(&next, event) {
        messages::wipe_earlier(tx, &next).await?;
        past::taken_over(tx, &next, now).await?;
    }
    audit::append(tx, &bernard_domain::audit::of_event(&next, event, now)).await?;
    if let Some(effect) = lease::effect(&next, event, now) {
        audit::append(tx, &bernard_domain::audit::of_lease(&next, &effect, now)).await?;
        if lease_changes::apply(tx, &next, effect, now).await? != Change::Done {
            return Ok(Append::Overtaken);
        }
    }
    Ok(Append::Done(Box::new(next)))
}

pub(super) async fn open(
    tx: &mut SqliteConnection,
    origin: &str,
    request: &Request,
    now: Timestamp,
) -> Result<Open, Error> {
    let kind = request.kind();
    pause::check(&mut *tx, kind).await?;
    let others = live(&mut *tx, Some(&request.server)).await?;
    if let Some(holder) = others.iter().find(|other| lease::stands_in_the_way(other, kind)) {
        return Ok(Open::Busy(Box::new(holder.clone())));
    }
    let mark = Mark::new();
    // What was being looked at while another press put everything back has nothing left to put back.
    if kind == Kind::PutBack && leases::active(&mut *tx, &request.server).await?.is_none() {
        return Ok(Open::Refused(CardRefusal::Answered(None)));
    }
    let usual = usual::of(&mut *tx, &request.server, kind).await?;
    let row = sqlx::query(
        "INSERT INTO operations (origin, account, server, kind, requester, request, mark, version, live, holds, due_at, opened_at, changed_at, usual)
         VALUES ($1, $2, $3, $4, $5, $6, $8, 0, 1, 0, $7, $7, $7, $9) RETURNING id",
    )
    .bind(origin)
    .bind(&request.account)
    .bind(request.server.as_str())
    .bind(kind.as_str())
    .bind(id(request.requester.0))
    .bind(json(request))
    .bind(millis(now))
    .bind(mark.to_string())
    .bind(usual.map(length_millis))
    .fetch_one(&mut *tx)
    .await?;
    let opened = Operation::open(OperationId(row.get(0)), mark, request.clone(), now);
    let operation = Operation { usual, ..opened };
    audit::append(tx, &bernard_domain::audit::opened(&operation, origin, now)).await?;
    // What waits to begin takes nothing over yet: that is done by the last approval.
    let overtaken = match operation.state.waits_to_begin() {
        true => Vec::new(),
        false => overtake(&mut *tx, &operation, &others, now).await?,
    };
    sqlx::query("UPDATE operations SET holds = $2 WHERE id = $1")
        .bind(operation.id.0)
        .bind(i64::from(operation.state.holds_server()))
        .execute(&mut *tx)
        .await?;
    Ok(Open::Accepted(Box::new(operation), overtaken))
}

/// Ends what this operation takes its server over from.
pub(super) async fn overtake(
    tx: &mut SqliteConnection,
    operation: &Operation,
    others: &[Operation],
    now: Timestamp,
) -> Result<Vec<OperationId>, Error> {
    let mut overtaken = Vec::new();
    for other in others {
        if let Some(event) = lease::overtaken(operation.id, operation.request.kind(), other) {
            match append(&mut *tx, other, &event, now).await? {
                // All of them were read in this transaction, and are asked first whether this can follow.
                Append::Done(_) | Append::Overtaken | Append::Illegal(_) => overtaken.push(other.id),
            }
        }
    }
    Ok(overtaken)
}
