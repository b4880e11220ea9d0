//! The KVM console of a server (`features/ipmi`).

use std::{fmt, net::IpAddr};

use jiff::Timestamp;
use reqwest::Method;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::{
    client::{Call, Client, Written},
    dedicated::filter,
    error::Error,
    wire,
};
use crate::rescue::server::{ServiceName, Task};

/// A way to see a server's screen (schema `dedicated.server.IpmiAccessTypeEnum`); Bernard uses those that are a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsoleKind {
    /// The screen in a browser.
    KvmHtml5,
    /// The serial line in a browser.
    SerialOverLan,
}

impl ConsoleKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::KvmHtml5 => "kvmipHtml5URL",
            Self::SerialOverLan => "serialOverLanURL",
        }
    }
}

/// How long a console's link works; OVHcloud knows these five.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsoleMinutes {
    /// One minute.
    One,
    /// Three minutes.
    Three,
    /// Five minutes.
    Five,
    /// Ten minutes.
    Ten,
    /// Fifteen minutes.
    Fifteen,
}

impl ConsoleMinutes {
    /// All of them, shortest first.
    pub const ALL: [Self; 5] = [Self::One, Self::Three, Self::Five, Self::Ten, Self::Fifteen];

    /// The number of minutes.
    pub fn get(self) -> u8 {
        match self {
            Self::One => 1,
            Self::Three => 3,
            Self::Five => 5,
            Self::Ten => 10,
            Self::Fifteen => 15,
        }
    }

    /// The one of that many minutes, if there is one.
    pub fn from_minutes(minutes: u64) -> Option<Self> {
        Self::ALL.into_iter().find(|choice| u64::from(choice.get()) == minutes)
    }
}

/// What a server's console can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consoles {
    /// The kinds that work on this server; empty when it has no IPMI.
    pub kinds: Vec<ConsoleKind>,
}

/// A console's session. Its link is not printed.
#[derive(Clone)]
pub struct Console {
    /// The link; whoever has it sees the screen.
    pub link: SecretString,
    /// When the session ends.
    pub expires: Option<Timestamp>,
}

impl Console {
    /// The session, if there is one.
    pub(super) fn of(access: wire::IpmiAccess) -> Option<Self> {
        let link = access.value.filter(|value| !value.is_empty())?;
        Some(Self { link: link.into(), expires: access.expiration })
    }
}

impl fmt::Debug for Console {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Console").field("expires", &self.expires).finish_non_exhaustive()
    }
}

/// The body of the request for a session.
pub fn console_body(kind: ConsoleKind, minutes: ConsoleMinutes, ip: Option<IpAddr>) -> Value {
    let mut body = json!({"type": kind.as_str(), "ttl": minutes.get()});
    if let Some(ip) = ip {
        body["ipToAllow"] = json!(ip.to_string());
    }
    body
}

impl Client {
    /// Which consoles a server has.
    ///
    /// # Errors
    /// As every read.
    pub async fn consoles(&self, name: &ServiceName) -> Result<Consoles, Error> {
        let call = self.get(name, &["features", "ipmi"], format!("read the console of `{name}`"));
        let ipmi: wire::Ipmi = self.read(&call).await?;
        let works = |kind: &ConsoleKind| {
            ipmi.activated && ipmi.supported_features.get(kind.as_str()).and_then(|value| value.as_bool()) == Some(true)
        };
        let kinds = [ConsoleKind::KvmHtml5, ConsoleKind::SerialOverLan].into_iter().filter(works).collect();
        Ok(Consoles { kinds })
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
        ip: Option<IpAddr>,
    ) -> Result<Written<Task>, Error> {
        let body = console_body(kind, minutes, ip);
        let url = self.server_url(name, &["features", "ipmi", "access"]);
        let call = Call::new(Method::POST, url, format!("open a console of `{name}`")).about(name);
        let written = self.write_once::<wire::Task>(&call.with_body(&body)).await?;
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
        let access: wire::IpmiAccess = match self.read(&call).await {
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
    fn only_ovhclouds_five_lengths_exist() {
        let known: Vec<u64> = (0..=60).filter(|minutes| ConsoleMinutes::from_minutes(*minutes).is_some()).collect();
        assert_eq!(known, [1, 3, 5, 10, 15]);
    }

    #[test]
    fn a_console_is_printed_without_its_link() {
        let console = Console { link: "https://example.invalid/fake".into(), expires: None };
        assert!(!format!("{console:?}").contains("fake"));
    }
}
