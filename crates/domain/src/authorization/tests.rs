mod model;

use std::{collections::BTreeSet, time::Duration};

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::{
    access::{
        Because, Moment, OnDuty, Protect, ReasonPattern, Role, SecondFactor, When, Who,
        tests::{protect, role, server},
    },
    console::ConsoleMinutes,
    duty::Duty,
    lease::sight::Seen,
    mark::Mark,
    operation::{
        EnableWish, Intent, OperationId, Request, Setting, Snapshot, approval::Approval, approval::Mandate,
        approval::Round, fixture::request, ticket::TicketWish,
    },
    server::{Boot, BootId, System, TaskStatus, start::Start},
};

/// Where everything here is asked for.
const HERE: u64 = 1;
const ANN: UserId = UserId(1);
const BEN: UserId = UserId(2);
const CAT: UserId = UserId(3);
/// The role that may everything, where a test gives it.
const ALL: u64 = 1;

fn start() -> Boot {
    Boot { id: BootId(1), boot_type: "rescue".into(), kernel: "rescue12".into(), description: String::new() }
}

fn wish(kind: Kind, to: UserId) -> Wish {
    let into = Start::from(start());
    let lease = SignedDuration::from_hours(4);
    match kind {
        Kind::Enable => {
            let (email, ssh_key, over) = (None, None, None);
            Wish::Enable(EnableWish { into: start(), system: System::Linux, email, ssh_key, lease, over })
        }
        Kind::Restore => Wish::Restore { into, despite: Vec::new(), ends: Default::default(), instead: None },
        Kind::Reboot => Wish::Reboot { into: None },
        Kind::Link => Wish::Link { sources: Vec::new() },
        Kind::PutBack => Wish::PutBack { into, despite: Vec::new(), instead: None },
        Kind::Adopt => Wish::Adopt { lease },
        Kind::HandOver => Wish::HandOver { lease: OperationId(7), from: ANN, to },
        Kind::Console => Wish::Console { minutes: ConsoleMinutes::ALL[0], ip: None },
        Kind::FreeSessions => Wish::FreeSessions { about: OperationId(7) },
        Kind::Ticket => Wish::Ticket(TicketWish { about: Some(OperationId(7)), subject: "s".into(), body: "b".into() }),
    }
}

/// What ann asked for, with the approval of these people.
fn asked(kind: Kind, approvers: &[UserId]) -> Operation {
    let request = Request {
        server: server("web").name,
        label: "web".into(),
        requester: ANN,
        channel: ChannelId(HERE),
        place: ChannelId(HERE),
        ..request(wish(kind, BEN))
    };
    let mut operation = Operation::open(OperationId(9), Mark::default(), request, Timestamp::UNIX_EPOCH);
    operation.state.mandate = Mandate { approvers: approvers.to_vec(), ..Mandate::of_one(ANN) };
    operation
}

/// The same after a reboot of which nobody knows what became.
fn again(kind: Kind, approvers: &[UserId]) -> Operation {
    let mut operation = asked(kind, approvers);
    operation.state.facts.intents = 1;
    operation
}

fn glass(mut operation: Operation) -> Operation {
    let passed = Approval {
        second_factor: None,
        count: 1,
        expires: SignedDuration::from_mins(15),
        rule: "[[protect]] #1".into(),
        because: Because::Matches,
        of: Vec::new(),
        calls: Vec::new(),
    };
    operation.request.guard = Guard::BrokenGlass { passed, tells: None };
    operation
}

/// Everybody with the role that may everything.
fn everybody() -> People {
    let member = |user| Membership::Member(Requester { user, roles: [ALL].into() });
    [ANN, BEN, CAT].map(|user| (user, member(user))).into()
}

fn everybody_but(person: UserId, is: Membership) -> People {
    let mut people = everybody();
    people.insert(person, is);
    people
}

/// Everybody with the role may everything, and this is protected.
fn policy(protections: Vec<Protect>) -> Policy {
    Policy::new(vec![role(1, Who::Role(ALL), &Capability::ALL, &["*"], &[])], protections)
}

/// The rescue of operation 7, ann's, with the ids of the reboots before it and its own.
fn rescue(before: Option<&[u64]>, own: Option<u64>) -> (Lease, Operation) {
    let mut begun_by = asked(Kind::Enable, &[]);
    begun_by.id = OperationId(7);
    let known = before.map(|ids| ids.iter().copied().map(TaskId).collect());
    begun_by.state.facts.last_intent = known.map(|known| Intent { at: Timestamp::UNIX_EPOCH, known });
    begun_by.state.facts.task = own.map(|id| (TaskId(id), TaskStatus::Done));
    let lease = Lease {
        operation: begun_by.id,
        mark: Mark::default(),
        server: begun_by.request.server.clone(),
        account: "main".into(),
        label: "web".into(),
        owner: ANN,
        channel: ChannelId(HERE),
        started: Timestamp::UNIX_EPOCH,
        deadline: Timestamp::UNIX_EPOCH,
        before: Snapshot::default(),
        set: Setting::of(start().into()),
        system: System::Linux,
        found: Vec::new(),
        offset: None,
        seen: Seen::default(),
    };
    (lease, begun_by)
}

fn spares((lease, begun_by): &(Lease, Operation), person: UserId, reboots: &[u64]) -> bool {
    let reboots: Vec<TaskId> = reboots.iter().copied().map(TaskId).collect();
    let policy = policy(vec![protect(1, &["*"], &[Action::Rescue], 1, 15)]);
    let rescue = RunningRescue { lease, begun_by, reboots: &reboots };
    let of = |kind| protection_of(&policy, Deed::Asked { kind, by: person }, &server("web"), Some(rescue));
    assert!(of(Kind::Enable).is_some() && of(Kind::HandOver).is_some(), "it spares nobody anything but the link");
    of(Kind::Link).is_none()
}

#[test]
fn the_owner_of_a_rescue_needs_nobody_for_its_link_until_a_newer_reboot() {
    let ours = rescue(Some(&[3, 4]), Some(5));
    assert!(spares(&ours, ANN, &[3, 4, 5]) && spares(&ours, ANN, &[4]) && spares(&ours, ANN, &[]));
    assert!(!spares(&ours, ANN, &[3, 4, 5, 6]), "after a newer reboot it may be another rescue's link");
    assert!(!spares(&ours, BEN, &[3, 4, 5]), "it is not theirs");
    assert!(!spares(&rescue(None, Some(5)), ANN, &[5]), "nobody knows what was before");
    assert!(!spares(&rescue(Some(&[3]), None), ANN, &[3, 5]), "its own reboot is not known");
    let (mut lease, begun_by) = ours;
    lease.operation = OperationId(8);
    assert!(!spares(&(lease, begun_by), ANN, &[]), "another operation began the lease");
}

#[test]
fn an_adopted_rescue_is_told_by_the_reboots_before_it_was_adopted() {
    let (lease, mut begun_by) = rescue(None, None);
    begun_by.state.facts.reboots_before = Some(vec![TaskId(3)]);
    assert!(spares(&(lease.clone(), begun_by.clone()), ANN, &[3]));
    assert!(!spares(&(lease, begun_by), ANN, &[3, 4]));
}

#[test]
fn one_more_reboot_needs_the_stricter_of_two_protections() {
    let policy =
        policy(vec![protect(1, &["*"], &[Action::Rescue], 1, 5), protect(2, &["*"], &[Action::Reboot], 2, 60)]);
    let of = |deed| protection_of(&policy, deed, &server("web"), None).map(|found| found.approvals.get());
    assert_eq!(of(Deed::Asked { kind: Kind::Enable, by: ANN }), Some(1));
    assert_eq!(of(Deed::RebootAgain { kind: Kind::Enable, by: ANN }), Some(2));
    assert_eq!(of(Deed::RebootAgain { kind: Kind::Restore, by: ANN }), Some(2));
    assert_eq!(of(Deed::Asked { kind: Kind::Restore, by: ANN }), None);
    let strictest =
        protection_of(&policy, Deed::RebootAgain { kind: Kind::Enable, by: ANN }, &server("web"), None).unwrap();
    assert_eq!(strictest.expires, Duration::from_secs(300), "the shorter time of the two");
}

#[test]
fn who_is_gone_may_not_and_who_cannot_be_read_is_told_apart_from_that() {
    let rule = |people| reauthorize(&policy(vec![]), &asked(Kind::Enable, &[]), &server("web"), None, &people);
    assert_eq!(rule(everybody()), Ok(Ruling::Allowed));
    assert_eq!(rule(everybody_but(ANN, Membership::NotAMember)), Ok(Ruling::NoLongerAllowed));
    let bare = Membership::Member(Requester { user: ANN, roles: BTreeSet::new() });
    assert_eq!(rule(everybody_but(ANN, bare)), Ok(Ruling::NoLongerAllowed));
    assert_eq!(rule(everybody_but(ANN, Membership::Unreadable)), Ok(Ruling::RolesUnreadable(ANN)));
    assert_eq!(rule(People::new()), Err(RolesWanted(ANN)));
}

#[test]
fn a_new_owner_must_hold_the_right_too() {
    let rule = |people| reauthorize(&policy(vec![]), &asked(Kind::HandOver, &[]), &server("web"), None, &people);
    assert_eq!(rule(everybody()), Ok(Ruling::Allowed));
    assert_eq!(rule(everybody_but(BEN, Membership::NotAMember)), Ok(Ruling::CannotOwn(BEN)));
    assert_eq!(rule(everybody_but(BEN, Membership::Unreadable)), Ok(Ruling::RolesUnreadable(BEN)));
}

#[test]
fn the_glass_was_broken_for_what_was_asked_and_not_for_one_more_reboot() {
    let policy = policy(vec![protect(1, &["*"], &[Action::Reboot], 1, 15)]);
    let rule = |operation: Operation| reauthorize(&policy, &operation, &server("web"), None, &everybody());
    let not_enough = Ok(Ruling::NotEnough { needed: 1, given: 0 });
    assert_eq!(rule(asked(Kind::Reboot, &[])), not_enough);
    assert_eq!(rule(glass(asked(Kind::Reboot, &[]))), Ok(Ruling::Allowed));
    assert_eq!(rule(glass(again(Kind::Reboot, &[]))), not_enough);
    assert_eq!(rule(glass(again(Kind::Reboot, &[CAT]))), Ok(Ruling::Allowed));
}

#[test]
fn an_approver_who_is_gone_or_cannot_be_read_counts_no_more() {
    let policy = policy(vec![protect(1, &["*"], &[Action::Rescue], 2, 15)]);
    let operation = asked(Kind::Enable, &[BEN, CAT]);
    let rule = |people| reauthorize(&policy, &operation, &server("web"), None, &people);
    assert_eq!(rule(everybody()), Ok(Ruling::Allowed));
    for gone in [Membership::NotAMember, Membership::Unreadable] {
        assert_eq!(rule(everybody_but(CAT, gone)), Ok(Ruling::NotEnough { needed: 2, given: 1 }));
    }
}

#[test]
fn whose_link_it_is_does_not_depend_on_who_rebooted_again() {
    let policy = policy(vec![protect(1, &["*"], &Action::ALL, 1, 15)]);
    let mut operation = again(Kind::Enable, &[]);
    operation.state.mandate.asked_by = BEN;
    let rule = |people| may_receive(&policy, &operation, &server("web"), &people);
    assert_eq!(rule(everybody_but(BEN, Membership::NotAMember)), Ok(Ruling::Allowed));
    assert_eq!(rule(everybody_but(ANN, Membership::NotAMember)), Ok(Ruling::NoLongerAllowed));
    assert_eq!(rule(everybody_but(ANN, Membership::Unreadable)), Ok(Ruling::RolesUnreadable(ANN)));
    assert_eq!(rule(People::new()), Err(RolesWanted(ANN)));
}

/// The same rules while these people are on duty, by a reading of this moment.
fn while_on_duty(policy: &Policy, people: &[UserId]) -> Policy {
    let by = crate::duty::Mark { read_at: Timestamp::UNIX_EPOCH, digest: "0123".into() };
    let duty = Duty::Known { people: people.iter().copied().collect(), by };
    policy.at(Moment { now: Some(Timestamp::UNIX_EPOCH), duty })
}

#[test]
fn whoever_has_gone_off_duty_may_not_any_more_and_is_told_by_which_reading() {
    let can = [Capability::Reboot, Capability::Rescue];
    let entry = Role { when: When::OnDuty, ..role(1, Who::Role(ALL), &can, &["*"], &[]) };
    let policy = Policy::new(vec![entry], Vec::new());
    let rule = |on: &[UserId]| {
        reauthorize(&while_on_duty(&policy, on), &asked(Kind::Reboot, &[]), &server("web"), None, &everybody())
    };
    assert_eq!(rule(&[ANN]), Ok(Ruling::Allowed));
    let read_at = Some(Timestamp::UNIX_EPOCH);
    assert_eq!(rule(&[BEN]), Ok(Ruling::NotOnDuty { read_at }));
    let handed = |on: &[UserId]| {
        reauthorize(&while_on_duty(&policy, on), &asked(Kind::HandOver, &[]), &server("web"), None, &everybody())
    };
    assert!(matches!(handed(&[ANN]), Ok(Ruling::CannotOwn(_))), "the next owner is not on duty");
}

#[test]
fn what_was_waived_needs_its_approvals_once_duty_is_over() {
    let all = [Capability::Reboot, Capability::Rescue, Capability::Approve];
    let waived = Protect { on_duty: OnDuty::NeedsNone, ..protect(1, &["*"], &[Action::Reboot], 1, 5) };
    let policy = Policy::new(vec![role(1, Who::Role(ALL), &all, &["*"], &[])], vec![waived]);
    let rule = |on: &[UserId]| {
        reauthorize(&while_on_duty(&policy, on), &asked(Kind::Reboot, &[]), &server("web"), None, &everybody())
    };
    assert_eq!(rule(&[ANN]), Ok(Ruling::Allowed));
    assert_eq!(rule(&[]), Ok(Ruling::NotEnough { needed: 1, given: 0 }));
    let again = Deed::RebootAgain { kind: Kind::Reboot, by: ANN };
    assert!(waived_of(&while_on_duty(&policy, &[ANN]), again, &server("web")).is_some());
    assert!(waived_of(&while_on_duty(&policy, &[BEN]), again, &server("web")).is_none());
}

#[test]
fn what_others_would_have_to_approve_is_not_done_unattended() {
    let ann = Requester { user: ANN, roles: [ALL].into() };
    let grant = |policy: &Policy| unattended(policy, &ann, Kind::Restore, ChannelId(HERE), &server("web"));
    let given = grant(&policy(vec![])).unwrap();
    assert_eq!((given.capability(), given.requester().user), (Capability::Restore, ANN));
    assert_eq!(grant(&policy(vec![protect(1, &["*"], &[Action::Restore], 1, 15)])), None);
    let waived = Protect { on_duty: OnDuty::NeedsNone, ..protect(1, &["*"], &[Action::Restore], 1, 15) };
    let by = crate::duty::Mark { read_at: Timestamp::UNIX_EPOCH, digest: "0".into() };
    let on_duty = Moment { now: None, duty: Duty::Known { people: [ANN].into(), by } };
    assert_eq!(grant(&policy(vec![waived]).at(on_duty)), None, "on duty one may be asleep");
    assert!(grant(&policy(vec![protect(1, &["*"], &[Action::Rescue], 1, 15)])).is_some());
    assert_eq!(grant(&Policy::default()), None);
}

#[test]
fn what_wants_a_reason_is_done_with_one_that_matches_alone_and_glass_does_not_pass_that() {
    let actions = [Action::Rescue, Action::Restore, Action::Reboot, Action::Console];
    let reason = Some(ReasonPattern::new(r"INC-\d+").expect("a pattern"));
    let policy = policy(vec![Protect { reason, ..protect(1, &["web"], &actions, 1, 15) }]);
    let ruling = |mut operation: Operation, reason: Option<&str>| {
        operation.request.reason = reason.map(str::to_owned);
        reauthorize(&policy, &operation, &server("web"), None, &everybody()).expect("everybody is known")
    };
    for kind in [Kind::Enable, Kind::Restore, Kind::Reboot] {
        for unfit in [None, Some("disk full")] {
            assert!(matches!(ruling(asked(kind, &[BEN]), unfit), Ruling::ReasonUnfit(_)), "{kind:?}");
            assert!(matches!(ruling(glass(asked(kind, &[])), unfit), Ruling::ReasonUnfit(_)), "{kind:?}");
        }
        assert_eq!(ruling(asked(kind, &[BEN]), Some("INC-7")), Ruling::Allowed, "{kind:?}");
    }
    assert_eq!(ruling(again(Kind::Reboot, &[BEN]), None), Ruling::Allowed, "its operation was looked at when it began");
    for kind in [Kind::Link, Kind::Console, Kind::FreeSessions, Kind::Adopt, Kind::PutBack] {
        assert_eq!(ruling(asked(kind, &[BEN]), None), Ruling::Allowed, "nobody is asked for a reason: {kind:?}");
    }
    let ann = Requester { user: ANN, roles: [ALL].into() };
    let unprotected = Policy::new(vec![role(1, Who::Role(ALL), &Capability::ALL, &["*"], &[])], Vec::new());
    assert!(unattended(&unprotected, &ann, Kind::Restore, ChannelId(HERE), &server("web")).is_some());
    assert!(unattended(&policy, &ann, Kind::Restore, ChannelId(HERE), &server("web")).is_none());
}

#[test]
fn any_rule_that_covers_it_asks_for_the_second_factor() {
    let asks = |number, servers: &[&str], approvals| Protect {
        second_factor: SecondFactor::Asked,
        ..protect(number, servers, &[Action::Reboot], approvals, 15)
    };
    let stricter = protect(1, &["*"], &[Action::Reboot], 3, 15);
    let both = policy(vec![stricter.clone(), asks(2, &["web"], 1), asks(3, &["*"], 1)]);
    let rule =
        |policy: &Policy, kind| second_factor_of(policy, &asked(kind, &[]), &server("web")).map(|rule| rule.number);
    assert_eq!((rule(&both, Kind::Reboot), rule(&both, Kind::Restore)), (Some(2), None));
    assert_eq!(rule(&policy(vec![stricter, asks(2, &["db"], 1)]), Kind::Reboot), None);
    let again = again(Kind::Restore, &[]);
    assert_eq!(second_factor_of(&both, &again, &server("web")).map(|rule| rule.number), Some(2), "it reboots");
}

#[test]
fn who_was_asked_without_a_code_has_given_none_when_the_rules_want_one_by_now() {
    let asks = Protect { second_factor: SecondFactor::Asked, ..protect(1, &["*"], &[Action::Reboot], 1, 15) };
    let policy = policy(vec![asks]);
    let ruling = |operation: &Operation| reauthorize(&policy, operation, &server("web"), None, &everybody());
    let lacks = Ok(Ruling::NotEnough { needed: 1, given: 0 });
    let Guard::BrokenGlass { passed: without, .. } = glass(asked(Kind::Reboot, &[])).request.guard else {
        panic!("it was broken");
    };
    let with = Approval { second_factor: Some("[[protect]] #1".into()), ..without.clone() };
    for operation in [asked(Kind::Reboot, &[BEN]), again(Kind::Reboot, &[BEN])] {
        let of = |approval: &Approval| {
            let mut operation = operation.clone();
            operation.state.facts.rounds = vec![Round::new(ANN, approval.clone())];
            operation
        };
        assert_eq!(ruling(&of(&without)), lacks);
        assert_eq!(ruling(&of(&with)), Ok(Ruling::Allowed));
    }
    let mut broken = glass(asked(Kind::Reboot, &[]));
    assert_eq!(ruling(&broken), lacks);
    broken.request.guard = Guard::BrokenGlass { passed: with, tells: None };
    assert_eq!(ruling(&broken), Ok(Ruling::Allowed));
}
