//! What OVHcloud's lists say of addresses, as a test has it.

use super::Ovh;

/// What is said of one server's address.
#[derive(Clone, Debug, Default)]
pub(super) struct Network {
    /// The lists that name it: `antihack`, `spam`, `phishing`.
    pub(super) blocked: Vec<String>,
    /// Whether attacks on it are filtered out.
    pub(super) mitigated: bool,
}

impl Ovh {
    /// OVHcloud blocks the server's address, by one of its lists: `antihack`, `spam` or `phishing`.
    #[track_caller]
    pub fn block_address(&self, server: &str, list: &str) {
        self.world().called(server).network.blocked.push(list.to_owned());
    }

    /// OVHcloud filters attacks on the server's address out.
    #[track_caller]
    pub fn mitigate(&self, server: &str) {
        self.world().called(server).network.mitigated = true;
    }
}
