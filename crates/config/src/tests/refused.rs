//! What is refused, what is warned about, and in which words.

use std::time::Duration;

use bernard_domain::access::{Action, Capability, RuleKind, UserId, Who};

use super::{LEAST, config, load, printed_as, problems, refused, warned, with};
use crate::Mode;

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
    printed_as(
        &printed,
        &[
            "the configuration has 7 problems:",
            "bernard.toml:1:13: time_zone is not a time zone; write a name of the IANA database, such as \"Europe/Paris\" or \"UTC\"",
            "bernard.toml:2:10: locale is not a word known here; the words are \"en\", \"fr\"",
            "bernard.toml:15:9: rescue.lease is not made of numbers with units; write numbers with units in quotes, such as \"90m\", \"1h30m\", \"2d\", \"15s\" or \"500ms\"",
            "bernard.toml:16:15: rescue.on_deadline is not a word known here; did you mean \"restore\"? the words are \"remind\", \"restore\"",
            "bernard.toml:17:15: rescue.secret_link is not https; write it like \"https://www.ovh.com/manager/secret/#?id={id}\"",
            "bernard.toml:19:10: http.listen is not an address to listen at; write an IP address and a port, such as \"127.0.0.1:9090\" or \"[::]:9090\"",
            "bernard.toml:21:23: limits.per_user_per_minute is not a number above zero; write a number without quotes",
        ],
    );
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
    config(&oauth2("https://eu.api.ovh.com/v1"), &[]);
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
        assert_eq!(loaded.config.ovh[0].endpoint, fine.parse().unwrap());
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
    let longer = rescue("lease = '8d'\nmax_lease = '7d'").unwrap();
    assert_eq!(longer.config.rescue.lease, Duration::from_secs(7 * 86_400), "any length is legal");
    assert!(longer.warnings[0].to_string().contains("rescue.lease is 8d, longer than max_lease, which is 7d"));
    let hurried = rescue("lease = '4s'").unwrap().config.rescue;
    assert_eq!(hurried.remind_before, Duration::from_secs(30 * 60), "it comes at half time then");
    assert_eq!(rescue("lease = '30d'").unwrap().config.rescue.max_lease, Duration::from_secs(30 * 86_400));
    let short = rescue("max_lease = '10s'").unwrap().config.rescue;
    assert_eq!(short.lease, Duration::from_secs(10));
    let at_once = rescue("lease = '5s'\nremind_before = '5s'").unwrap();
    assert_eq!(at_once.config.rescue.remind_before, Duration::from_secs(5));
    assert!(at_once.warnings[0].to_string().contains("the reminder comes at half time"));
}

#[test]
fn a_time_of_day_may_stand_with_or_without_quotes_and_seconds() {
    let at = |text: &str| load(&with(&format!("[digest]\nchannel = '1'\nat = {text}")), &[]);
    for text in ["'07:30'", "'7:30'", "'07:30:00'", "07:30:00"] {
        let digest = at(text).unwrap().config.digest.unwrap();
        assert_eq!(digest.at, jiff::civil::Time::constant(7, 30, 0, 0), "{text}");
    }
    for text in ["'25:00'", "'soon'", "7", "2026-01-01"] {
        assert!(at(text).unwrap_err().to_string().contains("is not a time of day"), "{text}");
    }
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
    assert!(protect("approvals = 0").contains("protect[0].approvals is not a number above zero"));
    assert!(protect("actions = []").contains("protect[0].actions is empty"));
    let reason = |text: &str| protect(&format!("actions = ['reboot']\nreason = {text}"));
    for (text, what) in [
        ("'INC-('", "is no regular expression that can be used here"),
        ("'(((a{1000}){1000}){1000})'", "is no regular expression that can be used here"),
        ("7", "is not a text"),
    ] {
        let printed = reason(text);
        assert!(printed.contains(&format!("bernard.toml:14:10: protect[0].reason {what}")), "{printed}");
        assert!(!printed.contains("INC-("), "no value is shown: {printed}");
    }
    assert!(reason(&format!("'{}'", "x".repeat(201))).contains("protect[0].reason is longer than 200 characters"));
    let console = protect("actions = ['console']\nreason = 'INC'");
    assert!(console.contains("bernard.toml:14:10: protect[0].reason asks for what nobody can type"), "{console}");
    assert!(protect("actions = ['extend']").contains("protect[0].actions[0] is not a word known here"));
}

#[test]
fn a_second_factor_needs_a_key_of_its_own() {
    let asks = "[[protect]]\nactions = ['console']\nsecond_factor = true\n";
    let key = "[second_factor]\nkey = '";
    let digits = "0a".repeat(32);
    let whole = config(&with(&format!("{asks}{key}{digits}'")), &[]);
    assert!(whole.second_factor.is_some() && whole.protections[0].second_factor.is_asked());
    assert!(!format!("{whole:?}").contains(&digits), "it is not printed");
    let printed = problems(&with(asks), &[]);
    assert!(printed.contains("bernard.toml:14:17: protect[0].second_factor asks for codes"), "{printed}");
    for (key, what) in [
        (format!("{key}{}'", &digits[1..]), "bernard.toml:13:7: second_factor.key is no key of 32 bytes"),
        (format!("{key}'"), "bernard.toml:12:1: second_factor.key is missing"),
        ("[second_factor]".to_owned(), "bernard.toml:12:1: second_factor.key is missing"),
    ] {
        let printed = problems(&with(&key), &[]);
        assert!(printed.contains(what) && !printed.contains(&digits[1..]), "{printed}");
    }
    let odd = problems(&with(&format!("[[protect]]\nsecond_factor = 'yes'\n{key}{digits}'")), &[]);
    assert!(odd.contains("protect[0].second_factor is neither true nor false"), "{odd}");
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

#[test]
fn the_time_zones_are_inside_the_program() {
    assert!(jiff::tz::TimeZoneDatabase::bundled().get("Europe/Paris").is_ok());
    assert_eq!(
        config(&format!("time_zone = 'europe/london'\n{LEAST}"), &[]).time_zone.iana_name(),
        Some("Europe/London")
    );
}

#[test]
fn a_runbook_needs_a_page_and_plain_words() {
    let whole =
        "[[runbook]]\nservers = ['tag:env=prod']\nurl = 'https://wiki.example.org/(prod)'\ntext = 'Ask the DBA'";
    let runbook = &config(&with(whole), &[]).runbooks[0].runbook;
    assert_eq!((runbook.url.as_str(), runbook.text.as_str()), ("https://wiki.example.org/%28prod%29", "Ask the DBA"));
    let wrong = |text: &str| problems(&with(&format!("[[runbook]]\n{text}")), &[]);
    let lacking = wrong("servers = ['*']");
    assert!(lacking.contains("bernard.toml:12:1: runbook[0].url is missing"), "{lacking}");
    assert!(lacking.contains("runbook[0].text is missing"), "{lacking}");
    for (url, what) in [
        ("wiki/prod", "is not a URL"),
        ("ftp://wiki.example.org", "is not an http or https URL"),
        ("https://ann:fake-pw@wiki.example.org", "has a user or password in it"),
    ] {
        let printed = wrong(&format!("url = '{url}'\ntext = 'x'"));
        assert!(printed.contains(&format!("bernard.toml:13:7: runbook[0].url {what}")), "{printed}");
    }
    let printed = wrong("url = 'https://wiki.example.org'\ntext = '[click]'");
    assert!(printed.contains("bernard.toml:14:8: runbook[0].text is not plain"), "{printed}");
    let long = wrong(&format!("url = 'https://wiki.example.org'\ntext = '{}'", "x".repeat(101)));
    assert!(long.contains("runbook[0].text is too long"), "{long}");
}
