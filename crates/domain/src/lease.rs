//! A rescue is a lease: it has an owner, a deadline, and a memory of what was there before.
//!
//! Pure. What an event means for leases is said here; [`consequences`](super::consequences) says what follows from that.

pub mod past;
pub mod sight;
pub mod daily;
pub mod reminder;
pub mod extension;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    mark::Mark,
    operation::{ChannelId, Kind, MarkedOperation, Operation, OperationId, Plan, Setting, Snapshot, Wish, same_text},
    server::{Server, ServiceName, System, TaskStatus},
};
use crate::access::UserId;
use crate::{
    lease::sight::Seen,
    operation::event::{Event, PutBack},
    server::start::{Fact, Start, changed},
};

/// One rescue of one server, from before the netboot is changed until everything is back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lease {
    /// The operation that began it.
    pub operation: OperationId,
    /// That operation's mark.
    #[serde(default)]
    pub mark: Mark,
    /// The server.
    pub server: ServiceName,
    /// The configured account.
    pub account: String,
    /// What people call the server.
    pub label: String,
    /// Who answers for it.
    pub owner: UserId,
    /// Where it is talked about.
    pub channel: ChannelId,
    /// When it began, by our clock.
    pub started: Timestamp,
    /// When it should be over, by our clock.
    pub deadline: Timestamp,
    /// What was there before the first rescue of an unbroken row of them: this is put back.
    pub before: Snapshot,
    /// What was set: what differs from it was changed by somebody else.
    pub set: Setting,
    /// The rescue's family.
    pub system: System,
    /// How what else matters was right after the netboot was set: what is otherwise than before changed with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub found: Vec<Fact>,
    /// How far OVHcloud's clock was ahead of ours when it began; `None` when that was not known. With it the deadline is a moment of
    /// OVHcloud's clock too, whatever becomes of ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<SignedDuration>,
    /// What others were seen to do to it.
    #[serde(default, skip_serializing_if = "Seen::is_nothing")]
    pub seen: Seen,
}

impl Lease {
    /// What time it is for this lease when our clock says `ours` and OVHcloud's says `theirs`: ours, unless ours has been set since it
    /// began. Where the lease does not know how far they were apart, the earlier one: nothing is done to a rescue too soon.
    pub fn time(&self, ours: Timestamp, theirs: Timestamp) -> Timestamp {
        /// OVHcloud's clock is known to about a second; what is less is no reason to go by it.
        const SAME: SignedDuration = SignedDuration::from_secs(60);
        let by_theirs = theirs.saturating_sub(self.offset.unwrap_or_default()).unwrap_or(ours);
        match by_theirs.duration_since(ours).abs() <= SAME {
            true => ours,
            false if self.offset.is_none() => ours.min(by_theirs),
            false => by_theirs,
        }
    }

    /// It, as its buttons name it.
    pub fn marked(&self) -> MarkedOperation {
        self.mark.on(self.operation)
    }

    /// Whether it, as its server's active lease, is the one that this operation began, or was to end.
    pub fn is_of(&self, operation: &Operation) -> bool {
        match operation.request.wish {
            Wish::Restore { .. } | Wish::PutBack { .. } => self.operation < operation.id,
            _ => self.operation == operation.id,
        }
    }

    /// This lease, when it begins while `earlier` is still active: the memory goes back to before the first of the row.
    ///
    /// What somebody else set meanwhile was there before this one, so it is kept; what `earlier` set is still to be undone.
    #[must_use]
    pub fn in_a_row_after(mut self, earlier: &Self) -> Self {
        if !self.before.boot.as_ref().is_some_and(|start| earlier.did_not_set(start)) {
            self.before.boot.clone_from(&earlier.before.boot);
        }
        for fact in &mut self.before.facts {
            let before = fact.among(&earlier.before.facts);
            if let (Some(before), Some(found)) = (before, fact.among(&earlier.found))
                && found == fact
            {
                *fact = before.clone();
            }
        }
        inherit(
            &mut self.set.rescue_mail,
            &mut self.before.rescue_mail,
            &earlier.set.rescue_mail,
            &earlier.before.rescue_mail,
        );
        inherit(
            &mut self.set.rescue_ssh_key,
            &mut self.before.rescue_ssh_key,
            &earlier.set.rescue_ssh_key,
            &earlier.before.rescue_ssh_key,
        );
        self
    }

    /// Whether something but the netboot that this rescue set is still set on the server, and was not so before.
    pub fn is_still_set_on(&self, server: &Server) -> bool {
        let fields = [
            (&self.set.rescue_mail, &self.before.rescue_mail, &server.rescue_mail),
            (&self.set.rescue_ssh_key, &self.before.rescue_ssh_key, &server.rescue_ssh_key),
        ];
        let ours = changed(&self.before.facts, &self.found);
        let now = server.facts();
        let still = ours.iter().any(|before| before.among(&now) == before.among(&self.found));
        still
            || fields.into_iter().any(|(set, before, now)| {
                let is = |then: &Option<String>| same_text(then.as_deref(), now.as_deref());
                set.as_ref().is_some_and(is) && !is(before)
            })
    }
}

impl Lease {
    /// Whether somebody set this meanwhile who wanted it so: a place to return to, or one of which nobody knows better.
    fn did_not_set(&self, start: &Start) -> bool {
        let number = |start: &Start| start.netboot().map(|boot| boot.id);
        let unknown = start.netboot().is_some_and(|boot| !boot.is_known());
        start.is_worth_returning_to() || (unknown && number(start) != number(&self.set.boot))
    }
}

/// A field that still is as the earlier lease set it goes back to what was there before that one.
fn inherit(
    set: &mut Option<Option<String>>,
    before: &mut Option<String>,
    earlier_set: &Option<Option<String>>,
    earlier_before: &Option<String>,
) {
    if let Some(earlier_set) = earlier_set
        && same_text(earlier_set.as_deref(), before.as_deref())
    {
        before.clone_from(earlier_before);
        set.get_or_insert_with(|| earlier_set.clone());
    }
}

/// What an event means for the leases.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// A lease begins; an active one of the server hands its memory on and sleeps.
    Begin(Box<Lease>),
    /// This is how the server was right after the netboot was set, in what else matters.
    Found(Vec<Fact>),
    /// The lease that this operation began is undone; one that slept for it is active again.
    Undo,
    /// The lease that `lease` began is another person's; only while it is still with who it was.
    HandOver {
        /// The operation that began it.
        lease: OperationId,
        /// Whose it was.
        from: UserId,
        /// Whose it is from now on.
        to: UserId,
    },
    /// The server is out of rescue: its lease ends, and what was delivered is to be wiped.
    End,
}

/// What `event`, recorded now, means for the leases; `operation` is the one it was recorded for, as it is afterwards.
pub fn effect(operation: &Operation, event: &Event, now: Timestamp) -> Option<Effect> {
    let facts = &operation.state.facts;
    match (&operation.request.wish, event) {
        (Wish::Enable(wish), Event::Prepared { plan, offset }) => {
            begin(operation, plan, wish.lease, wish.system, *offset, now)
        }
        (Wish::Adopt { lease }, Event::Adopted { plan, system, offset, .. }) => {
            begin(operation, plan, *lease, *system, *offset, now)
        }
        (Wish::HandOver { lease, .. }, Event::HandedOver { from, to }) => {
            Some(Effect::HandOver { lease: *lease, from: *from, to: *to })
        }
        (Wish::Enable(_), Event::BootSet { found, .. }) => {
            let before = &facts.plan.as_ref()?.before.facts;
            (!changed(before, found).is_empty()).then(|| Effect::Found(found.clone()))
        }
        (Wish::Enable(_), Event::PutBack { result: PutBack::Done, .. }) => Some(Effect::Undo),
        (Wish::Restore { .. }, Event::TaskSeen { status: TaskStatus::Done, .. }) => Some(Effect::End),
        // OVHcloud purges tasks that ended badly too. Without its word only the machine itself can say that it left.
        (Wish::Restore { .. }, Event::Watched) if facts.task_vanished && facts.is_back() => Some(Effect::End),
        // The netboot is read back: whatever runs now, the next reboot leaves.
        (Wish::PutBack { .. }, Event::BootSet { .. }) => Some(Effect::End),
        _ => None,
    }
}

fn begin(
    operation: &Operation,
    plan: &Plan,
    length: SignedDuration,
    system: System,
    offset: Option<SignedDuration>,
    now: Timestamp,
) -> Option<Effect> {
    let request = &operation.request;
    Some(Effect::Begin(Box::new(Lease {
        operation: operation.id,
        mark: operation.mark,
        server: request.server.clone(),
        account: request.account.clone(),
        label: request.label.clone(),
        owner: request.requester,
        channel: request.channel,
        started: now,
        deadline: now.checked_add(length).unwrap_or(Timestamp::MAX),
        before: plan.before.clone(),
        set: plan.change.clone()?,
        system,
        found: Vec::new(),
        offset,
        seen: Seen::default(),
    })))
}

/// Whether `event` says that the machine has left every earlier rescue for this one, so that their links lead nowhere.
pub(crate) fn outdates_links(operation: &Operation, event: &Event) -> bool {
    let arrived = match event {
        Event::TaskSeen { status, .. } => *status == TaskStatus::Done,
        // Its link says that it runs, whatever the task says.
        Event::LinkDelivered | Event::LinkRevealed { .. } => operation.state.facts.is_standing(),
        _ => false,
    };
    operation.request.kind() == Kind::Enable && arrived
}

/// Whether `event` says that a plain reboot went into a rescue: what opened the machine before may do so no more.
pub(crate) fn reboots_into_rescue(operation: &Operation, event: &Event) -> bool {
    let went = matches!(event, Event::TaskSeen { status: TaskStatus::Done, .. } | Event::TaskVanished);
    let into = operation.state.facts.plan.as_ref().and_then(|plan| plan.into.as_ref());
    went && operation.request.kind() == Kind::Reboot && into.is_some_and(Start::is_rescue)
}

/// Whether a live operation keeps its server from one of this kind.
pub fn stands_in_the_way(live: &Operation, kind: Kind) -> bool {
    if matches!(kind, Kind::Console | Kind::FreeSessions) {
        // OVHcloud keeps one session a server: until the link of the first is read, a second would be sent in its place, and whoever
        // frees sessions would end it.
        let waits = live.state.is_ended() || live.state.waits_to_begin() || live.state.stands();
        return is_about_consoles(live) && !waits;
    }
    if kind == Kind::Ticket {
        // Two at once would say the same.
        return live.request.kind() == kind && !live.state.is_ended();
    }
    if kind == Kind::Link && live.state.stands() {
        return false;
    }
    // The number of the one that would take over does not matter to whether it could.
    !kind.runs_beside() && live.state.holds_server() && overtaken(OperationId(0), kind, live).is_none()
}

fn is_about_consoles(live: &Operation) -> bool {
    matches!(live.request.kind(), Kind::Console | Kind::FreeSessions)
}

/// Whether this leads its server out of rescue right now: whatever is said of the lease meanwhile would not come true.
pub fn leads_out(live: &Operation) -> bool {
    matches!(live.request.kind(), Kind::Restore | Kind::PutBack) && live.state.holds_server()
}

/// An operation of a lease's server that holds it, or has changed since some moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AtWork {
    /// Its number.
    pub operation: OperationId,
    /// What it does; `None`: a word that nobody here knows.
    pub kind: Option<Kind>,
    /// Whether it holds the server.
    pub holds: bool,
    /// Whether it has changed since that moment.
    pub changed: bool,
}

/// Whether one of these has the lease's server in its hands, or had it since that moment: then what was seen of it says nothing. The one
/// that began the lease only while it holds the server.
pub fn is_in_our_hands(lease: &Lease, at_work: &[AtWork]) -> bool {
    let touches = |one: &AtWork| one.operation != lease.operation && one.changed && one.kind.is_some_and(Kind::changes);
    at_work.iter().any(|one| one.holds || touches(one))
}

/// What opening an operation of this kind means for one that is still live on the same server.
///
/// A restore takes over from what waits for a person, or for a task that stands; whatever leaves the rescue or begins another takes
/// over from what looks for a link of the last one, because nothing would wipe what came later; watching a machine come back ends
/// when it is sent away again. A console, a reset of consoles, a hand-over and a ticket run beside everything.
pub(crate) fn overtaken(by: OperationId, kind: Kind, live: &Operation) -> Option<Event> {
    use crate::operation::state::Phase;
    match (&live.state.phase, kind) {
        // Its task may still open a session; but the one whose link is read is the later one's.
        (Phase::Standing(_), Kind::Console | Kind::FreeSessions) if is_about_consoles(live) => {
            Some(Event::Superseded { by })
        }
        (_, Kind::Link) => None,
        _ if kind.runs_beside() || live.request.kind().runs_beside() => None,
        (Phase::Watching, _) => Some(Event::Watched),
        (Phase::Undecided { .. } | Phase::Standing(_), Kind::Restore) => Some(Event::Superseded { by }),
        (Phase::AwaitingApproval, Kind::Restore) if !live.state.waits_to_begin() => Some(Event::Superseded { by }),
        (_, Kind::Restore | Kind::PutBack | Kind::Enable) if live.state.seeks_link() => Some(Event::Superseded { by }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::{Boot, BootId};

    const OURS: &str = "ours@example.com";
    const THEIRS: &str = "theirs@example.com";

    fn boot(id: u64, boot_type: &str, kernel: &str) -> Boot {
        Boot { id: BootId(id), boot_type: boot_type.into(), kernel: kernel.into(), description: String::new() }
    }

    fn lease(number: i64, before: (Option<Boot>, Option<&str>), set_mail: Option<Option<&str>>) -> Lease {
        let before = Snapshot {
            boot: before.0.map(Start::from),
            rescue_mail: before.1.map(str::to_owned),
            ..Snapshot::default()
        };
        let set = Setting {
            rescue_mail: set_mail.map(|mail| mail.map(str::to_owned)),
            ..Setting::of(boot(9, "rescue", "rescue12-customer").into())
        };
        Lease {
            operation: OperationId(number),
            mark: Mark::default(),
            server: "ns1.example".to_owned().try_into().expect("a name"),
            account: "main".into(),
            label: "web-1".into(),
            owner: UserId(1),
            channel: ChannelId(1),
            started: Timestamp::UNIX_EPOCH,
            deadline: Timestamp::UNIX_EPOCH,
            before,
            set,
            system: System::Linux,
            found: Vec::new(),
            offset: None,
            seen: Seen::default(),
        }
    }

    #[test]
    fn a_second_rescue_remembers_what_was_there_before_the_first() {
        let disk = boot(1, "harddisk", "hd");
        let first = lease(1, (Some(disk.clone()), None), Some(Some(OURS)));
        let second = lease(2, (first.set.boot.netboot().cloned(), Some(OURS)), None).in_a_row_after(&first);
        assert_eq!(second.before.boot, Some(disk.into()));
        assert_eq!(second.before.rescue_mail, None);
        assert_eq!(second.set.rescue_mail, Some(Some(OURS.to_owned())), "it is still to be undone");
    }

    #[test]
    fn a_deadline_is_a_moment_of_ovhclouds_clock_whatever_becomes_of_ours() {
        let at = |hours: i64| Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours);
        let of = |offset: Option<i64>| Lease {
            offset: offset.map(SignedDuration::from_hours),
            ..lease(1, (None, None), None)
        };
        // Ours was right and was set ahead, or back.
        assert_eq!(of(Some(0)).time(at(105), at(100)), at(100));
        assert_eq!(of(Some(0)).time(at(95), at(100)), at(100));
        // Ours has always been two hours behind, and still is; then somebody corrects it.
        assert_eq!(of(Some(2)).time(at(98), at(100)), at(98));
        assert_eq!(of(Some(2)).time(at(100), at(100)), at(98));
        // Nobody knows how far they were apart: nothing comes too soon.
        assert_eq!(of(None).time(at(105), at(100)), at(100));
        assert_eq!(of(None).time(at(95), at(100)), at(95));
        let near = at(100) + SignedDuration::from_millis(400);
        assert_eq!(of(Some(0)).time(near, at(100)), near, "seconds are OVHcloud's precision, not ours");
    }

    #[test]
    fn what_somebody_else_set_between_two_rescues_was_there_before_the_second() {
        let theirs = boot(5, "ipxeCustomerScript", "own");
        let first = lease(1, (Some(boot(1, "harddisk", "hd")), None), Some(Some(OURS)));
        let second = lease(2, (Some(theirs.clone()), Some(THEIRS)), None).in_a_row_after(&first);
        assert_eq!(second.before.boot, Some(theirs.into()));
        assert_eq!(second.before.rescue_mail.as_deref(), Some(THEIRS));
        assert_eq!(second.set.rescue_mail, None, "it is not ours to undo");
    }

    #[test]
    fn what_changed_with_the_first_netboot_is_put_back_after_the_second_and_what_others_changed_is_theirs() {
        let with = |mut lease: Lease, before: [Fact; 2], found: [Fact; 2]| {
            (lease.before.facts, lease.found) = (before.to_vec(), found.to_vec());
            lease
        };
        let path = |path: &str| Fact::EfiBootloaderPath(Some(path.to_owned()));
        let none = || Fact::EfiBootloaderPath(None);
        let first =
            with(lease(1, (None, None), None), [path("a"), Fact::Monitoring(true)], [none(), Fact::Monitoring(true)]);
        let now = [none(), Fact::Monitoring(false)];
        let second = with(lease(2, (None, None), None), now.clone(), now).in_a_row_after(&first);
        assert_eq!(second.before.facts, [path("a"), Fact::Monitoring(false)]);
    }

    #[test]
    fn a_second_rescue_that_sets_the_mail_again_still_goes_back_to_before_the_first() {
        let first = lease(1, (None, Some(THEIRS)), Some(Some(OURS)));
        let again = Some(Some("again@example.com"));
        let second = lease(2, (None, Some(OURS)), again).in_a_row_after(&first);
        assert_eq!(second.before.rescue_mail.as_deref(), Some(THEIRS));
        assert_eq!(second.set.rescue_mail, again.map(|mail| mail.map(str::to_owned)));
    }
}
