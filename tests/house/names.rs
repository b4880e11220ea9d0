//! A source file as the names it uses: every path, spelt from the crate's root where it begins there.

use std::fmt;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A file and the names in it.
pub(crate) struct Source {
    /// Its path below the workspace.
    pub(crate) file: String,
    /// What it names, in order.
    pub(crate) names: Vec<Name>,
}

/// A path such as `crate::ovh::Client`, a lone word such as `async`, or a text.
pub(crate) struct Name {
    /// Its parts; a text is one part with its quotes.
    pub(crate) parts: Vec<String>,
    /// Where it stands.
    pub(crate) line: usize,
    /// Who sees it.
    pub(crate) seen: Seen,
}

/// Who sees a piece of source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// The program.
    ByAll,
    /// Tests only.
    ByTests,
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.parts.join("::"))
    }
}

impl Name {
    /// Whether it begins with these parts.
    pub(crate) fn starts(&self, parts: &[&str]) -> bool {
        self.parts.len() >= parts.len() && self.parts.iter().zip(parts).all(|(a, b)| a == b)
    }

    /// Whether these parts stand in it, next to each other.
    pub(crate) fn has(&self, parts: &[&str]) -> bool {
        self.parts.windows(parts.len()).any(|window| window.iter().zip(parts).all(|(a, b)| a == b))
    }

    /// Whether it is a text that holds this.
    pub(crate) fn quotes(&self, text: &str) -> bool {
        self.parts[0].contains('"') && self.parts[0].contains(text)
    }
}

impl Source {
    /// Reads a file; its path says which module it is and whether only tests see it.
    pub(crate) fn read(file: &str, text: &str) -> Self {
        let tokens: TokenStream = text.parse().unwrap_or_else(|error| panic!("{file} is not Rust: {error}"));
        let only_tests = file.ends_with("tests.rs") || file.contains("tests/");
        let seen = if only_tests { Seen::ByTests } else { Seen::ByAll };
        let mut reader = Reader { module: module_of(file), names: Vec::new() };
        reader.read(tokens, seen);
        Self { file: file.to_owned(), names: reader.names }
    }
}

/// `crates/engine/src/steps/link.rs` is `crate::steps::link`.
fn module_of(file: &str) -> Vec<String> {
    let path = file.split_once("src/").map_or(file, |(_, path)| path);
    let path = path.trim_end_matches(".rs").trim_end_matches("/mod");
    let parts = path.split('/').filter(|part| !matches!(*part, "lib" | "main" | "mod"));
    std::iter::once("crate").chain(parts).map(str::to_owned).collect()
}

struct Reader {
    module: Vec<String>,
    names: Vec<Name>,
}

impl Reader {
    fn read(&mut self, tokens: TokenStream, seen: Seen) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        let mut here = seen;
        while at < tokens.len() {
            match &tokens[at] {
                TokenTree::Punct(hash) if hash.as_char() == '#' => match attribute(&tokens[at + 1..]) {
                    Attribute::Doc(length) => at += length,
                    Attribute::Test => here = Seen::ByTests,
                    Attribute::Other => {}
                },
                TokenTree::Ident(_) => {
                    at = self.path(&tokens, at, Vec::new(), here);
                    continue;
                }
                TokenTree::Group(group) => {
                    self.read(group.stream(), here);
                    if group.delimiter() == Delimiter::Brace {
                        here = seen;
                    }
                }
                TokenTree::Punct(end) if end.as_char() == ';' => here = seen,
                TokenTree::Literal(literal) => {
                    let line = literal.span().start().line;
                    self.names.push(Name { parts: vec![literal.to_string()], line, seen: here });
                }
                TokenTree::Punct(_) => {}
            }
            at += 1;
        }
    }

    /// Reads a path that begins at `at` and returns where it ends; the braces of a `use` make several.
    fn path(&mut self, tokens: &[TokenTree], mut at: usize, mut parts: Vec<String>, seen: Seen) -> usize {
        let line = tokens[at].span().start().line;
        while let Some(TokenTree::Ident(word)) = tokens.get(at) {
            parts.push(word.to_string());
            at += 1;
            if !is_separator(&tokens[at..]) {
                break;
            }
            at += 2;
            if let Some(TokenTree::Group(group)) = tokens.get(at)
                && group.delimiter() == Delimiter::Brace
            {
                self.branches(&group.stream().into_iter().collect::<Vec<_>>(), &parts, seen);
                return at + 1;
            }
        }
        let parts = self.rooted(parts);
        self.names.push(Name { parts, line, seen });
        at
    }

    /// `a::{b, c::d}` is `a::b` and `a::c::d`.
    fn branches(&mut self, tokens: &[TokenTree], trunk: &[String], seen: Seen) {
        let mut at = 0;
        while at < tokens.len() {
            match &tokens[at] {
                TokenTree::Ident(_) => at = self.path(tokens, at, trunk.to_vec(), seen),
                TokenTree::Punct(star) if star.as_char() == '*' => {
                    let line = star.span().start().line;
                    self.names.push(Name { parts: self.rooted(trunk.to_vec()), line, seen });
                    at += 1;
                }
                _ => at += 1,
            }
        }
    }

    /// Replaces `self` and `super` at its beginning by what they stand for.
    fn rooted(&self, parts: Vec<String>) -> Vec<String> {
        let supers = parts.iter().take_while(|part| *part == "super").count();
        let own = usize::from(parts.len() > 1 && parts[0] == "self");
        if supers + own == 0 || supers >= self.module.len() {
            return parts;
        }
        let mut from_root = self.module[..self.module.len() - supers].to_vec();
        from_root.extend_from_slice(&parts[supers + own..]);
        from_root
    }
}

enum Attribute {
    /// A comment, so many tokens long.
    Doc(usize),
    /// What follows is for tests.
    Test,
    Other,
}

/// What the attribute is whose `#` stands before these tokens.
fn attribute(tokens: &[TokenTree]) -> Attribute {
    let inner = matches!(tokens.first(), Some(TokenTree::Punct(mark)) if mark.as_char() == '!');
    let start = usize::from(inner);
    let Some(TokenTree::Group(group)) = tokens.get(start) else { return Attribute::Other };
    let text = group.stream().to_string().replace(' ', "");
    match text.as_str() {
        "cfg(test)" => Attribute::Test,
        doc if doc.starts_with("doc=") => Attribute::Doc(start + 1),
        _ => Attribute::Other,
    }
}

fn is_separator(tokens: &[TokenTree]) -> bool {
    matches!(tokens, [TokenTree::Punct(a), TokenTree::Punct(b), ..] if a.as_char() == ':' && b.as_char() == ':')
}
