//! What never happens: a panic, and a value in a message.

use std::io::Write;

use proptest::prelude::*;

use super::{LEAST, OPERATORS_ENVIRONMENT, OPERATORS_FILE, file::uncommented, load, problems, with};
use crate::{
    Config, read_root,
    section::Reader,
    source::{self, Environment},
};

#[test]
fn a_file_that_is_no_toml_names_the_line_and_not_what_stands_there() {
    let printed = problems("[discord]\ntoken = fake-secret-without-quotes\n", &[]);
    assert!(printed.contains("bernard.toml:2:9: is not TOML"), "{printed}");
    assert!(!printed.contains("fake-secret"), "{printed}");
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
    for secret in ["fake-token", "fake-as", "fake-consumer", "fake-pw"] {
        assert!(!shown.contains(secret), "{secret}");
    }
}

/// Lines that are nearly a configuration, in any order.
fn any_lines() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        prop::sample::select(OPERATORS_FILE.lines().map(str::to_owned).collect::<Vec<_>>()),
        "[a-z_]{1,12} = (true|-?[0-9]{1,22}|'[ -~&&[^']]{0,12}'|\\{ env = 'A' \\}|\\[1, 'x'\\]|1979-05-27|1e400)",
        "\\[{1,2}(role|ovh|protect|runbook|pace|discord|digest)\\]{1,2}",
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
