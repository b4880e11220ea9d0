//! The address of a PostgreSQL database. It is read here and not by the driver, which would log what it does not know, value and all.

use std::{net::IpAddr, path::PathBuf};

use secrecy::SecretString;
use url::Url;

use super::problem::Wrong;

/// Where a PostgreSQL database is, and as whom it is entered.
#[derive(Clone, Debug)]
pub struct Postgres {
    /// Where its server listens.
    pub server: Server,
    /// The port, also part of a socket's name. Default: 5432.
    pub port: u16,
    /// The role.
    pub user: String,
    /// Its password; empty: none.
    pub password: SecretString,
    /// The database.
    pub database: String,
    /// Whether and how the server proves who it is.
    pub proof: Proof,
}

/// Where a server listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Server {
    /// At a host.
    Host(String),
    /// At a socket in this folder: in a URL, its path percent-encoded (`%2Frun%2Fpostgresql`).
    Socket(PathBuf),
}

/// How a server proves who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// Not at all: only on this machine.
    None,
    /// By a certificate for its name (`verify-full`), of the system's authorities or of those in this file.
    Certificate(Option<PathBuf>),
}

const DEFAULT_PORT: u16 = 5432;
const RIGHT: &str = r#"write "postgres://user:password@host/database", special characters percent-encoded"#;

pub(super) fn parse(text: &str) -> Result<Postgres, Wrong> {
    let url = Url::parse(text).map_err(|_| Wrong::new("is not a URL", RIGHT))?;
    let user = decoded(url.username())?;
    let database = decoded(url.path().trim_start_matches('/'))?;
    if user.is_empty() {
        return Err(Wrong::new("names no user", RIGHT));
    }
    if database.is_empty() || database.contains('/') {
        return Err(Wrong::new("names no database", RIGHT));
    }
    if url.fragment().is_some() {
        return Err(Wrong::new("has a fragment", RIGHT));
    }
    let password = decoded(url.password().unwrap_or_default())?;
    let told = Parameters::of(&url)?;
    let host = decoded(url.host_str().unwrap_or_default())?;
    let server = match bare(&host) {
        "" => return Err(Wrong::new("names no host", RIGHT)),
        folder if folder.starts_with('/') => Server::Socket(folder.into()),
        host => Server::Host(host.to_owned()),
    };
    let proof = proof(&server, told.sslmode.as_deref(), told.roots)?;
    let password = SecretString::from(password);
    Ok(Postgres { server, port: url.port().unwrap_or(DEFAULT_PORT), user, password, database, proof })
}

/// What stands behind the question mark.
#[derive(Default)]
struct Parameters {
    sslmode: Option<String>,
    roots: Option<PathBuf>,
}

impl Parameters {
    fn of(url: &Url) -> Result<Self, Wrong> {
        let mut told = Self::default();
        for (name, value) in url.query_pairs() {
            match &*name {
                "sslmode" => told.sslmode = Some(value.into_owned()),
                "sslrootcert" => told.roots = Some(PathBuf::from(value.into_owned())),
                _ => return Err(unknown(&name)),
            }
        }
        Ok(told)
    }
}

/// Its name is said, if it is one; its value never is.
fn unknown(name: &str) -> Wrong {
    let is_name =
        !name.is_empty() && name.len() <= 30 && name.chars().all(|c| c.is_ascii_lowercase() || "_-".contains(c));
    let which = if is_name { format!(" ({name})") } else { String::new() };
    let right = "what may stand behind the question mark: sslmode and sslrootcert";
    Wrong::new(format!("has a parameter that is not known{which}"), right)
}

/// What crosses a network is encrypted, and to the right server.
fn proof(server: &Server, mode: Option<&str>, roots: Option<PathBuf>) -> Result<Proof, Wrong> {
    let here = is_here(server);
    match mode.unwrap_or(if here { "disable" } else { "verify-full" }) {
        "verify-full" => Ok(Proof::Certificate(roots)),
        "disable" if here => Ok(Proof::None),
        "disable" | "allow" | "prefer" | "require" | "verify-ca" if !here => {
            let right = "write sslmode=verify-full, with sslrootcert=FILE if the authority is your own; less is for loopback and sockets";
            Err(Wrong::new("would not make sure which server it speaks to", right))
        }
        _ => Err(Wrong::new("has an sslmode that is not taken", "write sslmode=verify-full or sslmode=disable")),
    }
}

/// Whether the server is on this machine.
fn is_here(server: &Server) -> bool {
    match server {
        Server::Socket(_) => true,
        Server::Host(host) => host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback()),
    }
}

/// An IPv6 address stands in brackets only in a URL.
fn bare(host: &str) -> &str {
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
}

fn decoded(part: &str) -> Result<String, Wrong> {
    // In a part of an address these two are themselves; in a form, by whose rules it is decoded here, they are not.
    let escaped = part.replace('+', "%2B").replace('&', "%26");
    let decoded = url::form_urlencoded::parse(format!("x={escaped}").as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default();
    if decoded.contains(['\0', '\u{fffd}']) {
        Err(Wrong::new("has bytes in it that are no text", RIGHT))
    } else {
        Ok(decoded)
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn wrong(text: &str) -> String {
        let wrong = parse(text).expect_err("it is wrong");
        format!("{wrong:?}")
    }

    #[test]
    fn all_of_an_address_is_read_and_its_password_is_not_printed() {
        let read =
            parse("postgres://bot:fake-p%40ss%2F+w&x@db.example:6432/bernard?sslrootcert=/etc/ca.pem").expect("right");
        assert_eq!((&read.server, read.port), (&Server::Host("db.example".into()), 6432));
        assert_eq!((read.user.as_str(), read.database.as_str()), ("bot", "bernard"));
        assert_eq!(read.password.expose_secret(), "fake-p@ss/+w&x");
        assert_eq!(read.proof, Proof::Certificate(Some("/etc/ca.pem".into())));
        assert!(!format!("{read:?}").contains("fake-p"), "{read:?}");
    }

    #[test]
    fn only_on_this_machine_a_server_need_not_prove_who_it_is() {
        for here in ["postgres://b@127.0.0.1/b", "postgres://b@localhost/b?sslmode=disable", "postgres://b@[::1]/b"] {
            assert_eq!(parse(here).expect("right").proof, Proof::None, "{here}");
        }
        let socket = parse("postgres://b@%2Frun%2Fpostgresql/b").expect("right");
        assert_eq!((socket.server, socket.proof), (Server::Socket("/run/postgresql".into()), Proof::None));
        assert_eq!(parse("postgresql://b@db/b").expect("right").proof, Proof::Certificate(None));
        for mode in ["disable", "allow", "prefer", "require", "verify-ca"] {
            assert!(wrong(&format!("postgres://b@db/b?sslmode={mode}")).contains("verify-full"), "{mode}");
        }
    }

    #[test]
    fn what_is_not_known_is_refused_by_its_name_and_never_by_its_value() {
        let said = wrong("postgres://b@db/b?connect_timeout=fake-Secret");
        assert!(said.contains("(connect_timeout)") && !said.contains("fake-Secret"), "{said}");
        // A password with a question mark that nobody encoded.
        let said = wrong("postgres://b:fake?fake-Secret@db/b");
        assert!(!said.contains("fake-Secret"), "{said}");
        for nothing in ["postgres://db/b", "postgres://b@db", "postgres://b@/b", "postgres://b@db/b?host=/run"] {
            wrong(nothing);
        }
    }
}
