//! No circle of files that import each other: whoever reads a file down to the bottom never comes back to it.
//!
//! A file and its own parts (`lease.rs` and what is below `lease/`) are one room: what it names of its parts is no import, what
//! they name of it is one. What a file hands on of its parts (`pub use`) is looked up where it comes from, so that no circle
//! hides behind a crate's front page. What only tests see is free.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};

use super::{
    names::{Seen, Source},
    root, rust_files, text_of,
};

/// The workspace has more files than this: whoever sees fewer looks into the wrong folders.
const FILES: usize = 300;

/// A module by its path below its crate; the crate itself is empty.
type Module = Vec<String>;

/// The modules of one crate, each with the paths that it names, spelt from the crate's root.
struct Crate(BTreeMap<Module, Vec<Module>>);

#[test]
fn no_files_import_each_other_in_a_circle() {
    let (mut seen, mut found) = (0, Vec::new());
    let crates = fs::read_dir(root().join("crates")).expect("the crates can be listed");
    let folders = crates.map(|entry| entry.expect("a crate").path()).chain([root()]);
    for folder in folders.map(|folder| folder.join("src")) {
        let name = |path: &std::path::Path| path.strip_prefix(&folder).expect("below it").display().to_string();
        let files: Vec<_> = rust_files(&folder).iter().map(|path| (name(path), text_of(path))).collect();
        seen += files.len();
        found.extend(Crate::of(&files).circles().iter().map(|circle| format!("{}: {circle}", folder.display())));
    }
    println!("{seen} files");
    assert!(seen >= FILES, "only {seen} files were seen: the workspace has more than {FILES}");
    assert!(found.is_empty(), "{} circle(s) in {seen} files:\n{}", found.len(), found.join("\n"));
}

#[test]
fn a_circle_is_seen_and_a_room_is_none() {
    let circles = |files: &[(&str, &str)]| {
        let files: Vec<_> = files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        Crate::of(&files).circles()
    };
    let breaks: [&[(&str, &str)]; 5] = [
        &[("a.rs", "use crate::b::B;"), ("b.rs", "use super::a::A;")],
        &[("a.rs", "use crate::{b::B, c};"), ("b.rs", "fn f(c: crate::c::C) {}"), ("c.rs", "use super::{a, d};")],
        // By way of a part.
        &[("a.rs", "mod p;"), ("a/p.rs", "use super::A; use crate::b::B;"), ("b.rs", "use crate::a::p::P;")],
        // Behind the crate's front page.
        &[("lib.rs", "mod a; mod b; pub use a::A;"), ("a.rs", "use crate::b;"), ("b.rs", "use crate::A;")],
        &[("a.rs", "mod p; mod q; use p::P;"), ("a/p.rs", "use super::q::Q;"), ("a/q.rs", "use super::P;")],
    ];
    for files in breaks {
        assert!(!circles(files).is_empty(), "{files:?} should be a circle");
    }
    let keeps: [&[(&str, &str)]; 6] = [
        &[("a.rs", "mod p; use crate::b;"), ("a/p.rs", "pub(super) struct P;"), ("b.rs", "use crate::a::p::P;")],
        &[("a.rs", "use crate::b::B;"), ("b.rs", "//! See [`crate::a`].\nuse crate::c::C;"), ("c.rs", "")],
        &[("a.rs", "mod p; use p::P;"), ("a/p.rs", "use super::A;")],
        &[("a.rs", "use crate::b::B;"), ("b.rs", "#[cfg(test)] mod tests { use crate::a::A; }")],
        &[("a.rs", "use crate::b::B;"), ("b.rs", ""), ("b/tests.rs", "use crate::a::A;")],
        &[("lib.rs", "mod a; mod b; pub use a::A;"), ("a.rs", ""), ("b.rs", "use crate::A;")],
    ];
    for files in keeps {
        assert!(circles(files).is_empty(), "{files:?} should be none: {:?}", circles(files));
    }
}

impl Crate {
    /// Reads files, each with its path below `src/`.
    fn of(files: &[(String, String)]) -> Self {
        let modules = files.iter().filter_map(|(file, text)| Some((module(file)?, read(file, text))));
        let sources: Vec<(Module, Source)> = modules.collect();
        let mut names: BTreeMap<Module, Vec<Module>> =
            sources.iter().map(|(module, _)| (module.clone(), Vec::new())).chain([Default::default()]).collect();
        for (module, source) in &sources {
            let seen = source.names.iter().filter(|name| name.seen == Seen::ByAll);
            let paths: Vec<Module> = seen.filter_map(|name| from_root(&names, module, &name.parts)).collect();
            names.entry(module.clone()).or_default().extend(paths);
        }
        Self(names)
    }

    /// The modules that import each other, a line for each circle.
    fn circles(&self) -> Vec<String> {
        let reached: BTreeMap<&Module, BTreeSet<Module>> =
            self.0.keys().map(|module| (module, self.reached_from(module))).collect();
        let mut circles = BTreeSet::new();
        for (module, there) in reached.iter().filter(|(module, there)| there.contains(**module)) {
            let back = there.iter().filter(|other| reached[other].contains(*module));
            circles.insert(back.map(|other| other.join("::")).collect::<Vec<_>>().join(", "));
        }
        circles.into_iter().collect()
    }

    /// All that a module imports, straight or by way of others.
    fn reached_from(&self, module: &Module) -> BTreeSet<Module> {
        let (mut reached, mut left) = (BTreeSet::new(), self.imports(module));
        while let Some(next) = left.pop() {
            if reached.insert(next.clone()) {
                left.extend(self.imports(&next));
            }
        }
        reached
    }

    /// What a module imports: all that it names but its own parts.
    fn imports(&self, module: &Module) -> Vec<Module> {
        let homes = self.0[module].iter().map(|path| self.home(path));
        homes.filter(|home| !home.starts_with(module)).collect()
    }

    /// The module in which what a path names is at home: the one that the path leads to, or the part that this has it from.
    fn home(&self, path: &[String]) -> Module {
        let mut home = leads_to(&self.0, path);
        let Some(item) = path.get(home.len()) else { return home };
        loop {
            let names = self.0.get(&home).into_iter().flatten().filter(|name| name.last() == Some(item));
            let parts = names.map(|name| leads_to(&self.0, name)).filter(|part| part.starts_with(&home));
            let Some(part) = parts.into_iter().find(|part| part.len() > home.len()) else { return home };
            home = part;
        }
    }
}

/// What a file names; who may see its items is none of it.
fn read(file: &str, text: &str) -> Source {
    let tokens: TokenStream = text.parse().unwrap_or_else(|error| panic!("{file} is not Rust: {error}"));
    Source::read(file, &without_visibility(tokens).to_string())
}

/// The tokens without what stands behind `pub`, as in `pub(super)`.
fn without_visibility(tokens: TokenStream) -> TokenStream {
    let mut after_pub = false;
    let kept = tokens.into_iter().filter_map(|token| {
        let behind_pub = std::mem::replace(&mut after_pub, matches!(&token, TokenTree::Ident(word) if word == "pub"));
        match token {
            TokenTree::Group(group) if behind_pub && is_visibility(&group) => None,
            TokenTree::Group(group) => {
                Some(TokenTree::Group(Group::new(group.delimiter(), without_visibility(group.stream()))))
            }
            token => Some(token),
        }
    });
    kept.collect()
}

/// Whether it is `(super)` or the like, and no pair of a tuple.
fn is_visibility(group: &Group) -> bool {
    let first = group.stream().into_iter().next();
    let named = |word: &Ident| ["crate", "super", "self", "in"].iter().any(|name| word == name);
    group.delimiter() == Delimiter::Parenthesis && matches!(&first, Some(TokenTree::Ident(word)) if named(word))
}

/// The module that a file below `src/` is; `None` for what only tests see.
fn module(file: &str) -> Option<Module> {
    let parts: Vec<&str> = file.strip_suffix(".rs")?.split('/').collect();
    let is_program = !parts.contains(&"tests");
    let named = parts.into_iter().filter(|part| !matches!(*part, "lib" | "main" | "mod"));
    is_program.then(|| named.map(str::to_owned).collect())
}

/// A path spelt from the crate's root; `None` when it is of another crate, or of nothing that has a file.
fn from_root(modules: &BTreeMap<Module, Vec<Module>>, module: &Module, path: &[String]) -> Option<Module> {
    if path[0] == "crate" {
        return Some(path[1..].to_vec());
    }
    let below = [module.as_slice(), path].concat();
    modules.contains_key(&below[..=module.len()]).then_some(below)
}

/// The module that a path leads to: its longest beginning that is one.
fn leads_to(modules: &BTreeMap<Module, Vec<Module>>, path: &[String]) -> Module {
    let is_module = |length: &usize| modules.contains_key(&path[..*length]);
    path[..(0..=path.len()).rev().find(is_module).unwrap_or(0)].to_vec()
}
