//! The configuration: what [`Config::load`] returns is complete and makes sense, and what does not says so on its line.
//!
//! A TOML file and, over it, the environment (`BERNARD_PACE__TASK_POLL=1s`, `BERNARD_OVH__0__CLIENT_ID=…`); a key that is in
//! neither takes its default. Keys that are not known are refused. Everything that is wrong is reported at once, with file,
//! line, column and key, **and never with a value**: what stands in the wrong place may be a secret.
//!
//! The program alone depends on it; whoever is configured takes values, and never the whole. It knows no network.
//!
//! In reading order: `source` (file and environment), `section` (asking for keys), one file for each subject, `validate`
//! and `rights` (what only shows when sections or rules are seen together).

mod audit;
mod discord;
mod oncall;
mod ovh;
mod pace;
mod places;
mod postgres;
mod problem;
mod proposals;
mod rescue;
mod rights;
mod rules;
mod secret;
mod second_factor;
mod section;
mod source;
mod store;
mod suggest;
mod traces;
mod validate;
mod value;

use std::{ffi::OsString, fs, net::SocketAddr, path::Path};

use bernard_domain::{
    access::{Protect, Role},
    duty::roster::Person,
    locale::Locale,
    rate_limits::RateLimits,
    runbook::RunbookEntry,
};
use bernard_ovh::Account;
use bernard_platform::private::{self, Exposed};
use bernard_proposals::Source;
use jiff::tz::TimeZone;
use problem::Wrong;
use section::{Reader, Section};
use source::{Environment, Form, Table, Value};

pub use audit::{Audit, Notes, Sink, SinkAddress, WebAddress, Wire};
pub use discord::{Digest, Discord, Mode, PublicKey};
pub use oncall::Oncall;
pub use pace::Pace;
pub use places::{Place, Places};
pub use postgres::{Postgres, Proof, Server};
pub use problem::{At, Problem, Problems, Warning};
pub use rescue::Rescue;
pub use second_factor::SecondFactor;
pub use store::{Http, Store, StoreUrl};
pub use traces::Traces;

/// Everything that an operator can decide. Its `Debug` shows no secret.
#[derive(Clone, Debug)]
pub struct Config {
    /// The language of what everybody sees. Default: English.
    pub locale: Locale,
    /// For times of day. Default: Europe/Paris.
    pub time_zone: TimeZone,
    /// What logs look like. Default: text.
    pub log: LogFormat,
    /// What is logged, as `RUST_LOG` has it. Default: info.
    pub log_level: String,
    /// `[discord]`
    pub discord: Discord,
    /// `[[ovh]]`: at least one, each with a name of its own.
    pub ovh: Vec<Account>,
    /// `[store]`
    pub store: Store,
    /// `[http]`
    pub http: Http,
    /// `[rescue]`
    pub rescue: Rescue,
    /// `[pace]`
    pub pace: Pace,
    /// `[limits]`
    pub limits: RateLimits,
    /// `[[role]]`; empty: nobody may do anything.
    pub roles: Vec<Role>,
    /// `[[protect]]`
    pub protections: Vec<Protect>,
    /// `[second_factor]`; `None` when it is not there.
    pub second_factor: Option<SecondFactor>,
    /// `[[runbook]]`
    pub runbooks: Vec<RunbookEntry>,
    /// `[oncall]`; `None` when it is not there: then nobody is on duty.
    pub oncall: Option<Oncall>,
    /// `[[person]]`
    pub people: Vec<Person>,
    /// `[[proposals]]`, each with a name of its own.
    pub proposals: Vec<Source>,
    /// `[digest]`; `None` when it is not there.
    pub digest: Option<Digest>,
    /// `[audit]`
    pub audit: Audit,
    /// `[traces]`; `None` when it is not there.
    pub traces: Option<Traces>,
}

/// What logs look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object a line.
    Json,
}

/// A configuration that can be used, and what is suspicious about it.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The configuration.
    pub config: Config,
    /// For the operator to read.
    pub warnings: Vec<Warning>,
    /// Where its keys stand.
    pub places: Places,
}

/// This process's environment, for [`Config::load`]. Nothing else in Bernard reads it.
pub fn process_environment() -> impl Iterator<Item = (OsString, OsString)> {
    std::env::vars_os()
}

impl Config {
    /// Reads a file, with `environment` over it.
    ///
    /// # Errors
    /// When the file cannot be read, or with everything that is wrong in it.
    pub fn load<K: Into<OsString>, V: Into<OsString>>(
        path: &Path,
        environment: impl IntoIterator<Item = (K, V)>,
    ) -> Result<Loaded, Problems> {
        let (file, text) = text_of(path)?;
        let whole = |at, what: String| Problem { at, key: String::new(), what, right: String::new() };
        let mut loaded = read(&file, &text, Environment::new(environment), private::open_file(path))?;
        let folder = path.parent().and_then(private::open_folder);
        for exposed in private::changeable_file(path).into_iter().chain(folder) {
            let problem = whole(At::File, exposed.to_string());
            loaded.warnings.push(Warning { file: file.clone(), problem });
        }
        Ok(loaded)
    }

    /// Where the web endpoints listen, and nothing else of a file, with `environment` over it: what is wrong elsewhere in it does not
    /// matter here, and no secret is read.
    ///
    /// # Errors
    /// When the file cannot be read or is not TOML, or `http.listen` is no address.
    pub fn listen<K: Into<OsString>, V: Into<OsString>>(
        path: &Path,
        environment: impl IntoIterator<Item = (K, V)>,
    ) -> Result<SocketAddr, Problems> {
        let (file, text) = text_of(path)?;
        let mut table = source::parse(&text).map_err(|problems| Problems::new(&file, problems))?;
        table.retain(|key, _| key == "http");
        let mut reader = Reader::new(Environment::new(environment));
        let http = reader.root(table, |root| root.table("http", store::read_http));
        reader.problems.retain(|problem| ["http", "http.listen"].contains(&problem.key.as_str()));
        if reader.problems.is_empty() { Ok(http.listen) } else { Err(Problems::new(&file, reader.problems)) }
    }

    /// Reads a text as [`load`](Self::load) reads a file; messages call it `bernard.toml`.
    ///
    /// # Errors
    /// With everything that is wrong in it.
    pub fn from_text<K: Into<OsString>, V: Into<OsString>>(
        text: &str,
        environment: impl IntoIterator<Item = (K, V)>,
    ) -> Result<Loaded, Problems> {
        read("bernard.toml", text, Environment::new(environment), None)
    }
}

/// A file's name for messages, and its text.
fn text_of(path: &Path) -> Result<(String, String), Problems> {
    let file = path.display().to_string();
    let whole = |at, what: String| Problem { at, key: String::new(), what, right: String::new() };
    let fail = |problem| Problems::new(&file, vec![problem]);
    let bytes = fs::read(path).map_err(|error| fail(whole(At::File, format!("cannot be read: {error}"))))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = valid.iter().filter(|byte| **byte == b'\n').count() + 1;
        fail(whole(At::Line { line, column: 1 }, "is not UTF-8 on this line".to_owned()))
    })?;
    Ok((file, text))
}

fn read(file: &str, text: &str, environment: Environment, open: Option<Exposed>) -> Result<Loaded, Problems> {
    let table = source::parse(text).map_err(|problems| Problems::new(file, problems))?;
    let mut reader = Reader::new(environment);
    let config = read_root(&mut reader, table);
    if let Some(open) = open {
        warn_of_literals(&mut reader, &open);
    }
    match config {
        Some(config) if reader.problems.is_empty() => {
            let mut warnings = reader.warnings;
            warnings.extend(validate::warnings(&config));
            warnings.extend(rights::warnings(&config));
            let stands = |key: &str| reader.places.get(key).cloned().unwrap_or(problem::At::File);
            warnings.extend(oncall::warnings(config.oncall.as_ref(), &config.people, &config.roles, stands));
            warnings.extend(proposals::warnings(&config, stands));
            let warnings = warnings.into_iter().map(|problem| Warning { file: file.to_owned(), problem }).collect();
            Ok(Loaded { config, warnings, places: Places::new(file, reader.places) })
        }
        _ => Err(Problems::new(file, reader.problems)),
    }
}

fn warn_of_literals(reader: &mut Reader, open: &Exposed) {
    for (at, key) in std::mem::take(&mut reader.literals) {
        let what = format!("is written as it is in a file that is not private: {open}");
        let right =
            r#"use { env = "NAME" } or { file = "/path" }, or take the right to read away from others"#.to_owned();
        reader.warnings.push(Problem { at, key, what, right });
    }
}

fn read_root(reader: &mut Reader, table: Table) -> Option<Config> {
    reader.root(table, |root| {
        let locale = root.read("locale", Form::Text, locale);
        let time_zone = root.read("time_zone", Form::Text, time_zone).or_else(|| TimeZone::get("Europe/Paris").ok());
        let log = root.read("log", Form::Text, log_format);
        let log_level = root.read("log_level", Form::Text, log_level);
        let discord = root.table("discord", discord::read);
        let ovh = read_accounts(root);
        let store = root.table("store", store::read);
        let http = root.table("http", store::read_http);
        let rescue = root.table("rescue", rescue::read);
        let pace = root.table("pace", pace::read);
        let limits = root.table("limits", pace::read_limits);
        let roles = root.tables("role", |section, index| rules::read_role(section, index, time_zone.as_ref()));
        let protections = root.tables("protect", rules::read_protect);
        let second_factor = root.optional_table("second_factor", second_factor::read);
        root.reader.problems.extend(second_factor::lacking(&protections, &root.reader.places));
        let runbooks = root.tables("runbook", rules::read_runbook);
        let oncall = root.optional_table("oncall", oncall::read);
        let entries = root.tables("person", oncall::read_person);
        let people = oncall::people(root, entries);
        oncall::check(root, oncall.as_ref(), &roles, &protections);
        let proposals = read_proposals(root);
        let digest = root.optional_table("digest", discord::read_digest);
        let audit = root.table("audit", audit::read);
        let traces = root.optional_table("traces", traces::read);
        Some(Config {
            locale: locale.unwrap_or(Locale::En),
            time_zone: time_zone?,
            log: log.unwrap_or(LogFormat::Text),
            log_level: log_level.unwrap_or_else(|| "info".to_owned()),
            discord: discord?,
            ovh,
            store,
            http,
            rescue,
            pace,
            limits,
            roles,
            protections,
            second_factor,
            runbooks,
            oncall,
            people,
            proposals,
            digest,
            audit,
            traces,
        })
    })
}

fn read_accounts(root: &mut Section<'_>) -> Vec<Account> {
    let accounts = root.tables("ovh", |section, index| {
        let at = section.at_of("name");
        ovh::read(section).map(|account| (index, at, account))
    });
    root.reader.problems.extend(validate::accounts(&accounts));
    if accounts.is_empty() && !root.reader.problems.iter().any(|problem| problem.key.starts_with("ovh")) {
        root.missing("ovh", "write one [[ovh]] for each account at OVHcloud");
    }
    accounts.into_iter().map(|(_, _, account)| account).collect()
}

fn read_proposals(root: &mut Section<'_>) -> Vec<Source> {
    let entries = root.tables("proposals", proposals::read);
    root.reader.problems.extend(proposals::named_twice(&entries));
    entries.into_iter().map(|(_, _, source)| source).collect()
}

fn locale(value: &Value) -> Result<Locale, Wrong> {
    value::word(value, &[("en", Locale::En), ("fr", Locale::Fr)])
}

fn log_format(value: &Value) -> Result<LogFormat, Wrong> {
    value::word(value, &[("text", LogFormat::Text), ("json", LogFormat::Json)])
}

/// A level, or directives of levels: what stands in the way of either is found when it is set.
fn log_level(value: &Value) -> Result<String, Wrong> {
    let right =
        r#"write "error", "warn", "info", "debug" or "trace", or directives such as "info,bernard_engine=debug""#;
    let text = value::text(value)?.trim();
    let is_word = |c: char| c.is_ascii_alphanumeric() || ['_', ':', '=', ',', '-'].contains(&c);
    let levels = ["error", "warn", "info", "debug", "trace", "off"];
    let is_directive = |part: &str| {
        let (target, level) = part.split_once('=').unwrap_or(("", part));
        levels.contains(&level.to_ascii_lowercase().as_str()) && (target.is_empty() != part.contains('='))
    };
    match text.chars().all(is_word) && !text.is_empty() && text.split(',').all(is_directive) {
        true => Ok(text.to_owned()),
        false => Err(Wrong::new("is no level of the log", right)),
    }
}

fn time_zone(value: &Value) -> Result<TimeZone, Wrong> {
    let right = r#"write a name of the IANA database, such as "Europe/Paris" or "UTC""#;
    TimeZone::get(value::text(value)?).map_err(|_| Wrong::new("is not a time zone", right))
}

#[cfg(test)]
mod tests;
