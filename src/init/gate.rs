//! Ctrl-C: it ends the program at any moment but one, while files are written; then it waits until they are whole. A terminal is left
//! as it was found.

use std::{
    io,
    process::exit,
    sync::{Arc, Mutex, PoisonError},
};

use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};
use tokio::{
    runtime::Runtime,
    signal::unix::{SignalKind, signal},
};

use crate::say;

/// The exit code of a program that SIGINT ended, as shells have it.
pub(super) const INTERRUPTED: u8 = 130;

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Written {
    Nothing,
    Everything,
}

/// How the terminal was before a question was asked on it; `None` where there is none.
struct Terminal(Option<Termios>);

impl Terminal {
    /// Has the cursor shown, on a line of its own.
    const SHOWN: &'static str = "\u{1b}[?25h";

    fn now() -> Self {
        Self(tcgetattr(io::stdin()).ok())
    }

    /// A question reads each key by itself and shows none: whoever ends it from outside wants the terminal back.
    fn restore(&self) {
        let Some(before) = &self.0 else { return };
        // Nobody could be told that it does not work.
        let _ = tcsetattr(io::stdin(), OptionalActions::Flush, before);
        say::error(Self::SHOWN);
    }
}

/// Held closed while files are written.
pub(super) struct Gate(Arc<Mutex<Written>>);

impl Gate {
    /// From now on SIGINT and SIGTERM end the program through this gate.
    pub(super) fn watch(runtime: &Runtime) -> io::Result<Self> {
        let _inside = runtime.enter();
        let terminal = Terminal::now();
        let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        let written = Arc::new(Mutex::new(Written::Nothing));
        let gate = Arc::clone(&written);
        runtime.spawn(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            let written = gate.lock().unwrap_or_else(PoisonError::into_inner);
            terminal.restore();
            say::error(match *written {
                Written::Nothing => "bernard: stopped; nothing was written",
                Written::Everything => "bernard: stopped; the configuration is written",
            });
            exit(INTERRUPTED.into());
        });
        Ok(Self(written))
    }

    /// Writes, while nothing can end the program.
    pub(super) fn whole<E>(&self, write: impl FnOnce() -> Result<(), E>) -> Result<(), E> {
        let mut written = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        write()?;
        *written = Written::Everything;
        Ok(())
    }
}
