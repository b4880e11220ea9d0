use std::{collections::BTreeSet, io::Write, num::NonZeroU32, time::Duration};

use proptest::prelude::*;
use secrecy::ExposeSecret;

use super::*;
use crate::access::{Action, Capability, RuleKind, UserId, Who};

type Pairs<'a> = &'a [(&'a str, &'a str)];

/// As little as can be used.
const LEAST: &str = r#"
[discord]
token = "fake-token"
guild = "100000000000000001"
[[ovh]]
application_key = "fake-ak"
application_secret = "fake-as"
consumer_key = "fake-ck"
[[role]]
id = 400000000000000001
can = ["view", "approve"]
"#;

fn load(text: &str, environment: Pairs<'_>) -> Result<Loaded, Problems> {
    Config::from_text(text, environment.iter().copied())
}

#[track_caller]
fn config(text: &str, environment: Pairs<'_>) -> Config {
    load(text, environment).unwrap_or_else(|problems| panic!("{problems}")).config
}

/// The least configuration with more at its end (or, for lines of `[discord]`, in its middle).
fn with(more: &str) -> String {
    format!("{LEAST}{more}")
}

#[track_caller]
fn problems(text: &str, environment: Pairs<'_>) -> String {
    load(text, environment).expect_err("should be refused").to_string()
}

/// Asserts that the only problem is printed like this.
#[track_caller]
fn refused(text: &str, environment: Pairs<'_>, expected: &str) {
    let printed = problems(text, environment);
    let lines: Vec<&str> = printed.lines().skip(1).map(str::trim).collect();
    assert_eq!(lines, [expected]);
}

#[track_caller]
fn warned(text: &str, environment: Pairs<'_>) -> Vec<String> {
    load(text, environment)
        .unwrap_or_else(|problems| panic!("{problems}"))
        .warnings
        .iter()
        .map(ToString::to_string)
        .collect()
}

const OPERATORS_FILE: &str = include_str!("../../config/bernard.toml");

const OPERATORS_ENVIRONMENT: Pairs<'static> = &[
    ("DISCORD_TOKEN", "fake-token"),
    ("OVH_APPLICATION_KEY", "fake-ak"),
    ("OVH_APPLICATION_SECRET", "fake-as"),
    ("OVH_CONSUMER_KEY", "fake-ck"),
    ("OVH_CLIENT_ID", "fake-id"),
    ("OVH_CLIENT_SECRET", "fake-cs"),
];

/// The operator's file with its examples (`#key = …`, `#[section]`) switched on.
fn uncommented() -> String {
    let is_example = |rest: &str| rest.starts_with(|c: char| c.is_ascii_lowercase() || c == '[');
    let line = |line: &'static str| line.strip_prefix('#').filter(|rest| is_example(rest)).unwrap_or(line);
    OPERATORS_FILE.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_operators_file_can_be_used_as_it_is_and_with_everything_switched_on() {
    assert_eq!(warned(OPERATORS_FILE, OPERATORS_ENVIRONMENT), Vec::<String>::new());
    let all = config(&uncommented(), OPERATORS_ENVIRONMENT);
    assert_eq!(all.ovh.len(), 2);
    assert!(all.digest.is_some());
    assert!(matches!(all.ovh[1].credentials, Credentials::OAuth2 { .. }));
}

#[test]
fn the_operators_file_holds_every_key_there_is_and_no_other() {
    let mut reader = Reader::new(Environment::new(OPERATORS_ENVIRONMENT.iter().copied()));
    let table = source::parse(&uncommented()).unwrap_or_default();
    let mut written = BTreeSet::new();
    collect_keys("", &table, &mut written);
    read_root(&mut reader, table);
    assert_eq!(written, reader.known);
}

fn collect_keys(prefix: &str, table: &Table, keys: &mut BTreeSet<String>) {
    for (key, entry) in table {
        let path = format!("{prefix}{key}");
        match &entry.value.kind {
            source::Kind::Table(inner) if !inner.contains_key("env") => collect_keys(&format!("{path}."), inner, keys),
            source::Kind::List(items) => {
                for item in items {
                    if let source::Kind::Table(inner) = &item.kind {
                        collect_keys(&format!("{path}."), inner, keys);
                    }
                }
            }
            _ => {}
        }
        keys.insert(path);
    }
}

#[test]
fn the_operators_file_shows_the_defaults() {
    let shown = config(OPERATORS_FILE, OPERATORS_ENVIRONMENT);
    let least = config(LEAST, &[]);
    assert_eq!((shown.locale, shown.log), (least.locale, least.log));
    assert_eq!(shown.time_zone, least.time_zone);
    assert_eq!((&shown.discord.api_url, &shown.discord.mode), (&least.discord.api_url, &least.discord.mode));
    assert_eq!((&shown.discord.channels, shown.discord.oncall_role), (&least.discord.channels, None));
    assert_eq!((&shown.ovh[0].name, &shown.ovh[0].endpoint), (&least.ovh[0].name, &least.ovh[0].endpoint));
    assert_eq!(shown.ovh[0].requests_per_minute, least.ovh[0].requests_per_minute);
    assert_eq!(format!("{:?}", shown.store), format!("{:?}", least.store));
    assert_eq!((shown.http, shown.rescue), (least.http, least.rescue));
    assert_eq!((shown.pace, shown.limits), (least.pace, least.limits));
    assert_eq!((shown.audit, shown.digest), (least.audit, least.digest));
    let digest = config(&uncommented(), OPERATORS_ENVIRONMENT).digest;
    assert_eq!(digest, config(&with("[digest]\nchannel = '200000000000000001'"), &[]).digest);
    let protect = &config(&with("[[protect]]\nservers = ['tag:env=prod']"), &[]).protections[0];
    assert_eq!(protect.actions, shown.protections[0].actions);
    assert_eq!((protect.approvals, protect.expires), (shown.protections[0].approvals, shown.protections[0].expires));
}

#[test]
fn the_rules_know_where_they_stand() {
    let config = config(
        &with("[[role]]\nuser = '7'\ncan = ['admin']\nchannels = ['5', 6]\n[[protect]]\nactions = ['console']"),
        &[],
    );
    let role = &config.roles[1];
    assert_eq!(role.who, Who::User(UserId(7)));
    assert_eq!(role.can, [Capability::Admin].into());
    assert_eq!(role.channels, [5, 6].into());
    assert_eq!(role.place.to_string(), "[[role]] #2 (line 12)");
    let protect = &config.protections[0];
    assert_eq!(protect.actions, [Action::Console].into());
    assert_eq!((protect.place.kind, protect.place.line), (RuleKind::Protect, Some(16)));
}

#[test]
fn an_unknown_key_is_refused_with_its_line_and_the_nearest_known() {
    refused(
        &with("[pace]\ntask_pol = '1s'"),
        &[],
        "bernard.toml:13:1: pace.task_pol is not a key of Bernard's; did you mean `task_poll`?",
    );
    refused(&with("[[roles]]\n"), &[], "bernard.toml:12:3: roles is not a key of Bernard's; did you mean `role`?");
    refused(
        &with("locale = 'fr'"),
        &[],
        "bernard.toml:12:1: role[0].locale is not a key of Bernard's; it belongs at the top, before the first section",
    );
    refused(
        &with("[http]\nlease = '1h'"),
        &[],
        "bernard.toml:13:1: http.lease is not a key of Bernard's; it belongs under `rescue`",
    );
}

#[test]
fn everything_that_is_wrong_is_reported_at_once() {
    let text = with(
        "[rescue]\nlease = 'soon'\non_deadline = 'restor'\nsecret_link = 'http://example.com/{id}'\n[http]\nlisten = 'localhost'\n[limits]\nper_user_per_minute = 0\n",
    );
    let printed = problems(&format!("time_zone = 'Europe/Atlantis'\nlocale = 5\n{text}"), &[]);
    insta_like(
        &printed,
        &[
            "the configuration has 7 problems:",
            "bernard.toml:1:13: time_zone is not a time zone; write a name of the IANA database, such as \"Europe/Paris\" or \"UTC\"",
            "bernard.toml:2:10: locale is not a word known here; the words are \"en\", \"fr\"",
            "bernard.toml:15:9: rescue.lease is not made of whole numbers with units; write whole numbers with units in quotes, such as \"90m\", \"1h30m\", \"2d\", \"15s\" or \"500ms\"",
            "bernard.toml:16:15: rescue.on_deadline is not a word known here; did you mean \"restore\"? the words are \"remind\", \"restore\"",
            "bernard.toml:17:15: rescue.secret_link is not https; write it like \"https://www.ovh.com/manager/secret/#?id={id}\"",
            "bernard.toml:19:10: http.listen is not an address to listen at; write an IP address and a port, such as \"127.0.0.1:9090\" or \"[::]:9090\"",
            "bernard.toml:21:23: limits.per_user_per_minute is not a whole number of at least 1; write a number without quotes",
        ],
    );
}

#[track_caller]
fn insta_like(printed: &str, lines: &[&str]) {
    let printed: Vec<&str> = printed.lines().map(str::trim).collect();
    assert_eq!(printed, lines);
}

#[test]
fn a_file_that_is_no_toml_names_the_line_and_not_what_stands_there() {
    let printed = problems("[discord]\ntoken = fake-secret-without-quotes\n", &[]);
    assert!(printed.contains("bernard.toml:2:9: is not TOML"), "{printed}");
    assert!(!printed.contains("fake-secret"), "{printed}");
}

#[test]
fn any_key_can_come_from_the_environment() {
    let config = config(
        LEAST,
        &[
            ("BERNARD_LOCALE", "fr"),
            ("BERNARD_PACE__TASK_POLL", "1s"),
            ("BERNARD_OVH__0__REQUESTS_PER_MINUTE", "5"),
            ("BERNARD_RESCUE__PROBE", "false"),
            ("BERNARD_DISCORD__GUILD", "42"),
            ("BERNARD_DISCORD__TOKEN", "\"fake\" {token}"),
            ("BERNARD_ROLE__0__CAN", r#"["reboot"]"#),
            ("BERNARD_ROLE__1__USER", "7"),
            ("BERNARD_ROLE__1__CAN", r#"["admin"]"#),
            ("BERNARD_DIGEST__CHANNEL", "9"),
            ("BERNARD_STORE__LEASE_SECONDS", "0.5"),
            ("UNRELATED", "x"),
        ],
    );
    assert_eq!(config.locale, Locale::Fr);
    assert_eq!(config.pace.task_poll, Duration::from_secs(1));
    assert_eq!(config.ovh[0].requests_per_minute, NonZeroU32::new(5).unwrap());
    assert!(!config.rescue.probe);
    assert_eq!(config.discord.guild, 42);
    assert_eq!(config.discord.token.expose_secret(), "\"fake\" {token}");
    assert_eq!(config.roles[0].can, [Capability::Reboot].into());
    assert_eq!(config.roles[1].place.to_string(), "[[role]] #2 (environment)");
    assert_eq!(config.digest.unwrap().channel, 9);
    assert_eq!(config.store.lease, Duration::from_millis(500));
}

#[test]
fn a_whole_configuration_can_come_from_the_environment() {
    let config = config(
        "",
        &[
            ("DISCORD_TOKEN", "fake-token"),
            ("BERNARD_DISCORD__GUILD", "42"),
            ("BERNARD_OVH__0__CLIENT_ID", "fake-id"),
            ("BERNARD_OVH__0__CLIENT_SECRET", r#"{ env = "BERNARD_SECRET" }"#),
            ("BERNARD_SECRET", "fake-cs\n"),
        ],
    );
    assert_eq!(config.discord.token.expose_secret(), "fake-token");
    let Credentials::OAuth2 { client_secret, token_url, .. } = &config.ovh[0].credentials else { panic!("no OAuth2") };
    assert_eq!((client_secret.expose_secret(), token_url), ("fake-cs", &None));
}

#[test]
fn an_unknown_variable_is_refused_by_name() {
    refused(
        LEAST,
        &[("BERNARD_PACE__TASK_POL", "1s")],
        "BERNARD_PACE__TASK_POL: stands for no key of Bernard's; did you mean BERNARD_PACE__TASK_POLL?",
    );
    refused(
        LEAST,
        &[("BERNARD_ROLE__7__CAN", "[]")],
        "BERNARD_ROLE__7__CAN: stands for no key of Bernard's; did you mean BERNARD_ROLE__0__CAN?",
    );
    refused(
        LEAST,
        &[("BERNARD_PACE__TASK_POLL", "soon")],
        "BERNARD_PACE__TASK_POLL: pace.task_poll is not made of whole numbers with units; write whole numbers with units in quotes, such as \"90m\", \"1h30m\", \"2d\", \"15s\" or \"500ms\"",
    );
}

#[test]
fn what_kubernetes_sets_for_a_service_called_bernard_is_no_key() {
    let names = [
        "SERVICE_HOST",
        "SERVICE_PORT",
        "SERVICE_PORT_HTTP",
        "PORT",
        "PORT_9090_TCP",
        "PORT_9090_TCP_ADDR",
        "WEB_PORT_53_UDP_PROTO",
    ];
    let names = names.map(|name| format!("BERNARD_{name}"));
    let pairs: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "tcp://192.0.2.1:9090")).collect();
    config(LEAST, &pairs);
}

#[test]
fn a_secret_comes_from_a_variable_or_a_file_and_a_missing_one_is_named() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    writeln!(file, "fake-token-in-a-file").unwrap();
    let path = file.path().display();
    let from_file = LEAST.replace(r#""fake-token""#, &format!("{{ file = '{path}' }}"));
    assert_eq!(config(&from_file, &[]).discord.token.expose_secret(), "fake-token-in-a-file");
    let missing = |source: &str| problems(&LEAST.replace(r#""fake-token""#, source), &[]);
    let printed = missing("{ env = 'NOT_THERE' }");
    assert!(
        printed
            .contains("bernard.toml:3:9: discord.token asks for the environment variable NOT_THERE, which is not set"),
        "{printed}"
    );
    let printed = missing("{ file = '/not/there' }");
    assert!(printed.contains("discord.token asks for the file /not/there, which cannot be read"), "{printed}");
    let printed = missing("{ file = '/dev/zero' }");
    assert!(printed.contains("which is not a file"), "{printed}");
}

#[test]
fn nothing_that_stands_where_a_secret_should_is_quoted() {
    for misplaced in [
        "{ env = 'fake-Secret' }",
        "{ file = 'fake-Secret' }",
        "{ fake-Secret = 1 }",
        "['fake-Secret']",
        "{ env = ['fake-Secret'] }",
        "{ env = 'A', file = 'fake-Secret' }",
    ] {
        let printed = problems(&LEAST.replace(r#""fake-token""#, misplaced), &[]);
        assert!(printed.contains("bernard.toml:3:9: discord.token"), "{printed}");
        assert!(!printed.contains("fake-Secret"), "{printed}");
    }
    let printed = problems(&with("[store]\nurl = 'postgres://bot:fake-Secret@[/db'"), &[]);
    assert!(printed.contains("store.url is not a URL") && !printed.contains("fake-Secret"), "{printed}");
}

#[test]
fn debug_shows_no_secret() {
    let text = with("[store]\nurl = 'postgres://bot:fake-pw@db/bernard'").replace("fake-ck", "fake-consumer");
    let shown = format!("{:?}", load(&text, &[]).unwrap());
    for secret in ["fake-token", "fake-ak", "fake-as", "fake-consumer", "fake-pw"] {
        assert!(!shown.contains(secret), "{secret}");
    }
}

#[test]
fn credentials_are_complete_and_of_one_kind() {
    let both = LEAST.replace("consumer_key", "client_id = 'x'\nclient_secret = 'y'\nconsumer_key");
    assert!(problems(&both, &[]).contains("ovh[0].client_id has credentials of both kinds"));
    refused(
        &LEAST.replace("consumer_key = \"fake-ck\"", ""),
        &[],
        "bernard.toml:5:1: ovh[0].consumer_key is missing; application_key, application_secret, consumer_key belong together",
    );
    let none = LEAST
        .replace("application_key = \"fake-ak\"\napplication_secret = \"fake-as\"\nconsumer_key = \"fake-ck\"", "");
    assert!(problems(&none, &[]).contains("ovh[0].application_key is missing"));
    let oauth2 = |endpoint: &str| {
        none.replace("[[ovh]]", &format!("[[ovh]]\nclient_id='x'\nclient_secret='y'\nendpoint = '{endpoint}'"))
    };
    config(&oauth2("ovh-ca"), &[]);
    assert!(problems(&oauth2("kimsufi-eu"), &[]).contains("ovh[0].token_url is missing"));
    assert!(problems(&oauth2("http://127.0.0.1:1/v1"), &[]).contains("ovh[0].token_url is missing"));
    config(
        &oauth2("http://127.0.0.1:1/v1").replace("client_id", "token_url = 'http://127.0.0.1:1/token'\nclient_id"),
        &[],
    );
}

#[test]
fn an_endpoint_is_a_name_or_a_base_url() {
    let endpoint = |text: &str| load(&LEAST.replace("[[ovh]]", &format!("[[ovh]]\nendpoint = '{text}'")), &[]);
    for fine in ["ovh-us", "https://eu.api.ovh.com/v1", "http://127.0.0.1:8080/1.0/"] {
        let loaded = endpoint(fine).unwrap();
        assert_eq!(loaded.config.ovh[0].endpoint, fine.trim_end_matches('/'));
        assert!(loaded.warnings.is_empty());
    }
    for bad in [
        "",
        "ovh",
        "ftp://a/v1",
        "https://eu.api.ovh.com",
        "https://eu.api.ovh.com/v2",
        "https://u:p@a/v1",
        "https://a/v1?x=/v1",
    ] {
        assert!(endpoint(bad).is_err(), "{bad}");
    }
    assert!(endpoint("ovh-ue").unwrap_err().to_string().contains("did you mean \"ovh-eu\"?"));
    assert_eq!(endpoint("http://api.example.com/v1").unwrap().warnings.len(), 1);
}

#[test]
fn accounts_have_names_of_their_own_and_there_is_one() {
    let second = "[[ovh]]\nclient_id = 'x'\nclient_secret = 'y'\n";
    refused(
        &with(second),
        &[],
        "bernard.toml:12:1: ovh[1].name is that of ovh[0] too; give every account a name of its own",
    );
    let none = "[discord]\ntoken = 'fake'\nguild = '1'";
    refused(none, &[], "bernard.toml: ovh is missing; write one [[ovh]] for each account at OVHcloud");
}

#[test]
fn the_mode_http_needs_a_key_in_hex() {
    let mode = |more: &str| LEAST.replace("[discord]", &format!("[discord]\nmode = 'http'\n{more}"));
    assert!(problems(&mode(""), &[]).contains("discord.public_key is missing"));
    assert!(problems(&mode("public_key = ''"), &[]).contains("discord.public_key is missing"));
    assert!(problems(&mode("public_key = 'xyz'"), &[]).contains("discord.public_key is not an Ed25519 key"));
    let key = "AB".repeat(32);
    let Mode::Http { public_key } = config(&mode(&format!("public_key = '{key}'")), &[]).discord.mode else {
        panic!("gateway")
    };
    assert_eq!(public_key.as_str(), key.to_lowercase());
}

#[test]
fn discords_address_is_a_base_without_api() {
    let url = |text: &str| load(&LEAST.replace("[discord]", &format!("[discord]\napi_url = '{text}'")), &[]);
    assert_eq!(url("http://127.0.0.1:9/").unwrap().config.discord.api_url, "http://127.0.0.1:9");
    assert!(url("https://discord.com/api/v10").unwrap_err().to_string().contains("leave away /api/v10"));
    assert!(url("discord.com").is_err());
}

#[test]
fn leases_make_sense_and_defaults_make_room() {
    let rescue = |text: &str| load(&with(&format!("[rescue]\n{text}")), &[]);
    assert!(
        rescue("lease = '8d'\nmax_lease = '7d'")
            .unwrap_err()
            .to_string()
            .contains("rescue.lease is 8d, longer than max_lease, which is 7d")
    );
    let hurried = rescue("lease = '4s'").unwrap().config.rescue;
    assert_eq!(hurried.remind_before, Duration::from_millis(500));
    assert_eq!(rescue("lease = '30d'").unwrap().config.rescue.max_lease, Duration::from_secs(30 * 86_400));
    let short = rescue("max_lease = '10s'").unwrap().config.rescue;
    assert_eq!(short.lease, Duration::from_secs(10));
    let at_once = rescue("lease = '5s'\nremind_before = '5s'").unwrap();
    assert_eq!(at_once.config.rescue.remind_before, Duration::from_secs(5));
    assert!(at_once.warnings[0].to_string().contains("the reminder comes at once"));
}

#[test]
fn what_is_wrong_in_the_rules_is_refused() {
    let role = |text: &str| problems(&with(&format!("[[role]]\n{text}")), &[]);
    assert!(role("id = '1'").contains("bernard.toml:12:1: role[1].can is missing"));
    assert!(role("id = '1'\ncan = []").contains("role[1].can is empty"));
    assert!(
        role("id = '1'\ncan = ['view', 'reboto']")
            .contains("bernard.toml:14:16: role[1].can[1] is not a word known here; did you mean \"reboot\"?")
    );
    assert!(role("can = ['view']").contains("role[1].id is missing"));
    assert!(role("id = '1'\nuser = '2'\ncan = ['view']").contains("role[1].user stands beside `id`"));
    assert!(role("id = 'x'\ncan = ['view']").contains("role[1].id is not an id of Discord's"));
    assert!(role("id = 0\ncan = ['view']").contains("role[1].id is not an id of Discord's"));
    assert!(role("id = '1'\ncan = ['view']\nservers = ['tag:env']").contains("role[1].servers[0] names a tag without"));
    assert!(role("id = '1'\ncan = ['view']\nservers = ['web-[12]']").contains("role[1].servers[0] has one of"));
    assert!(role("id = '1'\ncan = ['view']\nservers = []").contains("role[1].servers is empty"));
    assert!(role("id = '1'\ncan = 'view'").contains("role[1].can is not a list"));
    let protect = |text: &str| problems(&with(&format!("[[protect]]\n{text}")), &[]);
    assert!(protect("approvals = 0").contains("protect[0].approvals is not a whole number of at least 1"));
    assert!(protect("actions = []").contains("protect[0].actions is empty"));
    assert!(protect("actions = ['extend']").contains("protect[0].actions[0] is not a word known here"));
}

#[test]
fn sections_of_the_wrong_shape_are_refused() {
    let least = LEAST.replace("[[ovh]]", "[ovh]");
    refused(&least, &[], "bernard.toml:5:1: ovh is not a list of sections; write each entry as [[ovh]]");
    refused(&format!("pace = 5\n{LEAST}"), &[], "bernard.toml:1:8: pace is not a section; write it as [pace]");
}

#[test]
fn what_is_suspicious_is_told() {
    let nobody = LEAST.replace("[[role]]\nid = 400000000000000001\ncan = [\"view\", \"approve\"]", "");
    assert_eq!(warned(&nobody, &[]), ["bernard.toml: role has no entry, so nobody may do anything; add a [[role]]"]);
    let everyone = warned(&with("[[role]]\nid = '100000000000000001'\ncan = ['view']"), &[]);
    assert!(everyone[0].starts_with("bernard.toml:12:1: role[1].id is the guild's id"), "{everyone:?}");
    let unserved = LEAST.replace("[discord]", "[discord]\nchannels = ['5']");
    let unserved = warned(&format!("{unserved}channels = ['6']"), &[]);
    assert!(unserved[0].contains("role[0].channels has no channel that is in discord.channels"), "{unserved:?}");
    let approval = warned(&with("[[protect]]\n").replace(", \"approve\"", ""), &[]);
    assert!(approval[0].contains("no [[role]] can approve"), "{approval:?}");
}

#[cfg(unix)]
#[test]
fn a_literal_secret_in_a_file_that_others_can_read_is_told() {
    use std::os::unix::fs::PermissionsExt;
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(LEAST.as_bytes()).unwrap();
    let mode = |mode| fs::set_permissions(file.path(), fs::Permissions::from_mode(mode)).unwrap();
    let load = || Config::load(file.path(), [("A", "b")]).unwrap().warnings;
    mode(0o640);
    assert_eq!(load(), []);
    mode(0o644);
    let warnings: Vec<String> = load().iter().map(|warning| warning.problem.key.clone()).collect();
    assert_eq!(
        warnings,
        ["discord.token", "ovh[0].application_key", "ovh[0].application_secret", "ovh[0].consumer_key"]
    );
}

#[test]
fn a_file_that_is_not_there_or_not_utf8_is_a_problem_like_any_other() {
    let no_variables: [(&str, &str); 0] = [];
    let missing = Config::load(Path::new("/not/there.toml"), no_variables).unwrap_err().to_string();
    assert!(missing.contains("/not/there.toml: cannot be read"), "{missing}");
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(b"locale = 'en'\n\xff").unwrap();
    let broken = Config::load(file.path(), no_variables).unwrap_err().to_string();
    assert!(broken.contains(":2:1: is not UTF-8 on this line"), "{broken}");
}

#[test]
fn the_time_zones_are_inside_the_program() {
    assert!(jiff::tz::TimeZoneDatabase::bundled().get("Europe/Paris").is_ok());
    assert_eq!(
        config(&format!("time_zone = 'europe/london'\n{LEAST}"), &[]).time_zone.iana_name(),
        Some("Europe/London")
    );
}

/// Lines that are nearly a configuration, in any order.
fn any_lines() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        prop::sample::select(OPERATORS_FILE.lines().map(str::to_owned).collect::<Vec<_>>()),
        "[a-z_]{1,12} = (true|-?[0-9]{1,22}|'[ -~&&[^']]{0,12}'|\\{ env = 'A' \\}|\\[1, 'x'\\]|1979-05-27|1e400)",
        "\\[{1,2}(role|ovh|protect|pace|discord|digest)\\]{1,2}",
    ];
    prop::collection::vec(line, 0..40).prop_map(|lines| lines.join("\n"))
}

proptest! {
    #[test]
    fn loading_never_panics_on_any_bytes(bytes in any::<Vec<u8>>()) {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&bytes).unwrap();
        let _ = Config::load(file.path(), [("BERNARD_LOCALE", "fr")]);
    }

    #[test]
    fn loading_never_panics_on_what_is_nearly_a_configuration(text in any_lines(), name in "BERNARD_[A-Z0-9_]{0,16}", value in any::<String>()) {
        if let Err(problems) = Config::from_text(&text, [(name, value)]) {
            prop_assert!(!problems.list.is_empty());
            prop_assert!(problems.to_string().lines().count() > 1);
        }
    }

    #[test]
    fn no_value_is_ever_quoted(key in prop::sample::select(every_key()), form in 0..4usize) {
        let secret = "Zq7-fake-secret";
        let value = [secret.to_owned(), format!("[{secret:?}]"), format!("{{ env = {secret:?} }}"), format!("{{ x = {secret:?} }}")];
        let name = format!("BERNARD_{}", key.to_uppercase().replace('.', "__"));
        let name = ["ROLE", "OVH", "PROTECT"].iter().fold(name, |name, list| name.replace(&format!("BERNARD_{list}__"), &format!("BERNARD_{list}__0__")));
        match Config::from_text(LEAST, [(name, value[form].clone())]) {
            Ok(loaded) => for warning in loaded.warnings { prop_assert!(!warning.to_string().contains("Zq7")); },
            Err(problems) => prop_assert!(!problems.to_string().contains("Zq7"), "{problems}"),
        }
    }
}

/// Every key that can have a value of its own.
fn every_key() -> Vec<String> {
    let mut reader = Reader::new(Environment::new(OPERATORS_ENVIRONMENT.iter().copied()));
    read_root(&mut reader, source::parse(&uncommented()).unwrap_or_default());
    reader.known.into_iter().collect()
}
