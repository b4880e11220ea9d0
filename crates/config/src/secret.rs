//! Secrets: written as they are, or as `{ env = "NAME" }` or `{ file = "/path" }`.
//!
//! A secret's value never reaches a message: whatever stands where a secret should be, the complaint names only the place,
//! the key, and the variable or file that was asked for.

use std::{fs, io::Read, path::Path};

use bernard_platform::private;
use secrecy::SecretString;

use super::{
    problem::{At, Problem, Wrong},
    section::Section,
    source::{Environment, Form, Kind, Table, Value},
};

/// A secret's file may be this long, in bytes; a longer one is no secret but a mistake.
const LONGEST_FILE: u64 = 64 * 1024;

const FORMS: &str = r#"write it as { env = "NAME" }, { file = "/path" } or a text"#;

impl Section<'_> {
    /// Reads a secret; `None` when it is absent, an empty text, or wrong (then that is noted).
    pub(super) fn secret(&mut self, key: &'static str) -> Option<SecretString> {
        let value = self.take(key, Form::TextOrTable)?;
        self.resolve_secret(key, value)
    }

    /// As [`secret`](Self::secret), for a value that was taken already.
    pub(super) fn resolve_secret(&mut self, key: &'static str, value: Value) -> Option<SecretString> {
        let in_file = matches!(value.at, At::Line { .. });
        if in_file && matches!(&value.kind, Kind::Text(text) if !text.trim().is_empty()) {
            let path = self.path(key);
            self.reader.literals.push((value.at.clone(), path));
        }
        self.resolve(key, value).map(SecretString::from)
    }

    /// Reads what is written like a secret and is none, such as the id that goes with one.
    pub(super) fn identifier(&mut self, key: &'static str) -> Option<String> {
        let value = self.take(key, Form::TextOrTable)?;
        self.resolve(key, value)
    }

    fn resolve(&mut self, key: &'static str, value: Value) -> Option<String> {
        let found = match value.kind {
            Kind::Text(text) if text.trim().is_empty() => return None,
            Kind::Text(text) => Ok(text.trim().to_owned()),
            Kind::Table(table) => self.follow(table, key, &value.at),
            _ => Err(Wrong::new("is not a text", FORMS)),
        };
        found.map_err(|wrong| self.complain(key, value.at, wrong)).ok()
    }

    fn follow(&mut self, mut table: Table, key: &'static str, at: &At) -> Result<String, Wrong> {
        let wrong = || Wrong::new("has something other than one of `env` and `file` in its braces", FORMS);
        let (env, file) = (table.remove("env"), table.remove("file"));
        let (Kind::Text(source), is_file) = (match (env, file, table.is_empty()) {
            (Some(entry), None, true) => (entry.value.kind, false),
            (None, Some(entry), true) => (entry.value.kind, true),
            _ => return Err(wrong()),
        }) else {
            return Err(wrong());
        };
        if !is_file {
            return read_variable(&mut self.reader.environment, &source);
        }
        let text = read_file(&source)?;
        self.warn_of_file(Path::new(&source), key, at);
        Ok(text)
    }

    /// Says what others can do with a secret's file, which is a path for certain: it was read.
    fn warn_of_file(&mut self, file: &Path, key: &'static str, at: &At) {
        let folder = file.parent().and_then(private::open_folder);
        for exposed in private::open_file(file).into_iter().chain(folder) {
            let what = format!("is read from a file that is not private: {exposed}");
            let problem = Problem { at: at.clone(), key: self.path(key), what, right: String::new() };
            self.reader.warnings.push(problem);
        }
    }
}

pub(super) fn read_variable(environment: &mut Environment, name: &str) -> Result<String, Wrong> {
    let shown = shown_variable(name);
    match environment.referred(name).map(str::trim) {
        None => Err(Wrong::new(format!("asks for {shown}, which is not set"), "")),
        Some("") => Err(Wrong::new(format!("asks for {shown}, which is empty"), "")),
        Some(text) => Ok(text.to_owned()),
    }
}

pub(super) fn read_file(path: &str) -> Result<String, Wrong> {
    let shown = shown_file(path);
    let unreadable = |error: std::io::Error| Wrong::new(format!("asks for {shown}, which cannot be read: {error}"), "");
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(Wrong::new(format!("asks for {shown}, which is not a file"), ""));
    }
    let mut text = String::new();
    let file = fs::File::open(path).map_err(unreadable)?;
    let length = file.take(LONGEST_FILE + 1).read_to_string(&mut text).map_err(unreadable)?;
    if u64::try_from(length).unwrap_or(u64::MAX) > LONGEST_FILE {
        return Err(Wrong::new(format!("asks for {shown}, which is longer than 64 KiB"), ""));
    }
    match text.trim() {
        "" => Err(Wrong::new(format!("asks for {shown}, which is empty"), "")),
        text => Ok(text.to_owned()),
    }
}

/// People write the secret itself where its variable's name belongs: only what looks like such a name is shown.
fn shown_variable(name: &str) -> String {
    let plain = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    if name.chars().all(plain) {
        format!("the environment variable {name}")
    } else {
        "an environment variable (not shown, because its name is not in capitals and could be the secret)".to_owned()
    }
}

/// As [`shown_variable`], for files.
fn shown_file(path: &str) -> String {
    if path.starts_with('/') || path.starts_with("./") || path.starts_with("../") {
        format!("the file {}", path.escape_debug())
    } else {
        "a file (not shown, because it begins with neither / nor ./ and could be the secret)".to_owned()
    }
}
