//! What an operation's next requests come before: how likely it is that they change something.
//!
//! Pure. It saves requests and decides nothing else: whatever it says, each look asks the same and learns the same.

use core::time::Duration;

use jiff::Timestamp;

use super::{
    Kind, Operation,
    event::Port,
    state::{Facts, Phase},
};
use crate::scheduling::{Expected, Precedence, Urgency};

/// How long things take after a reboot was taken, where nothing was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Course {
    /// Until OVHcloud's task ends.
    pub task: Duration,
    /// Until a rescue answers, and its link is there.
    pub link: Duration,
}

impl Operation {
    /// What its requests come before, if it was last looked for then.
    pub fn precedence(&self, course: &Course, looked: Option<Timestamp>, now: Timestamp) -> Precedence {
        use Urgency as U;
        let ago = looked.map(|looked| passed(looked, now));
        let expected = self.expected(course, now).map(|expected| expected.looked_for(ago).urgency());
        let urgency = expected.unwrap_or(match self.state.phase {
            Phase::Delivering(_) | Phase::AwaitingReveal(_) => U::Delivery,
            Phase::Intended(_)
            | Phase::Unsettled(_)
            | Phase::TicketIntended(_)
            | Phase::TicketUnsettled(_)
            | Phase::SessionsIntended(_)
            | Phase::SessionsUnsettled(_) => U::Due,
            // A way out is never behind what is begun.
            Phase::AwaitingApproval | Phase::Opened | Phase::Prepared | Phase::Ready | Phase::PuttingBack(_)
                if matches!(self.request.kind(), Kind::Restore | Kind::PutBack) =>
            {
                U::Due
            }
            Phase::AwaitingApproval
            | Phase::Opened
            | Phase::Prepared
            | Phase::Ready
            | Phase::PuttingBack(_)
            | Phase::TestingConsole(..)
            | Phase::AskingConsole(_)
            | Phase::TicketReady
            | Phase::SessionsReady => U::Beginning,
            // A person decides, the task has had its time, or the machine's port is looked at, which costs no request.
            Phase::Undecided { .. }
            | Phase::Standing(_)
            | Phase::Watching
            | Phase::Ended(_)
            | Phase::Rebooting(_)
            | Phase::OpeningConsole(_)
            | Phase::FreeingSessions(_)
            | Phase::Searching => U::Late,
        });
        let since = if matches!(urgency, U::Delivery | U::Beginning) { self.approved } else { now };
        Precedence { urgency, since }
    }

    /// When what it looks for is to be expected; `None` if it looks for nothing that comes by itself.
    pub fn expected(&self, course: &Course, now: Timestamp) -> Option<Expected> {
        let waited = passed(self.since, now);
        match self.state.phase {
            // Whoever is back was rebooted: the task has ended.
            Phase::Rebooting(_) if self.state.facts.is_back() => Some(Expected::now(course.task, waited)),
            Phase::Rebooting(_) => Some(Expected::after(course.task, waited)),
            Phase::OpeningConsole(_) | Phase::FreeingSessions(_) => Some(Expected::now(course.task, waited)),
            Phase::Searching if self.request.kind() == Kind::Enable => Some(self.link_expected(course, now)),
            // The rescue runs, or the console's task has ended.
            Phase::Searching => Some(Expected::now(course.link, waited)),
            _ => None,
        }
    }

    /// When the link of its own rescue is to be expected: as soon as the machine is seen back, else by how long it usually takes.
    fn link_expected(&self, course: &Course, now: Timestamp) -> Expected {
        let facts = &self.state.facts;
        let usual = self.usual.and_then(|usual| Duration::try_from(usual).ok()).unwrap_or(course.link);
        let waited = self.since_reboot(facts, now);
        match facts.port {
            Some((Port::Open, back)) if facts.is_back() => Expected::now(usual, passed(back, now)),
            _ if facts.is_gone() => Expected::later(usual, waited),
            _ => Expected::after(usual, waited),
        }
    }

    /// How long ago its reboot was. That is known by OVHcloud's clock; so far as ours shows another time, it was between its approval
    /// and its task's end.
    fn since_reboot(&self, facts: &Facts, now: Timestamp) -> Duration {
        let ended = facts.task_ended.unwrap_or(self.since).max(self.approved);
        let reboot = facts.last_intent.as_ref().map_or(ended, |intent| intent.at.clamp(self.approved, ended));
        passed(reboot, now)
    }
}

fn passed(since: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(now.duration_since(since)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::{
        mark::Mark,
        operation::{EnableWish, Intent, OperationId, Source, Wish, fixture::request},
        server::{Boot, BootId, System, TaskId},
    };

    const COURSE: Course = Course { task: Duration::from_secs(60), link: Duration::from_secs(200) };

    fn at(seconds: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_secs(seconds)
    }

    /// A rescue in this phase since a moment, which was approved at 100 s and rebooted at 110 s.
    fn rescue(phase: Phase, since: i64) -> Operation {
        let wish = EnableWish {
            into: Boot {
                id: BootId(7),
                boot_type: "rescue".into(),
                kernel: "rescue12-customer".into(),
                description: String::new(),
            },
            system: System::Linux,
            email: None,
            ssh_key: None,
            lease: SignedDuration::from_hours(4),
            over: None,
        };
        let opened = Operation::open(OperationId(1), Mark::default(), request(Wish::Enable(wish)), at(100));
        let mut rescue = Operation { since: at(since), ..opened };
        rescue.state.phase = phase;
        rescue.state.facts.last_intent = Some(Intent { at: at(110), known: Vec::new() });
        rescue
    }

    fn urgency(operation: &Operation, second: i64) -> Urgency {
        operation.precedence(&COURSE, Some(at(second - 1)), at(second)).urgency
    }

    #[test]
    fn a_task_that_was_just_begun_is_looked_at_after_a_link_that_is_due() {
        let begun = rescue(Phase::Rebooting(TaskId(7)), 300);
        let searching = rescue(Phase::Searching, 170);
        assert_eq!(urgency(&begun, 310), Urgency::Early);
        assert_eq!(urgency(&searching, 310), Urgency::Due, "200 s after its reboot");
        assert!(searching.precedence(&COURSE, None, at(310)) < begun.precedence(&COURSE, None, at(310)));
        assert_eq!(urgency(&searching, 200), Urgency::Early);
        assert_eq!(urgency(&searching, 600), Urgency::Late);
    }

    #[test]
    fn a_machine_that_was_seen_back_has_its_link_due_at_once() {
        let mut back = rescue(Phase::Searching, 170);
        back.state.facts.port_closed = Some(at(150));
        back.state.facts.port = Some((Port::Closed, at(150)));
        assert_eq!(urgency(&back, 310), Urgency::Early, "dark");
        back.state.facts.port = Some((Port::Open, at(180)));
        assert_eq!(urgency(&back, 181), Urgency::Due);
        assert_eq!(urgency(&back, 380), Urgency::Due);
        assert_eq!(urgency(&back, 382), Urgency::Late);
    }

    #[test]
    fn what_is_usual_here_was_learned() {
        let slow = Operation { usual: Some(SignedDuration::from_secs(600)), ..rescue(Phase::Searching, 170) };
        assert_eq!(urgency(&slow, 310), Urgency::Early);
        assert_eq!(urgency(&slow, 110 + 450), Urgency::Due);
    }

    #[test]
    fn a_clock_that_is_wrong_makes_no_link_late() {
        for hours in [-48, 48] {
            let mut searching = rescue(Phase::Searching, 170);
            let intent = Intent { at: at(110) + SignedDuration::from_hours(hours), known: Vec::new() };
            searching.state.facts.last_intent = Some(intent);
            searching.state.facts.task_ended = Some(at(170));
            assert_eq!(urgency(&searching, 330), Urgency::Due, "between 100 s and 170 s");
        }
    }

    #[test]
    fn a_delivery_is_before_a_beginning_and_the_older_beginning_before_the_newer() {
        let delivering = rescue(Phase::Delivering(Some(Source::Mail)), 900);
        let opened = rescue(Phase::Opened, 100);
        let later = Operation { approved: at(101), ..rescue(Phase::Ready, 50) };
        let of = |operation: &Operation| operation.precedence(&COURSE, None, at(1_000));
        assert!(of(&delivering) < of(&opened));
        assert!(of(&opened) < of(&later));
    }
}
