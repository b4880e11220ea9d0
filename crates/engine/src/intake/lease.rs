//! What people decide about a lease: that it lasts longer, that it is somebody else's. And what a deadline decides.

use bernard_domain::{
    access::{Capability, Grant, UserId},
    audit::{Act, Entry},
    lease::{
        Lease,
        extension::{self, Extension, More},
    },
    notice::{Letter, Notice, To},
    operation::{Operation, Request},
};
use bernard_platform::clock;
use bernard_store::{Change, NextReminder, Open, ScheduledLease};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::{Error, Intake, by, covers, may_open};

/// How much longer a lease is to last.
#[derive(Clone, Debug)]
pub struct MoreTime<'a> {
    /// What was asked for.
    pub more: More,
    /// How far from now a lease may end at most.
    pub longest: SignedDuration,
    /// Now, by the clock that the lease was written with.
    pub at: Timestamp,
    /// Whose mornings are meant.
    pub zone: &'a TimeZone,
}

/// What came of asking for more time.
#[derive(Clone, Debug, PartialEq)]
pub enum Extended {
    /// It is durable, and the channel will hear of it.
    Until(Extension),
    /// The lease ends as late as it may already.
    Longest,
    /// It ended, or was changed at the same moment.
    Overtaken,
    /// This operation is leading the server out of rescue.
    Leaving(Box<Operation>),
}

impl Intake {
    /// A lease lasts longer.
    ///
    /// # Errors
    /// [`Error`]: nothing has changed.
    pub async fn extend(
        &self,
        grant: &Grant,
        lease: &Lease,
        MoreTime { more, longest, at, zone }: MoreTime<'_>,
    ) -> Result<Extended, Error> {
        covers(grant, &lease.server, Capability::Rescue)?;
        let now = clock::now();
        let Some(extension) = extension::extended(lease.deadline, more, longest, at, zone) else {
            return Ok(Extended::Longest);
        };
        let notice = Notice::Extended {
            lease: lease.operation,
            label: lease.label.clone(),
            owner: lease.owner,
            by: by(grant),
            until: extension.until,
        };
        let letter = Letter { to: To::Channel { channel: lease.channel, or_to: Some(lease.owner) }, notice };
        let changed = Lease { deadline: extension.until, ..lease.clone() };
        let entry = entry(Act::LeaseExtended, grant, lease, now).saying(format!("until {:.0}", extension.until));
        Ok(match self.change(lease, &changed, &letter, &entry, now).await? {
            Change::Done => Extended::Until(extension),
            Change::Overtaken => Extended::Overtaken,
            Change::Leaving(way_out) => Extended::Leaving(way_out),
        })
    }

    /// A lease is somebody else's from now on; whoever asks this knows that `to` holds `rescue` for the server.
    ///
    /// # Errors
    /// [`Error`]: nothing has changed.
    pub async fn hand_over(&self, grant: &Grant, lease: &Lease, to: UserId) -> Result<Change, Error> {
        covers(grant, &lease.server, Capability::Rescue)?;
        let letter = Letter::handed_over(lease, to, by(grant));
        let changed = Lease { owner: to, ..lease.clone() };
        let now = clock::now();
        let entry =
            entry(Act::LeaseHandedOver, grant, lease, now).saying(format!("from {} to {}", lease.owner.0, to.0));
        self.change(lease, &changed, &letter, &entry, now).await
    }

    /// Accepts the restore that a passed deadline asks for; `None` when the lease ended or was changed meanwhile.
    ///
    /// # Errors
    /// [`Error`]: nothing was accepted.
    pub async fn open_at_deadline(
        &self,
        grant: &Grant,
        kept: &ScheduledLease,
        to: NextReminder,
        request: &Request,
    ) -> Result<Option<Open>, Error> {
        may_open(grant, request)?;
        let lease = &kept.lease;
        let notice = |operation| Letter {
            to: To::Channel { channel: lease.channel, or_to: Some(lease.owner) },
            notice: Notice::RestoredAtDeadline {
                label: lease.label.clone(),
                owner: lease.owner,
                operation,
                lease: Some(lease.operation),
            },
        };
        let opened = self.store.open_at_deadline(kept, to, request, notice, clock::now()).await?;
        self.wakeups.notify();
        Ok(opened)
    }

    async fn change(
        &self,
        lease: &Lease,
        changed: &Lease,
        letter: &Letter,
        entry: &Entry,
        now: Timestamp,
    ) -> Result<Change, Error> {
        let change = self.store.change_lease(lease, changed, letter, entry, now).await?;
        self.wakeups.notify();
        Ok(change)
    }
}

/// What the audit says of it.
fn entry(act: Act, grant: &Grant, lease: &Lease, now: Timestamp) -> Entry {
    let entry = Entry::act(act, now).by(by(grant)).on(&lease.server).at_place(lease.channel);
    Entry { operation: Some(lease.operation), account: Some(lease.account.clone()), ..entry }
        .asking(grant.capability().as_str())
        .under(grant.rule())
}
