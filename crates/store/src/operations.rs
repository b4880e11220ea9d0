//! Operations and their events: one live operation a server, and nothing opened twice.

use bernard_domain::{
    access::UserId,
    card::CardRefusal,
    consequences::{Begins, Closed, Recording, Rescues, doubted_at_start, gate, needs_lease, taken_over},
    locale::Locale,
    mark::Mark,
    operation::{Intent, Kind, Operation, OperationId, Request, event::Event, state::IllegalEvent},
    server::ServiceName,
};
use bernard_intent::{RecordedIntent, SessionReset, Ticket, before_writing};
use jiff::Timestamp;

use super::{
    Beside, Error, Store, audit,
    cards::{self, CardId},
    consequences, counted,
    database::{Connection, query, query_as},
    from_json, id, json, leases, messages, millis, pause,
    replay::{live, load},
    time,
    usual::{self, length_millis},
};

/// The operations that are due, and when the next one is: what waits for its time is not read.
const DUE: [&str; 2] = [
    "SELECT id FROM operations WHERE live = 1 AND due_at <= $1 ORDER BY due_at, id",
    "SELECT due_at FROM operations WHERE live = 1 AND due_at > $1 ORDER BY due_at LIMIT 1",
];

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
    /// It is durable; if it was the last approval needed, the operation has begun.
    Done(Box<Operation>),
    /// It would be the last approval needed, and this operation holds the server: nothing was recorded, and it can be given later.
    Busy(Box<Operation>),
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
        let known: Option<i64> =
            query_as("SELECT id FROM operations WHERE origin = $1").bind(&origin).fetch_optional(&mut *tx).await?;
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
    /// [`Error::Paused`] when it would begin, or reboot again, in a pause; [`Error::Database`]. Nothing was recorded.
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
        self.intend(operation, &Event::RebootIntended { intent }, now).await
    }

    /// Records at which moment of OVHcloud's clock a ticket is sent, and gives the one right to send it, as [`Store::intend_reboot`]
    /// does for a reboot.
    ///
    /// # Errors
    /// [`Error::Database`]: nothing was recorded.
    pub async fn intend_ticket(
        &self,
        operation: &Operation,
        at: Timestamp,
        now: Timestamp,
    ) -> Result<Option<(Box<Operation>, RecordedIntent<Ticket>)>, Error> {
        self.intend(operation, &Event::TicketIntended { at }, now).await
    }

    /// Records the intent to end all sessions on a server's consoles, and gives the one right to ask for it, as
    /// [`Store::intend_reboot`] does for a reboot.
    ///
    /// # Errors
    /// [`Error::Database`]: nothing was recorded.
    pub async fn intend_session_reset(
        &self,
        operation: &Operation,
        intent: Intent,
        now: Timestamp,
    ) -> Result<Option<(Box<Operation>, RecordedIntent<SessionReset>)>, Error> {
        self.intend(operation, &Event::SessionsIntended(intent), now).await
    }

    async fn intend<Deed>(
        &self,
        operation: &Operation,
        event: &Event,
        now: Timestamp,
    ) -> Result<Option<(Box<Operation>, RecordedIntent<Deed>)>, Error> {
        let unwritten = before_writing(&operation.request.server);
        match self.append(operation, event, now).await? {
            Append::Done(intended) => Ok(Some((intended, unwritten.written()))),
            Append::Busy(_) | Append::Overtaken | Append::Illegal(_) => Ok(None),
        }
    }

    /// Looks at the operation again at `due`; nothing happens if it went on meanwhile.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn park(&self, operation: &Operation, due: Timestamp) -> Result<(), Error> {
        query("UPDATE operations SET due_at = $3 WHERE id = $1 AND version = $2 AND live = 1")
            .bind(operation.id.0)
            .bind(operation.version)
            .bind(millis(due))
            .execute_alone(self)
            .await?;
        Ok(())
    }

    /// After a start: whatever the last process was writing when it ended may show up late. Where there are replicas, that is looked at
    /// for each operation when another one takes it over.
    ///
    /// # Errors
    /// [`Error::Database`]: nothing was recorded.
    pub async fn doubt_writes(&self, now: Timestamp) -> Result<(), Error> {
        if matches!(&*self.beside, Beside::Replica(_)) {
            return Ok(());
        }
        let mut tx = self.write().await?;
        let live = live(&mut tx, None).await?;
        follow_up(&mut tx, doubted_at_start(&live), now).await?;
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

    /// Every operation of this server that has not ended.
    ///
    /// # Errors
    /// As [`Store::operation`].
    pub async fn live_on(&self, server: &ServiceName) -> Result<Vec<Operation>, Error> {
        let mut connection = self.pool.acquire().await?;
        live(&mut connection, Some(server)).await
    }

    /// The language of a person's latest operation; `None` when they never asked for one.
    ///
    /// # Errors
    /// [`Error::Unreadable`] when the row was tampered with.
    pub async fn locale_of(&self, person: UserId) -> Result<Option<Locale>, Error> {
        let text: Option<String> =
            query_as("SELECT request FROM operations WHERE requester = $1 ORDER BY id DESC LIMIT 1")
                .bind(id(person.0))
                .fetch_optional(&self.pool)
                .await?;
        let request = text.map(|text| from_json::<Request>(&text, || "a request".to_owned())).transpose()?;
        Ok(request.map(|request| request.locale))
    }

    /// The operations that are due and in no other replica's hands, the longest waiting first, and when the next one will be.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn due(&self, now: Timestamp) -> Result<(Vec<OperationId>, Option<Timestamp>), Error> {
        let [due, next] = match &*self.beside {
            Beside::File(_) => DUE.map(|sql| query_as(sql).bind(millis(now))),
            Beside::Replica(replica) => replica.due(now),
        };
        let mut connection = self.pool.acquire().await?;
        let due: Vec<i64> = due.fetch_all(&mut connection).await?;
        let next: Option<i64> = next.fetch_optional(&mut connection).await?;
        Ok((due.into_iter().map(OperationId).collect(), next.map(time)))
    }
}

/// What [`Store::doubt_writes`] does after a start, for an operation that another replica left and this one has in its hands now.
pub(super) async fn doubt_write(store: &Store, id: OperationId, now: Timestamp) -> Result<(), Error> {
    let mut tx = store.write().await?;
    let left = load(&mut tx, id).await?.filter(|left| !left.state.is_ended());
    follow_up(&mut tx, doubted_at_start(left.as_slice()), now).await?;
    query("UPDATE work SET former = '' WHERE operation = $1").bind(id.0).execute(&mut tx).await?;
    tx.commit().await
}

/// One more event, in the caller's transaction, which is to be committed only after [`Append::Done`]. What it begins goes through the
/// gate, and takes over.
pub(super) async fn append(
    tx: &mut Connection,
    operation: &Operation,
    event: &Event,
    now: Timestamp,
) -> Result<Append, Error> {
    let recording = match Recording::of(operation, event, now) {
        Ok(recording) => recording,
        Err(illegal) => return Ok(Append::Illegal(illegal)),
    };
    if recording.begins() != Begins::Nothing {
        let request = &operation.request;
        let mut others = match recording.begins() {
            Begins::Operation => live(&mut *tx, Some(&request.server)).await?,
            Begins::Reboot | Begins::Nothing => Vec::new(),
        };
        others.retain(|other| other.id != operation.id);
        if let Some(holder) = holder(tx, request.kind(), &others).await? {
            return Ok(Append::Busy(holder));
        }
        follow_up(tx, taken_over(recording.operation(), &others), now).await?;
    }
    let Some(next) = record(tx, recording, now).await? else { return Ok(Append::Overtaken) };
    counted::happened(operation, &next, event, now);
    Ok(Append::Done(Box::new(next)))
}

/// Accepts a request, in the caller's transaction, which is to be committed only after [`Open::Accepted`].
pub(super) async fn open(tx: &mut Connection, origin: &str, request: &Request, now: Timestamp) -> Result<Open, Error> {
    let kind = request.kind();
    let others = live(&mut *tx, Some(&request.server)).await?;
    if let Some(holder) = holder(tx, kind, &others).await? {
        return Ok(Open::Busy(holder));
    }
    if needs_lease(kind) && leases::active(&mut *tx, &request.server).await?.is_none() {
        return Ok(Open::Refused(CardRefusal::Answered(None)));
    }
    let operation = insert(tx, origin, request, now).await?;
    audit::append(tx, &bernard_domain::audit::opened(&operation, origin, now)).await?;
    counted::opened(&operation);
    let overtaken = follow_up(tx, taken_over(&operation, &others), now).await?;
    // Only now: at no moment two hold the server.
    query("UPDATE operations SET holds = $2 WHERE id = $1")
        .bind(operation.id.0)
        .bind(i64::from(operation.state.holds_server()))
        .execute(&mut *tx)
        .await?;
    Ok(Open::Accepted(Box::new(operation), overtaken))
}

/// The gate: whoever holds the server, of those that this kind would meet there.
async fn holder(tx: &mut Connection, kind: Kind, others: &[Operation]) -> Result<Option<Box<Operation>>, Error> {
    match gate(kind, pause::minded(tx, kind).await?, others) {
        Ok(()) => Ok(None),
        Err(Closed::Busy(holder)) => Ok(Some(holder)),
        Err(Closed::Paused(pause)) => Err(Error::Paused(Box::new(pause))),
    }
}

/// What follows for operations that were read in this transaction, each by its event; which they are. It is all or nothing: what was
/// read here cannot have gone on, and the domain gives no event that cannot follow.
pub(super) async fn follow_up(
    tx: &mut Connection,
    events: Vec<(&Operation, Event)>,
    now: Timestamp,
) -> Result<Vec<OperationId>, Error> {
    let mut ids = Vec::with_capacity(events.len());
    for (operation, event) in events {
        let recorded = record(tx, Recording::of(operation, &event, now)?, now).await?;
        let next = recorded.ok_or(Error::Discontinued(operation.id))?;
        counted::happened(operation, &next, &event, now);
        ids.push(next.id);
    }
    Ok(ids)
}

/// The event and all that follows from it; the operation with it. `None`: somebody else recorded something first, and the transaction is
/// not to be committed.
async fn record(tx: &mut Connection, recording: Recording<'_>, now: Timestamp) -> Result<Option<Operation>, Error> {
    let (operation, event) = (recording.operation(), recording.event());
    let rescues = match recording.touches_rescues() {
        true => consequences::rescues(tx, &operation.request.server, Some(operation.id)).await?,
        false => Rescues::default(),
    };
    let Some(recorded) = recording.among(&rescues) else { return Ok(None) };
    let next = recorded.operation;
    let updated = query(
        "UPDATE operations SET version = $3, live = $4, holds = $5, due_at = $6, changed_at = $7, took = COALESCE(took, $8)
         WHERE id = $1 AND version = $2",
    )
    .bind(next.id.0)
    .bind(next.version - 1)
    .bind(next.version)
    .bind(i64::from(!next.state.is_ended()))
    .bind(i64::from(next.state.holds_server()))
    .bind(recorded.due.map(millis))
    .bind(millis(now))
    .bind(recorded.took.map(length_millis))
    .execute(&mut *tx)
    .await?;
    if updated == 0 {
        return Ok(None);
    }
    query("INSERT INTO events (operation, version, at, event) VALUES ($1, $2, $3, $4)")
        .bind(next.id.0)
        .bind(next.version)
        .bind(millis(now))
        .bind(json(event))
        .execute(&mut *tx)
        .await?;
    if recorded.sends_dm {
        messages::delivery_tried(tx, next.id, now).await?;
    }
    consequences::write(tx, &next.request.server, &recorded.consequences, now).await?;
    Ok(Some(next))
}

/// The row of an operation that holds nothing yet.
async fn insert(tx: &mut Connection, origin: &str, request: &Request, now: Timestamp) -> Result<Operation, Error> {
    let mark = Mark::new();
    let usual = usual::of(&mut *tx, &request.server, request.kind()).await?;
    let row = query(
        "INSERT INTO operations (origin, account, server, kind, requester, request, mark, version, live, holds, due_at, opened_at, changed_at, usual)
         VALUES ($1, $2, $3, $4, $5, $6, $8, 0, 1, 0, $7, $7, $7, $9) RETURNING id",
    )
    .bind(origin)
    .bind(&request.account)
    .bind(request.server.as_str())
    .bind(request.kind().as_str())
    .bind(id(request.requester.0))
    .bind(json(request))
    .bind(millis(now))
    .bind(mark.to_string())
    .bind(usual.map(length_millis))
    .fetch_one(&mut *tx)
    .await?;
    let opened = Operation::open(OperationId(row.get(0)), mark, request.clone(), now);
    Ok(Operation { usual, ..opened })
}
