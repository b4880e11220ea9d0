use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

const HERE: u64 = 10;
const ELSEWHERE: u64 = 11;
const ONCALL: u64 = 1;

/// A server with this service name, no display name, and no tags.
pub(crate) fn server(name: &str) -> Server {
    let name = ServiceName::try_from(name.to_owned()).unwrap();
    Server { tags: Some(BTreeMap::new()), ..Server::only_named(name, "main") }
}

fn tagged(name: &str, key: &str, value: &str) -> Server {
    Server { tags: Some([(key.to_owned(), value.to_owned())].into()), ..server(name) }
}

pub(crate) fn unread(name: &str) -> Server {
    Server { tags: None, ..server(name) }
}

fn oncall() -> Requester {
    Requester { user: UserId(100), roles: [ONCALL].into() }
}

fn selectors(list: &[&str]) -> Vec<Selector> {
    list.iter().map(|text| text.parse().unwrap()).collect()
}

fn place(kind: RuleKind, number: usize) -> RulePlace {
    RulePlace { kind, number, line: Some(number * 10) }
}

/// An entry for the on-call role.
fn entry(number: usize) -> Entry {
    Entry { place: place(RuleKind::Role, number), who: Who::Role(ONCALL) }
}

pub(crate) fn role(number: usize, who: Who, can: &[Capability], servers: &[&str], channels: &[u64]) -> Role {
    Role {
        who,
        can: can.iter().copied().collect(),
        servers: selectors(servers),
        channels: channels.iter().copied().collect(),
        when: When::Always,
        hours: None,
        place: place(RuleKind::Role, number),
    }
}

pub(crate) fn protect(number: usize, servers: &[&str], actions: &[Action], approvals: u32, minutes: u64) -> Protect {
    Protect {
        servers: selectors(servers),
        actions: actions.iter().copied().collect(),
        approvals: NonZeroU32::new(approvals).unwrap(),
        expires: Duration::from_secs(minutes * 60),
        on_duty: OnDuty::NeedsApproval,
        reason: None,
        second_factor: SecondFactor::NotAsked,
        place: place(RuleKind::Protect, number),
    }
}

fn policy(roles: Vec<Role>) -> Policy {
    Policy::new(roles, Vec::new())
}

#[track_caller]
fn denied(policy: &Policy, capability: Capability, server: &Server) -> Denial {
    policy.check(&oncall(), capability, server, HERE).expect_err("should be denied")
}

#[test]
fn without_entries_nobody_may_do_anything() {
    let denial = denied(&policy(vec![]), Capability::View, &server("web"));
    assert_eq!(denial.reason, Reason::NobodyMay);
    assert_eq!(denial.nearest, None);
    assert!(denial.could_help.is_empty());
}

#[test]
fn an_entry_for_somebody_else_is_no_entry_for_you_and_says_who_could_help() {
    let policy = policy(vec![
        role(1, Who::Role(2), &[Capability::Reboot], &["*"], &[]),
        role(2, Who::User(UserId(7)), &[Capability::Reboot], &["*"], &[]),
        role(3, Who::Role(3), &[Capability::Reboot], &["db-*"], &[]),
        role(4, Who::Role(4), &[Capability::Reboot], &["*"], &[ELSEWHERE]),
    ]);
    let denial = denied(&policy, Capability::Reboot, &server("web"));
    assert_eq!(denial.reason, Reason::NoEntryForYou);
    assert_eq!(denial.nearest, None);
    assert_eq!(denial.could_help, [Who::Role(2), Who::User(UserId(7))].into());
}

#[test]
fn a_capability_is_given_or_it_is_not() {
    let policy = policy(vec![role(1, Who::Role(ONCALL), &[Capability::View], &["*"], &[])]);
    let denial = denied(&policy, Capability::Reboot, &server("web"));
    assert_eq!(denial.reason, Reason::LacksCapability);
    assert_eq!(denial.nearest, Some(entry(1)));
}

#[test]
fn the_nearest_entry_is_named_and_another_server_is_nearer_than_another_capability() {
    let policy = policy(vec![
        role(1, Who::Role(ONCALL), &[Capability::View], &["*"], &[]),
        role(2, Who::Role(ONCALL), &[Capability::Reboot], &["db-*"], &[]),
        role(3, Who::User(UserId(100)), &[Capability::Reboot], &["mail-*"], &[]),
    ]);
    let denial = denied(&policy, Capability::Reboot, &server("web"));
    assert_eq!(denial.reason, Reason::NotThisServer);
    assert_eq!(denial.nearest, Some(entry(2)));
}

#[test]
fn a_channel_that_is_not_named_is_refused_and_those_that_are_named_are_told() {
    let policy = policy(vec![
        role(1, Who::Role(ONCALL), &[Capability::Reboot], &["*"], &[ELSEWHERE]),
        role(2, Who::Role(ONCALL), &[Capability::Reboot], &["web"], &[12]),
        role(3, Who::Role(ONCALL), &[Capability::Reboot], &["db-*"], &[13]),
    ]);
    let denial = denied(&policy, Capability::Reboot, &server("web"));
    assert_eq!(denial.reason, Reason::NotThisChannel { channels: [ELSEWHERE, 12].into() });
    assert_eq!(denial.nearest, Some(entry(1)));
    assert!(policy.check(&oncall(), Capability::Reboot, &server("web"), ELSEWHERE).is_ok());
}

#[test]
fn a_tag_that_could_not_be_read_gives_no_right() {
    let policy = policy(vec![role(1, Who::Role(ONCALL), &[Capability::Reboot], &["tag:env=dev"], &[])]);
    assert!(policy.check(&oncall(), Capability::Reboot, &tagged("web", "env", "DEV"), HERE).is_ok());
    assert_eq!(denied(&policy, Capability::Reboot, &unread("web")).reason, Reason::ServerUnread);
    assert_eq!(denied(&policy, Capability::Reboot, &server("web")).reason, Reason::NotThisServer);
}

#[test]
fn a_tag_that_could_not_be_read_protects() {
    let policy = Policy::new(vec![], vec![protect(1, &["tag:env=prod"], &[Action::Rescue], 1, 15)]);
    let prod = policy.protection(Action::Rescue, &tagged("web", "env", "prod")).unwrap();
    assert_eq!((prod.approvals.get(), prod.because), (1, Because::Matches));
    assert_eq!(policy.protection(Action::Rescue, &unread("web")).unwrap().because, Because::Unread);
    assert_eq!(policy.protection(Action::Rescue, &server("web")), None);
    assert_eq!(policy.protection(Action::Reboot, &unread("web")), None);
}

#[test]
fn the_strictest_of_several_protections_counts() {
    let policy = Policy::new(
        vec![],
        vec![
            protect(1, &["*"], &[Action::Reboot], 1, 5),
            protect(2, &["web*"], &[Action::Reboot], 2, 60),
            protect(3, &["web*"], &[Action::Reboot], 2, 30),
        ],
    );
    let protection = policy.protection(Action::Reboot, &server("web")).unwrap();
    assert_eq!(protection.approvals.get(), 2);
    assert_eq!(protection.expires, Duration::from_secs(300));
    assert_eq!(protection.rule, place(RuleKind::Protect, 2));
}

#[test]
fn entries_add_up_and_the_grant_says_what_it_is_for() {
    let policy = policy(vec![
        role(1, Who::Role(ONCALL), &[Capability::View], &["*"], &[]),
        role(2, Who::User(UserId(100)), &[Capability::Rescue], &["WEB*"], &[HERE]),
    ]);
    let grant = policy.check(&oncall(), Capability::Rescue, &server("web-1"), HERE).unwrap();
    assert_eq!(grant.requester(), &oncall());
    assert_eq!(grant.capability(), Capability::Rescue);
    assert_eq!(grant.server().map(ServiceName::as_str), Some("web-1"));
    assert_eq!(grant.channel(), HERE);
    assert_eq!(grant.who(), Who::User(UserId(100)));
    assert_eq!(grant.place().to_string(), "[[role]] #2 (line 20)");
    assert!(policy.check(&oncall(), Capability::View, &server("db"), HERE).is_ok());
}

#[test]
fn what_concerns_no_server_needs_the_capability_on_any() {
    let policy = policy(vec![role(1, Who::Role(ONCALL), &[Capability::Audit], &["web-*"], &[HERE])]);
    let grant = policy.check_anywhere(&oncall(), Capability::Audit, HERE).unwrap();
    assert_eq!(grant.server(), None);
    let elsewhere = policy.check_anywhere(&oncall(), Capability::Audit, ELSEWHERE).unwrap_err();
    assert_eq!(elsewhere.reason, Reason::NotThisChannel { channels: [HERE].into() });
    let admin = policy.check_anywhere(&oncall(), Capability::Admin, HERE).unwrap_err();
    assert_eq!(admin.reason, Reason::LacksCapability);
}

#[test]
fn a_place_from_the_environment_says_so() {
    let place = RulePlace { kind: RuleKind::Protect, number: 1, line: None };
    assert_eq!(place.to_string(), "[[protect]] #1 (environment)");
}

#[test]
fn the_words_of_the_configuration_are_read_back() {
    for capability in Capability::ALL {
        assert_eq!(capability.as_str().parse(), Ok(capability));
    }
    for action in Action::ALL {
        assert_eq!(action.as_str().parse(), Ok(action));
    }
    assert_eq!("Reboot".parse::<Capability>(), Err(UnknownWord));
}

// --- the policy against a model that knows nothing of stages, reasons or globs ---

const PATTERNS: [&str; 5] = ["*", "web-?", "ns1", "tag:env=prod", "tag:env=*"];

pub(crate) fn fits(pattern: &str, server: &Server) -> Option<bool> {
    let env = server.tags.as_ref().map(|tags| tags.get("env").map(String::as_str));
    match pattern {
        "*" => Some(true),
        "ns1" if server.name.as_str() == "ns1" => Some(true),
        "tag:env=prod" => env.map(|env| env == Some("prod")),
        "tag:env=*" => env.map(|env| env.is_some()),
        "web-?" => env.map(|_| server.display_name.as_deref() == Some("Web-1")),
        _ => env.map(|_| false),
    }
}

pub(crate) fn may(rules: &[Role], who: &Requester, capability: Capability, server: &Server, channel: u64) -> bool {
    rules.iter().any(|rule| {
        let speaks_of = match rule.who {
            Who::Role(id) => who.roles.contains(&id),
            Who::User(id) => who.user == id,
        };
        let fit = rule.servers.iter().any(|selector| fits(&selector.to_string(), server) == Some(true));
        speaks_of
            && rule.can.contains(&capability)
            && fit
            && (rule.channels.is_empty() || rule.channels.contains(&channel))
    })
}

fn any_capability() -> impl Strategy<Value = Capability> {
    prop::sample::select(Capability::ALL.as_slice())
}

pub(crate) fn any_patterns() -> impl Strategy<Value = Vec<Selector>> {
    prop::collection::vec(prop::sample::select(PATTERNS.as_slice()), 0..3).prop_map(|list| selectors(&list))
}

pub(crate) fn any_role() -> impl Strategy<Value = Role> {
    let who = prop_oneof![(1..4u64).prop_map(Who::Role), (1..4u64).prop_map(|id| Who::User(UserId(id)))];
    let can = prop::collection::btree_set(any_capability(), 0..4);
    let channels = prop::collection::btree_set(1..4u64, 0..3);
    (who, can, any_patterns(), channels).prop_map(|(who, can, servers, channels)| Role {
        who,
        can,
        servers,
        channels,
        when: When::Always,
        hours: None,
        place: place(RuleKind::Role, 1),
    })
}

pub(crate) fn any_server() -> impl Strategy<Value = Server> {
    let tags = prop_oneof![
        Just(None),
        Just(Some(BTreeMap::new())),
        prop::sample::select(vec!["prod", "dev"]).prop_map(|env| Some([("env".to_owned(), env.to_owned())].into())),
    ];
    let names = (prop::sample::select(vec!["ns1", "ns2"]), prop::option::of(Just("Web-1".to_owned())));
    (names, tags).prop_map(|((name, display_name), tags)| Server { display_name, tags, ..server(name) })
}

proptest! {
    #[test]
    fn the_policy_agrees_with_the_model(
        roles in prop::collection::vec(any_role(), 0..5),
        user in 1..4u64,
        held in prop::collection::btree_set(1..4u64, 0..3),
        capability in any_capability(),
        server in any_server(),
        channel in 1..4u64,
    ) {
        let requester = Requester { user: UserId(user), roles: held };
        let policy = policy(roles.clone());
        let expected = may(&roles, &requester, capability, &server, channel);
        let answer = policy.check(&requester, capability, &server, channel);
        prop_assert_eq!(answer.is_ok(), expected);
        prop_assert_eq!(policy.visible(&requester, capability, channel, [&server]).count() == 1, expected);
        if let Err(denial) = answer {
            for who in denial.could_help {
                let helper = match who {
                    Who::Role(id) => Requester { user: UserId(99), roles: [id].into() },
                    Who::User(id) => Requester { user: id, roles: BTreeSet::new() },
                };
                prop_assert!(policy.check(&helper, capability, &server, channel).is_ok());
            }
        } else {
            prop_assert!(policy.check_anywhere(&requester, capability, channel).is_ok());
        }
    }

    #[test]
    fn a_protection_covers_what_matches_and_what_might(servers in any_patterns(), server in any_server()) {
        let expected = servers.iter().any(|selector| fits(&selector.to_string(), &server) != Some(false));
        let mut rule = protect(1, &[], &[Action::Console], 1, 1);
        rule.servers = servers;
        let policy = Policy::new(vec![], vec![rule]);
        prop_assert_eq!(policy.protection(Action::Console, &server).is_some(), expected);
    }
}

/// Somebody with the role is on duty, by a reading of this moment.
fn on_duty(people: &[u64]) -> Moment {
    let by = Mark { read_at: Timestamp::UNIX_EPOCH, digest: "0123".into() };
    let people = people.iter().copied().map(UserId).collect();
    Moment { now: Some(Timestamp::UNIX_EPOCH), duty: Duty::Known { people, by } }
}

#[test]
fn a_right_for_who_is_on_duty_is_theirs_alone_and_the_grant_names_the_reading() {
    let entry = Role { when: When::OnDuty, ..role(1, Who::Role(ONCALL), &[Capability::Reboot], &["*"], &[]) };
    let policy = policy(vec![entry]);
    let grant = policy.at(on_duty(&[100])).check(&oncall(), Capability::Reboot, &server("web"), HERE).unwrap();
    assert_eq!(grant.rule(), "[[role]] #1 (line 10), on duty by the schedule 0123 read at 1970-01-01T00:00:00Z");
    let denial = denied(&policy.at(on_duty(&[101])), Capability::Reboot, &server("web"));
    let others = OffDuty::Others { read_at: Timestamp::UNIX_EPOCH, people: [UserId(101)].into() };
    assert_eq!(denial.reason, Reason::NotOnDuty(Box::new(others)));
    assert_eq!(denial.could_help, [Who::Role(ONCALL)].into(), "whoever of the role is on duty");
    assert_eq!(denial.nearest, Some(self::entry(1)));
    // Without a moment nobody is on duty, and nobody could help.
    let never = denied(&policy, Capability::Reboot, &server("web"));
    assert_eq!((never.reason, never.could_help), (Reason::NotOnDuty(Box::new(OffDuty::NoSchedule)), BTreeSet::new()));
    assert_eq!(policy.who_may_ever(Capability::Reboot, &server("web"), HERE), [Who::Role(ONCALL)].into());
    let other = Requester { user: UserId(100), roles: BTreeSet::new() };
    let none = policy.at(on_duty(&[100])).check(&other, Capability::Reboot, &server("web"), HERE).unwrap_err();
    assert_eq!(none.reason, Reason::NoEntryForYou, "duty alone gives nothing");
    assert!(policy.goes_by_time());
}

#[test]
fn an_entry_counts_only_in_its_hours() {
    let zone = jiff::tz::TimeZone::UTC;
    let hours = |text: &str| Some(crate::hours::Hours { windows: text.parse().unwrap(), zone: zone.clone() });
    let entry = |number, text: &str| {
        let role = role(number, Who::Role(ONCALL), &[Capability::Reboot], &["*"], &[]);
        Role { hours: hours(text), ..role }
    };
    let policy = policy(vec![entry(1, "08:00-18:00"), entry(2, "20:00-22:00")]);
    let at = |time: &str| policy.at(Moment { now: Some(time.parse().unwrap()), duty: Duty::NoSchedule });
    assert!(at("2026-11-30T12:00:00Z").check(&oncall(), Capability::Reboot, &server("web"), HERE).is_ok());
    assert!(at("2026-11-30T21:00:00Z").check(&oncall(), Capability::Reboot, &server("web"), HERE).is_ok());
    let denial = denied(&at("2026-11-30T19:00:00Z"), Capability::Reboot, &server("web"));
    let both = ["08:00-18:00".to_owned(), "20:00-22:00".to_owned()].into();
    assert_eq!((denial.reason, denial.could_help), (Reason::OutsideHours { hours: both }, BTreeSet::new()));
    assert!(policy.check(&oncall(), Capability::Reboot, &server("web"), HERE).is_err(), "without a time no hours hold");
    // A nearer entry later in the file is not hidden by one that fails for its channel.
    let elsewhere = role(3, Who::Role(ONCALL), &[Capability::Reboot], &["*"], &[ELSEWHERE]);
    let mixed = Policy::new(vec![entry(1, "08:00-18:00"), elsewhere], Vec::new());
    assert!(matches!(denied(&mixed, Capability::Reboot, &server("web")).reason, Reason::OutsideHours { .. }));
}

#[test]
fn a_protection_is_waived_for_who_is_on_duty_and_for_nobody_else() {
    let waived = Protect { on_duty: OnDuty::NeedsNone, ..protect(1, &["*"], &[Action::Reboot], 2, 5) };
    let kept = protect(2, &["db-*"], &[Action::Reboot], 1, 15);
    let policy = Policy::new(Vec::new(), vec![waived, kept]).at(on_duty(&[100]));
    let needs = |user, name: &str| {
        policy.protection_for(UserId(user), Action::Reboot, &server(name)).map(|found| found.rule.number)
    };
    assert_eq!((needs(100, "web"), needs(101, "web")), (None, Some(1)));
    assert_eq!((needs(100, "db-1"), needs(101, "db-1")), (Some(2), Some(1)), "another rule asks all the same");
    let waiver = |user, name: &str| policy.waived_for(UserId(user), Action::Reboot, &server(name));
    let (passed, mark) = waiver(100, "web").unwrap();
    assert_eq!((passed.rule.number, passed.approvals.get(), mark.digest.as_str()), (1, 2, "0123"));
    assert_eq!((waiver(101, "web"), waiver(100, "db-1")), (None, None));
    let unread = policy.at(Moment { now: None, duty: Duty::Nobody(crate::duty::Unknown::NeverRead) });
    assert!(unread.protection_for(UserId(100), Action::Reboot, &server("web")).is_some());
}
