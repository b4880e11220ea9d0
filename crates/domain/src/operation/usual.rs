//! How long operations take, and what is longer than usual.
//!
//! Pure. What is measured is what the requester waits for: from the moment it may begin (it was accepted, or approved by the last
//! whose word it needed) until a rescue's or console's link is with them, or the rebooted machine was seen to be back. Where nobody
//! sees the machine, a way out and a reboot are measured until OVHcloud's task ended. What took a person's decision, a second
//! reboot, or a task that stood says nothing about what is usual, and is not measured.

use jiff::{SignedDuration, Timestamp};

use super::{
    Kind, Operation,
    event::{Event, Port},
    state::{Facts, Phase, State},
};

/// How many times the usual is longer than usual.
const LONGER: i32 = 2;

impl Kind {
    /// Whether it takes long enough to be worth measuring.
    pub fn is_measured(self) -> bool {
        match self {
            Self::Enable | Self::Restore | Self::Reboot | Self::Console => true,
            Self::Link | Self::PutBack | Self::Adopt | Self::HandOver | Self::Ticket | Self::FreeSessions => false,
        }
    }
}

/// The median of what earlier ones took; `None` when there are none.
///
/// Of an even number it is the lower middle one: a time that something really took.
pub fn median(mut took: Vec<SignedDuration>) -> Option<SignedDuration> {
    let middle = took.len().checked_sub(1)? / 2;
    Some(*took.select_nth_unstable(middle).1)
}

impl Operation {
    /// How long it took, if `event`, its last, is what its requester waited for.
    pub fn took(&self, event: &Event, now: Timestamp) -> Option<SignedDuration> {
        let facts = &self.state.facts;
        let until = match event {
            _ if !facts.is_smooth() || !self.request.kind().is_measured() => None,
            Event::LinkDelivered | Event::DmClosed { .. } => Some(now),
            Event::Watched => self.came_back(),
            _ => None,
        }?;
        Some(until.duration_since(self.approved)).filter(|took| took.is_positive())
    }

    /// When its reboot was over: the machine was seen back; or, where nothing was seen of it at all, its task ended.
    fn came_back(&self) -> Option<Timestamp> {
        let facts = &self.state.facts;
        match (facts.port_closed, facts.port) {
            (Some(_), Some((Port::Open, at))) => Some(at),
            (None, _) if !facts.task_vanished => facts.task_ended,
            _ => None,
        }
    }

    /// When it is longer than usual under way, if it still is then and that was not said yet. Nothing is that took less than
    /// `least`: of what takes seconds nobody wants to hear it.
    pub fn longer_than_usual_at(&self, least: SignedDuration) -> Option<Timestamp> {
        let usual = self.usual.filter(|_| self.state.awaits_what_is_usual())?;
        let long = usual.checked_mul(LONGER).unwrap_or(SignedDuration::MAX).max(least);
        self.approved.checked_add(long).ok()
    }
}

impl State {
    /// Whether it waits for what is measured, by nobody's decision, and it was not said yet that this takes long.
    pub(super) fn awaits_what_is_usual(&self) -> bool {
        let facts = &self.facts;
        let waits = match self.phase {
            Phase::Rebooting(_) | Phase::OpeningConsole(_) | Phase::Searching => self.kind.is_measured(),
            // What was never seen to go dark is not seen to come back either.
            Phase::Watching => facts.port_closed.is_some() && !facts.is_back(),
            _ => false,
        };
        waits && facts.is_smooth() && !facts.longer_than_usual
    }
}

impl Facts {
    /// Whether nothing but time went by: no second reboot, no person's decision, no task that stood.
    fn is_smooth(&self) -> bool {
        self.intents <= 1 && self.asked == 0 && !self.stood
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        mark::Mark,
        operation::{Intent, OperationId, Source, Wish, event::NotDone, fixture::request},
        server::{TaskId, TaskStatus},
    };

    fn at(seconds: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_secs(seconds)
    }

    fn seconds(count: i64) -> SignedDuration {
        SignedDuration::from_secs(count)
    }

    /// A reboot to which these things happened, each at its second, after its plan was made; and what it took.
    fn reboot(events: &[(i64, Event)]) -> (Operation, Option<SignedDuration>) {
        let opened = Operation::open(OperationId(1), Mark::default(), request(Wish::Reboot { into: None }), at(0));
        let mut operation = Operation { usual: Some(seconds(100)), ..opened };
        operation.state.phase = Phase::Ready;
        let mut took = None;
        for (second, event) in events {
            operation = operation.record(event, at(*second)).unwrap();
            took = operation.took(event, at(*second)).or(took);
        }
        (operation, took)
    }

    fn intended() -> Event {
        Event::RebootIntended { intent: Intent { at: at(1), known: Vec::new() } }
    }

    fn accepted() -> Event {
        Event::RebootAccepted { task: TaskId(7), query: None }
    }

    fn done() -> Event {
        Event::TaskSeen { status: TaskStatus::Done, comment: None }
    }

    fn port(port: Port, second: i64) -> Event {
        Event::PortSeen { port, at: at(second) }
    }

    #[test]
    fn the_middle_one_is_usual() {
        let of = |took: &[i64]| median(took.iter().copied().map(seconds).collect());
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[240]), Some(seconds(240)));
        assert_eq!(of(&[9_000, 200, 240]), Some(seconds(240)));
        assert_eq!(of(&[300, 200]), Some(seconds(200)), "a time that something took, not one between two");
    }

    #[test]
    fn a_reboot_took_until_its_machine_was_seen_back() {
        let seen = [
            (2, intended()),
            (3, accepted()),
            (60, done()),
            (143, port(Port::Closed, 143)),
            (207, port(Port::Open, 206)),
            (208, Event::Watched),
        ];
        assert_eq!(reboot(&seen).1, Some(seconds(206)), "neither its task's end nor the step that noticed");
    }

    #[test]
    fn a_reboot_that_nobody_sees_took_until_its_task_ended() {
        assert_eq!(
            reboot(&[(2, intended()), (3, accepted()), (60, done()), (360, Event::Watched)]).1,
            Some(seconds(60))
        );
        let vanished = [(2, intended()), (3, accepted()), (60, Event::TaskVanished), (360, Event::Watched)];
        assert_eq!(reboot(&vanished).1, None, "nobody knows when it ended");
    }

    #[test]
    fn a_machine_that_went_dark_and_stayed_dark_says_nothing_about_what_is_usual() {
        let dark =
            [(2, intended()), (3, accepted()), (60, done()), (143, port(Port::Closed, 143)), (360, Event::Watched)];
        assert_eq!(reboot(&dark).1, None);
    }

    #[test]
    fn what_took_a_person_or_a_task_that_stood_says_nothing_about_what_is_usual() {
        let unknown = Event::NotSettled { candidates: Vec::new(), trouble: None };
        let adopted = Event::TaskAdopted { task: TaskId(7) };
        let asked = [(2, intended()), (90, unknown), (95, adopted), (99, done()), (400, Event::Watched)];
        assert_eq!(reboot(&asked).1, None);
        let stood =
            [(2, intended()), (3, accepted()), (1_800, Event::TaskStands), (9_000, done()), (9_300, Event::Watched)];
        assert_eq!(reboot(&stood).1, None);
    }

    #[test]
    fn longer_is_twice_the_usual_and_no_less_than_what_is_worth_saying() {
        let (rebooting, _) = reboot(&[(2, intended()), (3, accepted())]);
        assert_eq!(rebooting.longer_than_usual_at(seconds(60)), Some(at(200)));
        assert_eq!(rebooting.longer_than_usual_at(seconds(300)), Some(at(300)));
        let unknown = Operation { usual: None, ..rebooting.clone() };
        assert_eq!(unknown.longer_than_usual_at(seconds(60)), None);
        let endless = Operation { usual: Some(SignedDuration::MAX), ..rebooting };
        assert_eq!(endless.longer_than_usual_at(seconds(60)), None, "no panic");
    }

    #[test]
    fn it_is_said_once_and_only_while_that_is_waited_for() {
        let (ready, _) = reboot(&[]);
        assert_eq!(ready.longer_than_usual_at(seconds(60)), None, "nothing was sent yet");
        let (said, _) = reboot(&[(2, intended()), (3, accepted()), (200, Event::LongerThanUsual)]);
        assert_eq!(said.longer_than_usual_at(seconds(60)), None);
        assert!(said.record(&Event::LongerThanUsual, at(201)).is_err());
        let (unseen, _) = reboot(&[(2, intended()), (3, accepted()), (60, done())]);
        assert_eq!(unseen.longer_than_usual_at(seconds(60)), None, "whoever was not seen to go is not expected back");
        let dark = [(2, intended()), (3, accepted()), (60, done()), (143, port(Port::Closed, 143))];
        assert_eq!(reboot(&dark).0.longer_than_usual_at(seconds(60)), Some(at(200)));
        let not_sent = Event::RebootNotDone { why: NotDone::Unsent, said: "no connection".into(), query: None };
        assert!(reboot(&[(2, intended()), (3, not_sent)]).0.state.is_ended());
    }

    #[test]
    fn a_rescue_took_until_its_link_was_with_its_requester() {
        let opened = Operation::open(OperationId(1), Mark::default(), request(Wish::Reboot { into: None }), at(0));
        let mut rescue = Operation { approved: at(30), ..opened };
        (rescue.state.kind, rescue.state.phase) = (Kind::Enable, Phase::Delivering(Some(Source::Mail)));
        for event in [Event::LinkDelivered, Event::DmClosed { code: None }] {
            let after = rescue.record(&event, at(270)).unwrap();
            assert_eq!(after.took(&event, at(270)), Some(seconds(240)), "from the last approval on");
        }
    }
}
