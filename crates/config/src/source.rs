//! Where the configuration comes from: a TOML file and, over it, the environment.
//!
//! Nothing here looks at what a key means. Values keep their place, so that every complaint can name it. Neither type has
//! `Debug`: both hold secrets.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsString,
};

use toml::de::{DeTable, DeValue};

use super::problem::{At, Problem};

/// What every variable of ours begins with.
pub(super) const PREFIX: &str = "BERNARD_";

/// A value and where it stands.
pub(super) struct Value {
    pub(super) kind: Kind,
    pub(super) at: At,
}

/// What TOML can hold.
pub(super) enum Kind {
    Text(String),
    Integer(i64),
    /// A number that is not whole.
    Float(f64),
    Flag(bool),
    List(Vec<Value>),
    Table(Table),
    /// A number that is too big: wanted nowhere.
    Other,
}

pub(super) type Table = BTreeMap<String, Entry>;

/// A key's value and where the key stands.
pub(super) struct Entry {
    pub(super) key_at: At,
    pub(super) value: Value,
}

/// Reads a TOML file.
///
/// # Errors
/// Everything that is wrong with its syntax.
pub(super) fn parse(text: &str) -> Result<Table, Vec<Problem>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    let lines = Lines::new(text);
    if errors.is_empty() {
        return Ok(lines.table(table.into_inner()));
    }
    Err(errors
        .into_iter()
        .map(|error| Problem {
            at: error.span().map_or(At::File, |span| lines.at(span.start)),
            key: String::new(),
            // The parser's sentences are fixed words; only its `Display` and its deserializer quote the input.
            what: format!("is not TOML: {}", error.message()),
            right: String::new(),
        })
        .collect())
}

/// Finds lines and columns.
struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(index, _)| index + 1)).collect();
        Self { text, starts }
    }

    fn at(&self, offset: usize) -> At {
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = line.checked_sub(1).and_then(|index| self.starts.get(index)).copied().unwrap_or_default();
        let column = self.text.get(start..offset).map_or(0, |before| before.chars().count()) + 1;
        At::Line { line, column }
    }

    fn table(&self, table: DeTable<'_>) -> Table {
        let entry = |(key, value): (toml::Spanned<_>, toml::Spanned<_>)| {
            let key_at = self.at(key.span().start);
            (key.into_inner(), key_at, value)
        };
        table
            .into_iter()
            .map(entry)
            .map(|(key, key_at, value): (toml::de::DeString<'_>, At, _)| {
                (key.into_owned(), Entry { key_at, value: self.value(value) })
            })
            .collect()
    }

    fn value(&self, value: toml::Spanned<DeValue<'_>>) -> Value {
        let at = self.at(value.span().start);
        let kind = match value.into_inner() {
            DeValue::String(text) => Kind::Text(text.into_owned()),
            DeValue::Integer(number) => {
                i64::from_str_radix(number.as_str(), number.radix()).map_or(Kind::Other, Kind::Integer)
            }
            DeValue::Float(number) => number.as_str().parse().map_or(Kind::Other, Kind::Float),
            DeValue::Boolean(flag) => Kind::Flag(flag),
            // A time of day may stand without quotes.
            DeValue::Datetime(moment) => Kind::Text(moment.to_string()),
            DeValue::Array(items) => Kind::List(items.into_iter().map(|item| self.value(item)).collect()),
            DeValue::Table(table) => Kind::Table(self.table(table)),
        };
        Value { kind, at }
    }
}

/// How a variable's text becomes a value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// As it is.
    Text,
    /// As it is, unless it is an inline table.
    TextOrTable,
    /// As TOML; as it is when it is none.
    Toml,
}

/// The environment: what it holds, and what of it was asked for.
pub(super) struct Environment {
    variables: BTreeMap<String, Option<String>>,
    asked: BTreeSet<String>,
}

impl Environment {
    pub(super) fn new<K: Into<OsString>, V: Into<OsString>>(pairs: impl IntoIterator<Item = (K, V)>) -> Self {
        let variables = pairs
            .into_iter()
            .filter_map(|(name, value)| Some((name.into().into_string().ok()?, value.into().into_string().ok())))
            .collect();
        Self { variables, asked: BTreeSet::new() }
    }

    /// The text of a variable that the configuration refers to by name; `None` when it is not set or not Unicode.
    pub(super) fn referred(&mut self, name: &str) -> Option<&str> {
        self.asked.insert(name.to_owned());
        self.variables.get(name)?.as_deref()
    }

    /// The value of the variable that stands for a key.
    pub(super) fn value(&mut self, name: &str, form: Form) -> Option<Value> {
        self.asked.insert(name.to_owned());
        let at = At::Variable(name.to_owned());
        let Some(text) = self.variables.get(name)? else { return Some(Value { kind: Kind::Other, at }) };
        let parsed = || DeValue::parse(text).ok().map(|value| at_variable(Lines::new(text).value(value), &at));
        let parsed = match form {
            Form::Text => None,
            Form::TextOrTable => parsed().filter(|value| matches!(value.kind, Kind::Table(_))),
            Form::Toml => parsed(),
        };
        Some(parsed.unwrap_or_else(|| Value { kind: Kind::Text(text.clone()), at }))
    }

    /// Whether a variable is set, to whatever.
    pub(super) fn is_set(&self, name: &str) -> bool {
        self.variables.contains_key(name)
    }

    /// Whether a variable is set, and not to nothing.
    pub(super) fn has(&self, name: &str) -> bool {
        self.variables.get(name).is_some_and(|text| text.as_deref() != Some(""))
    }

    /// Whether any variable begins like this.
    pub(super) fn has_prefix(&self, prefix: &str) -> bool {
        self.variables.range(prefix.to_owned()..).next().is_some_and(|(name, _)| name.starts_with(prefix))
    }

    /// The variables of ours that no key asked for.
    pub(super) fn unknown(&self) -> impl Iterator<Item = &str> {
        self.variables
            .keys()
            .map(String::as_str)
            .filter(|name| name.starts_with(PREFIX) && !self.asked.contains(*name) && !is_from_kubernetes(name))
    }

    /// The names that keys asked for, set or not.
    pub(super) fn asked(&self) -> impl Iterator<Item = &str> {
        self.asked.iter().map(String::as_str)
    }
}

/// Kubernetes sets variables for every service in the namespace; for one called `bernard` or `bernard-web` they begin like
/// ours: `BERNARD_SERVICE_HOST`, `BERNARD_SERVICE_PORT_HTTP`, `BERNARD_PORT`, `BERNARD_WEB_PORT_9090_TCP_ADDR`.
fn is_from_kubernetes(name: &str) -> bool {
    let ends = |end: &str| name.ends_with(end);
    let numbered = || {
        let after_port = name.rsplit_once("_PORT_").map(|(_, rest)| rest);
        let after_number = after_port.map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
        after_number.is_some_and(|rest| rest.starts_with("_TCP") || rest.starts_with("_UDP"))
    };
    !name.contains("__") && (ends("_SERVICE_HOST") || name.contains("_SERVICE_PORT") || ends("_PORT") || numbered())
}

fn at_variable(value: Value, at: &At) -> Value {
    let kind = match value.kind {
        Kind::List(items) => Kind::List(items.into_iter().map(|item| at_variable(item, at)).collect()),
        Kind::Table(table) => {
            let entry = |(key, entry): (String, Entry)| {
                (key, Entry { key_at: at.clone(), value: at_variable(entry.value, at) })
            };
            Kind::Table(table.into_iter().map(entry).collect())
        }
        plain => plain,
    };
    Value { kind, at: at.clone() }
}
