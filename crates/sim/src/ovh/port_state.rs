//! What a machine shows at its address.

use std::net::SocketAddr;

/// What a machine shows at its address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Port {
    /// Connections are refused.
    #[default]
    Closed,
    /// Connections are accepted here.
    Open(SocketAddr),
    /// It should be open, and this machine does not let us: no right to bind port 22, or somebody else has it.
    Unavailable(SocketAddr),
}
