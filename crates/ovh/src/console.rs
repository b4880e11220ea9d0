//! The KVM console of a server (`features/ipmi`).

use std::{fmt, net::Ipv4Addr};

use bernard_domain::{
    console::{ConsoleKind, ConsoleMinutes},
    server::{ServiceName, Task},
};
use jiff::Timestamp;
use reqwest::Method;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::{
    call::{Call, Written},
    client::Client,
    dedicated::filter,
    error::Error,
};
use crate::bodies;

/// Which of OVHcloud's tests is made (schema `dedicated.server.IpmiTestTypeEnum`): whether what shows the screen answers.
const TEST: &str = "http";

/// A console's session. Its link is not printed.
#[derive(Clone)]
pub struct Console {
    /// The link, or the file of [`ConsoleKind::KvmJnlp`]; whoever has it sees the screen.
    pub link: SecretString,
    /// When the session ends.
    pub expires: Option<Timestamp>,
}

impl Console {
    /// The session, if there is one.
    pub(super) fn of(access: bodies::IpmiAccess) -> Option<Self> {
        let link = access.value.filter(|value| !value.is_empty())?;
        Some(Self { link: link.into(), expires: access.expiration.read() })
    }
}

impl fmt::Debug for Console {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Console").field("expires", &self.expires).finish_non_exhaustive()
    }
}

/// The body of the request for a session.
pub fn console_body(kind: ConsoleKind, minutes: ConsoleMinutes, ip: Option<Ipv4Addr>) -> Value {
    let mut body = json!({"type": kind.as_str(), "ttl": minutes.get()});
    if let Some(ip) = ip {
        body["ipToAllow"] = json!(ip.to_string());
    }
    body
}

/// The body of the request for a test: of what a console in a browser stands on, readable for a while.
pub fn console_test_body() -> Value {
    json!({"type": TEST, "ttl": ConsoleMinutes::Five.get()})
}

impl Client {
    /// Has OVHcloud test a console. What came of it is told by the task, and in words by [`Client::console_test`]. One attempt: a second
    /// test would be no better.
    ///
    /// # Errors
    /// Whether one was begun is unknown unless [`Error::is_refusal`] or [`Error::is_unsent`].
    pub async fn test_console(&self, name: &ServiceName) -> Result<Written<Task>, Error> {
        let url = self.server_url(name, &["features", "ipmi", "test"]);
        let call = Call::new(Method::POST, url, format!("test the console of `{name}`")).about(name);
        let written = self.write_once::<bodies::Task>(&call.with_body(&console_test_body())).await?;
        Ok(written.map(Task::from))
    }

    /// What the latest test of a console says, in OVHcloud's words; `None` when it says nothing.
    ///
    /// # Errors
    /// As every read.
    pub async fn console_test(&self, name: &ServiceName) -> Result<Option<String>, Error> {
        let doing = format!("read the test of the console of `{name}`");
        let mut call = self.get(name, &["features", "ipmi", "test"], doing);
        filter(&mut call, "type", Some(TEST));
        let test: bodies::IpmiTest = self.read(&call).await?;
        Ok(test.status.read().filter(|said| !said.is_empty()))
    }

    /// The kinds of console that work on a server, the one that works on a phone first; empty when it has no IPMI.
    ///
    /// # Errors
    /// As every read.
    pub async fn consoles(&self, name: &ServiceName) -> Result<Vec<ConsoleKind>, Error> {
        let call = self.get(name, &["features", "ipmi"], format!("read the console of `{name}`"));
        let ipmi: bodies::Ipmi = self.read(&call).await?;
        let features = ipmi.supported_features.read().unwrap_or_default();
        let is_activated = ipmi.activated.read().unwrap_or_default();
        let works = |kind: &ConsoleKind| {
            is_activated && features.get(kind.as_str()).and_then(|value| value.as_bool()) == Some(true)
        };
        Ok(ConsoleKind::ALL.into_iter().filter(works).collect())
    }

    /// Asks for a session, only from `ip` if given. It is there when the task is done. One attempt: each call opens another session.
    ///
    /// # Errors
    /// Whether a session was opened is unknown unless [`Error::is_refusal`] or [`Error::is_unsent`].
    pub async fn open_console(
        &self,
        name: &ServiceName,
        kind: ConsoleKind,
        minutes: ConsoleMinutes,
        ip: Option<Ipv4Addr>,
    ) -> Result<Written<Task>, Error> {
        let body = console_body(kind, minutes, ip);
        let url = self.server_url(name, &["features", "ipmi", "access"]);
        let call = Call::new(Method::POST, url, format!("open a console of `{name}`")).about(name);
        let written = self.write_once::<bodies::Task>(&call.with_body(&body)).await?;
        Ok(written.map(Task::from))
    }

    /// The session that was asked for; `None` while there is none.
    ///
    /// # Errors
    /// As every read.
    pub async fn console(&self, name: &ServiceName, kind: ConsoleKind) -> Result<Option<Console>, Error> {
        let doing = format!("read the console session of `{name}`");
        let mut call = self.get(name, &["features", "ipmi", "access"], doing);
        filter(&mut call, "type", Some(kind.as_str()));
        let access: bodies::IpmiAccess = match self.read(&call).await {
            Ok(access) => access,
            Err(error) if error.is_not_found() => return Ok(None),
            Err(error) => return Err(error),
        };
        Ok(Console::of(access))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_console_is_printed_without_its_link() {
        let console = Console { link: "https://example.invalid/fake".into(), expires: None };
        assert!(!format!("{console:?}").contains("fake"));
    }
}
