//! How far something is that takes its time: a line on the terminal that the next one takes the place of.

use std::{
    cell::Cell,
    io::{self, IsTerminal as _, Write as _},
};

use rustix::termios::tcgetwinsize;

/// What has a terminal forget the line that it is at.
const CLEARED: &str = "\r\u{1b}[K";

/// That line. Where nobody looks, there is none; who cannot be told how far it is need not be.
#[derive(Debug)]
pub(crate) struct ProgressLine {
    is_shown: bool,
    /// A line stands there now.
    stands: Cell<bool>,
}

impl ProgressLine {
    /// A line on the terminal that errors go to, if they go to one and `is_wanted`.
    pub(crate) fn new(is_wanted: bool) -> Self {
        Self { is_shown: is_wanted && io::stderr().is_terminal(), stands: Cell::new(false) }
    }

    /// From now on the line says this.
    pub(crate) fn show(&self, what: &str) {
        if self.is_shown {
            let _ = write!(io::stderr(), "{CLEARED}{}", fit(what, columns()));
            self.stands.set(true);
        }
    }

    /// It says nothing any more.
    pub(crate) fn clear(&self) {
        if self.stands.replace(false) {
            let _ = write!(io::stderr(), "{CLEARED}");
        }
    }
}

/// How wide the terminal is; some do not know.
fn columns() -> Option<usize> {
    let size = tcgetwinsize(io::stderr()).ok()?;
    Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
}

/// The beginning of a line that is too long: of one that goes on in the next row, only the last row would be cleared.
fn fit(line: &str, columns: Option<usize>) -> &str {
    let end = columns.and_then(|columns| line.char_indices().nth(columns)).map(|(end, _)| end);
    end.map_or(line, |end| &line[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_cut_to_the_terminals_width() {
        assert_eq!(fit("reading …", Some(9)), "reading …");
        assert_eq!(fit("reading …", Some(8)), "reading ");
        assert_eq!(fit("… reading", Some(1)), "…");
        assert_eq!(fit("reading", None), "reading");
    }
}
