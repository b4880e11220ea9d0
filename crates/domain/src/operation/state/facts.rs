//! What was seen of an operation on its way: the card is made of this.
//!
//! Pure. Nothing here decides anything: [`State::next`](super::State::next) says what may follow, and this remembers it.

use jiff::Timestamp;

use crate::access::UserId;
use crate::{
    console::{ConsoleKind, Health},
    hindrance::Hindrance,
    operation::{
        Intent, Plan, Source,
        approval::{Round, RoundEnd},
        event::{Age, Doubt, Event, NotDone, Port, PutBack},
    },
    others::OthersWork,
    server::{
        System, TaskId, TaskStatus,
        start::{Fact, Field},
    },
};

/// What was seen on the way.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// What was there, and what was set.
    pub plan: Option<Plan>,
    /// The times that others were asked to approve.
    pub rounds: Vec<Round>,
    /// How many reboots may be intended, in all: one for each time that everybody whose word it needed had agreed.
    pub reboots_approved: u32,
    /// How many reboots were intended.
    pub intents: u32,
    /// OVHcloud's task and the last word about it.
    pub task: Option<(TaskId, TaskStatus)>,
    /// When that was seen to have ended, by our clock.
    pub task_ended: Option<Timestamp>,
    /// The task was purged before it was seen to end.
    pub task_vanished: bool,
    /// The task was found to stand: it had not ended in all the time that it had.
    pub stood: bool,
    /// Nobody reacted to that in time.
    pub standing_unanswered: bool,
    /// It was said that it takes longer than usual.
    pub longer_than_usual: bool,
    /// What does not work that is waited on, if that is to be said.
    pub hindrance: Option<Hindrance>,
    /// The task was found, not answered.
    pub adopted: bool,
    /// OVHcloud's last `powerState` since the reboot.
    pub power: Option<String>,
    /// When the port was first seen closed since the reboot.
    pub port_closed: Option<Timestamp>,
    /// What the port does now, if it was looked at.
    pub port: Option<(Port, Timestamp)>,
    /// Where the link was found.
    pub source: Option<Source>,
    /// Where a link that was not found was looked for.
    pub searched: Vec<Source>,
    /// What went wrong at the last look for it.
    pub search_trouble: Option<String>,
    /// The rescue of a `/rescue link`: family, address, since when.
    pub rescue: Option<(System, Option<String>, Timestamp)>,
    /// The name of the SSH key that opens that rescue.
    pub key: Option<String>,
    /// Whether it is known since when that rescue is.
    pub age: Age,
    /// The console's kind.
    pub console: Option<ConsoleKind>,
    /// How long the end of OVHcloud's test of it is waited for, by our clock.
    pub console_tested_until: Option<Timestamp>,
    /// What came of that test.
    pub console_health: Option<Health>,
    /// When the console's session ends, by our clock.
    pub console_until: Option<Timestamp>,
    /// What came instead of an answer to the reboot, or with its refusal.
    pub unknown_because: Option<String>,
    /// How it is known that the last reboot that was intended did not happen; `None` when it is not.
    pub not_done: Option<NotDone>,
    /// What was known right before the last reboot that was intended.
    pub last_intent: Option<Intent>,
    /// The reboots that OVHcloud listed when a rescue that somebody else started was taken over; `None` when they were not read.
    pub reboots_before: Option<Vec<TaskId>>,
    /// New tasks among which ours could not be told.
    pub candidates: Vec<TaskId>,
    /// Why it could not be read in time whether there are new tasks.
    pub tasks_unread: Option<String>,
    /// When OVHcloud's log has the last reboot that was intended, by OVHcloud's clock.
    pub logged: Option<Timestamp>,
    /// How many times a person was asked to decide.
    pub asked: u32,
    /// When each of those questions came up, by our clock.
    pub asked_at: Vec<Timestamp>,
    /// The numbers of the questions that nobody answered in time.
    pub unanswered: Vec<u32>,
    /// No DM reaches the requester.
    pub dm_closed: bool,
    /// Discord's code for that, if it is another reason than that they take none (see [`Event::DmClosed`]).
    pub dm_refused: Option<u32>,
    /// Why a change of the setting may still show up late.
    pub doubt: Option<Doubt>,
    /// What else was read back with the setting.
    pub found: Vec<Fact>,
    /// What did not read back, and was not waited for.
    pub lacking: Vec<Field>,
    /// How putting back went.
    pub put_back: Option<PutBack>,
    /// What others were seen at and the questions have named.
    pub others: Vec<OthersWork>,
    /// What of that the present question is about.
    pub stopped_by: Vec<OthersWork>,
    /// How many of our own steps panicked.
    pub faults: u32,
}

impl Facts {
    /// Whether the port was seen closed and then answering: the machine really restarted.
    pub fn is_back(&self) -> bool {
        self.port_closed.is_some() && matches!(self.port, Some((Port::Open, _)))
    }

    /// Whether the machine went dark after the reboot and was not seen to answer again.
    pub(crate) fn is_gone(&self) -> bool {
        self.port_closed.is_some() && !self.is_back()
    }

    /// Whether OVHcloud's task has not been seen to end, though it had its time.
    pub fn is_standing(&self) -> bool {
        let is_over = self.task_vanished || self.task.as_ref().is_some_and(|(_, status)| status.is_final());
        self.stood && !is_over
    }

    /// What is new since the last event began now.
    pub(crate) fn date(&mut self, now: Timestamp) {
        self.asked_at.resize(self.asked as usize, now);
        if let Some(round) = self.rounds.last_mut() {
            round.asked_at.get_or_insert(now);
        }
        if self.task.as_ref().is_some_and(|(_, status)| status.is_final()) {
            self.task_ended.get_or_insert(now);
        }
    }

    /// Whether this person denied this round, counted from 1, and has not said why.
    pub fn is_unexplained(&self, round: u32, person: UserId) -> bool {
        let round = (round as usize).checked_sub(1).and_then(|index| self.rounds.get(index));
        round.is_some_and(|round| matches!(round.end, RoundEnd::Denied { by, reason: None } if by == person))
    }

    /// What an event, which may follow, tells.
    pub(super) fn learn(&mut self, event: &Event) {
        self.learn_of_approval(event);
        match event {
            Event::Prepared { plan, .. } => self.plan = Some((**plan).clone()),
            Event::Adopted { plan, reboots, .. } => {
                self.plan = Some((**plan).clone());
                self.reboots_before.clone_from(reboots);
            }
            Event::BootSet { found, lacking, .. } => {
                self.found.clone_from(found);
                self.lacking.clone_from(lacking);
            }
            Event::RebootIntended { intent } => {
                self.intents += 1;
                self.stopped_by.clear();
                self.not_done = None;
                self.logged = None;
                self.last_intent = Some(intent.clone());
            }
            Event::RebootAccepted { task, .. } | Event::ConsoleAsked { task, .. } => {
                self.task = Some((*task, TaskStatus::Init));
            }
            Event::SessionsAccepted(taken) => self.task = Some((taken.task, TaskStatus::Init)),
            Event::TaskAdopted { task } => {
                self.task = Some((*task, TaskStatus::Init));
                self.adopted = true;
            }
            Event::RebootUnknown { said, .. } | Event::TicketUnknown { said, .. } => {
                self.unknown_because = Some(said.clone())
            }
            Event::SessionsUnknown(answer) => self.unknown_because = Some(answer.said.clone()),
            Event::RebootNotDone { why, said, .. } => {
                self.not_done = Some(*why);
                self.unknown_because = Some(said.clone());
            }
            Event::TicketFound { .. } => self.adopted = true,
            Event::TicketNotFound { trouble } => self.search_trouble.clone_from(trouble),
            Event::OthersAtWork { works } => {
                self.others.extend(works.iter().cloned());
                self.stopped_by.clone_from(works);
            }
            Event::RequestLogged { at } => self.logged = Some(*at),
            Event::QuestionUnanswered => self.unanswered.push(self.asked),
            Event::Faulted => self.faults += 1,
            Event::DmClosed { code } => {
                self.dm_closed = true;
                self.dm_refused = *code;
            }
            Event::TaskSeen { status, .. } => {
                if let Some((_, known)) = &mut self.task {
                    *known = status.clone();
                }
            }
            Event::TaskVanished => self.task_vanished = true,
            Event::TaskStands => self.stood = true,
            Event::StandingUnanswered => self.standing_unanswered = true,
            Event::Hindered { matter, said, .. } => {
                self.hindrance = Some(Hindrance { matter: *matter, said: said.clone() });
            }
            Event::Unhindered => self.hindrance = None,
            Event::LongerThanUsual => self.longer_than_usual = true,
            Event::ConsoleFound { kind } | Event::ConsoleChosen { kind } => self.console = Some(*kind),
            Event::ConsoleTestAsked { until, .. } => self.console_tested_until = Some(*until),
            Event::ConsoleTested { health } => self.console_health = Some(health.clone()),
            Event::ConsoleOpened { until } => self.console_until = Some(*until),
            Event::RescueFound { system, ip, since, key, age } => {
                self.rescue = Some((*system, ip.clone(), *since));
                self.key.clone_from(key);
                self.age = *age;
            }
            Event::PortSeen { port, at } => {
                if *port == Port::Closed && self.port_closed.is_none() {
                    self.port_closed = Some(*at);
                }
                self.port = Some((*port, *at));
            }
            Event::PowerSeen { power } => self.power = Some(power.clone()),
            Event::DeliveryAttempted { source, refused, .. } => {
                self.source = *source;
                self.search_trouble.clone_from(refused);
            }
            Event::LinkNotFound { searched, trouble, .. } => {
                self.searched.clone_from(searched);
                self.search_trouble.clone_from(trouble);
            }
            Event::SettingInDoubt { doubt, .. } => self.doubt = Some(doubt.clone()),
            Event::PutBack { result, .. } => self.put_back = Some(result.clone()),
            Event::NotSettled { candidates, trouble } => {
                self.candidates.clone_from(candidates);
                self.tasks_unread.clone_from(trouble);
            }
            Event::FoundImpossible { .. }
            | Event::HandedOver { .. }
            | Event::TicketPrepared
            | Event::TicketIntended { .. }
            | Event::TicketNotDone { .. }
            | Event::SessionsPrepared
            | Event::SessionsIntended(_)
            | Event::SessionsNotDone(_)
            | Event::RebootAgainApproved { .. }
            | Event::RebootAgainAsked { .. }
            | Event::ApprovalGiven { .. }
            | Event::ApprovalDenied { .. }
            | Event::DenialExplained { .. }
            | Event::Withdrawn { .. }
            | Event::ApprovalExpired
            | Event::SettingRefused { .. }
            | Event::WrittenBack { .. }
            | Event::CancelAsked { .. }
            | Event::LeftAlone { .. }
            | Event::LinkDelivered
            | Event::LinkRevealed { .. }
            | Event::LinkGivenUp
            | Event::LinkWithheld
            | Event::Watched
            | Event::Expired
            | Event::FoundInCopy
            | Event::TicketOpened { .. }
            | Event::Superseded { .. } => {}
        }
    }

    /// What becomes of the latest round.
    fn learn_of_approval(&mut self, event: &Event) {
        if let Event::RebootAgainAsked { by, approval, .. } = event {
            self.rounds.push(Round::new(*by, (**approval).clone()));
        }
        if let Event::DenialExplained { round, reason, .. } = event
            && let Some(round) = (*round as usize).checked_sub(1).and_then(|index| self.rounds.get_mut(index))
            && let RoundEnd::Denied { reason: words, .. } = &mut round.end
        {
            *words = Some(reason.clone());
        }
        let Some(round) = self.rounds.last_mut().filter(|round| round.end == RoundEnd::Open) else { return };
        match event {
            Event::ApprovalGiven { by, .. } => {
                round.approvers.push(*by);
                if round.lacks() == 0 {
                    round.end = RoundEnd::Approved;
                }
            }
            Event::ApprovalDenied { by, .. } => round.end = RoundEnd::Denied { by: *by, reason: None },
            Event::Withdrawn { by, .. } => round.end = RoundEnd::Withdrawn(*by),
            Event::ApprovalExpired => round.end = RoundEnd::Expired,
            _ => {}
        }
    }
}
