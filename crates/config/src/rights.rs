//! What is suspicious about `[[role]]` and `[[protect]]` seen together. Without the fleet and the guild at hand, so only what the
//! words of the file tell; `bernard check --online` knows more.

use std::collections::{BTreeMap, BTreeSet};

use bernard_domain::access::{Action, Capability, Protect, Role, RuleKind, RulePlace, Selector, UserId, When, Who};

use super::{
    Config,
    problem::{At, Problem},
};

/// Everything that is suspicious, in the order of the rules that it is about.
pub(super) fn warnings(config: &Config) -> Vec<Problem> {
    let (roles, protections) = (&config.roles, &config.protections);
    let mut warnings = Vec::new();
    warnings.extend(blind(roles));
    warnings.extend(roles.iter().enumerate().filter_map(|(index, role)| repeats(roles, index, role)));
    for (index, protect) in protections.iter().enumerate() {
        warnings.extend(protects_nothing(roles, protect));
        warnings.extend(approvers(roles, protect));
        warnings.extend(overlaps(protections, index, protect));
    }
    warnings
}

fn warning(place: RulePlace, key: &str, what: String, right: impl Into<String>) -> Problem {
    let at = place.line.map_or(At::File, |line| At::Line { line, column: 1 });
    let list = match place.kind {
        RuleKind::Role => "role",
        RuleKind::Protect => "protect",
    };
    Problem { at, key: format!("{list}[{}].{key}", place.number - 1), what, right: right.into() }
}

/// Roles and people who may do something and see nothing.
fn blind(roles: &[Role]) -> Vec<Problem> {
    let mut all: BTreeMap<Who, (RulePlace, BTreeSet<Capability>)> = BTreeMap::new();
    for role in roles {
        all.entry(role.who).or_insert((role.place, BTreeSet::new())).1.extend(&role.can);
    }
    let blind = all.into_values().filter(|(_, can)| !can.contains(&Capability::View));
    let mut places: Vec<RulePlace> = blind.map(|(place, _)| place).collect();
    places.sort();
    let what = "gives rights to somebody whom no entry lets look (`view`)";
    places.into_iter().map(|place| warning(place, "can", what.to_owned(), r#"add "view""#)).collect()
}

/// An entry that another one makes superfluous; of two that are equal, the later one.
fn repeats(roles: &[Role], index: usize, role: &Role) -> Option<Problem> {
    let covered =
        |(other, by): &(usize, &Role)| *other != index && covers(by, role) && (*other < index || !covers(role, by));
    let (_, by) = roles.iter().enumerate().find(covered)?;
    let what = format!("gives nothing that {} does not give already", by.place);
    Some(warning(role.place, "can", what, "remove one of them"))
}

/// Whether one entry gives everything that another one gives.
fn covers(by: &Role, role: &Role) -> bool {
    let channels = by.channels.is_empty() || (!role.channels.is_empty() && role.channels.is_subset(&by.channels));
    let times = by.when == When::Always || by.when == role.when;
    let times = times && (by.hours.is_none() || by.hours == role.hours);
    by.who == role.who && role.can.is_subset(&by.can) && includes(&by.servers, &role.servers) && channels && times
}

/// Whether one list of selectors surely speaks of all that another one speaks of.
fn includes(all: &[Selector], some: &[Selector]) -> bool {
    let all: BTreeSet<String> = all.iter().map(written).collect();
    all.contains("*") || some.iter().all(|selector| all.contains(&written(selector)))
}

/// Upper and lower case are the same to a selector.
fn written(selector: &Selector) -> String {
    selector.to_string().to_lowercase()
}

/// Actions that are protected though nobody may do them anyway.
fn protects_nothing(roles: &[Role], protect: &Protect) -> Option<Problem> {
    let may = |action: &Action| roles.iter().any(|role| role.can.contains(&action.capability()));
    let idle: Vec<&str> = protect.actions.iter().filter(|action| !may(action)).map(|action| action.as_str()).collect();
    let what = format!("protects what nobody may do anyway: {}", idle.join(", "));
    (!idle.is_empty()).then(|| warning(protect.place, "actions", what, "give somebody the right, or remove it here"))
}

/// A group of named people that is too small. Whoever has a Discord role cannot be counted from here.
fn approvers(roles: &[Role], protect: &Protect) -> Option<Problem> {
    let approving: Vec<&Role> = roles.iter().filter(|role| role.can.contains(&Capability::Approve)).collect();
    let people: BTreeSet<UserId> = approving.iter().filter_map(|role| person(role)).collect();
    if approving.is_empty() || approving.iter().any(|role| person(role).is_none()) {
        return None;
    }
    let needed = usize::try_from(protect.approvals.get()).unwrap_or(usize::MAX);
    let asks = |user: &UserId| {
        let may = |role: &Role| protect.actions.iter().any(|action| role.can.contains(&action.capability()));
        roles.iter().any(|role| person(role) == Some(*user) && may(role))
    };
    let what = match people.len() {
        few if few < needed => format!("asks for {needed}, and no more than {few} may approve"),
        just if just == needed && people.iter().any(asks) => {
            format!("asks for {needed}, and just {just} may approve: one of them who asks has too few left")
        }
        _ => return None,
    };
    Some(warning(protect.place, "approvals", what, r#"give more people "approve", or ask for fewer"#))
}

fn person(role: &Role) -> Option<UserId> {
    match role.who {
        Who::User(user) => Some(user),
        Who::Role(_) => None,
    }
}

/// An earlier entry that covers some of the same, and which of the two counts there.
fn overlaps(protections: &[Protect], index: usize, protect: &Protect) -> Option<Problem> {
    let earlier = protections[..index].iter().find(|earlier| meet(earlier, protect))?;
    let (approvals, expires) =
        (earlier.approvals.max(protect.approvals), earlier.expires.min(protect.expires).as_secs());
    let named = if protect.approvals > earlier.approvals { protect.place } else { earlier.place };
    let what = format!(
        "covers some of what {} covers; where both do, {named} counts: {approvals} approval(s) within {expires} s",
        earlier.place
    );
    Some(warning(protect.place, "servers", what, ""))
}

fn meet(one: &Protect, other: &Protect) -> bool {
    let servers = includes(&one.servers, &other.servers)
        || includes(&other.servers, &one.servers)
        || one.servers.iter().any(|a| other.servers.iter().any(|b| written(a) == written(b)));
    servers && !one.actions.is_disjoint(&other.actions)
}

#[cfg(test)]
mod tests {
    use crate::Config;

    const LEAST: &str = "[discord]\ntoken = \"fake-token\"\nguild = \"1\"\n[[ovh]]\napplication_key = \"a\"\n\
                         application_secret = \"b\"\nconsumer_key = \"c\"\n";

    fn warned(rules: &str) -> Vec<String> {
        let loaded = Config::from_text(&format!("{LEAST}{rules}"), Vec::<(String, String)>::new());
        loaded.expect("it can be used").warnings.iter().map(ToString::to_string).collect()
    }

    #[track_caller]
    fn assert_warned(rules: &str, parts: &[&str]) {
        let warned = warned(rules);
        for part in parts {
            assert!(warned.iter().any(|warning| warning.contains(part)), "{part} is not in {warned:#?}");
        }
        assert!(parts.is_empty() == warned.is_empty(), "{warned:#?}");
    }

    #[test]
    fn rights_without_sight_are_noticed_and_view_may_stand_in_another_entry() {
        let blind = "[[role]]\nid = \"2\"\ncan = [\"reboot\"]\nservers = [\"web-*\"]\n";
        assert_warned(blind, &["bernard.toml:8:1: role[0].can", "whom no entry lets look"]);
        assert_warned(&format!("{blind}[[role]]\nid = \"2\"\ncan = [\"view\"]\n"), &[]);
    }

    #[test]
    fn an_entry_that_adds_nothing_is_noticed_once() {
        let entry = "[[role]]\nid = \"2\"\ncan = [\"view\", \"reboot\"]\nservers = [\"web-*\"]\n";
        let twice = warned(&format!("{entry}{entry}"));
        assert_eq!(twice.len(), 1, "{twice:#?}");
        assert!(twice[0].contains("bernard.toml:12:1") && twice[0].contains("[[role]] #1 (line 8)"), "{twice:#?}");
        let narrower = "[[role]]\nid = \"2\"\ncan = [\"view\"]\nservers = [\"WEB-*\"]\nchannels = [\"3\"]\n";
        assert_warned(&format!("{narrower}{entry}"), &["bernard.toml:8:1: role[0].can gives nothing that [[role]] #2"]);
        let other = "[[role]]\nid = \"2\"\ncan = [\"view\", \"console\"]\nservers = [\"db-*\"]\n";
        assert_warned(&format!("{entry}{other}"), &[]);
    }

    #[test]
    fn a_protection_of_what_nobody_may_do_is_noticed() {
        let rules = "[[role]]\nid = \"2\"\ncan = [\"view\", \"reboot\", \"approve\"]\n\
                     [[protect]]\nactions = [\"reboot\", \"console\"]\n";
        assert_warned(rules, &["bernard.toml:11:1: protect[0].actions", "nobody may do anyway: console"]);
    }

    #[test]
    fn too_few_named_approvers_are_counted() {
        let person = |id: u64, can: &str| format!("[[role]]\nuser = \"{id}\"\ncan = [\"view\", {can}]\n");
        let protect = |approvals: u32| format!("[[protect]]\nactions = [\"reboot\"]\napprovals = {approvals}\n");
        let two = person(5, "\"approve\"") + &person(6, "\"approve\", \"reboot\"");
        assert_warned(&(two.clone() + &protect(3)), &["asks for 3, and no more than 2 may approve"]);
        assert_warned(&(two.clone() + &protect(2)), &["one of them who asks has too few left"]);
        assert_warned(&(two.clone() + &protect(1)), &[]);
        let role = "[[role]]\nid = \"2\"\ncan = [\"view\", \"approve\"]\n";
        assert_warned(&(two + role + &protect(3)), &[]);
    }

    #[test]
    fn of_overlapping_protections_the_one_that_counts_is_named() {
        let rules = "[[role]]\nid = \"2\"\ncan = [\"view\", \"reboot\", \"approve\"]\n\
                     [[protect]]\nservers = [\"tag:env=prod\"]\nactions = [\"reboot\"]\napprovals = 2\nexpires = \"1h\"\n";
        let all = format!("{rules}[[protect]]\nactions = [\"reboot\"]\nexpires = \"5m\"\n");
        assert_warned(
            &all,
            &["bernard.toml:16:1: protect[1].servers", "[[protect]] #1 (line 11) counts: 2 approval(s) within 300 s"],
        );
        let apart = format!("{rules}[[protect]]\nservers = [\"db-*\"]\nactions = [\"reboot\"]\n");
        assert_warned(&apart, &[]);
    }
}
