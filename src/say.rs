//! Words for whoever started the program. Nobody need read them to the end: a closed pipe or a full disk is no reason to stop.

use std::{
    fmt::Display,
    io::{self, Write as _},
};

/// A line on the output; what cannot be written is not missed.
pub fn line(line: impl Display) {
    let _ = writeln!(io::stdout(), "{line}");
}

/// A line that somebody must read, on the output.
///
/// # Errors
/// When it cannot be written there.
pub fn needed(line: impl Display) -> io::Result<()> {
    writeln!(io::stdout(), "{line}")
}

/// A line on the output for errors; what cannot be written is not missed.
pub fn error(line: impl Display) {
    let _ = writeln!(io::stderr(), "{line}");
}
