//! Whether a sink is there.

/// What came of looking whether a sink is there, with nothing sent to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reached {
    /// A connection, protected as configured.
    Connected,
    /// A web server answers `HEAD` with this status.
    Answered(u16),
    /// Nobody answers, or not who should: why, in words.
    Not(String),
}
