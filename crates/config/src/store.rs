//! `[store]` and `[http]`.

use std::{ffi::OsString, net::SocketAddr, path::PathBuf, time::Duration};

use secrecy::ExposeSecret;

use super::{
    postgres::{self, Postgres},
    problem::Wrong,
    secret,
    section::Section,
    source::{Environment, Form, Kind, Value},
    value,
};

/// `[store]`: what Bernard remembers with.
#[derive(Clone, Debug)]
pub struct Store {
    /// Which database. Default: SQLite in `data/bernard.db`.
    pub url: StoreUrl,
    /// PostgreSQL: after this long another replica takes over what one was doing. Default: 10 s.
    pub lease: Duration,
    /// PostgreSQL: the file beside it that says how far it was. Default: `data/postgres.witness`.
    pub witness: PathBuf,
}

/// Which database.
#[derive(Clone, Debug)]
pub enum StoreUrl {
    /// An SQLite file; relative to the working directory.
    Sqlite(PathBuf),
    /// A PostgreSQL database.
    Postgres(Box<Postgres>),
}

/// `[http]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Http {
    /// Where `/healthz`, `/readyz`, `/metrics` and `/interactions` are served. Default: `127.0.0.1:9090`.
    pub listen: SocketAddr,
}

const DEFAULT_FILE: &str = "data/bernard.db";
const DEFAULT_WITNESS: &str = "data/postgres.witness";
/// Variables that the driver minds whatever it is told.
const MINDED: [&str; 4] = ["PGOPTIONS", "PGSSLROOTCERT", "PGSSLCERT", "PGSSLKEY"];
const DEFAULT_LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 9090);

pub(super) fn read(section: &mut Section<'_>) -> Store {
    let url = read_url(section).unwrap_or_else(|| StoreUrl::Sqlite(DEFAULT_FILE.into()));
    let lease = section.read("lease_seconds", Form::Toml, value::seconds).unwrap_or(Duration::from_secs(10));
    let witness = section.read("witness", Form::Text, value::non_empty).unwrap_or(DEFAULT_WITNESS.to_owned());
    Store { url, lease, witness: witness.into() }
}

fn read_url(section: &mut Section<'_>) -> Option<StoreUrl> {
    let value = section.take("url", Form::TextOrTable)?;
    let at = value.at.clone();
    // A path is no secret, and must not be warned about as one.
    let url = match &value.kind {
        Kind::Text(text) if text.trim().starts_with("sqlite:") => parse_url(text.trim()),
        _ => parse_url(section.resolve_secret("url", value)?.expose_secret()),
    };
    if matches!(url, Ok(StoreUrl::Postgres(_)))
        && let Some(wrong) = minded(|name| section.has_variable(name))
    {
        section.complain("url", at.clone(), wrong);
    }
    url.map_err(|wrong| section.complain("url", at, wrong)).ok()
}

/// What is wrong with an environment in which the driver finds something to mind.
fn minded(has: impl Fn(&str) -> bool) -> Option<Wrong> {
    let name = MINDED.into_iter().find(|name| has(name))?;
    let what = format!("is not alone: the environment has {name}, which PostgreSQL's driver would mind");
    Some(Wrong::new(what, "unset it; the URL says everything"))
}

impl StoreUrl {
    /// The address of a store as a verb is given it: what may stand in `store.url`, or `env:NAME` or `file:PATH` for where that stands,
    /// so that no password need be typed.
    ///
    /// # Errors
    /// What is wrong with it, in words that continue a sentence, and never the address itself.
    pub fn given<K: Into<OsString>, V: Into<OsString>>(
        text: &str,
        environment: impl IntoIterator<Item = (K, V)>,
    ) -> Result<Self, String> {
        let mut environment = Environment::new(environment);
        let mut read = || {
            let url = match (text.strip_prefix("env:"), text.strip_prefix("file:")) {
                (Some(name), _) => secret::read_variable(&mut environment, name)?,
                (_, Some(path)) if path.starts_with(['/', '.']) => secret::read_file(path)?,
                (_, Some(path)) => secret::read_file(&format!("./{path}"))?,
                (None, None) => text.to_owned(),
            };
            match (parse_url(&url)?, minded(|name| environment.has(name))) {
                (Self::Postgres(_), Some(wrong)) => Err(wrong),
                (url, _) => Ok(url),
            }
        };
        read().map_err(|Wrong { what, right }| if right.is_empty() { what } else { format!("{what}; {right}") })
    }
}

fn parse_url(text: &str) -> Result<StoreUrl, Wrong> {
    let right = r#"write "sqlite://path/to/file.db", or "postgres://user:password@host/database""#;
    if let Some(path) = text.strip_prefix("sqlite://") {
        if path.is_empty() || path.starts_with(':') || path.ends_with('/') {
            return Err(Wrong::new("names no file", right));
        }
        if path.contains(['?', '#', '\0']) {
            return Err(Wrong::new("has more in it than a path", right));
        }
        return Ok(StoreUrl::Sqlite(path.into()));
    }
    if text.starts_with("postgres://") || text.starts_with("postgresql://") {
        return postgres::parse(text).map(|postgres| StoreUrl::Postgres(Box::new(postgres)));
    }
    Err(Wrong::new("is for neither SQLite nor PostgreSQL", right))
}

pub(super) fn read_http(section: &mut Section<'_>) -> Http {
    Http { listen: section.read("listen", Form::Text, |value: &Value| value::address(value)).unwrap_or(DEFAULT_LISTEN) }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn given(text: &str) -> Result<StoreUrl, String> {
        StoreUrl::given(text, [("STORE", "postgres://bot:fake-password@127.0.0.1/there")])
    }

    #[test]
    fn an_address_is_given_as_it_is_or_by_where_it_stands() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("url");
        fs::write(&file, "postgres://bot:fake-password@127.0.0.1/there\n").expect("it is written");
        for address in ["postgres://bot@127.0.0.1/there", "env:STORE", &format!("file:{}", file.display())] {
            let Ok(StoreUrl::Postgres(postgres)) = given(address) else { panic!("{address}") };
            assert_eq!(postgres.database, "there", "{address}");
        }
        assert!(matches!(given("sqlite://data/b.db"), Ok(StoreUrl::Sqlite(path)) if path == *"data/b.db"));
    }

    #[test]
    fn what_is_wrong_with_it_is_said_without_it() {
        let wrong = |text: &str| given(text).expect_err("it is wrong");
        for text in [
            "postgres://bot:fake-password@/x",
            "mysql://bot:fake-password@h/x",
            "env:fake-password",
            "file:fake-password",
        ] {
            assert!(!wrong(text).contains("fake-password") || text.starts_with("file:"), "{}", wrong(text));
        }
        assert!(wrong("env:MISSING").contains("MISSING"), "{}", wrong("env:MISSING"));
        let minded = StoreUrl::given("postgres://bot@127.0.0.1/there", [("PGOPTIONS", "-c x=y")]).expect_err("wrong");
        assert!(minded.contains("PGOPTIONS"), "{minded}");
    }
}
