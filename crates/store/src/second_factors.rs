//! Second factors as they are kept: whose, encrypted; which step counted last; how many codes were wrong. What a code is worth is said
//! by whoever judges it; that each step counts once is said here, in the transaction of what it is given for.

use bernard_domain::{
    access::UserId,
    audit::Entry,
    notice::Owed,
    operation::{Operation, Request, event::Event},
    second_factor::{Step, Tries, Verdict},
};
use jiff::Timestamp;

use super::{
    Append, CardId, Error, Open, Store, audit, cards,
    database::{Connection, Row, query},
    id, millis, notices, operations, time,
};

/// Somebody's second factor.
#[derive(Clone, PartialEq, Eq)]
pub struct SecondFactor {
    /// Whose.
    pub person: UserId,
    /// Its secret, encrypted.
    pub secret: String,
    /// When it was enrolled.
    pub enrolled: Timestamp,
    /// The last step that counted.
    pub last: Step,
    /// Wrong codes.
    pub tries: Tries,
}

impl std::fmt::Debug for SecondFactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SecondFactor of {}", self.person.0)
    }
}

/// A step for which somebody gave the right code, and the line of the audit that says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenStep {
    /// Whose code.
    pub person: UserId,
    /// The step.
    pub step: Step,
    /// For the audit, if the step counts.
    pub entry: Entry,
}

/// What is written if a code is wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct IfWrong {
    /// The line of the audit.
    pub entry: Entry,
    /// What is owed to those on call if it was one too many.
    pub owed: Owed,
}

/// What came of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tried {
    /// It is right for this step, which may have counted by the time that it is given.
    Right(Step),
    /// Its step has counted.
    Used,
    /// It is wrong, and so many more are looked at.
    Wrong(u32),
    /// None is looked at until then.
    Locked(Timestamp),
    /// This person has none.
    NotEnrolled,
    /// The secret cannot be read.
    Unreadable,
}

impl Store {
    /// Has somebody's code judged; a wrong one is counted. However many come at once, they are judged one after the other, so none
    /// slips past a lock.
    ///
    /// # Errors
    /// [`Error::Database`]: nothing was judged.
    pub async fn try_code(
        &self,
        person: UserId,
        now: Timestamp,
        judge: impl FnOnce(&SecondFactor) -> Verdict + Send,
        if_wrong: &IfWrong,
    ) -> Result<Tried, Error> {
        let mut tx = self.write().await?;
        let Some(factor) = of(&mut tx, person).await? else { return Ok(Tried::NotEnrolled) };
        if let Some(until) = factor.tries.locked(now) {
            return Ok(Tried::Locked(until));
        }
        match judge(&factor) {
            Verdict::Right(step) => return Ok(Tried::Right(step)),
            Verdict::Used => return Ok(Tried::Used),
            Verdict::Unreadable => return Ok(Tried::Unreadable),
            Verdict::Wrong => {}
        }
        let tries = factor.tries.after_wrong(now);
        write_tries(&mut tx, person, tries).await?;
        audit::append(&mut tx, &if_wrong.entry).await?;
        let locked = tries.locked(now);
        if locked.is_some() {
            notices::write(&mut tx, &if_wrong.owed, now).await?;
        }
        tx.commit().await?;
        Ok(locked.map_or(Tried::Wrong(tries.left()), Tried::Locked))
    }

    /// As [`Store::append`], given for a code whose step has not counted yet; `None` when it has by now: then nothing was recorded.
    ///
    /// # Errors
    /// Those of [`Store::append`].
    pub async fn append_by_code(
        &self,
        operation: &Operation,
        event: &Event,
        given: &GivenStep,
        now: Timestamp,
    ) -> Result<Option<Append>, Error> {
        let mut tx = self.write().await?;
        if !counts(&mut tx, given).await? {
            return Ok(None);
        }
        let appended = operations::append(&mut tx, operation, event, now).await?;
        if matches!(appended, Append::Done(_)) {
            tx.commit().await?;
        }
        Ok(Some(appended))
    }

    /// As [`Store::open_from_card`], given for a code whose step has not counted yet; `None` when it has by now: then nothing was
    /// accepted.
    ///
    /// # Errors
    /// Those of [`Store::open_from_card`].
    pub async fn open_from_card_by_code(
        &self,
        card: CardId,
        request: &Request,
        given: &GivenStep,
        now: Timestamp,
    ) -> Result<Option<Open>, Error> {
        let mut tx = self.write().await?;
        if let Some(refusal) = cards::refusal(&mut tx, card, now).await? {
            return Ok(Some(Open::Refused(refusal)));
        }
        if !counts(&mut tx, given).await? {
            return Ok(None);
        }
        let opened = operations::open(&mut tx, &format!("card:{card}"), request, now).await?;
        if let Open::Accepted(operation, _) = &opened {
            cards::answer(&mut tx, card, Some(operation.id), now).await?;
            tx.commit().await?;
        }
        Ok(Some(opened))
    }
}

/// Whether a step counts, which it does once; then it has counted when this transaction is committed.
pub(super) async fn counts(tx: &mut Connection, given: &GivenStep) -> Result<bool, Error> {
    let counted = query("UPDATE second_factors SET last_step = $2 WHERE person = $1 AND last_step < $2")
        .bind(id(given.person.0))
        .bind(given.step.0)
        .execute(&mut *tx)
        .await?;
    if counted == 0 {
        return Ok(false);
    }
    audit::append(tx, &given.entry).await?;
    Ok(true)
}

async fn write_tries(tx: &mut Connection, person: UserId, tries: Tries) -> Result<(), Error> {
    query("UPDATE second_factors SET wrong = $2, wrong_since = $3, locked_until = $4 WHERE person = $1")
        .bind(id(person.0))
        .bind(i64::from(tries.wrong))
        .bind(tries.since.map(millis))
        .bind(tries.locked_until.map(millis))
        .execute(tx)
        .await?;
    Ok(())
}

/// This person's, if they have one.
pub(super) async fn of(connection: &mut Connection, person: UserId) -> Result<Option<SecondFactor>, Error> {
    let row: Option<Row> = query(
        "SELECT person, secret, enrolled_at, last_step, wrong, wrong_since, locked_until FROM second_factors WHERE person = $1",
    )
    .bind(id(person.0))
    .fetch_optional(connection)
    .await?;
    Ok(row.as_ref().map(read))
}

/// Everybody's, in the order of their ids.
pub(super) async fn all(connection: &mut Connection) -> Result<Vec<SecondFactor>, Error> {
    let rows = query(
        "SELECT person, secret, enrolled_at, last_step, wrong, wrong_since, locked_until FROM second_factors ORDER BY person",
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.iter().map(read).collect())
}

fn read(row: &Row) -> SecondFactor {
    SecondFactor {
        person: UserId(row.get::<i64, _>(0).cast_unsigned()),
        secret: row.get(1),
        enrolled: time(row.get(2)),
        last: Step(row.get(3)),
        tries: Tries {
            wrong: u32::try_from(row.get::<i64, _>(4)).unwrap_or(u32::MAX),
            since: row.get::<Option<i64>, _>(5).map(time),
            locked_until: row.get::<Option<i64>, _>(6).map(time),
        },
    }
}
