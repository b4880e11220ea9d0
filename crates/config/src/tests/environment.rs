//! What does not stand in the file: variables, secrets elsewhere, and the file itself.

use std::{fs, io::Write, num::NonZeroU32, path::Path, time::Duration};

use bernard_domain::{access::Capability, locale::Locale};
use bernard_ovh::Credentials;
use secrecy::ExposeSecret;

use super::{LEAST, config, problems, refused};
use crate::Config;

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
    assert_eq!(config.ovh[0].requests_per_minute, NonZeroU32::new(5).unwrap().into());
    assert!(!config.rescue.probe);
    assert_eq!(config.discord.guild, 42);
    assert_eq!(config.discord.token.expose_secret(), "\"fake\" {token}");
    assert_eq!(config.roles[0].can, [Capability::Reboot].into());
    assert_eq!(config.roles[1].place.to_string(), "[[role]] #2 (environment)");
    assert_eq!(config.digest.unwrap().channel, 9);
    assert_eq!(config.store.lease, Duration::from_millis(500));
}

#[test]
fn any_length_and_any_number_above_zero_is_legal_and_no_other() {
    let rate = |written| config(LEAST, &[("BERNARD_OVH__0__REQUESTS_PER_MINUTE", written)]).ovh[0].requests_per_minute;
    assert_eq!(["0.5", "60", "2.5"].map(|written| rate(written).to_string()), ["0.5", "60", "2.5"]);
    assert_eq!(rate("5000000000"), NonZeroU32::MAX.into(), "as many as can be counted");
    let limit = |written| config(LEAST, &[("BERNARD_LIMITS__PER_USER_PER_MINUTE", written)]).limits.per_user_per_minute;
    assert_eq!(["100000000000", "0.5", "7"].map(|written| limit(written).get()), [u32::MAX, 1, 7]);
    let poll = |written| config(LEAST, &[("BERNARD_PACE__TASK_POLL", written)]).pace.task_poll;
    assert_eq!((poll("1us"), poll("0.5s")), (Duration::from_millis(1), Duration::from_millis(500)));
    for bad in ["0", "0.0", "-1", "-0.5", "inf", "nan"] {
        for key in ["BERNARD_OVH__0__REQUESTS_PER_MINUTE", "BERNARD_LIMITS__PER_USER_PER_MINUTE"] {
            assert!(problems(LEAST, &[(key, bad)]).contains("is not a number above zero"), "{bad}");
        }
    }
}

#[test]
fn a_list_in_a_variable_may_be_plain_words() {
    let config = config(
        LEAST,
        &[
            ("BERNARD_ROLE__0__CAN", "view, rescue"),
            ("BERNARD_ROLE__0__SERVERS", "web-*,tag:env=prod"),
            ("BERNARD_ROLE__0__CHANNELS", "42"),
            ("BERNARD_DISCORD__CHANNELS", "43,44"),
            ("BERNARD_RESCUE__SECRET_FROM", "mail"),
            ("BERNARD_RESCUE__EMAIL_DOMAINS", ""),
        ],
    );
    let role = &config.roles[0];
    assert_eq!(role.can, [Capability::View, Capability::Rescue].into());
    assert_eq!((role.servers.len(), &role.channels), (2, &[42].into()));
    assert_eq!(config.discord.channels, [43, 44].into());
    assert_eq!((config.rescue.secret_from.len(), config.rescue.email_domains.len()), (1, 0));
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
        "BERNARD_PACE__TASK_POLL: pace.task_poll is not made of numbers with units; write numbers with units in quotes, such as \"90m\", \"1h30m\", \"2d\", \"15s\" or \"500ms\"",
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
    assert_eq!(warnings, ["discord.token", "ovh[0].application_secret", "ovh[0].consumer_key"]);
}

#[cfg(unix)]
#[test]
fn a_secrets_file_that_others_can_use_is_told_by_name_and_mode() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("token.txt");
    fs::write(&secret, "fake-token").unwrap();
    let text = LEAST.replacen("\"fake-token\"", &format!("{{ file = '{}' }}", secret.display()), 1);
    assert_ne!(text, LEAST);
    let warnings = || -> Vec<String> {
        let loaded = Config::from_text(&text, [("A", "b")]).unwrap();
        loaded.warnings.iter().map(ToString::to_string).collect()
    };
    let mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    for private in [0o600, 0o400, 0o640] {
        mode(&secret, private);
        assert_eq!(warnings(), Vec::<String>::new());
    }
    for open in [0o644, 0o604, 0o666] {
        mode(&secret, open);
        let told = warnings();
        assert!(told.len() == 1 && told[0].contains("discord.token"), "{told:?}");
        assert!(told[0].contains("token.txt") && told[0].contains(&format!("{open:04o}")), "{told:?}");
        assert!(!told[0].contains("fake-token"));
    }
    mode(&secret, 0o600);
    mode(folder.path(), 0o777);
    assert!(warnings().len() == 1 && warnings()[0].contains("folder"), "{:?}", warnings());
}

#[cfg(unix)]
#[test]
fn a_configuration_that_others_can_change_is_told_with_its_folder() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bernard.toml");
    fs::write(&file, LEAST).unwrap();
    let mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    let told = |about: &str| {
        let loaded = Config::load(&file, [("A", "b")]).unwrap();
        loaded.warnings.iter().filter(|warning| warning.to_string().contains(about)).count()
    };
    mode(&file, 0o640);
    assert_eq!(told(""), 0);
    mode(&file, 0o602);
    assert_eq!(told("mode 0602: everybody on this machine can change it"), 4, "each literal, and the file itself");
    mode(&file, 0o600);
    mode(folder.path(), 0o777);
    assert_eq!((told(""), told("mode 0777")), (1, 1));
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
fn where_to_ask_whether_it_lives_needs_nothing_else_to_be_right() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("bernard.toml");
    let listen = |text: &str, environment: &[(&str, &str)]| {
        fs::write(&path, text).expect("it is written");
        Config::listen(&path, environment.iter().copied()).map_err(|problems| problems.to_string())
    };
    let wrong_elsewhere = "lokale = 1\n[discord]\ntoken = { file = \"/nowhere\" }\n";
    let there = |address: &str| Ok(address.parse().expect("an address"));
    assert_eq!(listen("", &[]), there("127.0.0.1:9090"));
    assert_eq!(listen(&format!("{wrong_elsewhere}[http]\nlisten = \"[::]:80\"\nodd = 1"), &[]), there("[::]:80"));
    let variables = [("BERNARD_HTTP__LISTEN", "127.0.0.1:7"), ("BERNARD_STORE__URL", "nothing")];
    assert_eq!(listen(wrong_elsewhere, &variables), there("127.0.0.1:7"));
    for wrong in ["[http]\nlisten = \"here\"", "http = 1", "[http"] {
        assert!(listen(wrong, &[]).is_err_and(|problems| !problems.is_empty()), "{wrong}");
    }
}
