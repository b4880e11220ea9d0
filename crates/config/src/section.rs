//! Reading one table: keys are asked for by name, the environment goes before the file, and what nobody asked for is unknown.
//!
//! Asking is what makes a key known, so the list of keys cannot disagree with the code. A problem never stops the reading:
//! it is noted, the default stands in, and the load fails at the end with everything that was found.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    problem::{At, Problem, Wrong},
    source::{Environment, Form, Kind, PREFIX, Table, Value},
    suggest::nearest,
};

/// What is collected while a configuration is read.
pub(super) struct Reader {
    pub(super) environment: Environment,
    pub(super) problems: Vec<Problem>,
    pub(super) warnings: Vec<Problem>,
    /// Where a secret stands in the file as it is.
    pub(super) literals: Vec<(At, String)>,
    /// Every key that was asked for, such as `role.can`, without numbers.
    pub(super) known: BTreeSet<String>,
    /// Where each key and section stands that is given.
    pub(super) places: BTreeMap<String, At>,
    unknown: Vec<Unknown>,
}

struct Unknown {
    at: At,
    path: String,
    key: String,
    siblings: Vec<&'static str>,
}

/// One table of the configuration while it is read.
pub(super) struct Section<'r> {
    pub(super) reader: &'r mut Reader,
    /// Where it begins.
    pub(super) at: At,
    /// Its path with the final dot, such as `role[0].`; empty for the root.
    path: String,
    /// What its variables begin with, such as `BERNARD_ROLE__0__`.
    prefix: String,
    table: Table,
    asked: Vec<&'static str>,
}

impl Reader {
    pub(super) fn new(environment: Environment) -> Self {
        Self {
            environment,
            problems: Vec::new(),
            warnings: Vec::new(),
            literals: Vec::new(),
            known: BTreeSet::new(),
            places: BTreeMap::new(),
            unknown: Vec::new(),
        }
    }

    /// Reads the whole configuration with `read`, then notes what nobody asked for.
    pub(super) fn root<T>(&mut self, table: Table, read: impl FnOnce(&mut Section<'_>) -> T) -> T {
        let (path, prefix) = (String::new(), PREFIX.to_owned());
        let value = Section { reader: self, at: At::File, path, prefix, table, asked: Vec::new() }.read_with(read);
        self.note_unknown_keys();
        self.note_unknown_variables();
        value
    }

    fn note_unknown_keys(&mut self) {
        for unknown in std::mem::take(&mut self.unknown) {
            let right = self.advice(&unknown);
            let key = format!("{}{}", unknown.path, unknown.key.escape_debug());
            self.problems.push(Problem { at: unknown.at, key, what: "is not a key of Bernard's".to_owned(), right });
        }
    }

    fn advice(&self, unknown: &Unknown) -> String {
        if let Some(near) = nearest(&unknown.key, unknown.siblings.iter().copied()) {
            return format!("did you mean `{near}`?");
        }
        let home = self.known.iter().find_map(|known| match known.rsplit_once('.') {
            Some((section, key)) if key == unknown.key => Some(format!("it belongs under `{section}`")),
            None if *known == unknown.key => Some("it belongs at the top, before the first section".to_owned()),
            _ => None,
        });
        home.unwrap_or_else(|| format!("the keys here are {}", unknown.siblings.join(", ")))
    }

    fn note_unknown_variables(&mut self) {
        let asked: Vec<&str> = self.environment.asked().filter(|name| name.starts_with(PREFIX)).collect();
        let problem = |name: &str| Problem {
            at: At::Variable(name.escape_debug().to_string()),
            key: String::new(),
            what: "stands for no key of Bernard's".to_owned(),
            right: nearest(name, asked.iter().copied()).map_or_else(
                || "variables are named BERNARD_SECTION__KEY, with entries numbered from 0 without gaps".to_owned(),
                |near| format!("did you mean {near}?"),
            ),
        };
        self.problems.extend(self.environment.unknown().map(problem));
    }
}

impl Section<'_> {
    fn read_with<T>(mut self, read: impl FnOnce(&mut Self) -> T) -> T {
        let value = read(&mut self);
        for (key, entry) in self.table {
            self.reader.unknown.push(Unknown {
                at: entry.key_at,
                path: self.path.clone(),
                key,
                siblings: self.asked.clone(),
            });
        }
        value
    }

    fn variable(&self, key: &str) -> String {
        format!("{}{}", self.prefix, key.to_ascii_uppercase())
    }

    /// The full path of a key, such as `role[0].can`.
    pub(super) fn path(&self, key: &str) -> String {
        format!("{}{key}", self.path)
    }

    fn ask(&mut self, key: &'static str) {
        self.asked.push(key);
        let path = self.path(key);
        let numberless = path.split('[').map(|part| part.split_once(']').map_or(part, |(_, rest)| rest)).collect();
        self.reader.known.insert(numberless);
    }

    /// Takes a key's value: the environment's, else the file's.
    pub(super) fn take(&mut self, key: &'static str, form: Form) -> Option<Value> {
        self.ask(key);
        let from_file = self.table.remove(key).map(|entry| entry.value);
        let name = self.variable(key);
        let value = self.reader.environment.value(&name, form).or(from_file);
        if let Some(value) = &value {
            self.stands(key, value.at.clone());
        }
        value
    }

    /// Notes where a key of this table, or what stands in for it, is given.
    pub(super) fn stands(&mut self, key: &str, at: At) {
        let path = self.path(key);
        self.reader.places.insert(path, at);
    }

    /// Whether the environment has this variable, which stands for no key.
    pub(super) fn has_variable(&self, name: &str) -> bool {
        self.reader.environment.has(name)
    }

    /// Whether a key is given, and not as an empty text.
    pub(super) fn has(&self, key: &str) -> bool {
        let in_file = self.table.get(key).is_some_and(|entry| !is_empty_text(&entry.value));
        let name = self.variable(key);
        if self.reader.environment.is_set(&name) { self.reader.environment.has(&name) } else { in_file }
    }

    /// Reads a key; `None` when it is absent or wrong (then that is noted).
    pub(super) fn read<T>(
        &mut self,
        key: &'static str,
        form: Form,
        parse: impl FnOnce(&Value) -> Result<T, Wrong>,
    ) -> Option<T> {
        let value = self.take(key, form)?;
        parse(&value).map_err(|wrong| self.complain(key, value.at, wrong)).ok()
    }

    /// Reads a key that may also be given as an empty text, which is as good as absent.
    pub(super) fn read_optional<T>(
        &mut self,
        key: &'static str,
        parse: impl FnOnce(&Value) -> Result<T, Wrong>,
    ) -> Option<T> {
        let value = self.take(key, Form::Text)?;
        if is_empty_text(&value) {
            return None;
        }
        parse(&value).map_err(|wrong| self.complain(key, value.at, wrong)).ok()
    }

    /// Reads a list; `None` when it is absent or no list. Every wrong item is noted and left out.
    pub(super) fn list<T>(&mut self, key: &'static str, parse: impl Fn(&Value) -> Result<T, Wrong>) -> Option<Vec<T>> {
        let value = self.take(key, Form::Toml)?;
        let at = value.at.clone();
        let Some(items) = items(value) else {
            self.complain(key, at, Wrong::new("is not a list", r#"write it in brackets, such as ["…", "…"]"#));
            return None;
        };
        let mut list = Vec::new();
        for (index, item) in items.into_iter().enumerate() {
            match parse(&item) {
                Ok(fine) => list.push(fine),
                Err(wrong) => self.complain(&format!("{key}[{index}]"), item.at, wrong),
            }
        }
        Some(list)
    }

    /// Reads a table; an absent one is as good as an empty one.
    pub(super) fn table<T>(&mut self, key: &'static str, read: impl FnOnce(&mut Section<'_>) -> T) -> T {
        let (at, table) = self.take_table(key).unwrap_or((At::File, Table::new()));
        self.stands(key, at.clone());
        let (path, prefix) = (format!("{}.", self.path(key)), format!("{}__", self.variable(key)));
        Section { reader: self.reader, at, path, prefix, table, asked: Vec::new() }.read_with(read)
    }

    /// Reads a table that means something by being there.
    pub(super) fn optional_table<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&mut Section<'_>) -> Option<T>,
    ) -> Option<T> {
        let prefix = format!("{}__", self.variable(key));
        let there = self.table.contains_key(key) || self.reader.environment.has_prefix(&prefix);
        if there {
            self.table(key, read)
        } else {
            self.ask(key);
            None
        }
    }

    fn take_table(&mut self, key: &'static str) -> Option<(At, Table)> {
        self.ask(key);
        let value = self.table.remove(key)?.value;
        match value.kind {
            Kind::Table(table) => Some((value.at, table)),
            _ => {
                self.complain(key, value.at, Wrong::new("is not a section", format!("write it as [{key}]")));
                None
            }
        }
    }

    /// Reads the entries of a list of tables: those of the file, then those that only the environment has.
    pub(super) fn tables<T>(
        &mut self,
        key: &'static str,
        read: impl Fn(&mut Section<'_>, usize) -> Option<T>,
    ) -> Vec<T> {
        let mut entries = self.take_tables(key);
        let stem = self.variable(key);
        while self.reader.environment.has_prefix(&format!("{stem}__{}__", entries.len())) {
            entries.push((At::Variable(format!("{stem}__{}", entries.len())), Table::new()));
        }
        let read_entry = |(index, (at, table)): (usize, (At, Table))| {
            let (path, prefix) = (format!("{}[{index}].", self.path(key)), format!("{stem}__{index}__"));
            self.stands(&format!("{key}[{index}]"), at.clone());
            Section { reader: self.reader, at, path, prefix, table, asked: Vec::new() }
                .read_with(|section| read(section, index))
        };
        entries.into_iter().enumerate().filter_map(read_entry).collect()
    }

    fn take_tables(&mut self, key: &'static str) -> Vec<(At, Table)> {
        self.ask(key);
        let Some(entry) = self.table.remove(key) else { return Vec::new() };
        let path = self.path(key);
        let wrong = || Wrong::new("is not a list of sections", format!("write each entry as [[{path}]]"));
        let Kind::List(items) = entry.value.kind else {
            self.complain(key, entry.value.at, wrong());
            return Vec::new();
        };
        let mut tables = Vec::new();
        for item in items {
            match item.kind {
                Kind::Table(table) => tables.push((item.at, table)),
                _ => self.complain(key, item.at, wrong()),
            }
        }
        tables
    }

    /// Notes that a key that must be there is not.
    pub(super) fn missing(&mut self, key: &str, right: impl Into<String>) {
        let at = self.at.clone();
        self.complain(key, at, Wrong::new("is missing", right));
    }

    /// Notes a problem with a key of this table.
    pub(super) fn complain(&mut self, key: &str, at: At, wrong: Wrong) {
        let key = self.path(key);
        self.reader.problems.push(Problem { at, key, what: wrong.what, right: wrong.right });
    }

    /// Notes something suspicious about a key of this table.
    pub(super) fn warn(&mut self, key: &str, at: At, wrong: Wrong) {
        let key = self.path(key);
        self.reader.warnings.push(Problem { at, key, what: wrong.what, right: wrong.right });
    }

    /// Where a key stands, before it is taken; the table's place when it is absent.
    pub(super) fn at_of(&self, key: &str) -> At {
        let name = self.variable(key);
        if self.reader.environment.is_set(&name) {
            return At::Variable(name);
        }
        self.table.get(key).map_or_else(|| self.at.clone(), |entry| entry.value.at.clone())
    }
}

/// The items of a list. A variable may also hold them as plain words with commas between them, or one alone.
fn items(value: Value) -> Option<Vec<Value>> {
    let Value { kind, at } = value;
    match (kind, &at) {
        (Kind::List(items), _) => Some(items),
        (Kind::Text(text), At::Variable(_)) => {
            let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
            Some(words.map(|word| Value { kind: Kind::Text(word.to_owned()), at: at.clone() }).collect())
        }
        (one @ Kind::Integer(_), At::Variable(_)) => Some(vec![Value { kind: one, at }]),
        _ => None,
    }
}

fn is_empty_text(value: &Value) -> bool {
    matches!(&value.kind, Kind::Text(text) if text.trim().is_empty())
}
