//! The house rules of ARCHITECTURE.md that the compiler does not hold by itself.
//!
//! The files are read as Rust's tokens, so a word in a comment breaks no rule. What only tests see (`#[cfg(test)]`,
//! `tests.rs`, `tests/`) is bound by fewer rules: each says so. Every rule carries a line that breaks it and one that does
//! not, and a test of its own tries both, so that no rule is decoration.

#[path = "house/names.rs"]
mod names;
#[path = "house/rules.rs"]
mod rules;
#[path = "house/security.rs"]
mod security;
#[path = "house/walls.rs"]
mod walls;

use std::{
    fmt, fs,
    path::{Path, PathBuf},
};

use names::{Name, Source};
use rules::{OWED, RULES, Rule};

/// The most lines of one file: it should be read in one sitting.
const MOST_LINES: usize = 450;
/// The program has more files than this: whoever sees fewer looks into the wrong folders.
const FILES: usize = 250;

#[test]
fn the_program_keeps_the_rules_of_the_house() {
    let mut broken = broken_in_the_program();
    broken.retain(|broken| !OWED.contains(&(broken.file.as_str(), broken.name.as_str())));
    let places: Vec<String> = broken.iter().map(Broken::to_string).collect();
    assert!(places.is_empty(), "{} place(s) break a rule of the house:\n{}", places.len(), places.join("\n"));
}

#[test]
fn what_is_owed_is_still_owed() {
    let broken = broken_in_the_program();
    for (file, name) in OWED {
        let owed = broken.iter().any(|broken| broken.file == *file && broken.name == *name);
        assert!(owed, "{file} no longer names `{name}`: take it out of OWED in tests/house/rules.rs");
    }
}

#[test]
fn every_rule_can_be_broken_and_kept() {
    for rule in RULES {
        let breaks = |(file, line): (&str, &str)| !rule.broken_by(&Source::read(file, line)).is_empty();
        for bad in rule.breaks {
            assert!(breaks(*bad), "{bad:?} should break the rule \"{}\"", rule.says);
        }
        for good in rule.keeps {
            assert!(!breaks(*good), "{good:?} should keep the rule \"{}\"", rule.says);
        }
    }
}

#[test]
fn the_simulators_never_import_the_bot() {
    let knows = |source: &Source| source.names.iter().any(|name| name.parts[0].starts_with("bernard"));
    assert!(knows(&Source::read("a.rs", "use bernard::app;")) && !knows(&Source::read("a.rs", "// bernard\nmod bot;")));
    let sources = sources_under("crates/sim");
    let knowing: Vec<&str> = sources.iter().filter(|source| knows(source)).map(|source| source.file.as_str()).collect();
    assert!(knowing.is_empty(), "a simulator that knows the bot proves nothing: {knowing:?}");
}

#[test]
fn every_file_can_be_read_in_one_sitting() {
    let long: Vec<String> = ["src", "crates", "tests", "benches", "fuzz"]
        .iter()
        .flat_map(|folder| rust_files(&root().join(folder)))
        .filter_map(|path| too_long(&path.display().to_string(), &text_of(&path)))
        .collect();
    assert!(long.is_empty(), "too long to be read in one sitting:\n{}", long.join("\n"));
}

#[test]
fn a_long_file_is_noticed() {
    assert_eq!(too_long("a.rs", &"\n".repeat(MOST_LINES)), None);
    assert!(too_long("a.rs", &"\n".repeat(MOST_LINES + 1)).is_some());
}

#[test]
fn the_rules_speak_of_files_that_exist() {
    let files: Vec<String> = program().into_iter().map(|source| source.file).collect();
    for rule in RULES {
        for place in rule.places() {
            let there = files.iter().any(|file| place.holds(file));
            assert!(there, "no file is {:?}: \"{}\"", place.0, rule.says);
        }
    }
}

impl Rule {
    /// Where a source breaks it.
    fn broken_by(&self, source: &Source) -> Vec<Broken> {
        if !self.binds(&source.file) {
            return Vec::new();
        }
        let names = source.names.iter().filter(|name| self.looks_at(name) && self.forbids(name));
        let broken = |name: &Name| Broken {
            file: source.file.clone(),
            line: name.line,
            name: name.to_string(),
            says: self.says,
        };
        names.map(broken).collect()
    }
}

/// A rule and where it is broken.
struct Broken {
    file: String,
    line: usize,
    name: String,
    says: &'static str,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: `{}`: {}", self.file, self.line, self.name, self.says)
    }
}

fn broken_in_the_program() -> Vec<Broken> {
    let sources = program();
    sources.iter().flat_map(|source| RULES.iter().flat_map(|rule| rule.broken_by(source))).collect()
}

fn too_long(file: &str, text: &str) -> Option<String> {
    let lines = text.lines().count();
    (lines > MOST_LINES).then(|| format!("{file} has {lines} lines, {MOST_LINES} at most"))
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every file of the program: what the simulators are made of is none of it.
fn program() -> Vec<Source> {
    let mut sources = sources_under("src");
    for source in sources_under("crates") {
        if !source.file.starts_with("crates/sim/") {
            sources.push(source);
        }
    }
    assert!(sources.len() >= FILES, "only {} files of the program were seen: where are the others?", sources.len());
    sources
}

fn sources_under(folder: &str) -> Vec<Source> {
    let folder = root().join(folder);
    let files = rust_files(&folder);
    assert!(!files.is_empty(), "no Rust files in {}", folder.display());
    let read = |path: &PathBuf| {
        let name = path.strip_prefix(root()).expect("it is below the workspace").display().to_string();
        Source::read(&name, &text_of(path))
    };
    files.iter().map(read).collect()
}

fn text_of(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// All Rust files below a folder, but those of its `target` and `node_modules`, in order of their names.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.expect("the folder can be listed").path();
        let name = path.file_name().unwrap_or_default();
        if path.is_dir() && name != "target" && name != "node_modules" {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}
