use std::{
    collections::{BTreeMap, BTreeSet},
    num::NonZeroU32,
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::{
    access::{
        Because, Protect, Role, RuleKind, RulePlace, Selector, Who,
        tests::{any_patterns, any_role, any_server, fits, may, protect, role, server},
    },
    console::ConsoleMinutes,
    lease::sight::Seen,
    locale::Locale,
    mark::Mark,
    operation::{EnableWish, Intent, OperationId, Request, Setting, Snapshot, approval::Approval, approval::Mandate},
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
    }
}

/// What ann asked for, with the approval of these people.
fn asked(kind: Kind, approvers: &[UserId]) -> Operation {
    let request = Request {
        wish: wish(kind, BEN),
        server: server("web").name,
        account: "main".into(),
        label: "web".into(),
        requester: ANN,
        locale: Locale::En,
        channel: ChannelId(HERE),
        place: ChannelId(HERE),
        reason: None,
        rule: "[[role]] #1".into(),
        guard: Guard::Unprotected,
        known_as: None,
        beside: None,
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
    assert_eq!(of(Deed::RebootAgain(Kind::Enable)), Some(2));
    assert_eq!(of(Deed::RebootAgain(Kind::Restore)), Some(2));
    assert_eq!(of(Deed::Asked { kind: Kind::Restore, by: ANN }), None);
    let strictest = protection_of(&policy, Deed::RebootAgain(Kind::Enable), &server("web"), None).unwrap();
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

#[test]
fn what_others_would_have_to_approve_is_not_done_unattended() {
    let ann = Requester { user: ANN, roles: [ALL].into() };
    let grant = |policy: &Policy| unattended(policy, &ann, Kind::Restore, ChannelId(HERE), &server("web"));
    let given = grant(&policy(vec![])).unwrap();
    assert_eq!((given.capability(), given.requester().user), (Capability::Restore, ANN));
    assert_eq!(grant(&policy(vec![protect(1, &["*"], &[Action::Restore], 1, 15)])), None);
    assert!(grant(&policy(vec![protect(1, &["*"], &[Action::Rescue], 1, 15)])).is_some());
    assert_eq!(grant(&Policy::default()), None);
}

// --- the ruling against a model that knows nothing of stages, deeds or wanted roles ---

/// An operation and everything that it is judged by.
#[derive(Clone, Debug)]
struct Case {
    roles: Vec<Role>,
    protections: Vec<Protect>,
    operation: Operation,
    server: Server,
    people: People,
    rescue: Option<(Lease, Operation)>,
    reboots: Vec<TaskId>,
}

impl Case {
    fn policy(&self) -> Policy {
        Policy::new(self.roles.clone(), self.protections.clone())
    }

    fn rule_with(&self, people: &People) -> Result<Ruling, RolesWanted> {
        let rescue = self.rescue.as_ref();
        let rescue = rescue.map(|(lease, begun_by)| RunningRescue { lease, begun_by, reboots: &self.reboots });
        reauthorize(&self.policy(), &self.operation, &self.server, rescue, people)
    }

    fn rule(&self) -> Ruling {
        self.rule_with(&self.people).expect("everybody is known")
    }

    fn holds(&self, person: UserId, capability: Capability) -> bool {
        match &self.people[&person] {
            Membership::Member(one) => may(&self.roles, one, capability, &self.server, HERE),
            Membership::NotAMember | Membership::Unreadable => false,
        }
    }

    /// The approvals that a protection of any of these actions asks for at most.
    fn approvals(&self, actions: &[Action]) -> Option<u32> {
        let covers = |rule: &&Protect| {
            let might = |selector: &Selector| fits(&selector.to_string(), &self.server) != Some(false);
            rule.servers.iter().any(might) && actions.iter().any(|action| rule.actions.contains(action))
        };
        self.protections.iter().filter(covers).map(|rule| rule.approvals.get()).max()
    }

    /// Whether it is the link of the rescue that its requester owns and that ran last, by the ids: those up to 2 were before it, 3 is
    /// its own.
    fn is_their_own_link(&self) -> bool {
        let owner = self.rescue.as_ref().map(|(lease, _)| lease.owner);
        self.operation.request.kind() == Kind::Link
            && owner == Some(self.operation.request.requester)
            && self.reboots.iter().all(|reboot| reboot.0 <= 3)
    }

    fn expected(&self) -> Ruling {
        let kind = self.operation.request.kind();
        let is_again = self.operation.state.facts.intents > 0;
        let mandate = &self.operation.state.mandate;
        let of_kind = match kind {
            Kind::Restore | Kind::PutBack => Action::Restore,
            Kind::Reboot => Action::Reboot,
            Kind::Console => Action::Console,
            Kind::Enable | Kind::Link | Kind::Adopt | Kind::HandOver => Action::Rescue,
        };
        let (needs, actions) = match is_again {
            true => (Capability::Reboot, vec![of_kind, Action::Reboot]),
            false => (of_kind.capability(), vec![of_kind]),
        };
        let mut behind = vec![(mandate.asked_by, needs, Ruling::NoLongerAllowed)];
        if let Wish::HandOver { to, .. } = self.operation.request.wish {
            behind.push((to, Capability::Rescue, Ruling::CannotOwn(to)));
        }
        for (person, capability, no) in behind {
            if self.people[&person] == Membership::Unreadable {
                return Ruling::RolesUnreadable(person);
            }
            if !self.holds(person, capability) {
                return no;
            }
        }
        let Some(needed) = self.approvals(&actions).filter(|_| is_again || !self.is_their_own_link()) else {
            return Ruling::Allowed;
        };
        let broken = matches!(self.operation.request.guard, Guard::BrokenGlass { .. });
        if broken && !is_again && self.holds(mandate.asked_by, Capability::Admin) {
            return Ruling::Allowed;
        }
        let counting = mandate.approvers.iter().filter(|approver| self.holds(**approver, Capability::Approve));
        let given = u32::try_from(counting.count()).expect("a few");
        if given >= needed { Ruling::Allowed } else { Ruling::NotEnough { needed, given } }
    }
}

fn any_membership(user: u64) -> impl Strategy<Value = Membership> {
    let member = prop::collection::btree_set(1..4u64, 0..4)
        .prop_map(move |roles| Membership::Member(Requester { user: UserId(user), roles }));
    prop_oneof![8 => member, 1 => Just(Membership::NotAMember), 1 => Just(Membership::Unreadable)]
}

fn any_people() -> impl Strategy<Value = People> {
    (1..5u64).map(any_membership).collect::<Vec<_>>().prop_map(|all| (1..).map(UserId).zip(all).collect())
}

fn any_protection() -> impl Strategy<Value = Protect> {
    let actions = prop::collection::btree_set(prop::sample::select(Action::ALL.as_slice()), 0..4);
    (any_patterns(), actions, 1..3u32).prop_map(|(servers, actions, approvals)| Protect {
        servers,
        actions,
        approvals: NonZeroU32::new(approvals).expect("at least one"),
        expires: Duration::from_secs(60),
        place: RulePlace { kind: RuleKind::Protect, number: 1, line: None },
    })
}

fn any_operation() -> impl Strategy<Value = Operation> {
    let approvers = prop::sample::subsequence(vec![UserId(2), UserId(3), UserId(4)], 0..=3);
    let kind = prop_oneof![3 => Just(Kind::Link), 5 => prop::sample::select(Kind::ALL.as_slice())];
    (kind, approvers, 1..5u64, prop::bool::weighted(0.3), prop::bool::weighted(0.3)).prop_map(
        |(kind, approvers, asked_by, is_again, broken)| {
            let is_again = is_again && kind.reboots();
            let mut operation = if is_again { again(kind, &approvers) } else { asked(kind, &approvers) };
            if is_again {
                operation.state.mandate.asked_by = UserId(asked_by);
            }
            if broken { glass(operation) } else { operation }
        },
    )
}

fn any_case() -> impl Strategy<Value = Case> {
    // One entry for everything, so that not nearly everything ends at the first question.
    let open = prop::option::weighted(0.7, Just(role(9, Who::Role(2), &Capability::ALL, &["*"], &[])));
    let rules = (prop::collection::vec(any_role(), 0..4), open, prop::collection::vec(any_protection(), 0..3));
    let lease = prop::option::weighted(0.7, 1..3u64);
    let reboots = prop::collection::vec((1..5u64).prop_map(TaskId), 0..3);
    (rules, any_operation(), any_server(), any_people(), lease, reboots).prop_map(
        |((mut roles, open, protections), operation, server, people, owner, reboots)| {
            roles.extend(open);
            let rescue = owner.map(|owner| {
                let (lease, begun_by) = rescue(Some(&[1, 2]), Some(3));
                (Lease { owner: UserId(owner), ..lease }, begun_by)
            });
            Case { roles, protections, operation, server, people, rescue, reboots }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_ruling_agrees_with_the_model(case in any_case()) {
        prop_assert_eq!(case.rule(), case.expected());
    }

    #[test]
    fn asked_about_one_after_another_the_same_comes_of_it_and_nobody_is_asked_about_twice(case in any_case()) {
        let mut known = People::new();
        let ruling = loop {
            match case.rule_with(&known) {
                Ok(ruling) => break ruling,
                Err(RolesWanted(person)) => {
                    let before = known.insert(person, case.people[&person].clone());
                    prop_assert_eq!(before, None);
                }
            }
        };
        prop_assert_eq!(ruling, case.rule());
        let mandate = &case.operation.state.mandate;
        let heir = if let Wish::HandOver { to, .. } = case.operation.request.wish { Some(to) } else { None };
        let behind: BTreeSet<UserId> = [mandate.asked_by].into_iter().chain(heir).chain(mandate.approvers.clone()).collect();
        prop_assert!(known.keys().all(|person| behind.contains(person)));
    }

    #[test]
    fn nothing_is_allowed_by_taking_something_away_or_by_protecting_more(
        case in any_case(),
        more in any_protection(),
        person in 1..5u64,
        gone in prop_oneof![Just(Membership::NotAMember), Just(Membership::Unreadable)],
        index in any::<prop::sample::Index>(),
    ) {
        prop_assume!(case.rule() != Ruling::Allowed);
        let mut protected = case.clone();
        protected.protections.push(more);
        prop_assert_ne!(protected.rule(), Ruling::Allowed);
        let mut without = case.clone();
        without.people.insert(UserId(person), gone);
        prop_assert_ne!(without.rule(), Ruling::Allowed);
        let mut ruled = case.clone();
        if !ruled.roles.is_empty() {
            ruled.roles.remove(index.index(case.roles.len()));
        }
        prop_assert_ne!(ruled.rule(), Ruling::Allowed);
    }
}

#[test]
fn the_cases_are_not_all_alike() {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    let mut runner = TestRunner::deterministic();
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    for _ in 0..2_000 {
        let case = any_case().new_tree(&mut runner).expect("a case").current();
        let word = match case.rule() {
            Ruling::Allowed if case.is_their_own_link() && case.approvals(&[Action::Rescue]).is_some() => "spared",
            Ruling::Allowed => "allowed",
            Ruling::NoLongerAllowed => "no longer allowed",
            Ruling::RolesUnreadable(_) => "unreadable",
            Ruling::CannotOwn(_) => "cannot own",
            Ruling::NotEnough { .. } => "not enough",
        };
        *seen.entry(word).or_default() += 1;
    }
    assert!(seen.len() == 6 && seen.values().all(|count| *count >= 10), "{seen:?}");
}
