//! Words that no type holds: origins of operations and notices, names of facts, slots of messages. They are written where they are
//! used, so this reads the source, as Rust's tokens.
//!
//! An origin, a custom id or a fact of many is a text that begins with a word and a colon: all of those are listed, new ones
//! too. A plain word cannot be told from other texts: those that are known are looked for, each in its crate.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::{page::Page, root};

/// The crates that write them, and how many files they have at least: fewer means that a folder moved and nothing was read.
const WRITERS: [(&str, usize); 5] = [
    ("crates/domain/src", 30),
    ("crates/store/src", 15),
    ("crates/engine/src", 20),
    ("crates/bot/src", 40),
    ("src", 20),
];

/// Plain words, by who writes them.
const PLAIN: [(&str, &[&str]); 5] = [
    ("crates/domain/src", &["opened", "lease_began", "lease_noted", "lease_undone", "lease_ended"]),
    (
        "crates/store/src",
        &[
            "policy",
            "anchor",
            "pause",
            "last unmarked",
            "copy",
            "witnessed",
            "in doubt until",
            "posted",
            "needless",
            "nowhere",
        ],
    ),
    ("crates/engine/src", &["digest"]),
    (
        "crates/bot/src",
        &[
            "doctor",
            "card",
            "end",
            "doubt",
            "reveal",
            "glass",
            "late",
            "late-2",
            "ask-{}",
            "call-{}",
            "approve-{}",
            "old-",
            "points",
            "link",
        ],
    ),
    ("src", &["commands", "commands-unread", "command-ids"]),
];

pub(crate) fn write(page: &mut Page) {
    page.heading("Origins, custom ids and facts as they are put together");
    let all = WRITERS.map(|(folder, least)| texts(folder, least));
    let composed: BTreeSet<&String> = all.iter().flatten().filter(|text| is_composed(text)).collect();
    composed.into_iter().for_each(|text| page.word(text));
    page.heading("Facts, slots of messages, ends of notices, lines of the audit, by who writes them");
    for (folder, words) in PLAIN {
        let at = WRITERS.iter().position(|(writer, _)| *writer == folder).expect("it is read");
        for word in words {
            assert!(all[at].contains(*word), "{word:?} stands nowhere in {folder} any more, and stores hold it");
            page.word(format_args!("{folder} {word}"));
        }
    }
}

/// Whether a text is a word, a colon and a value that is put in.
fn is_composed(text: &str) -> bool {
    let word = text.split_once(":{}").map_or("", |(word, _)| word);
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
}

/// The texts of all files of a folder that not only tests see; what is put into them is `{}`, whatever it is called.
fn texts(folder: &str, least: usize) -> BTreeSet<String> {
    let files = files(&root().join(folder));
    assert!(files.len() >= least, "{folder} has {} files, {least} at least: did it move?", files.len());
    let mut texts = BTreeSet::new();
    for file in files {
        let text = fs::read_to_string(&file).expect("a file of ours");
        let tokens: TokenStream = text.parse().unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        read(tokens, &mut texts);
    }
    texts
}

fn read(tokens: TokenStream, texts: &mut BTreeSet<String>) {
    let mut for_tests = false;
    let mut after_hash = false;
    for token in tokens {
        let is_hash = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '#');
        match token {
            // An attribute: documentation, or what says that only tests see what follows.
            TokenTree::Group(group) if after_hash && group.delimiter() == Delimiter::Bracket => {
                for_tests |= group.stream().to_string().replace(' ', "") == "cfg(test)";
            }
            TokenTree::Group(group) => {
                if !for_tests {
                    read(group.stream(), texts);
                }
                for_tests &= group.delimiter() != Delimiter::Brace;
            }
            TokenTree::Literal(literal) => {
                let literal = literal.to_string();
                if let Some(text) = literal.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
                    texts.insert(unnamed(text));
                }
            }
            TokenTree::Punct(ref punct) if punct.as_char() == ';' => for_tests = false,
            TokenTree::Ident(_) | TokenTree::Punct(_) => {}
        }
        after_hash = is_hash;
    }
}

/// `again:{}:{asked}` as `again:{}:{}`.
fn unnamed(text: &str) -> String {
    let mut pieces = text.split('{');
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |whole, piece| match piece.split_once('}') {
        Some((_, rest)) => format!("{whole}{{}}{rest}"),
        None => format!("{whole}{{{piece}"),
    })
}

/// All Rust files below a folder but those of tests.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let paths = entries.map(|entry| entry.expect("the folder can be listed").path());
    let of = |path: PathBuf| match path.file_name().and_then(|name| name.to_str()) {
        Some("tests" | "tests.rs") => Vec::new(),
        _ if path.is_dir() => files(&path),
        Some(name) if name.ends_with(".rs") => vec![path],
        _ => Vec::new(),
    };
    paths.flat_map(of).collect()
}

#[test]
fn what_is_put_together_is_read_and_what_only_tests_see_is_not() {
    let mut texts = BTreeSet::new();
    let source = r#"
        /// "doc:{}"
        fn f() { let origin = format!("left:{}:{task}", 1); }
        #[cfg(test)]
        mod tests { const A: &str = "seen-by-tests:{}"; }
        const B: &str = "a, b: {c}";
    "#;
    read(source.parse().expect("Rust"), &mut texts);
    let composed: Vec<&String> = texts.iter().filter(|text| is_composed(text)).collect();
    assert_eq!(composed, ["left:{}:{}"]);
}
