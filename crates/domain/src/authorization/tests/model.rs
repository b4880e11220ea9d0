//! The ruling against a model that knows nothing of stages, deeds or wanted roles.

use std::{
    collections::{BTreeMap, BTreeSet},
    num::NonZeroU32,
    time::Duration,
};

use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};

use super::{HERE, again, asked, glass, rescue};
use crate::{
    access::{
        Action, Capability, OnDuty, Policy, Protect, Requester, Role, RuleKind, RulePlace, SecondFactor, Selector,
        UserId, Who,
        tests::{any_patterns, any_role, any_server, fits, may, role},
    },
    authorization::{Membership, People, RolesWanted, Ruling, RunningRescue, reauthorize},
    lease::Lease,
    operation::{Kind, Operation, Wish, approval::Guard},
    server::{Server, TaskId},
};

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
            Kind::Restore | Kind::PutBack => Some(Action::Restore),
            Kind::Reboot => Some(Action::Reboot),
            Kind::Console | Kind::FreeSessions => Some(Action::Console),
            Kind::Enable | Kind::Link | Kind::Adopt | Kind::HandOver => Some(Action::Rescue),
            // No protection speaks of tickets, and none is ever rebooted again.
            Kind::Ticket => None,
        };
        let (needs, actions) = match (is_again, of_kind) {
            (true, Some(action)) => (Capability::Reboot, vec![action, Action::Reboot]),
            (true, None) => (Capability::Reboot, Vec::new()),
            (false, Some(action)) => (action.capability(), vec![action]),
            (false, None) => (Capability::Ticket, Vec::new()),
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
        on_duty: OnDuty::NeedsApproval,
        reason: None,
        second_factor: SecondFactor::NotAsked,
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
            Ruling::ReasonUnfit(_) => "another reason",
            Ruling::NotEnough { .. } => "not enough",
            Ruling::NotOnDuty { .. } => unreachable!("no rule here goes by duty"),
        };
        *seen.entry(word).or_default() += 1;
    }
    assert!(seen.len() == 6 && seen.values().all(|count| *count >= 10), "{seen:?}");
}
