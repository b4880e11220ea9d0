//! The rules against the world: do the servers and roles that they name exist, and can the approvals that they ask for come?
//!
//! Each finding names the rule and its line. Pure: what was read is handed in.

use std::{
    borrow::Borrow,
    collections::{BTreeMap, BTreeSet},
};

use bernard_config::{Config, Places};
use bernard_domain::{
    access::{Capability, Policy, Protect, RuleKind, RulePlace, Selector, Who},
    server::Server,
};

use super::finding::{Finding, Outcome};

/// How many servers a finding names.
const NAMED: usize = 3;

/// What the fleet tells about the rules: what matches nothing, who could approve, and what overlaps.
pub(super) fn of_fleet(config: &Config, places: &Places, servers: &[impl Borrow<Server>]) -> Vec<Finding> {
    if servers.is_empty() {
        return vec![Finding::new(Outcome::Unproved, "the rules could not be held against servers: none is known")];
    }
    let mut findings = Vec::new();
    let of_roles = config.roles.iter().map(|role| (role.place, &role.servers));
    let of_protections = config.protections.iter().map(|protect| (protect.place, &protect.servers));
    for (place, selectors) in of_roles.chain(of_protections) {
        findings.extend(selectors.iter().filter_map(|selector| matches_nothing(place, places, selector, servers)));
    }
    for (index, protect) in config.protections.iter().enumerate() {
        findings.extend(nobody_approves(config, places, protect, servers));
        let earlier = &config.protections[..index];
        findings.extend(earlier.iter().filter_map(|earlier| overlap(earlier, protect, places, servers)));
    }
    if findings.is_empty() {
        findings.push(Finding::new(Outcome::Well, format!("the rules fit the {} known servers", servers.len())));
    }
    findings
}

/// What the guild's numbers tell about the groups of approvers. `counts`: members by role; `None` when Discord did not say.
pub(super) fn of_approvers(
    config: &Config,
    places: &Places,
    servers: &[impl Borrow<Server>],
    counts: Option<&BTreeMap<u64, u64>>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for protect in &config.protections {
        let groups: BTreeSet<BTreeSet<Who>> = covered(protect, servers)
            .map(|server| approvers(config, server))
            .filter(|group| !group.is_empty())
            .collect();
        findings.extend(groups.iter().filter_map(|group| too_small(protect, places, group, counts)));
    }
    findings
}

/// Where the configuration says that a role is mentioned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mentioned {
    pub(super) key: String,
    /// The rule, if it is one that says so.
    pub(super) rule: Option<RulePlace>,
}

/// The Discord roles that are mentioned when something is asked or overdue, and where the configuration says so.
pub(super) fn mentioned(config: &Config) -> BTreeMap<u64, Mentioned> {
    let mut mentioned = BTreeMap::new();
    let oncall = || Mentioned { key: "discord.oncall_role".to_owned(), rule: None };
    mentioned.extend(config.discord.oncall_role.map(|role| (role, oncall())));
    if config.protections.is_empty() {
        return mentioned;
    }
    for role in config.roles.iter().filter(|role| role.can.contains(&Capability::Approve)) {
        if let Who::Role(id) = role.who {
            mentioned.entry(id).or_insert_with(|| Mentioned { key: key(role.place, "id"), rule: Some(role.place) });
        }
    }
    mentioned
}

/// The path of a rule's key.
pub(super) fn key(place: RulePlace, key: &str) -> String {
    let list = match place.kind {
        RuleKind::Role => "role",
        RuleKind::Protect => "protect",
    };
    format!("{list}[{}].{key}", place.number - 1)
}

fn matches_nothing(
    place: RulePlace,
    places: &Places,
    selector: &Selector,
    servers: &[impl Borrow<Server>],
) -> Option<Finding> {
    let fits: Vec<Option<bool>> = servers.iter().map(|server| selector.speaks_of(server.borrow())).collect();
    if fits.contains(&Some(true)) {
        return None;
    }
    let selector = selector.to_string();
    let (outcome, what) = match fits.contains(&None) {
        true => (
            Outcome::Unproved,
            format!("{place}: whether {selector:?} matches a server depends on tags and names that were not read"),
        ),
        false => (Outcome::Odd, format!("{place}: {selector:?} matches none of {} servers", servers.len())),
    };
    Some(Finding::new(outcome, what).rule(places.of(&key(place, "servers"))))
}

/// The servers that surely are covered.
fn covered<'a>(protect: &'a Protect, servers: &'a [impl Borrow<Server>]) -> impl Iterator<Item = &'a Server> {
    let covers = |server: &Server| protect.servers.iter().any(|selector| selector.speaks_of(server) == Some(true));
    servers.iter().map(Borrow::borrow).filter(move |server| covers(server))
}

/// Who may approve on a server, in whichever channel.
fn approvers(config: &Config, server: &Server) -> BTreeSet<Who> {
    let policy = Policy::new(config.roles.clone(), Vec::new());
    let channels = config.roles.iter().flat_map(|role| role.channels.iter().copied());
    // Without a channel of its own an entry holds everywhere, so also in the channel 0, which none is.
    channels.chain([0]).flat_map(|channel| policy.who_may_ever(Capability::Approve, server, channel)).collect()
}

fn nobody_approves(
    config: &Config,
    places: &Places,
    protect: &Protect,
    servers: &[impl Borrow<Server>],
) -> Option<Finding> {
    let without: Vec<&Server> =
        covered(protect, servers).filter(|server| approvers(config, server).is_empty()).collect();
    let what = || format!("{}: nobody may approve on {}", protect.place, names(&without));
    let place = || places.of(&key(protect.place, "approvals"));
    (!without.is_empty()).then(|| Finding::new(Outcome::Wrong, what()).rule(place()))
}

fn too_small(
    protect: &Protect,
    places: &Places,
    group: &BTreeSet<Who>,
    counts: Option<&BTreeMap<u64, u64>>,
) -> Option<Finding> {
    let found = |outcome, what: String| Finding::new(outcome, what).rule(places.of(&key(protect.place, "approvals")));
    let needed = u64::from(protect.approvals.get());
    let place = protect.place;
    let people = |who: &Who| match who {
        Who::User(_) => Some(1),
        Who::Role(role) => counts.and_then(|counts| counts.get(role)).copied(),
    };
    let Some(people) = group.iter().map(people).sum::<Option<u64>>() else {
        let what = format!("{place}: how many people may approve could not be counted");
        return Some(found(Outcome::Unproved, what));
    };
    // Somebody may hold several of the roles, so this is the most that there can be.
    if people < needed {
        let what = format!("{place}: asks for {needed} approval(s), and no more than {people} people may approve");
        Some(found(Outcome::Wrong, what))
    } else if people == needed {
        let what = format!("{place}: just {people} people may approve; if one of them asks, too few are left");
        Some(found(Outcome::Odd, what))
    } else {
        None
    }
}

/// Two protections that cover the same servers, and which of them counts there.
fn overlap(earlier: &Protect, later: &Protect, places: &Places, servers: &[impl Borrow<Server>]) -> Option<Finding> {
    let action = earlier.actions.intersection(&later.actions).next().copied()?;
    let both: Vec<&Server> =
        covered(earlier, servers).filter(|server| covered(later, std::slice::from_ref(server)).count() == 1).collect();
    let counts = Policy::new(Vec::new(), vec![earlier.clone(), later.clone()]).protection(action, both.first()?)?;
    let what = format!(
        "{} and {} both cover {}: {} counts there, {} approval(s) within {} s",
        earlier.place,
        later.place,
        names(&both),
        counts.rule,
        counts.approvals,
        counts.expires.as_secs()
    );
    Some(Finding::new(Outcome::Odd, what).rule(places.of(&key(later.place, "servers"))))
}

fn names(servers: &[&Server]) -> String {
    let mut names: Vec<&str> = servers.iter().take(NAMED).map(|server| server.label()).collect();
    let more = servers.len().saturating_sub(NAMED);
    let more = format!("{more} more");
    if servers.len() > NAMED {
        names.push(&more);
    }
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use bernard_domain::server::ServiceName;

    use super::*;

    const LEAST: &str = "[discord]\ntoken = \"fake-token\"\nguild = \"1\"\n[[ovh]]\napplication_key = \"a\"\n\
                         application_secret = \"b\"\nconsumer_key = \"c\"\n";
    const APPROVE: &str = "[[role]]\nid = \"2\"\ncan = [\"view\", \"rescue\", \"approve\"]\nservers = [\"web-*\"]\n";

    fn config(rules: &str) -> Config {
        Config::from_text(&format!("{LEAST}{rules}"), Vec::<(String, String)>::new()).expect("it can be used").config
    }

    fn server(name: &str, display: &str, env: Option<&str>) -> Server {
        let name: ServiceName = name.to_owned().try_into().expect("a name");
        let tags = env.map(|env| [("env".to_owned(), env.to_owned())].into());
        Server { display_name: env.map(|_| display.to_owned()), tags, ..Server::only_named(name, "main") }
    }

    fn fleet() -> [Server; 2] {
        [server("ns1.example", "web-1", Some("prod")), server("ns2.example", "db-1", Some("test"))]
    }

    #[track_caller]
    fn assert_only(findings: &[Finding], outcome: Outcome, parts: &[&str]) {
        let [only] = findings else { panic!("{findings:#?}") };
        assert_eq!(only.outcome, outcome, "{only}");
        for part in parts {
            assert!(only.what.contains(part), "{part} is not in: {only}");
        }
    }

    #[test]
    fn what_matches_no_server_is_said_with_its_line() {
        let rules = format!("{APPROVE}[[role]]\nid = \"3\"\ncan = [\"view\"]\nservers = [\"mail-*\", \"db-?\"]\n");
        assert_only(
            &of_fleet(&config(&rules), &Places::default(), &fleet()),
            Outcome::Odd,
            &["[[role]] #2 (line 12)", "\"mail-*\"", "none of 2"],
        );
        let unread = [server("ns1.example", "", None)];
        let by_tag = "[[role]]\nid = \"3\"\ncan = [\"view\"]\nservers = [\"tag:env=prod\"]\n";
        assert_only(
            &of_fleet(&config(by_tag), &Places::default(), &unread),
            Outcome::Unproved,
            &["[[role]] #1", "not read"],
        );
        assert_only(
            &of_fleet(&config(APPROVE), &Places::default(), &Vec::<Server>::new()),
            Outcome::Unproved,
            &["none is known"],
        );
        assert_only(&of_fleet(&config(APPROVE), &Places::default(), &fleet()), Outcome::Well, &["2 known servers"]);
    }

    #[test]
    fn a_server_on_which_nobody_may_approve_is_named() {
        let rules = format!("{APPROVE}[[protect]]\nactions = [\"rescue\"]\n");
        assert_only(
            &of_fleet(&config(&rules), &Places::default(), &fleet()),
            Outcome::Wrong,
            &["[[protect]] #1 (line 12)", "nobody", "db-1"],
        );
        let elsewhere = "[[role]]\nid = \"2\"\ncan = [\"approve\"]\nchannels = [\"9\"]\n[[protect]]\n";
        assert_only(&of_fleet(&config(elsewhere), &Places::default(), &fleet()), Outcome::Well, &[]);
    }

    #[test]
    fn a_group_that_is_too_small_is_counted_as_far_as_it_can_be() {
        let rules = format!("{APPROVE}[[protect]]\nservers = [\"web-*\"]\nactions = [\"rescue\"]\napprovals = 2\n");
        let found = |members: Option<u64>| {
            let counts = members.map(|members| BTreeMap::from([(2, members)]));
            of_approvers(&config(&rules), &Places::default(), &fleet(), counts.as_ref())
        };
        assert_only(&found(Some(1)), Outcome::Wrong, &["[[protect]] #1", "asks for 2", "no more than 1"]);
        assert_only(&found(Some(2)), Outcome::Odd, &["just 2"]);
        assert_only(&found(None), Outcome::Unproved, &["could not be counted"]);
        assert!(found(Some(3)).is_empty());
    }

    #[test]
    fn protections_that_meet_on_a_server_say_which_counts() {
        let rules = format!(
            "{APPROVE}[[protect]]\nservers = [\"web-*\"]\nactions = [\"rescue\"]\n\
             [[protect]]\nservers = [\"tag:env=prod\"]\nactions = [\"rescue\"]\napprovals = 3\nexpires = \"1h\"\n"
        );
        let parts =
            ["[[protect]] #1", "both cover web-1", "[[protect]] #2 (line 15) counts", "3 approval(s) within 900 s"];
        assert_only(&of_fleet(&config(&rules), &Places::default(), &fleet()), Outcome::Odd, &parts);
    }

    #[test]
    fn who_is_mentioned_is_known() {
        assert!(mentioned(&config(APPROVE)).is_empty(), "without a protection nobody is asked");
        let mentioned = mentioned(&config(&format!("{APPROVE}[[protect]]\n")));
        let rule = mentioned.get(&2).and_then(|mentioned| mentioned.rule).map(|rule| rule.to_string());
        assert_eq!(rule.as_deref(), Some("[[role]] #1 (line 8)"));
    }
}
