//! What follows, held against the plain rules: who may begin, whose events can follow, and which rescue is a server's.

use jiff::{SignedDuration, Timestamp};
use proptest::{collection::vec, prelude::*};

use super::*;
use crate::{
    access::{Because, UserId},
    lease::{
        past::Over,
        sight::{Seen, Sight},
    },
    mark::Mark,
    operation::{
        ChannelId, EnableWish, Entry as Opens, Intent, Kind, Plan, Request, Setting, Snapshot, Wish,
        approval::{Approval, Guard},
        event::PutBack,
        fixture,
        state::{Outcome, Phase},
        ticket::TicketWish,
    },
    pause::Pause,
    server::{Boot, BootId, System, TaskId, TaskStatus},
};

mod rescues;

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn boot(id: u64, boot_type: &str) -> Boot {
    Boot { id: BootId(id), boot_type: boot_type.into(), kernel: format!("kernel-{id}"), description: String::new() }
}

fn wish(kind: Kind) -> Wish {
    let hour = SignedDuration::from_hours(1);
    let disk = || boot(1, "harddisk").into();
    match kind {
        Kind::Enable => Wish::Enable(EnableWish {
            into: boot(9, "rescue"),
            system: System::Linux,
            email: None,
            ssh_key: None,
            lease: hour,
            over: None,
        }),
        Kind::Restore => Wish::Restore { into: disk(), despite: Vec::new(), ends: Default::default(), instead: None },
        Kind::Reboot => Wish::Reboot { into: None },
        Kind::Link => Wish::Link { sources: Vec::new() },
        Kind::PutBack => Wish::PutBack { into: disk(), despite: Vec::new(), instead: None },
        Kind::Adopt => Wish::Adopt { lease: hour },
        Kind::HandOver => Wish::HandOver { lease: OperationId(1), from: UserId(200), to: UserId(201) },
        Kind::Console => Wish::Console { minutes: crate::console::ConsoleMinutes::One, ip: None },
        Kind::FreeSessions => Wish::FreeSessions { about: OperationId(1) },
        Kind::Ticket => Wish::Ticket(TicketWish { about: Some(OperationId(1)), subject: "s".into(), body: "b".into() }),
    }
}

fn request(kind: Kind, requester: u64, guard: Guard) -> Request {
    let (channel, place) = (ChannelId(500), ChannelId(500));
    let (requester, rule) = (UserId(requester), "role 1".into());
    Request { requester, channel, place, rule, guard, ..fixture::request(wish(kind)) }
}

fn operation(number: i64, kind: Kind) -> Operation {
    Operation::open(OperationId(number), Mark::default(), request(kind, 200, Guard::Unprotected), NOW)
}

fn approval(count: u32) -> Approval {
    let expires = SignedDuration::from_mins(15);
    Approval {
        count,
        expires,
        rule: "protect 1".into(),
        because: Because::Matches,
        of: Vec::new(),
        calls: Vec::new(),
        second_factor: None,
    }
}

fn intent() -> Intent {
    Intent { at: NOW, known: Vec::new() }
}

/// A live operation of each kind in each phase, whether it can come there or not.
fn everywhere() -> Vec<Operation> {
    let phases = [
        Phase::AwaitingApproval,
        Phase::Opened,
        Phase::Prepared,
        Phase::Ready,
        Phase::Intended(intent()),
        Phase::Unsettled(intent()),
        Phase::Undecided { intent: intent(), candidates: Vec::new() },
        Phase::PuttingBack(Outcome::Expired),
        Phase::Rebooting(TaskId(7)),
        Phase::Standing(TaskId(7)),
        Phase::TestingConsole(crate::console::ConsoleKind::KvmHtml5, None),
        Phase::AskingConsole(crate::console::ConsoleKind::KvmHtml5),
        Phase::OpeningConsole(TaskId(7)),
        Phase::SessionsReady,
        Phase::SessionsIntended(intent()),
        Phase::SessionsUnsettled(intent()),
        Phase::FreeingSessions(TaskId(7)),
        Phase::TicketReady,
        Phase::TicketIntended(NOW),
        Phase::TicketUnsettled(NOW),
        Phase::Searching,
        Phase::Delivering(None),
        Phase::AwaitingReveal(crate::operation::Source::Mail),
        Phase::Watching,
    ];
    let mut all = Vec::new();
    for kind in Kind::ALL {
        for phase in &phases {
            // Asked for the first time, and once more after an intent.
            for intents in [0, 1] {
                let mut one = operation(1, kind);
                one.state.phase = phase.clone();
                one.state.facts.intents = intents;
                all.push(one);
            }
        }
    }
    all
}

#[test]
fn what_follows_for_others_can_follow_wherever_they_are() {
    let all = everywhere();
    let left = Seen { sight: Some(Sight::Left { boot: None, task: TaskId(7) }), stayed: None };
    let mut events: Vec<_> = doubted_at_start(&all);
    assert!(!events.is_empty(), "some write");
    let in_vain = in_vain(&left, &all);
    assert!(!in_vain.is_empty(), "some seek a link");
    events.extend(in_vain);
    for kind in Kind::ALL {
        events.extend(taken_over(&operation(2, kind), &all));
    }
    for (live, event) in events {
        let phase = live.state.phase.word();
        let recording = Recording::of(live, &event, NOW);
        let recording = recording.unwrap_or_else(|illegal| panic!("{:?}, {phase}: {illegal}", live.request.kind()));
        assert_eq!(recording.begins(), Begins::Nothing, "{event:?} goes through no gate");
        assert!(recording.among(&Rescues::default()).is_some(), "{event:?} can be overtaken by a lease");
    }
}

#[test]
fn what_is_in_doubt_already_is_not_doubted_again() {
    let mut one = operation(1, Kind::Enable);
    one.state.phase = Phase::Prepared;
    let [(_, doubt)] = &doubted_at_start(std::slice::from_ref(&one))[..] else { panic!("it writes") };
    let doubted = one.record(doubt, NOW).expect("it follows");
    assert!(doubted_at_start(&[doubted]).is_empty());
}

#[test]
fn whoever_gets_through_the_gate_is_alone_with_the_server() {
    for live in everywhere() {
        for kind in Kind::ALL.into_iter().filter(|kind| kind.changes()) {
            let others = [live.clone()];
            if gate(kind, None, &others).is_err() {
                continue;
            }
            let taken = taken_over(&operation(2, kind), &others);
            let after =
                taken.first().map_or(live.clone(), |(live, event)| live.record(event, NOW).expect("it follows"));
            let (name, phase) = (live.request.kind(), live.state.phase.word());
            assert!(!after.state.holds_server(), "{kind:?} meets a {name:?} that is {phase}");
        }
    }
}

#[test]
fn a_pause_keeps_back_what_is_begun_and_no_way_out() {
    let pause = || Pause { by: UserId(1), at: NOW, reason: "a move".into() };
    for kind in Kind::ALL {
        let passed = gate(kind, Some(pause()), &[]);
        match kind {
            Kind::Enable | Kind::Reboot | Kind::Console | Kind::Ticket | Kind::FreeSessions => {
                assert_eq!(passed, Err(Closed::Paused(pause())), "{kind:?}")
            }
            _ => assert_eq!(passed, Ok(()), "{kind:?}"),
        }
    }
}

#[test]
fn the_pause_is_told_before_who_holds_the_server() {
    let pause = Pause { by: UserId(1), at: NOW, reason: "a move".into() };
    let holder = operation(1, Kind::Reboot);
    let closed = gate(Kind::Reboot, Some(pause.clone()), std::slice::from_ref(&holder));
    assert_eq!(closed, Err(Closed::Paused(pause)));
    assert_eq!(gate(Kind::Reboot, None, std::slice::from_ref(&holder)), Err(Closed::Busy(Box::new(holder))));
}

/// What an event sets going, and the operation with it.
fn begins(operation: &Operation, event: &Event) -> (Begins, Operation) {
    let recording = Recording::of(operation, event, NOW).expect("it follows");
    let recorded = recording.clone().among(&Rescues::default()).expect("nobody was faster");
    (recording.begins(), recorded.operation)
}

#[test]
fn the_last_approval_takes_the_server_and_what_waits_takes_nothing() {
    let asked = request(Kind::Reboot, 200, Guard::Approval(approval(2)));
    let asked = Operation::open(OperationId(2), Mark::default(), asked, NOW);
    let mut watching = operation(1, Kind::Reboot);
    watching.state.phase = Phase::Watching;
    let others = [watching];
    assert!(taken_over(&asked, &others).is_empty());
    let approved = |by| Event::ApprovalGiven { by: UserId(by), rule: None };
    let (first, once) = begins(&asked, &approved(201));
    assert_eq!(first, Begins::Nothing);
    assert!(taken_over(&once, &others).is_empty());
    let (last, twice) = begins(&once, &approved(202));
    assert_eq!(last, Begins::Operation);
    assert_eq!(taken_over(&twice, &others), [(&others[0], Event::Watched)]);
    let (denied, _) = begins(&once, &Event::ApprovalDenied { by: UserId(203), rule: None });
    assert_eq!(denied, Begins::Nothing, "what ends begins nothing");
}

#[test]
fn one_more_reboot_minds_the_pause_when_it_is_asked_for_and_when_it_is_approved() {
    let mut undecided = operation(1, Kind::Reboot);
    undecided.state.phase = Phase::Undecided { intent: intent(), candidates: Vec::new() };
    undecided.state.facts.intents = 1;
    undecided.state.facts.last_intent = Some(intent());
    let by = UserId(201);
    assert_eq!(begins(&undecided, &Event::RebootAgainApproved { by, rule: None }).0, Begins::Reboot);
    let asked = Event::RebootAgainAsked { by, approval: Box::new(approval(1)), rule: None };
    let (asked, waiting) = begins(&undecided, &asked);
    assert_eq!(asked, Begins::Reboot);
    let (given, _) = begins(&waiting, &Event::ApprovalGiven { by: UserId(202), rule: None });
    assert_eq!(given, Begins::Reboot, "it holds the server already");
    assert_eq!(begins(&undecided, &Event::LeftAlone { by, rule: None }).0, Begins::Nothing);
}

#[test]
fn an_event_comes_with_its_line_and_with_what_is_due() {
    let plan = Plan { before: Snapshot::default(), change: None, into: None, entry: Opens::Password };
    let prepared = Event::Prepared { plan: Box::new(plan), offset: None };
    let one = operation(1, Kind::Reboot);
    let recording = Recording::of(&one, &prepared, NOW).expect("it follows");
    assert!(!recording.touches_rescues(), "a plain reboot means nothing for leases");
    let recorded = recording.among(&Rescues::default()).expect("nobody was faster");
    assert_eq!((recorded.operation.version, recorded.due, recorded.sends_dm), (1, Some(NOW), false));
    let lines = [audit::of_event(&recorded.operation, &prepared, NOW)];
    assert_eq!(recorded.consequences, Consequences { entries: lines.into(), ..Consequences::default() });
    let end = Event::FoundImpossible { problem: Problem::ServerGone };
    let ended = Recording::of(&one, &end, NOW).expect("it follows").among(&Rescues::default()).expect("recorded");
    assert_eq!(ended.due, None, "nothing is due after an end");
}
