//! What OVHcloud's lists say of an address: why it is blocked, and whether attacks on it are filtered out. Where the credentials may
//! not read them, that is no trouble: everything works without.

use std::net::Ipv4Addr;

use bernard_untrusted::lenient::{Field, List};
use reqwest::Method;

use super::{call::Call, client::Client, error::Error};
use crate::bodies;

/// Why OVHcloud blocks an address, by the list that names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blocked {
    /// Attacks came from it.
    Antihack,
    /// Spam did.
    Spam,
    /// It served a page that steals passwords.
    Phishing,
}

/// How attacks on an address are filtered out (schema `ip.MitigationIp`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mitigation {
    /// OVHcloud began it by itself.
    pub auto: bool,
    /// Its owners have it on all the time.
    pub permanent: bool,
}

impl Blocked {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Antihack, Self::Spam, Self::Phishing];

    fn as_str(self) -> &'static str {
        match self {
            Self::Antihack => "antihack",
            Self::Spam => "spam",
            Self::Phishing => "phishing",
        }
    }
}

impl Client {
    /// Whether OVHcloud blocks an address for this.
    ///
    /// # Errors
    /// As every read: [`Error::is_right`] where these credentials may not see it.
    pub async fn is_blocked(&self, address: Ipv4Addr, why: Blocked) -> Result<bool, Error> {
        let call = self.of_address(address, &[why.as_str()], format!("read why {address} is blocked"));
        match self.read::<List<serde_json::Value>>(&call).await {
            Ok(listed) => Ok(!listed.entries.is_empty()),
            Err(error) if error.is_not_found() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// How attacks on an address are filtered out; `None` while they are not.
    ///
    /// # Errors
    /// As every read: [`Error::is_right`] where these credentials may not see it.
    pub async fn mitigation(&self, address: Ipv4Addr) -> Result<Option<Mitigation>, Error> {
        let doing = format!("read the mitigation of {address}");
        let call = self.of_address(address, &["mitigation", &address.to_string()], doing);
        match self.read_whole::<bodies::Mitigation>(&call).await {
            Ok(read) => {
                let flag = |field: Field<bool>| field.read().unwrap_or_default();
                Ok(Some(Mitigation { auto: flag(read.auto), permanent: flag(read.permanent) }))
            }
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A call below the block that an address is, whose slash is escaped.
    fn of_address(&self, address: Ipv4Addr, rest: &[&str], doing: String) -> Call {
        let block = format!("{address}/32");
        let segments: Vec<&str> = ["ip", block.as_str()].into_iter().chain(rest.iter().copied()).collect();
        Call::new(Method::GET, self.inner.endpoint.url(&segments), doing)
    }
}
