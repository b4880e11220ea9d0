//! A store that is older than what was done with it: a backup that was put back, or a copy that goes on somewhere else.
//!
//! Whatever was under way in it may have gone on after it was made, to its end: a reboot may have been sent, a link delivered. So it
//! ends as *in doubt*, is told, and is never done again; its rescues stay, with their reminders, and no clock ends them; what was
//! being confirmed is to be asked for again.
//!
//! How it is known: a copy of [`copy`](super::copy()) says so itself; PostgreSQL's is of another cluster or timeline than it was, or
//! its sequence is lower than this process remembers; else the file beside the store (`witness`) names a line of the
//! audit that this store does not have; or there is no such file, though this store was run by a Bernard that keeps one. What cannot be
//! known: that a whole folder was put back, witness and all.

use bernard_domain::{
    access::UserId,
    audit::{Act, Entry},
    notice::{Letter, Notice, Owed, To},
    operation::{ChannelId, Operation, OperationId, event::Event},
};
use jiff::Timestamp;

use super::{
    Beside, Error, Store, audit,
    copy::COPY,
    database::{Connection, query, query_as},
    fact, millis, notices, operations, replay, set_fact, time,
};

/// The fact that whoever runs this store keeps a witness beside it.
const WITNESSED: &str = "witnessed";
/// The fact that names the last operation of a copy: its rescues, and those before, are ended by no clock.
const IN_DOUBT_UNTIL: &str = "in doubt until";

/// How a store is known to be a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// It says so: `bernard backup` made it at this moment.
    Sealed(Timestamp),
    /// It lacks what was done with the store that was last run here.
    Behind,
    /// It was run, and not here: nothing beside it says how far it was.
    NoWitness,
}

/// What was found in a copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyFound {
    /// How it is known to be one.
    pub sign: Sign,
    /// The operations that were under way in it, and are in doubt now.
    pub operations: Vec<OperationId>,
    /// How many rescues are in it.
    pub leases: u32,
}

impl Store {
    /// To be called before anything else is done with a store that was just opened to be run: whether it is a copy, and then
    /// everything that follows from that, at once. It is told in the channel `tell`, else where something is in doubt.
    ///
    /// # Errors
    /// [`Error::Database`]: nothing has changed, and nothing may be done.
    pub async fn look_for_copy(&self, tell: Option<ChannelId>, now: Timestamp) -> Result<Option<CopyFound>, Error> {
        let mut tx = self.write_in_doubt().await?;
        let sign = self.sign(&mut tx).await?;
        let found = match sign {
            Some(sign) => Some(doubt(&mut tx, sign, tell, now).await?),
            None => None,
        };
        set_fact(&mut tx, WITNESSED, "yes").await?;
        if let Beside::Replica(replica) = &*self.beside {
            replica.looked(&mut tx, &found).await?;
        }
        if let Some(witness) = self.beside.witness().filter(|_| found.is_some()) {
            witness.begin_anew();
        }
        tx.commit().await?;
        if let Beside::Replica(replica) = &*self.beside {
            replica.settle();
        }
        if let Some(witness) = self.beside.witness() {
            witness.sync();
        }
        Ok(found)
    }

    /// The last operation of the copy that this store once was; 0: it never was one.
    pub(super) async fn in_doubt_until(&self) -> Result<OperationId, Error> {
        let last = self.fact(IN_DOUBT_UNTIL).await?.and_then(|last| last.parse().ok());
        Ok(OperationId(last.unwrap_or_default()))
    }

    pub(super) async fn sign(&self, tx: &mut Connection) -> Result<Option<Sign>, Error> {
        if let Some(made) = fact(&mut *tx, COPY).await? {
            return Ok(Some(Sign::Sealed(time(made.parse().unwrap_or_default()))));
        }
        // A store in which nothing happened yet is new, whatever stood here before.
        if audit::head(&mut *tx).await?.is_none() {
            return Ok(None);
        }
        if let Beside::Replica(replica) = &*self.beside
            && replica.lacks_something(&mut *tx).await?
        {
            return Ok(Some(Sign::Behind));
        }
        let Some(witnessed) = self.beside.witness().and_then(|witness| witness.found) else {
            let kept_here = matches!(&*self.beside, Beside::File(_));
            return Ok(fact(&mut *tx, WITNESSED).await?.filter(|_| kept_here).map(|_| Sign::NoWitness));
        };
        let hash: Option<String> = query_as("SELECT hash FROM audit WHERE n = $1")
            .bind(super::id(witnessed.number))
            .fetch_optional(&mut *tx)
            .await?;
        Ok((hash != Some(witnessed.hash.to_string())).then_some(Sign::Behind))
    }
}

/// Everything that follows from its being a copy.
async fn doubt(tx: &mut Connection, sign: Sign, tell: Option<ChannelId>, now: Timestamp) -> Result<CopyFound, Error> {
    let live = replay::live(&mut *tx, None).await?;
    operations::follow_up(&mut *tx, live.iter().map(|live| (live, Event::FoundInCopy)).collect(), now).await?;
    // A press may have opened what the card asks for, after the copy was made.
    query("UPDATE cards SET answered_at = $1 WHERE answered_at IS NULL").bind(millis(now)).execute(&mut *tx).await?;
    // What was owed may have been said since: it is looked for first.
    query(
        "UPDATE notices SET tried_at = COALESCE(tried_at, written_at), shown = COALESCE(shown, '') WHERE due_at IS NOT NULL",
    )
    .execute(&mut *tx)
    .await?;
    let last: i64 = query_as("SELECT COALESCE(MAX(id), 0) FROM operations").fetch_one(&mut *tx).await?;
    set_fact(&mut *tx, IN_DOUBT_UNTIL, &last.to_string()).await?;
    query("DELETE FROM facts WHERE name = $1").bind(COPY).execute(&mut *tx).await?;
    let leases: i64 = query_as("SELECT COUNT(*) FROM leases WHERE ended_at IS NULL").fetch_one(&mut *tx).await?;
    let found = CopyFound {
        sign,
        operations: live.iter().map(|operation| operation.id).collect(),
        leases: u32::try_from(leases).unwrap_or(u32::MAX),
    };
    audit::append(&mut *tx, &Entry::act(Act::CopyFound, now).saying(found.in_words())).await?;
    if let Some(to) = to(&mut *tx, tell, &live).await? {
        let (origin, notice) = (format!("copy:{}", now.as_nanosecond()), found.notice());
        notices::write(&mut *tx, &Owed { origin, letter: Letter { to, notice } }, now).await?;
    }
    Ok(found)
}

/// Who is to know: the channel for such things, else that of the latest operation or rescue that is in doubt; nobody, if none is.
async fn to(tx: &mut Connection, tell: Option<ChannelId>, live: &[Operation]) -> Result<Option<To>, Error> {
    if let Some(channel) = tell {
        return Ok(Some(To::Channel { channel, or_to: None }));
    }
    if let Some(latest) = live.last() {
        let (channel, or_to) = (latest.request.channel, Some(latest.request.requester));
        return Ok(Some(To::Channel { channel, or_to }));
    }
    let lease: Option<(i64, i64)> = query_as(
        "SELECT CAST(lease ->> 'channel' AS BIGINT), CAST(lease ->> 'owner' AS BIGINT) FROM leases
         WHERE ended_at IS NULL ORDER BY operation DESC LIMIT 1",
    )
    .fetch_optional(tx)
    .await?;
    Ok(lease.map(|(channel, owner)| To::Channel {
        channel: ChannelId(channel.cast_unsigned()),
        or_to: Some(UserId(owner.cast_unsigned())),
    }))
}

impl CopyFound {
    fn notice(&self) -> Notice {
        let made = match self.sign {
            Sign::Sealed(made) => Some(made),
            Sign::Behind | Sign::NoWitness => None,
        };
        let operations = u32::try_from(self.operations.len()).unwrap_or(u32::MAX);
        Notice::CopyFound { made, operations, leases: self.leases }
    }

    /// For the audit.
    fn in_words(&self) -> String {
        let known = match self.sign {
            Sign::Sealed(made) => format!("it was made at {made:.0}"),
            Sign::Behind => "it lacks what was done with the store that was last run here".to_owned(),
            Sign::NoWitness => "it was run before, and not here".to_owned(),
        };
        let live: Vec<String> = self.operations.iter().map(ToString::to_string).collect();
        let live = if live.is_empty() { "none".to_owned() } else { live.join(" ") };
        format!("{known}; in doubt: {live}; rescues in it: {}", self.leases)
    }
}

#[cfg(test)]
mod tests;
