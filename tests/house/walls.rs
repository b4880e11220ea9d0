//! Which crate may know which: each one's manifest is held against ARCHITECTURE.md's arrows, and against what its room must not
//! have at all.

use std::collections::BTreeSet;

use super::{root, text_of};

/// A crate and those of ours that it may name. In this order none leads back.
const ARROWS: &[(&str, &[&str])] = &[
    ("untrusted", &[]),
    ("domain", &["untrusted"]),
    ("platform", &[]),
    // What a machine sends is read here: whatever it says, there is no client of OVHcloud to say it to.
    ("proposals", &["domain", "untrusted"]),
    // Whoever has it can make a proof: who writes the intent, and who takes the proof. Nobody else, ever.
    ("intent", &["domain", "platform"]),
    ("ovh", &["domain", "intent", "platform", "untrusted"]),
    ("discord", &["platform", "untrusted"]),
    ("store", &["domain", "intent", "platform"]),
    ("text", &["domain", "untrusted"]),
    ("oncall", &["domain", "platform"]),
    ("config", &["domain", "ovh", "platform", "proposals"]),
    ("engine", &["domain", "ovh", "platform", "store", "untrusted"]),
    ("sinks", &["domain", "platform", "store", "untrusted"]),
    ("bot", &["discord", "domain", "engine", "platform", "store", "text", "untrusted"]),
    ("sim", &[]),
];

/// Libraries that wait, talk or remember, and the crates that may have them.
const BUSY: &[(&str, &[&str])] = &[
    ("axum", &["sim"]),
    ("backon", &["discord", "ovh"]),
    ("governor", &["discord", "engine", "ovh"]),
    ("reqwest", &["discord", "oncall", "ovh", "sim", "sinks"]),
    ("serenity", &["bot", "discord"]),
    ("sqlx", &["store"]),
    ("twilight-gateway", &["discord"]),
];

/// What the crates that decide must not have at all.
const NEVER_PURE: &[&str] =
    &["axum", "futures-util", "governor", "metrics", "reqwest", "serenity", "sqlx", "tokio", "twilight-gateway"];

/// The names of a manifest's ordinary dependencies.
fn dependencies(manifest: &str) -> BTreeSet<String> {
    let section = manifest.split("\n[dependencies]\n").nth(1).unwrap_or_default();
    let lines = section.lines().take_while(|line| !line.starts_with('['));
    lines
        .filter_map(|line| line.split(['.', ' ', '=']).next())
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

fn of(name: &str) -> BTreeSet<String> {
    dependencies(&text_of(&root().join(format!("crates/{name}/Cargo.toml"))))
}

/// What a crate has of ours.
fn ours(all: &BTreeSet<String>) -> BTreeSet<&str> {
    all.iter().filter_map(|name| name.strip_prefix("bernard-").or((name == "sim").then_some("sim"))).collect()
}

#[test]
fn every_crate_has_its_arrows_and_no_other() {
    let folders = std::fs::read_dir(root().join("crates")).expect("the crates are there").flatten();
    let there: BTreeSet<String> = folders.map(|folder| folder.file_name().to_string_lossy().into_owned()).collect();
    let known: BTreeSet<String> = ARROWS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(there, known, "each crate has its line here");
    for (name, may) in ARROWS {
        let has = of(name);
        let has = ours(&has);
        let may: BTreeSet<&str> = may.iter().copied().collect();
        assert!(has.is_subset(&may), "{name} knows {:?}", has.difference(&may));
    }
}

#[test]
fn what_waits_talks_or_remembers_is_where_it_belongs() {
    for (name, _) in ARROWS {
        let has = of(name);
        assert!(["intent", "untrusted"].contains(name) || has.len() > 3, "{name}: the manifest was not read: {has:?}");
        for (library, may) in BUSY {
            assert!(!has.contains(*library) || may.contains(name), "{name} has {library}");
        }
    }
    for name in ["domain", "proposals", "untrusted"] {
        let has = of(name);
        let busy: Vec<_> = NEVER_PURE.iter().filter(|library| has.contains(**library)).collect();
        assert!(busy.is_empty(), "{name} decides or reads, and has {busy:?}");
    }
}

#[test]
fn a_manifest_is_read_as_it_is_written() {
    let manifest = "[package]\nname = \"a\"\n\n[dependencies]\nbernard-ovh.workspace = true\ntokio = { workspace = true }\n\n[dev-dependencies]\nsim.workspace = true\n";
    let has = dependencies(manifest);
    assert_eq!(has.iter().map(String::as_str).collect::<Vec<_>>(), ["bernard-ovh", "tokio"]);
    assert_eq!(ours(&has).into_iter().collect::<Vec<_>>(), ["ovh"]);
}
