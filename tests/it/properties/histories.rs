//! Random histories: whatever may follow what does, and nothing else; the promises about reboots hold on every way.

use bernard_domain::{
    access::UserId,
    console::{ConsoleKind, Health},
    mark::Mark,
    operation::{
        Intent, Kind, Operation, OperationId, Plan, Request,
        event::{Age, Event, Problem, PutBack, Taken},
        state::{Phase, State},
        step::Step,
    },
    server::{System, TaskId, TaskStatus},
};
use jiff::Timestamp;
use proptest::{collection::vec, prelude::*, sample::Index};

use super::arbitrary::{event, plan, request};

/// More than the longest way from any phase to the end.
const LONG_ENOUGH: usize = 20;

/// A history in which every event was legal: at each moment one of those in `pool` that may follow, while there is one.
pub(super) fn history(request: &Request, pool: &[Event], choices: &[Index]) -> Vec<Event> {
    let mut state = State::new(request);
    let mut history = Vec::new();
    for choice in choices {
        let legal: Vec<&Event> = pool.iter().filter(|event| state.next(event).is_ok()).collect();
        if legal.is_empty() {
            break;
        }
        let event = choice.get(&legal);
        state = state.next(event).expect("it was legal");
        history.push((*event).clone());
    }
    history
}

/// Every event of any kind has a few candidates in a pool of this size.
pub(super) fn pool() -> impl Strategy<Value = Vec<Event>> {
    vec(event(), 80)
}

/// What one more event must keep true.
fn promises(before: &State, event: &Event, after: &State) -> Result<(), TestCaseError> {
    if before.is_ended() {
        prop_assert!(matches!(event, Event::DenialExplained { .. }), "{event:?} followed an end");
        prop_assert_eq!(&before.phase, &after.phase);
    }
    prop_assert!(after.facts.intents <= after.facts.reboots_approved, "more reboots than approvals");
    let last_approval = matches!(event, Event::ApprovalGiven { .. }) && before.waits_to_begin();
    prop_assert!(before.holds_server() || !after.holds_server() || last_approval, "{event:?} took a server back");
    prop_assert!(!before.waits_to_begin() || before.facts.plan.is_none(), "something was done before it was approved");
    prop_assert_eq!(before.kind, after.kind);
    prop_assert_eq!(Step::of(&after.phase).is_none(), after.is_ended(), "a phase without a step");
    if let Event::RebootIntended { .. } = event {
        prop_assert_eq!(&before.phase, &Phase::Ready, "a reboot that nothing was ready for");
        prop_assert!(before.facts.intents < before.facts.reboots_approved, "a reboot without an approval of its own");
        prop_assert!(matches!(after.phase, Phase::Intended(_)));
        prop_assert!(!matches!(before.kind, Kind::Link | Kind::PutBack), "a reboot that nobody asked for");
    }
    if matches!(event, Event::TicketIntended { .. }) {
        prop_assert!(matches!(before.phase, Phase::TicketReady), "a ticket would be sent twice");
    }
    if matches!(after.phase, Phase::TicketReady) && !matches!(before.phase, Phase::TicketReady) {
        prop_assert!(matches!(before.phase, Phase::Opened), "a ticket is ready for a second time");
    }
    if matches!(event, Event::SessionsIntended(_)) {
        prop_assert!(matches!(before.phase, Phase::SessionsReady), "sessions would be ended twice");
    }
    if matches!(after.phase, Phase::SessionsReady) && !matches!(before.phase, Phase::SessionsReady) {
        prop_assert!(matches!(before.phase, Phase::Opened), "it is ready to end sessions for a second time");
    }
    if matches!(event, Event::TicketOpened { .. } | Event::TicketFound { .. }) {
        prop_assert!(after.is_ended(), "it goes on with a ticket");
    }
    if after.can_be_cancelled() {
        prop_assert_eq!(after.facts.intents, 0, "a reboot may be on its way");
    }
    let asks = |state: &State| matches!(state.phase, Phase::Undecided { .. });
    if asks(after) && !asks(before) {
        prop_assert_eq!(after.facts.asked, before.facts.asked + 1, "a new question needs a number of its own");
    }
    Ok(())
}

/// Who has agreed to the next reboot, counted independently of the program: from the events alone.
struct Approvals {
    requester: UserId,
    /// How many others must agree, and who asked them; nobody must, if none.
    asked: Option<(u32, UserId)>,
    given: Vec<UserId>,
    /// One reboot may be sent.
    granted: bool,
}

impl Approvals {
    fn of(request: &Request) -> Self {
        let asked = request.guard.approval().map(|approval| (approval.count, request.requester));
        Self { requester: request.requester, asked, given: Vec::new(), granted: asked.is_none() }
    }

    fn see(&mut self, event: &Event) -> Result<(), TestCaseError> {
        match event {
            Event::RebootAgainApproved { .. } => self.granted = true,
            Event::RebootAgainAsked { by, approval, .. } => {
                (self.asked, self.given) = (Some((approval.count, *by)), Vec::new());
            }
            Event::ApprovalGiven { by, .. } => {
                let Some((count, asker)) = self.asked else { return Err(TestCaseError::fail("nobody was asked")) };
                prop_assert!(*by != asker && *by != self.requester, "the requester approved");
                prop_assert!(!self.given.contains(by), "the same person approved twice");
                self.given.push(*by);
                self.granted |= self.given.len() >= count as usize;
            }
            Event::ApprovalDenied { .. } | Event::Withdrawn { .. } | Event::ApprovalExpired => self.asked = None,
            Event::Prepared { .. } | Event::RescueFound { .. } | Event::Adopted { .. } | Event::HandedOver { .. } => {
                prop_assert!(self.granted, "it was begun without its approvals")
            }
            Event::RebootIntended { .. } => {
                prop_assert!(self.granted, "a reboot without the approvals it needed");
                self.granted = false;
            }
            _ => {}
        }
        Ok(())
    }
}

/// The good news that the step of a phase waits for; of a person's two answers the one that ends it.
fn fair(state: &State, plan: &Plan) -> Event {
    let at = Timestamp::UNIX_EPOCH;
    match &state.phase {
        // Somebody new each time: nobody of the pool has such an id.
        Phase::AwaitingApproval => {
            let given = state.facts.rounds.last().map_or(0, |round| round.approvers.len());
            Event::ApprovalGiven { by: UserId(u64::MAX - given as u64), rule: None }
        }
        Phase::Opened if state.kind == Kind::Link => {
            Event::RescueFound { system: System::Linux, ip: None, since: at, key: None, age: Age::Known }
        }
        Phase::Opened if state.kind == Kind::Adopt => {
            Event::Adopted { plan: Box::new(plan.clone()), system: System::Linux, offset: None, reboots: None }
        }
        Phase::Opened if state.kind == Kind::HandOver => Event::HandedOver { from: UserId(1), to: UserId(2) },
        Phase::Opened if state.kind == Kind::Console => Event::ConsoleFound { kind: ConsoleKind::KvmHtml5 },
        Phase::Opened if state.kind == Kind::Ticket => Event::TicketPrepared,
        Phase::Opened if state.kind == Kind::FreeSessions => Event::SessionsPrepared,
        Phase::SessionsReady => Event::SessionsIntended(Intent { at, known: Vec::new() }),
        Phase::SessionsIntended(_) => Event::SessionsAccepted(Taken { task: TaskId(7), query: None }),
        Phase::SessionsUnsettled(_) => Event::NotSettled { candidates: Vec::new(), trouble: None },
        Phase::TicketReady => Event::TicketIntended { at },
        Phase::TicketIntended(_) => Event::TicketOpened { number: 1, query: None },
        Phase::TicketUnsettled(_) => Event::TicketNotFound { trouble: None },
        Phase::TestingConsole(_, None) => Event::ConsoleTestAsked { task: TaskId(6), until: at, query: None },
        Phase::TestingConsole(..) => Event::ConsoleTested { health: Health::Passes },
        Phase::AskingConsole(_) => Event::ConsoleAsked { task: TaskId(7), query: None },
        Phase::Opened if state.kind == Kind::PutBack && plan.change.is_none() => {
            Event::FoundImpossible { problem: Problem::NotInRescue }
        }
        Phase::Opened => Event::Prepared { plan: Box::new(plan.clone()), offset: None },
        Phase::Prepared => Event::BootSet { queries: Vec::new(), found: Vec::new(), lacking: Vec::new() },
        Phase::Ready => Event::RebootIntended { intent: Intent { at, known: Vec::new() } },
        Phase::Intended(_) => Event::RebootAccepted { task: TaskId(7), query: None },
        Phase::Unsettled(_) => Event::NotSettled { candidates: Vec::new(), trouble: None },
        Phase::Undecided { .. } => Event::LeftAlone { by: UserId(1), rule: None },
        Phase::PuttingBack(_) => Event::PutBack { result: PutBack::Done, queries: Vec::new() },
        Phase::Rebooting(_) | Phase::OpeningConsole(_) | Phase::FreeingSessions(_) | Phase::Standing(_) => {
            Event::TaskSeen { status: TaskStatus::Done, comment: None }
        }
        Phase::Searching => Event::DeliveryAttempted { source: None, query: None, refused: None },
        Phase::Delivering(_) => Event::LinkDelivered,
        Phase::AwaitingReveal(_) => Event::LinkGivenUp,
        Phase::Watching | Phase::Ended(_) => Event::Watched,
    }
}

fn fold(request: &Request, events: &[Event]) -> Operation {
    let opened = Operation::open(OperationId(1), Mark::default(), request.clone(), Timestamp::UNIX_EPOCH);
    events.iter().enumerate().fold(opened, |operation, (n, event)| {
        let now = Timestamp::from_second(i64::try_from(n).expect("few")).expect("early");
        operation.record(event, now).expect("the history was legal")
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_events_in_any_order_keep_the_promises(request in request(), events in vec(event(), 0..150)) {
        let mut state = State::new(&request);
        for event in &events {
            if let Ok(next) = state.next(event) {
                promises(&state, event, &next)?;
                state = next;
            }
        }
    }

    #[test]
    fn every_legal_history_keeps_the_promises(
        request in request(),
        pool in pool(),
        choices in vec(any::<Index>(), 30),
    ) {
        let mut state = State::new(&request);
        let mut approvals = Approvals::of(&request);
        for event in history(&request, &pool, &choices) {
            let next = state.next(&event).expect("the history is legal");
            promises(&state, &event, &next)?;
            approvals.see(&event)?;
            state = next;
        }
    }

    #[test]
    fn an_operation_folded_from_the_store_is_the_one_that_was_interrupted(
        request in request(),
        pool in pool(),
        choices in vec(any::<Index>(), 30),
    ) {
        let events = history(&request, &pool, &choices);
        let stored: Vec<String> = events.iter().map(|event| serde_json::to_string(event).expect("JSON")).collect();
        let read: Vec<Event> = stored.iter().map(|text| serde_json::from_str(text).expect("its own JSON")).collect();
        for cut in 0..=events.len() {
            let recovered = fold(&request, &read[..cut]);
            prop_assert_eq!(&recovered, &fold(&request, &events[..cut]), "recovered after {} events", cut);
            prop_assert_eq!(recovered.version, i64::try_from(cut).expect("few"));
        }
    }

    #[test]
    fn from_everywhere_the_end_is_reached_if_people_and_ovhcloud_do_their_part(
        request in request(),
        plan in plan(),
        pool in pool(),
        choices in vec(any::<Index>(), 0..30),
    ) {
        let come = history(&request, &pool, &choices);
        let mut state = come.iter().fold(State::new(&request), |state, event| state.next(event).expect("legal"));
        for _ in 0..LONG_ENOUGH {
            if state.is_ended() {
                break;
            }
            let event = fair(&state, &plan);
            state = state.next(&event).map_err(|illegal| TestCaseError::fail(format!("stuck: {illegal}")))?;
        }
        prop_assert!(state.is_ended(), "still {:?}", state.phase);
    }
}
